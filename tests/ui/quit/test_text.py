"""What the sheet Quit says."""

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.validation import NO_SITE
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.quitting import quit_plan
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.quit.text import at_quit_line, quit_losses, quit_notes, waiting_text
from enigma_panel.ui.text.states import local_time
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeScope
from tests.kit.rows import check_rows
from tests.kit.world import World

ENDS = local_time(NOW + 300_000)


@pytest.fixture
def world() -> World:
    return World(FakeScope())


def said(world: World) -> list[str]:
    plan = quit_plan(world.services)
    return [at_quit_line(one, NOW)[1] for one in plan.sessions]


def notes(world: World) -> list[str]:
    return quit_notes(quit_plan(world.services))


def test_what_becomes_of_each_session() -> None:
    paused = a_task(1, status=TaskStatus.PAUSED)
    rows: list[tuple[Session, Task | None, str]] = [
        (a_session(1, close_after=True), a_task(1), "Closes when its task is done"),
        (a_session(1), a_task(1), f"Still running, closes by {ENDS}"),
        (
            a_session(1, close_after=True),
            a_task(1, status=TaskStatus.ASKS),
            f"Needs you. Without an answer it closes by {ENDS}",
        ),
        (a_session(1), None, f"Idle · still billing, closes by {ENDS}"),
        (a_session(1, expires_ms=None), None, "Idle · still billing, closes at its time limit"),
        (a_session(1), paused, f"Pause sent · still billing, closes by {ENDS}"),
        (
            a_session(1),
            replace(paused, pause_confirmed=True),
            f"Paused · still billing, closes by {ENDS}",
        ),
        (
            a_session(1, phase=Phase.UNCONFIRMED, service_id=None),
            None,
            f"Unconfirmed. May be running and cost money, closes by {ENDS}",
        ),
        (
            a_session(1, phase=Phase.CONNECTION_LOST),
            a_task(1),
            f"Not found. May be running and cost money, closes by {ENDS}",
        ),
    ]

    def check(session: Session, task: Task | None, words: str) -> None:
        world = World(FakeScope())
        world.sessions.put(replace(session, current_task=1 if task else None), task)
        assert said(world) == [words]

    check_rows(rows, check)


def test_a_command_stands_in_its_session_s_line(world: World) -> None:
    world.sessions.put(a_session(1, current_task=1), a_task(1))
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.KEY)
    assert said(world) == ["Terminate once there is a key"]
    assert notes(world) == ["Unsent commands are sent at the next start."]
    world.sessions.set_pending(1, CommandVerb.STOP, WaitReason.KEY)
    assert said(world) == [f"Still running, closes by {ENDS} · Stop once there is a key"]
    world.sessions.set_pending(1, CommandVerb.STOP, WaitReason.SENDING)
    assert notes(world) == []


def test_a_command_that_the_ledger_lacks_is_not_promised(world: World) -> None:
    world.sessions.put(a_session(1))
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.BUDGET, is_kept=False)
    world.writer.is_failing = True
    assert quit_losses(quit_plan(world.services)) == [
        "The history can't be saved. Quitting now loses recent entries.",
        "Terminate for amazon.com 1 can't be saved. If you quit now, it is lost.",
    ]


def test_a_task_without_a_name_would_lose_its_result(world: World) -> None:
    """Also one that asks: the live channel reports questions without naming the task."""
    for status in (TaskStatus.STARTING, TaskStatus.ASKS):
        task = a_task(1, status=status, service_id=None, text="Buy one hub")
        world.sessions.put(a_session(1, current_task=1), task)
        lost = "If you quit now, the result of “Buy one hub” is lost."
        assert quit_losses(quit_plan(world.services)) == [lost]


def test_a_task_is_named_where_the_name_of_its_session_says_nothing_of_it(world: World) -> None:
    world.sessions.put(a_session(1, site=NO_SITE, current_task=1), a_task(1, text="{time} {0}"))
    assert said(world) == [f"Still running, closes by {ENDS} · {{time}} {{0}}"]
    world.sessions.change_session(1, site="mail.example")
    assert said(world) == [f"Still running, closes by {ENDS}"]


def test_queued_tasks_stay_and_offline_is_said(world: World) -> None:
    world.queue.put(9, why=WaitReason.NO_SLOT)
    world.health.unreachable_since_ms = NOW
    assert notes(world) == [
        f"Service not reachable since {local_time(NOW)}. This is the last known state.",
        "1 task stays queued.",
    ]


def test_what_the_program_waits_for() -> None:
    assert waiting_text(2, 0) == "Quits when 2 tasks are done."
    assert waiting_text(1, 1) == "Quits when 1 task is done and 1 session is closed."
    assert waiting_text(0, 0) == "Quits when the history can be saved."
