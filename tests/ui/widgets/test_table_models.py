"""The models: changed by difference only, in the right order, with words for every cell."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.sessions.model import ASSUMED_STAY_MS, ENDED_STAY_MS, Column, SessionsModel
from enigma_panel.ui.tasks.model import Column as TaskColumn, TasksModel
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.model import Role
from tests.kit.builders import ID, LINK
from tests.kit.clock import NOW
from tests.kit.fakes import FakeSessions
from tests.kit.tables import SPOKEN, STRICT, cell_text


@pytest.fixture
def session_rows(services: Any, hold: PointerHold) -> SessionsModel:
    model = SessionsModel(services, hold)
    model.tester = QAbstractItemModelTester(model, STRICT)  # type: ignore[attr-defined]
    return model


@pytest.fixture
def tasks(services: Any, hold: PointerHold) -> TasksModel:
    model = TasksModel(services, hold)
    services.queue.changed.connect(model.follow_queue)
    model.tester = QAbstractItemModelTester(model, STRICT)  # type: ignore[attr-defined]
    return model


def test_sessions_stand_in_the_order_of_their_start_whatever_becomes_of_them(
    services: Any, session_rows: SessionsModel
) -> None:
    sessions: FakeSessions = services.sessions
    for key in (1, 2, 3, 4, 5):
        sessions.add(key, left_s=100 + key)
        sessions.change_session(key, expires_ms=NOW + 100_000 - key)
    sessions.change_session(2, created_ms=NOW + 1)  # it was in the queue for longer
    shown = [1, 3, 4, 5, 2]
    assert session_rows.keys() == shown
    for key, status in ((4, TaskStatus.ASKS), (3, TaskStatus.PAUSED), (5, TaskStatus.DONE)):
        sessions.change_task(key, status=status)
        assert session_rows.keys() == shown
    assert session_rows.needs_you(4)
    sessions.change_task(4, status=TaskStatus.WORKING)
    assert not session_rows.needs_you(4)


def test_what_the_program_answers_needs_nobody(
    services: Any, session_rows: SessionsModel, tasks: TasksModel
) -> None:
    services.sessions.add(1, status=TaskStatus.ASKS, question="Your login?")
    for answering, word in (({1}, "Answering"), (set(), "Needs you")):
        services.sessions.answering = answering
        services.sessions.change_task(1)
        assert session_rows.cell(1, Column.STATE).text == word
        assert tasks.cell(1, TaskColumn.STATUS).text == word
        assert session_rows.needs_you(1) == tasks.needs_you(1) == (not answering)


def test_a_failed_start_leaves_no_row(services: Any, session_rows: SessionsModel) -> None:
    """Its task says so; nothing was ever open."""
    services.sessions.add(1, phase=Phase.STARTING, status=TaskStatus.STARTING)
    services.sessions.change_session(1, service_id=None)
    assert session_rows.keys() == [1]
    services.sessions.change_session(1, phase=Phase.FAILED, ended_ms=NOW)
    assert session_rows.keys() == []
    session_rows.set_show_ended(True)
    assert session_rows.keys() == []
    services.sessions.change_session(1, service_id="one that was open and failed")
    assert session_rows.keys() == [1]


def test_ended_rows_leave_at_once_unless_selected_and_are_counted_for_a_while(
    services: Any, session_rows: SessionsModel
) -> None:
    sessions: FakeSessions = services.sessions
    for key in (1, 2, 3, 4):
        sessions.add(key)
    session_rows.set_pinned(frozenset({2}))
    for key, phase in ((1, Phase.CLOSED), (2, Phase.CLOSED), (3, Phase.CLOSED_ASSUMED)):
        sessions.change_session(key, phase=phase, ended_ms=NOW)
    assert (session_rows.keys(), session_rows.count_ended()) == ([2, 4], (1, 1))
    session_rows.set_show_ended(True)
    assert (session_rows.keys(), session_rows.count_ended()) == ([2, 4, 1, 3], (2, 1))
    session_rows.set_show_ended(False)
    services.clock.now += ENDED_STAY_MS
    assert session_rows.count_ended() == (0, 1)
    services.clock.now += ASSUMED_STAY_MS
    assert session_rows.count_ended() == (0, 0)
    session_rows.set_pinned(frozenset())
    session_rows.tick(range(2))
    assert session_rows.keys() == [4]


def test_while_held_nothing_moves_and_new_rows_come_last(
    services: Any, session_rows: SessionsModel, hold: PointerHold
) -> None:
    sessions: FakeSessions = services.sessions
    sessions.add(1, left_s=100)
    sessions.add(2, left_s=150)
    hold.aim()
    sessions.change_session(1, phase=Phase.CLOSED, ended_ms=NOW)
    sessions.add(3)
    assert (session_rows.keys(), session_rows.count_ended()) == ([1, 2, 3], (0, 0))
    assert cell_text(session_rows, 1, Column.STATE) == "Closed"
    hold.leave()
    assert (session_rows.keys(), session_rows.count_ended()) == ([2, 3], (1, 0))


def test_cells_of_a_session(services: Any, session_rows: SessionsModel) -> None:
    sessions: FakeSessions = services.sessions
    sessions.add(1, status=TaskStatus.PAUSED, left_s=80)
    assert cell_text(session_rows, 1, Column.STATE) == "Pause sent · still billing"
    said = "Pause sent, not confirmed, still billing, 30 s"
    assert cell_text(session_rows, 1, Column.STATE, SPOKEN) == said
    sessions.change_task(1, pause_confirmed=True)
    assert cell_text(session_rows, 1, Column.STATE) == "Paused · still billing"
    assert cell_text(session_rows, 1, Column.SESSION) == "shop.example 1"
    assert cell_text(session_rows, 1, Column.LEFT) == "1:20 left"
    assert cell_text(session_rows, 1, Column.COST) == "…"
    assert cell_text(session_rows, 1, Column.COST, SPOKEN) == "pending"
    sessions.change_session(1, opened_ms=None)
    assert cell_text(session_rows, 1, Column.LEFT) == "≈ 1:20 left"
    sessions.set_pending(1, CommandVerb.RESUME, WaitReason.SENDING)
    assert cell_text(session_rows, 1, Column.STATE, Role.CELL).tail == "Resuming…"


def test_no_cell_holds_a_secret(
    services: Any, session_rows: SessionsModel, tasks: TasksModel
) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, result="fine")
    for model in (session_rows, tasks):
        for column in range(model.columnCount()):
            for role in (*Qt.ItemDataRole, *Role):
                said = repr(model.index(0, column).data(int(role)))
                assert ID not in said
                assert LINK not in said


def test_tasks_are_newest_first_and_new_until_seen(services: Any, tasks: TasksModel) -> None:
    sessions: FakeSessions = services.sessions
    sessions.add(1, status=TaskStatus.DONE, result="first\nsecond", is_new=True, ended_ms=NOW)
    sessions.add(2, cost="0.0214")
    assert tasks.keys() == [2, 1]
    assert cell_text(tasks, 1, TaskColumn.RESULT) == "first second"
    assert cell_text(tasks, 1, TaskColumn.STATUS, SPOKEN) == "Done, new"
    assert cell_text(tasks, 1, TaskColumn.STATUS, Role.CELL).dot
    assert cell_text(tasks, 1, TaskColumn.RESULT, Role.CELL).bold
    assert cell_text(tasks, 2, TaskColumn.COST) == "$0.021"
    assert cell_text(tasks, 2, TaskColumn.RESULT) == "…"
    sessions.change_task(1, is_new=False)
    assert cell_text(tasks, 1, TaskColumn.STATUS, SPOKEN) == "Done"


def test_no_site_is_made_up(services: Any, tasks: TasksModel) -> None:
    services.sessions.add(1)
    services.sessions.change_session(1, site="session")
    assert cell_text(tasks, 1, TaskColumn.SITE) == "–"
    services.sessions.change_session(1, site="shop.example")
    assert cell_text(tasks, 1, TaskColumn.SITE) == "shop.example"


def test_an_old_task_says_that_it_is_being_loaded(services: Any, tasks: TasksModel) -> None:
    sessions: FakeSessions = services.sessions
    sessions.add(1)
    sessions.tasks[1], task = None, sessions.tasks[1]  # type: ignore[assignment]
    assert tasks.cell_to_paint(0, TaskColumn.TASK).spoken == "loading"
    sessions.tasks[1] = task
    heard: list[int] = []
    tasks.dataChanged.connect(lambda first, _: heard.append(first.row()))
    for _ in range(2):  # as a whole, and once: nobody looked for it again
        sessions.loaded.emit(frozenset({1}))
        assert heard == [0]
    assert cell_text(tasks, 1, TaskColumn.TASK) == "Task 1"
