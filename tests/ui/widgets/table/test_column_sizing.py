"""Widths of columns: content changes none, the texts get the rest, a choice of the person stays."""

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Diff, WaitReason
from enigma_panel.store.settings import ColumnSettings, TableSettings
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.tasks.model import Column as TaskColumn
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.table.column_sizing import TEXT_LEAST, TEXT_POOR
from enigma_panel.ui.widgets.table.delegates import TAIL_GAP, cell_width, steady_width
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


# -- what stands in them --------------------------------------------------------------------------


def test_a_task_is_cut_only_where_it_and_what_the_agent_does_have_no_room_together() -> None:
    room = 700 + TAIL_GAP
    assert steady_width(room, 500, 200) == 500
    cut = steady_width(room, 500, 201)
    assert cut < 500
    assert {steady_width(room, 500, tail) for tail in (300, 900)} == {cut}


@pytest.mark.parametrize("width", [640, 760, 1280, 1900])
def test_verbs_are_in_view_and_figures_whole_at_each_width(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    """Names, bars and states give way where the window is narrow."""
    window.resize(width, 800)
    services.sessions.add(1, status=TaskStatus.STARTING, phase=Phase.STARTING, left_s=289)
    services.sessions.add(2, cost="12.345678", text=LONG, result=LONG)
    services.sessions.change_session(2, site="a-name-that-goes-on-and-on-for-long.example")
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
        assert table.isColumnHidden(text) or table.columnWidth(text) >= TEXT_LEAST


@pytest.mark.parametrize("width", [640, 760, 900, 1280, 1900])
def test_the_bar_gives_way_first_then_the_task(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    """Never what a session is called, nor that it costs money while nothing works."""
    window.resize(width, 800)
    services.settings.change(show_ended=True)
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=NOW, cost="0.0212")
    services.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
    services.sessions.add(2, status=TaskStatus.DONE, ended_ms=NOW, cost="0.0212")
    qapp.processEvents()
    table = window.selection.sessions

    def fits(key: int, column: Column, **left_out: Any) -> bool:
        row = table.rows.row_of(key)
        assert row is not None
        cell = replace(table.rows.index(row, column).data(Role.CELL), **left_out)
        return cell_width(cell, table.table_font) <= table.columnWidth(column)

    for key in (1, 2):
        assert fits(key, Column.STATE, tail="")
        assert fits(key, Column.SESSION)
        assert fits(key, Column.COST)
    bar, task = fits(2, Column.LEFT), not table.isColumnHidden(Column.TASK)
    assert (bar, task) == (width == 1900, width >= 760)
    assert not task or table.columnWidth(Column.TASK) >= theme.scaled(TEXT_POOR)


def settle(qapp: QApplication) -> None:
    for _ in range(5):  # what a new width changes comes with the next turn
        qapp.processEvents()


@pytest.mark.parametrize("width", range(1000, 1020, 4))
def test_a_scroll_bar_at_the_side_brings_none_below(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    window.resize(width, 800)
    services.sessions.add(1)
    settle(qapp)
    table, bar = window.selection.sessions, window.selection.sessions.horizontalScrollBar()
    before = widths(table), table.viewport().height(), bar.isVisible()
    for key in range(2, 13):
        services.sessions.add(key)
    settle(qapp)
    assert table.verticalScrollBar().maximum() > 0
    assert (widths(table), table.viewport().height(), bar.isVisible()) == before


def test_no_content_changes_a_width(window: MainWindow, services: Any, qapp: QApplication) -> None:
    tables, sessions = (window.selection.sessions, window.selection.tasks), services.sessions
    sessions.add(50)
    qapp.processEvents()
    before = [widths(table) for table in tables]
    sessions.change_session(50, site="short", phase=Phase.CLOSED, ended_ms=0)
    done = {"status": TaskStatus.DONE, "is_new": True, "ended_ms": NOW - 90_000_000}
    add_ended(services, 1, text=LONG * 2, result=LONG * 2, cost="123456.123456", **done)
    for key, status in enumerate(TaskStatus, start=2):
        sessions.add(key, status=status, text=LONG, cost="123456.123456")
        sessions.change_session(key, site="a-name-that-goes-on-and-on-for-long.example")
    sessions.add(40, status=TaskStatus.PAUSED)
    sessions.set_pending(40, CommandVerb.TERMINATE, WaitReason.BUDGET, sent_live=True)
    qapp.processEvents()
    assert [widths(table) for table in tables] == before


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
    columns = window.selection.tasks.columns.settings().columns
    return [column.key.upper() for column in columns if not column.hidden]


def test_columns_are_as_the_person_left_them(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    table = window.selection.tasks
    table.horizontalHeader().resizeSection(TaskColumn.TOOK, 144)
    for column, shown in ((TaskColumn.SITE, True), (TaskColumn.ENDED, False)):
        table.columns.show_column(column, shown=shown)
    table.columns.show_column(TaskColumn.TOOK, shown=False)
    window.save_layout()
    again = MainWindow(services, dialogs)
    assert shown_columns(again) == ["STATUS", "TASK", "RESULT", "COST", "SITE"]
    again.selection.tasks.setColumnHidden(TaskColumn.TOOK, False)
    assert again.selection.tasks.columnWidth(TaskColumn.TOOK) == 144
    again.save_layout()
    once_more = MainWindow(services, dialogs)
    assert shown_columns(once_more) == shown_columns(again)
    for made in (again, once_more):
        made.close_for_good()
        made.deleteLater()


def test_columns_that_an_earlier_version_moved_stand_in_their_usual_places(
    services: Any, dialogs: FakeDialogs
) -> None:
    moved = ("cost", "task", "of_no_version", "status", "took")
    saved = tuple(ColumnSettings(name, hidden=name == "took") for name in moved)
    services.settings.change(tasks_columns=TableSettings(columns=saved))
    window = MainWindow(services, dialogs)
    assert shown_columns(window) == ["STATUS", "TASK", "RESULT", "COST", "ENDED"]
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
    table.columns.show_column(TaskColumn.TOOK, shown=True)
    assert (shown_at(700), shown_at(1280)) == ([True, False], [True, True])
    window.resize(760, 800)
    qapp.processEvents()
    hidden = {column.key for column in table.columns.settings().columns if column.hidden}
    assert hidden.isdisjoint({"took", "ended"})
