"""The models: changed by difference only, in the right order, with words for every cell."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.sessions.model import ENDED_STAY_MS, Column, SessionsModel
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
    sessions.change_session(3, phase=Phase.CLOSED, ended_ms=NOW)
    assert session_rows.keys() == shown


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


def test_ended_rows_leave_after_30_s_unless_selected_or_held(
    services: Any, session_rows: SessionsModel, hold: PointerHold
) -> None:
    sessions: FakeSessions = services.sessions
    for key in (1, 2, 3):
        sessions.add(key)
        sessions.change_session(key, phase=Phase.ENDED_BY_YOU, ended_ms=NOW)
    session_rows.set_pinned(frozenset({2}))
    services.clock.now += 29_000
    session_rows.tick(range(3))
    assert len(session_rows.keys()) == 3
    hold.aim()
    services.clock.now += 2_000
    session_rows.tick(range(3))
    assert len(session_rows.keys()) == 3
    hold.leave()
    assert session_rows.keys() == [2]
    session_rows.set_show_ended(True)
    assert sorted(session_rows.keys()) == [1, 2, 3]


def test_without_room_the_oldest_ended_rows_leave_at_once_unless_selected_or_held(
    services: Any, session_rows: SessionsModel, hold: PointerHold
) -> None:
    sessions: FakeSessions = services.sessions
    session_rows.room = 3
    for key, ended_ms in ((1, NOW + 3), (2, NOW + 2), (3, NOW + 1)):
        sessions.add(key)
        sessions.change_session(key, phase=Phase.CLOSED, ended_ms=ended_ms)
    assert session_rows.keys() == [1, 2, 3]
    session_rows.set_pinned(frozenset({3}))
    hold.aim()
    sessions.add(4)
    assert session_rows.keys() == [1, 2, 3, 4]
    hold.leave()
    assert session_rows.keys() == [1, 3, 4]
    session_rows.set_pinned(frozenset())
    for key in (5, 6):
        sessions.add(key)
    assert session_rows.keys() == [4, 5, 6]
    sessions.add(7)
    assert session_rows.keys() == [4, 5, 6, 7], "what is open stays"
    session_rows.set_show_ended(True)
    assert len(session_rows.keys()) == 7


def test_an_ended_row_stays_as_long_as_the_pointer_is_over_the_table(
    services: Any, session_rows: SessionsModel
) -> None:
    services.sessions.add(1)
    services.sessions.change_session(1, phase=Phase.ENDED_BY_YOU, ended_ms=NOW)
    session_rows.is_pointed_at = lambda: True
    services.clock.now += 10 * ENDED_STAY_MS
    session_rows.tick(range(1))
    assert session_rows.keys() == [1]
    session_rows.is_pointed_at = lambda: False
    session_rows.tick(range(1))
    assert session_rows.keys() == []


def test_while_held_nothing_moves_and_new_rows_come_last(
    services: Any, session_rows: SessionsModel, hold: PointerHold
) -> None:
    sessions: FakeSessions = services.sessions
    sessions.add(1, left_s=100)
    sessions.add(2, left_s=150)
    hold.aim()
    ended = {"phase": Phase.CLOSED, "ended_ms": NOW - ENDED_STAY_MS}
    sessions.change_session(1, **ended)
    sessions.add(3)
    assert session_rows.keys() == [1, 2, 3]
    assert cell_text(session_rows, 1, Column.STATE) == "Closed"
    hold.leave()
    assert session_rows.keys() == [2, 3]


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
    assert cell_text(session_rows, 1, Column.STATE, Role.CELL).tail == "sending Resume…"


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
