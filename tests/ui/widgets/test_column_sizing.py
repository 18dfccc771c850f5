"""Widths of columns: figures are whole, the texts get the rest, nothing jumps, a choice stays."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus, Usage
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Diff, WaitReason
from enigma_panel.store.settings import ColumnSettings, TableSettings
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.tasks.model import Column as TaskColumn
from enigma_panel.ui.widgets.column_sizing import BARS_FROM, CALM_MS, TEXT_LEAST
from enigma_panel.ui.widgets.delegates import cell_width, steady_width
from enigma_panel.ui.widgets.table import KeyedTable
from enigma_panel.ui.widgets.table_model import Role
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import leave, move_to

LONG = "Research opening hours of 12 pharmacies near Alexanderplatz, as a table with names"
FIGURES = (TaskColumn.STATUS, TaskColumn.COST, TaskColumn.TOOK, TaskColumn.ENDED)


def cut_cells(table: KeyedTable, *columns: int) -> list[str]:
    """The cells of these columns that have less room than they need."""
    with_bar = table.viewport().width() >= BARS_FROM
    found = []
    for column in columns:
        for row in range(table.rows.rowCount()):
            cell = table.rows.index(row, column).data(Role.CELL)
            if cell_width(cell, table.face, with_bar=with_bar) > table.columnWidth(column):
                found.append(cell.text)
    return found


def widths(table: KeyedTable) -> list[int]:
    header = table.horizontalHeader()
    return [header.sectionSize(column) for column in range(header.count())]


def add_ended(services: Any, key: int, **facts: Any) -> None:
    services.sessions.add(key, phase=Phase.CLOSED, tell=False, **facts)
    services.sessions.changed.emit(Diff(tasks=frozenset({key}), new_tasks=(key,)))


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of cells as they are painted, cut where there is no room."""
    texts: list[str] = []
    draw = QPainter.drawText

    def note(painter: QPainter, *what: Any) -> Any:
        texts.append(what[-1])
        return draw(painter, *what)

    monkeypatch.setattr(QPainter, "drawText", note)
    return texts


# -- Sessions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [760, 1000, 1280, 1900])
def test_figures_of_sessions_are_never_cut(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    window.resize(width, 800)
    services.sessions.add(1, status=TaskStatus.STARTING, phase=Phase.STARTING, left_s=289)
    services.sessions.add(2, cost="1234.567891")
    qapp.processEvents()
    left = window.selection.session_rows.index(window.selection.session_rows.row_of(1), Column.LEFT)
    assert left.data() == "about 4:49"
    assert cut_cells(window.selection.sessions, Column.LEFT, Column.COST) == []


def test_bars_go_where_room_is_scarce_and_come_back(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.sessions
    services.sessions.add(1)
    qapp.processEvents()
    wide = table.columnWidth(Column.LEFT)
    window.resize(760, 600)
    qapp.processEvents()
    assert table.columnWidth(Column.LEFT) < wide
    assert sum(widths(table)) == table.viewport().width()
    window.resize(1280, 800)
    qapp.processEvents()
    assert table.columnWidth(Column.LEFT) == wide


def test_a_state_always_has_the_same_room(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table, sessions = window.selection.sessions, services.sessions
    before = widths(table)
    sessions.add(1, status=TaskStatus.ASKS, text=LONG)
    sessions.add(2, text="short", cost="0.072736")
    qapp.processEvents()
    name = table.columnWidth(Column.SESSION)
    seen = [widths(table)]
    for status in (TaskStatus.PAUSED, TaskStatus.DONE, TaskStatus.STARTING, TaskStatus.WORKING):
        sessions.change_task(2, status=status)
        qapp.processEvents()
        assert cut_cells(table, Column.STATE) == []
        seen.append(widths(table))
    sessions.change_task(2, status=TaskStatus.WORKING, unproven=CommandVerb.RESUME)
    qapp.processEvents()
    assert cut_cells(table, Column.STATE) == [], "resumed (sent)"
    seen.append(widths(table))
    sessions.set_pending(
        2, CommandVerb.TERMINATE, WaitReason.BUDGET, due_ms=NOW + 12_000, sent_live=True
    )
    qapp.processEvents()
    assert cut_cells(table, Column.STATE) != []  # the whole of it stands in its tool tip
    assert [*seen, widths(table)] == [seen[0]] * 7
    assert name == table.columnWidth(Column.SESSION)
    fixed = (Column.STATE, Column.LEFT, Column.COST)
    assert [before[column] for column in fixed] == [seen[0][column] for column in fixed]


def test_a_name_grows_at_once_and_shrinks_with_the_rows(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table, sessions = window.selection.sessions, services.sessions
    sessions.add(1)
    qapp.processEvents()
    short = table.columnWidth(Column.SESSION)
    sessions.change_session(1, label="a longer name than that")
    qapp.processEvents()
    long = table.columnWidth(Column.SESSION)
    assert long > short
    sessions.change_session(1, label=None)
    qapp.processEvents()
    assert table.columnWidth(Column.SESSION) == long
    sessions.add(3)
    qapp.processEvents()
    assert table.columnWidth(Column.SESSION) == short


def test_what_stands_empty_for_a_while_is_given_back(
    window: MainWindow, services: Any, qtbot: Any, qapp: QApplication
) -> None:
    table, sessions = window.selection.sessions, services.sessions
    sessions.add(1)
    qapp.processEvents()
    short = table.columnWidth(Column.SESSION)
    assert table.columns._calm.interval() == CALM_MS
    table.columns._calm.setInterval(30)
    sessions.change_session(1, label="a longer name than that")
    qapp.processEvents()
    sessions.change_session(1, label=None)
    qapp.processEvents()
    assert table.columnWidth(Column.SESSION) > short
    qtbot.waitUntil(lambda: table.columnWidth(Column.SESSION) == short, timeout=5_000)
    assert not table.columns._calm.isActive()


def test_no_column_moves_below_the_pointer(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    window.activateWindow()
    table, sessions = window.selection.sessions, services.sessions
    sessions.add(1)
    sessions.add(2, cost="0.1")
    sessions.change_session(1, label="a longer name")
    qapp.processEvents()
    before = widths(table)
    move_to(table, 0)
    sessions.change_session(1, label="a much longer name that needs more room")
    sessions.change_task(2, usage=Usage(cost=Decimal("123456.123456")))
    qapp.processEvents()
    assert widths(table) == before
    leave(table)
    qapp.processEvents()
    assert table.columnWidth(Column.SESSION) > before[Column.SESSION]
    assert cut_cells(table, Column.COST) == []
    move_to(table, 0)
    before = widths(table)
    sessions.change_session(1, label="x")
    sessions.add(3)
    qapp.processEvents()
    assert widths(table) == before
    leave(table)
    qapp.processEvents()
    assert table.columnWidth(Column.SESSION) < before[Column.SESSION]


def test_the_person_s_own_resizing_lays_columns_out_at_once(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    window.activateWindow()
    table = window.selection.tasks
    add_ended(services, 1, status=TaskStatus.DONE, cost="0.0166", is_new=True)
    qapp.processEvents()
    move_to(table, 0)
    services.sessions.change_task(1, usage=Usage(cost=Decimal("123456.016602")))
    qapp.processEvents()
    assert cut_cells(table, TaskColumn.COST) != []
    window.resize(1200, 800)
    qapp.processEvents()
    assert window.hold.is_held
    assert cut_cells(table, TaskColumn.COST) == []


@pytest.mark.parametrize("size", [(640, 400), (1280, 800)])
def test_usual_figures_that_come_below_the_pointer_have_room(
    window: MainWindow, services: Any, qapp: QApplication, size: tuple[int, int]
) -> None:
    window.activateWindow()
    window.resize(*size)
    qapp.processEvents()
    sessions, tasks = window.selection.sessions, window.selection.tasks
    move_to(sessions, 0)
    services.sessions.add(1, cost="0.042452")
    services.sessions.change_session(1, label="shop.example 1")
    services.sessions.change_task(1, status=TaskStatus.DONE, is_new=True, ended_ms=NOW)
    qapp.processEvents()
    assert cut_cells(tasks, TaskColumn.COST) == []
    if size == (1280, 800):  # with "+ idle" behind it, a narrow window has no room for all of it
        assert cut_cells(sessions, Column.COST) == []
        assert cut_cells(sessions, Column.SESSION) == []


def test_seconds_that_go_by_move_nothing(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for key, status in enumerate((TaskStatus.WORKING, TaskStatus.PAUSED, TaskStatus.ASKS), start=1):
        services.sessions.add(key, status=status, cost="0.01")
    qapp.processEvents()
    before = widths(window.selection.sessions)
    for _ in range(90):
        services.clock.now += 1_000
        window._tick()
        qapp.processEvents()
        assert widths(window.selection.sessions) == before


@pytest.mark.parametrize("width", [1280, 1900])
def test_a_pause_that_nothing_confirms_is_not_cut(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    window.resize(width, 800)
    services.sessions.add(1, status=TaskStatus.PAUSED, unproven=CommandVerb.PAUSE, text=LONG)
    qapp.processEvents()
    assert cut_cells(window.selection.sessions, Column.STATE) == []
    assert cut_cells(window.selection.tasks, TaskColumn.STATUS) == []


def test_long_states_and_names_leave_something_to_the_task(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.sessions
    services.sessions.add(1, status=TaskStatus.PAUSED, unproven=CommandVerb.PAUSE, text=LONG)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.BUDGET, sent_live=True)
    services.sessions.change_session(1, label="a name that somebody has chosen and that goes on")
    qapp.processEvents()
    assert table.columnWidth(Column.TASK) > 150
    narrow = table.columnWidth(Column.SESSION)
    window.body.set_details_open(False)
    qapp.processEvents()
    assert table.columnWidth(Column.SESSION) > narrow


def test_a_hidden_row_says_nothing_until_it_is_seen(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """Thousands of rows cost what those cost that can be seen."""
    for key in range(1, 101):
        add_ended(services, key, status=TaskStatus.DONE, cost="123456.123456" if key < 2 else "0.1")
    table = window.selection.tasks
    qapp.processEvents()
    before = table.columnWidth(TaskColumn.COST)
    table.scrollToBottom()
    qapp.processEvents()
    assert table.columnWidth(TaskColumn.COST) > before
    last = table.rows.index(99, TaskColumn.COST).data(Role.CELL)
    assert cell_width(last, table.face) <= table.columnWidth(TaskColumn.COST)


@pytest.mark.parametrize("width", [1000, 1280, 1900])
def test_long_tasks_without_results_need_no_scrolling(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    window.resize(width, 800)
    table = window.selection.tasks
    for key in (1, 2, 3):
        services.sessions.add(key, status=TaskStatus.WORKING, text=LONG * 2)
    qapp.processEvents()
    table.columns.refit()  # as rows come and go
    qapp.processEvents()
    assert table.horizontalScrollBar().maximum() == 0
    assert table.columnWidth(TaskColumn.RESULT) >= TEXT_LEAST


# -- what the person sets -------------------------------------------------------------------------


def test_a_width_that_somebody_set_stays(
    window: MainWindow, services: Any, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    table = window.selection.sessions
    services.sessions.add(1)
    qapp.processEvents()
    table.horizontalHeader().resizeSection(Column.STATE, 123)
    services.sessions.change_task(1, status=TaskStatus.PAUSED)
    services.sessions.add(2)
    window.resize(1100, 700)
    qapp.processEvents()
    assert table.columnWidth(Column.STATE) == 123
    window.save_layout()
    again = MainWindow(services, dialogs)
    again.show()
    qapp.processEvents()
    assert again.selection.sessions.columnWidth(Column.STATE) == 123
    services.sessions.change_session(1, label="a longer name")
    qapp.processEvents()
    assert cut_cells(again.selection.sessions, Column.SESSION) == []
    again.close_for_good()
    again.deleteLater()


def test_what_nobody_set_is_fitted_anew_in_the_next_run(
    window: MainWindow, services: Any, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    services.sessions.add(1)
    services.sessions.change_session(1, label="a longer name than that")
    qapp.processEvents()
    long = window.selection.sessions.columnWidth(Column.SESSION)
    window.save_layout()
    services.sessions.change_session(1, label=None)
    again = MainWindow(services, dialogs)
    again.show()
    qapp.processEvents()
    assert again.selection.sessions.columnWidth(Column.SESSION) < long
    again.close_for_good()
    again.deleteLater()


def shown_columns(window: MainWindow) -> list[str]:
    """Of Tasks, from left to right."""
    table = window.selection.tasks
    header = table.horizontalHeader()
    places = map(header.logicalIndex, range(header.count()))
    return [TaskColumn(place).name for place in places if not table.isColumnHidden(place)]


def test_columns_stand_where_the_person_put_them(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    table, header = window.selection.tasks, window.selection.tasks.horizontalHeader()
    header.moveSection(header.visualIndex(TaskColumn.COST), 1)
    table.setColumnHidden(TaskColumn.HOST, False)
    table.setColumnHidden(TaskColumn.ENDED, True)
    header.resizeSection(TaskColumn.TOOK, 144)
    header.setSectionHidden(TaskColumn.TOOK, True)
    window.save_layout()
    again = MainWindow(services, dialogs)
    assert shown_columns(again) == ["NEW", "COST", "STATUS", "TASK", "RESULT", "HOST"]
    again.selection.tasks.setColumnHidden(TaskColumn.TOOK, False)
    assert again.selection.tasks.columnWidth(TaskColumn.TOOK) == 144
    again.save_layout()
    once_more = MainWindow(services, dialogs)
    assert shown_columns(once_more) == shown_columns(again)
    for made in (again, once_more):
        made.close_for_good()
        made.deleteLater()


def test_a_column_that_a_later_version_brings_stands_in_its_usual_place(
    services: Any, dialogs: FakeDialogs
) -> None:
    """Between those that the person has moved: behind the one that it follows else."""
    saved = (
        ColumnSettings("cost"),
        ColumnSettings("task", width=222),
        ColumnSettings("of_no_version"),
        ColumnSettings("status"),
        ColumnSettings("took", hidden=True),
        ColumnSettings("started"),
    )
    services.settings.change(tasks_columns=TableSettings(columns=saved))
    window = MainWindow(services, dialogs)
    assert shown_columns(window) == ["NEW", "COST", "TASK", "RESULT", "STATUS", "ENDED", "STARTED"]
    assert window.selection.tasks.columnWidth(TaskColumn.TASK) == 222
    window.close_for_good()
    window.deleteLater()


def test_what_is_always_shown_is_hidden_by_no_file(services: Any, dialogs: FakeDialogs) -> None:
    hidden = tuple(ColumnSettings(name, hidden=True) for name in ("status", "task", "cost"))
    sessions = tuple(ColumnSettings(name, hidden=True) for name in ("state", "verbs"))
    services.settings.change(
        tasks_columns=TableSettings(columns=hidden),
        sessions_columns=TableSettings(columns=sessions),
    )
    window = MainWindow(services, dialogs)
    assert {"STATUS", "TASK"} <= set(shown_columns(window))
    assert "COST" not in shown_columns(window)
    assert not any(window.selection.sessions.isColumnHidden(column) for column in Column)
    window.close_for_good()
    window.deleteLater()


def test_two_clicks_on_its_edge_give_a_column_back(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.sessions
    services.sessions.add(1)
    qapp.processEvents()
    fitted = table.columnWidth(Column.STATE)
    table.horizontalHeader().resizeSection(Column.STATE, 300)
    table.horizontalHeader().sectionHandleDoubleClicked.emit(Column.STATE)
    qapp.processEvents()
    assert table.columnWidth(Column.STATE) == fitted


# -- Tasks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 1900])
def test_task_and_result_share_what_the_figures_leave(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    window.resize(width, 800)
    table = window.selection.tasks
    facts = {"status": TaskStatus.DONE, "cost": "0.072736", "is_new": True}
    add_ended(services, 1, text=LONG * 2, result=LONG * 2, ended_ms=NOW - 90_000_000, **facts)
    qapp.processEvents()
    assert cut_cells(table, *FIGURES) == []
    assert sum(widths(table)) == table.viewport().width()
    task, result = table.columnWidth(TaskColumn.TASK), table.columnWidth(TaskColumn.RESULT)
    assert abs(task - result) <= 1
    assert task > 0.23 * table.viewport().width()


def test_task_and_result_do_not_wander(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.tasks
    before = widths(table)
    done = {"status": TaskStatus.DONE, "is_new": True, "ended_ms": NOW - 90_000_000}
    add_ended(services, 1, text="MX Keys", result=LONG * 2, cost="0.072736", **done)
    qapp.processEvents()
    assert widths(table) == before
    services.sessions.change_task(1, result="$109.99")
    add_ended(services, 2, text=LONG * 2, result="", cost="0.1", **done)
    qapp.processEvents()
    assert widths(table) == before
    table.setColumnHidden(TaskColumn.RESULT, True)
    table.columns.refit()
    qapp.processEvents()
    assert table.columnWidth(TaskColumn.TASK) > 1.9 * before[TaskColumn.TASK]


def test_a_task_column_that_somebody_set_stays(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.tasks
    table.setColumnWidth(TaskColumn.TASK, 222)
    add_ended(services, 1, status=TaskStatus.DONE, text=LONG, result="$1")
    window.resize(1500, 800)
    qapp.processEvents()
    assert table.columnWidth(TaskColumn.TASK) == 222
    assert sum(widths(table)) == table.viewport().width()


# -- does now -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "needs", "text_gets"),
    [
        (308, 400, 120),  # in short supply the news gets more
        (308, 80, 80),  # and all that a short text leaves
        (608, 500, 340),  # with room it gets what can be read at a glance
        (608, 300, 300),
        (70, 400, 70),  # next to nothing would be left
        (0, 400, 0),
    ],
)
def test_news_behind_a_text_do_not_move_it(room: int, needs: int, text_gets: int) -> None:
    assert steady_width(room, needs) == text_gets


@pytest.mark.parametrize("size", [(640, 400), (1280, 800)])
@pytest.mark.parametrize("status", [TaskStatus.PAUSED, TaskStatus.ASKS, TaskStatus.WORKING])
def test_a_countdown_is_whole(
    window: MainWindow,
    services: Any,
    painted: list[str],
    size: tuple[int, int],
    status: TaskStatus,
) -> None:
    window.resize(*size)
    services.sessions.add(1, status=status, unproven=CommandVerb.PAUSE)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.UNDO, due_ms=NOW + 2_900)
    QApplication.processEvents()
    window.selection.sessions.grab()
    assert "Terminating in 3 s" in painted
    assert not [text for text in painted if text.startswith("pau") and text.endswith("…")]


def test_what_the_agent_does_begins_where_it_began(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """Long or short, it leaves the task's text as it is."""
    table, live = window.selection.sessions, services.live
    services.sessions.add(1, text=LONG)
    live.set_doing(1, "wait")
    qapp.processEvents()
    place = table.visualRect(table.rows.index(0, Column.TASK))
    same = place.width() * 0.4 + table.fontMetrics().horizontalAdvance("· wait")
    place.setWidth(round(same))
    before = table.viewport().grab(place).toImage()
    live.set_doing(1, "wait: the third result of the list of pharmacies")
    table.viewport().repaint()
    assert table.viewport().grab(place).toImage() == before
