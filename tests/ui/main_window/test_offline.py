"""Without a connection the status bar says since when; what may be old is grey."""

from typing import Any

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.tasks import model as tasks_model
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.task import task_summary
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.table.model import KeyedTableModel, Role
from tests.kit.builders import a_task
from tests.kit.clock import NOW
from tests.kit.person import shown_texts
from tests.kit.tables import cell_text

DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole
OFFLINE = f"Service not reachable since {local_time(NOW)}. This is the last known state."


def lose(services: Any) -> None:
    services.health.lose(services.clock.now)


def come_back(services: Any) -> None:
    services.health.come_back()


def pass_ms(window: MainWindow, services: Any, ms: int) -> None:
    services.clock.now += ms
    window._tick()


def cell(model: KeyedTableModel, key: int, column: int) -> Cell:
    found = cell_text(model, key, column, Role.CELL)
    assert isinstance(found, Cell)
    return found


@pytest.fixture
def working(window: MainWindow, services: Any) -> MainWindow:
    """Three sessions at work, and a task that failed before."""
    for key in (1, 2, 3):
        services.sessions.add(key, since_ms=NOW - 40_000, sent_ms=NOW - 40_000)
    services.sessions.add(4, status=TaskStatus.FAILED, ended_ms=NOW - 5_000)
    return window


# -- the status bar ------------------------------------------------------------------------------


def test_the_status_bar_says_since_when_and_when_it_is_tried_again(
    working: MainWindow, services: Any
) -> None:
    line = working.status_bar
    assert (line.words.text(), line.property("role")) == ("Connected", "status")
    services.health.next_try_ms = NOW + 7_500
    lose(services)
    assert (line.words.text(), line.property("role")) == (f"{OFFLINE} Next try in 8 s.", "offline")
    pass_ms(working, services, 3_000)
    assert line.words.text() == f"{OFFLINE} Next try in 5 s."
    pass_ms(working, services, 60_000)  # a try is under way
    assert line.words.text() == OFFLINE
    come_back(services)
    assert (line.words.text(), line.property("role")) == ("Connected", "status")


def test_where_nothing_was_heard_it_is_not_said_of_when_the_state_is(
    working: MainWindow, services: Any
) -> None:
    services.health.lose(services.clock.now, heard=False)
    assert working.status_bar.words.text() == f"Service not reachable since {local_time(NOW)}."
    for model in (working.selection.session_rows, working.selection.task_rows):
        said = [cell(model, 1, column).hint for column in range(model.columnCount())]
        assert "Service not reachable." in "\n".join(said)
        assert "last known at" not in "\n".join(said)


def test_its_tip_says_how_many_browsers_are_free_and_of_when_that_is(window: MainWindow) -> None:
    line = window.status_bar
    assert "12 browsers are free, 2 s ago." in line.toolTip()
    assert line.words.accessibleDescription() == line.toolTip()


# -- the rows -------------------------------------------------------------------------------------


def test_rows_are_grey_and_say_of_when_they_are(working: MainWindow, services: Any) -> None:
    sessions, tasks = working.selection.session_rows, working.selection.task_rows
    services.sessions.change_task(1, status=TaskStatus.ASKS)
    before = cell(sessions, 1, Column.STATE)
    assert (before.severity, before.bold) == (Severity.AMBER, True)
    lose(services)
    for column in set(Column) - {Column.LEFT}:
        old = cell(sessions, 1, column)
        assert (old.severity, old.mark, old.bold) == (Severity.DIM, Severity.DIM, False)
    assert cell(tasks, 2, tasks_model.Column.STATUS).mark is Severity.DIM
    assert f"last known at {local_time(NOW)}" in cell_text(sessions, 1, Column.TASK, DESCRIPTION)
    failed = cell(tasks, 4, tasks_model.Column.STATUS)
    assert failed.severity is Severity.RED  # that is how it ended, whatever the connection does
    come_back(services)
    assert cell(sessions, 1, Column.STATE) == before


def test_clocks_stop_but_the_time_left(working: MainWindow, services: Any) -> None:
    sessions, tasks = working.selection.session_rows, working.selection.task_rows
    details = working.details
    working.selection.show_session(1)
    lose(services)
    assert cell(sessions, 1, Column.LEFT).text == "3:20 left"
    pass_ms(working, services, 20_000)
    assert cell(sessions, 1, Column.STATE).tail == "0:40"
    assert cell(tasks, 1, tasks_model.Column.TOOK).text == "0:40"
    assert shown_texts(details.head).endswith(f"Running\nas of {local_time(NOW)}")
    assert cell(sessions, 1, Column.LEFT).text == "3:00 left"
    come_back(services)
    working._tick()
    assert cell(sessions, 1, Column.STATE).tail == "1:00"
    assert cell(tasks, 1, tasks_model.Column.TOOK).text == "1:00"
    assert details.head.note.text() == ""


def test_the_clock_of_a_task_that_waits_here_goes_on_whatever_tries_there_were() -> None:
    queued_ms, tried_ms = NOW + 60_000, NOW + 590_000
    task = a_task(1, status=TaskStatus.QUEUED, since_ms=tried_ms, created_ms=queued_ms)
    assert task_summary(task, None, NOW + 600_000).startswith("Queued 9:00")


def test_all_rows_are_painted_anew_when_it_is_lost_and_back(
    working: MainWindow, services: Any
) -> None:
    for model in (working.selection.session_rows, working.selection.task_rows):
        painted: list[int] = []
        model.dataChanged.connect(lambda *_args, told=painted: told.append(1))
        lose(services)
        assert len(painted) == 1
        services.health.changed.emit()  # the next try is due
        assert len(painted) == 1
        come_back(services)
        assert len(painted) == 2
