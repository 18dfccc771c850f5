"""Widths of columns: content changes none, the texts get the rest, a choice of the person stays."""

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Diff, WaitReason
from enigma_panel.store.settings import ColumnSettings, TableSettings
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.tasks.model import Column as TaskColumn
from enigma_panel.ui.widgets.table.column_sizing import TEXT_LEAST
from enigma_panel.ui.widgets.table.delegates import STEADY_TEXT, cell_width, steady_width
from enigma_panel.ui.widgets.table.model import Role
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs

LONG = "Research opening hours of 12 pharmacies near Alexanderplatz, as a table with names"
FIGURES = (TaskColumn.STATUS, TaskColumn.COST)
TIMES = (TaskColumn.TOOK, TaskColumn.ENDED)


def cut_cells(table: KeyedTable, *columns: int) -> list[str]:
    """The cells of these columns that have less room than they need."""
    found = []
    for column in columns:
        for row in range(table.rows.rowCount()):
            cell = table.rows.index(row, column).data(Role.CELL)
            if cell_width(replace(cell, bar=None), table.table_font) > table.columnWidth(column):
                found.append(cell.text)
    return found


def widths(table: KeyedTable) -> list[int]:
    header = table.horizontalHeader()
    return [header.sectionSize(column) for column in range(header.count())]


def room(table: KeyedTable) -> int:
    """The room for columns beside that of the scroll bar, which is not needed now."""
    assert not table.verticalScrollBar().isVisible()
    return table.viewport().width() - table.verticalScrollBar().sizeHint().width()


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


# -- what stands in them --------------------------------------------------------------------------


@pytest.mark.parametrize("width", [640, 760, 1280, 1900])
def test_verbs_are_in_view_and_figures_whole_at_each_width(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    """Names, bars and states give way where the window is narrow."""
    window.resize(width, 800)
    services.sessions.add(1, status=TaskStatus.STARTING, phase=Phase.STARTING, left_s=289)
    services.sessions.add(2, cost="12.345678", text=LONG, result=LONG)
    services.sessions.change_session(2, label="a name that somebody has chosen and that goes on")
    qapp.processEvents()
    sessions, tasks = window.selection.sessions, window.selection.tasks
    row = sessions.rows.row_of(1)
    assert row is not None
    assert sessions.rows.index(row, Column.LEFT).data() == "≈ 4:49 left"
    assert cut_cells(sessions, Column.LEFT, Column.COST) == []
    shown = [column for column in TIMES if not tasks.isColumnHidden(column)]
    assert shown == (list(TIMES) if width >= 1280 else [])
    assert cut_cells(tasks, *FIGURES, *shown) == []
    for table, text in ((sessions, Column.TASK), (tasks, TaskColumn.RESULT)):
        assert sum(widths(table)) == room(table)
        assert table.columnWidth(text) >= TEXT_LEAST


def test_no_content_changes_a_width(window: MainWindow, services: Any, qapp: QApplication) -> None:
    tables = window.selection.sessions, window.selection.tasks
    before = [widths(table) for table in tables]
    sessions = services.sessions
    done = {"status": TaskStatus.DONE, "is_new": True, "ended_ms": NOW - 90_000_000}
    add_ended(services, 1, text=LONG * 2, result=LONG * 2, cost="123456.123456", **done)
    for key, status in enumerate(TaskStatus, start=2):
        sessions.add(key, status=status, text=LONG, cost="123456.123456")
        sessions.change_session(key, label="a name that somebody has chosen and that goes on")
    sessions.add(40, status=TaskStatus.WORKING, unproven=CommandVerb.RESUME)
    sessions.set_pending(40, CommandVerb.TERMINATE, WaitReason.BUDGET, sent_live=True)
    qapp.processEvents()
    assert [widths(table) for table in tables] == before


def test_bars_are_gone_only_where_the_table_is_narrow(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.sessions
    services.sessions.add(1)
    cell = table.rows.index(0, Column.LEFT).data(Role.CELL)
    for size, has_bar in (((1280, 800), True), ((640, 400), False), ((1280, 800), True)):
        window.resize(*size)
        qapp.processEvents()
        assert (cell_width(cell, table.table_font) <= table.columnWidth(Column.LEFT)) is has_bar


def test_the_usual_words_of_states_are_whole(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for key, status in enumerate(TaskStatus, start=1):
        services.sessions.add(key, status=status, text=LONG)
    services.sessions.add(40, status=TaskStatus.PAUSED, unproven=CommandVerb.PAUSE)
    services.sessions.add(41, status=TaskStatus.WORKING, unproven=CommandVerb.RESUME)
    qapp.processEvents()
    assert cut_cells(window.selection.sessions, Column.STATE) == []
    assert cut_cells(window.selection.tasks, TaskColumn.STATUS) == []


def test_task_and_result_share_what_the_others_leave(
    window: MainWindow, qapp: QApplication
) -> None:
    table = window.selection.tasks
    task, result = table.columnWidth(TaskColumn.TASK), table.columnWidth(TaskColumn.RESULT)
    assert abs(task - result) <= 1
    table.setColumnHidden(TaskColumn.RESULT, True)
    table.columns.resize_columns()
    assert table.columnWidth(TaskColumn.TASK) == task + result


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_larger_font_makes_columns_wider(
    window: MainWindow, request: pytest.FixtureRequest, qapp: QApplication
) -> None:
    table = window.selection.tasks
    before = widths(table)
    request.getfixturevalue("large_font")
    qapp.processEvents()
    grown = [column for column in FIGURES if widths(table)[column] > before[column]]
    assert grown == list(FIGURES)


# -- what the person sets -------------------------------------------------------------------------


def test_a_width_that_somebody_set_stays(
    window: MainWindow, services: Any, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    table = window.selection.tasks
    services.sessions.add(1)
    qapp.processEvents()
    table.horizontalHeader().resizeSection(TaskColumn.STATUS, 123)
    services.sessions.change_task(1, status=TaskStatus.PAUSED)
    services.sessions.add(2)
    window.resize(1100, 700)
    qapp.processEvents()
    assert table.columnWidth(TaskColumn.STATUS) == 123
    window.save_layout()
    again = MainWindow(services, dialogs)
    again.show()
    qapp.processEvents()
    assert again.selection.tasks.columnWidth(TaskColumn.STATUS) == 123
    again.close_for_good()
    again.deleteLater()


def shown_columns(window: MainWindow) -> list[str]:
    """Of Tasks, from left to right, with those that give way."""
    columns = window.selection.tasks.columns.settings().columns
    return [column.key.upper() for column in columns if not column.hidden]


def test_columns_stand_where_the_person_put_them(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    table, header = window.selection.tasks, window.selection.tasks.horizontalHeader()
    header.moveSection(header.visualIndex(TaskColumn.COST), 1)
    header.resizeSection(TaskColumn.TOOK, 144)
    for column, shown in ((TaskColumn.SITE, True), (TaskColumn.ENDED, False)):
        table.columns.show_column(column, shown=shown)
    table.columns.show_column(TaskColumn.TOOK, shown=False)
    window.save_layout()
    again = MainWindow(services, dialogs)
    assert shown_columns(again) == ["STATUS", "COST", "TASK", "RESULT", "SITE"]
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
    assert shown_columns(window) == ["COST", "TASK", "RESULT", "STATUS", "ENDED", "STARTED"]
    assert window.selection.tasks.columnWidth(TaskColumn.TASK) == 222
    window.close_for_good()
    window.deleteLater()


def test_what_is_always_shown_is_hidden_by_no_file(services: Any, dialogs: FakeDialogs) -> None:
    hidden = tuple(ColumnSettings(name, hidden=True) for name in ("status", "task", "cost"))
    services.settings.change(tasks_columns=TableSettings(columns=hidden))
    window = MainWindow(services, dialogs)
    assert {"STATUS", "TASK"} <= set(shown_columns(window))
    assert "COST" not in shown_columns(window)
    window.close_for_good()
    window.deleteLater()


def test_times_give_way_where_the_window_is_narrow_unless_they_are_asked_for(
    window: MainWindow, qapp: QApplication
) -> None:
    def shown_at(width: int) -> list[bool]:
        window.resize(width, 800)
        qapp.processEvents()
        return [not table.isColumnHidden(column) for column in TIMES]

    table = window.selection.tasks
    assert (shown_at(1280), shown_at(760)) == ([True, True], [False, False])
    table._show_column(TaskColumn.TOOK, True)
    assert (shown_at(700), shown_at(1280)) == ([True, False], [True, True])
    window.resize(760, 800)
    qapp.processEvents()
    hidden = {column.key for column in table.columns.settings().columns if column.hidden}
    assert hidden.isdisjoint({"took", "ended"})


def test_two_clicks_on_its_edge_give_a_column_back(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.tasks
    services.sessions.add(1)
    qapp.processEvents()
    fitted = table.columnWidth(TaskColumn.STATUS)
    table.horizontalHeader().resizeSection(TaskColumn.STATUS, 300)
    table.horizontalHeader().sectionHandleDoubleClicked.emit(TaskColumn.STATUS)
    qapp.processEvents()
    assert table.columnWidth(TaskColumn.STATUS) == fitted


def test_a_task_column_that_somebody_set_stays(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = window.selection.tasks
    table.setColumnWidth(TaskColumn.TASK, 222)
    add_ended(services, 1, status=TaskStatus.DONE, text=LONG, result="$1")
    window.resize(1500, 800)
    qapp.processEvents()
    assert table.columnWidth(TaskColumn.TASK) == 222
    assert sum(widths(table)) == room(table)


# -- does now -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "needs", "text_gets"),
    [
        (308, 400, 160),  # it can be read
        (250, 400, 250),  # a few letters of news would say nothing
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
    assert not [text for text in painted if text.startswith("Pau") and text.endswith("…")]


def test_the_word_of_a_state_is_whole_where_its_time_has_no_room(
    window: MainWindow, services: Any, painted: list[str]
) -> None:
    window.resize(640, 400)
    services.sessions.add(1, status=TaskStatus.ASKS)
    QApplication.processEvents()
    painted.clear()
    window.selection.sessions.grab()
    assert "Needs you" in painted
    assert "0:30" not in painted


def test_what_the_agent_does_begins_where_it_began(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """Long or short, it leaves the task's text as it is."""
    table, live = window.selection.sessions, services.live
    services.sessions.add(1, text=LONG)
    live.set_doing(1, "wait")
    qapp.processEvents()
    place = table.visualRect(table.rows.index(0, Column.TASK))
    same = STEADY_TEXT + table.fontMetrics().horizontalAdvance("· wait")
    place.setWidth(round(same))
    before = table.viewport().grab(place).toImage()
    live.set_doing(1, "wait: the third result of the list of pharmacies")
    table.viewport().repaint()
    assert table.viewport().grab(place).toImage() == before
