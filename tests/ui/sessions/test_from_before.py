"""A row of Sessions says what was open before this start, and what keeps it from being ended."""

from typing import Any

from PySide6.QtCore import Qt

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Recovered
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.table.model import Role
from tests.kit.tables import SPOKEN, cell_text, read_tip

TIP = Qt.ItemDataRole.ToolTipRole


def test_what_was_open_before_is_marked_and_nothing_else(window: MainWindow, services: Any) -> None:
    rows = window.selection.session_rows
    for key in (1, 2):
        services.sessions.add(key)
    window.show_recovered(Recovered(sessions=(1,), tasks=frozenset({1})))
    cells = [cell_text(rows, key, Column.SESSION, Role.CELL) for key in (1, 2)]
    assert not any(cell.glyph for cell in cells), "it would move the name"
    assert cell_text(rows, 1, Column.SESSION, SPOKEN) == "shop.example 1, from before"
    assert "From before" in read_tip(cell_text(rows, 1, Column.SESSION, TIP))
    assert cell_text(rows, 2, Column.SESSION, SPOKEN) == "shop.example 2"
    assert window.app_actions.can(1, CommandVerb.TERMINATE)


def test_its_state_is_not_known_before_the_service_has_answered(
    window: MainWindow, services: Any
) -> None:
    rows, sessions = window.selection.session_rows, services.sessions
    for key in (1, 2):
        sessions.add(key)
    sessions.add(3, phase=Phase.CLOSED, status=TaskStatus.DONE)
    sessions.add(4, status=TaskStatus.ASKS)
    sessions.set_asking(1, 2, 3, 4)
    window.show_recovered(Recovered(sessions=(1, 3, 4), tasks=frozenset({1, 3, 4})))
    window.main_menu.ended.trigger()
    states = [cell_text(rows, key, Column.STATE) for key in (1, 2, 3, 4)]
    assert states == ["Not known yet", "Running", "Closed", "Needs you"]
    assert cell_text(rows, 1, Column.STATE, SPOKEN) == "Not known yet"
    sessions.set_missing(1)
    assert cell_text(rows, 1, Column.STATE) == "Not found · looking again"
    sessions.set_missing()
    sessions.set_asking()
    assert cell_text(rows, 1, Column.STATE) == "Running"


def test_a_session_whose_task_was_never_sent_says_so(window: MainWindow, services: Any) -> None:
    rows, sessions = window.selection.session_rows, services.sessions
    sessions.add(1, status=TaskStatus.QUEUED, sent_ms=None)
    sessions.add(2, status=TaskStatus.DONE)
    cell = cell_text(rows, 1, Column.STATE, Role.CELL)
    assert (cell.text, cell.severity) == ("No task sent · still billing", Severity.PLAIN)
    assert cell.spoken.startswith("No task sent, still billing")
    assert read_tip(cell_text(rows, 1, Column.STATE, TIP)).startswith(
        "No task sent 0:30 · still billing"
    )
    assert cell_text(rows, 2, Column.STATE) == "Idle · still billing"
    sessions.change_task(1, status=TaskStatus.WORKING)
    assert cell_text(rows, 1, Column.STATE) == "Running"


def test_what_cannot_be_ended_with_this_key_says_why(window: MainWindow, services: Any) -> None:
    rows, sessions = window.selection.session_rows, services.sessions
    services.settings.change(show_ended=True)
    sessions.not_ours.add(1)
    sessions.add(1)
    why = "opened with another key"
    assert cell_text(rows, 1, Column.TASK, Role.CELL).tail == f"· {why}"
    assert cell_text(rows, 1, Column.TASK, SPOKEN) == f"Task 1, {why}"
    assert "Enter that key to end it." in read_tip(cell_text(rows, 1, Column.TASK, TIP))
    sessions.change_session(1, phase=Phase.CLOSED, ended_ms=services.clock.now_ms())
    assert cell_text(rows, 1, Column.TASK, Role.CELL).tail == ""
