"""What the 'Quit' dialog says."""

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import PendingCommand, WaitReason
from enigma_panel.ui.quit.text import quit_report, session_row, waiting_text
from enigma_panel.ui.text.states import local_time
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW

STOP = CommandVerb.STOP
ENDS = local_time(NOW + 300_000)


def report(*pairs: tuple[Session, Task | None]) -> tuple[str, ...]:
    """The lines for these sessions at noon."""
    sessions = [session for session, _ in pairs]
    tasks = {session.key: task for session, task in pairs if task is not None}
    return quit_report(sessions, tasks, NOW).lines


def working(key: int, *, close_after: bool) -> tuple[Session, Task]:
    return a_session(key, close_after=close_after, current_task=key), a_task(
        key, text="List keyboards"
    )


def test_sessions_that_close_by_themselves() -> None:
    lines = report(working(1, close_after=True), working(2, close_after=True))
    assert lines == ("2 sessions close by themselves when their task is done.",)


def test_one_that_stays_open_after_its_task() -> None:
    assert report(working(1, close_after=False)) == (
        f"1 works and stays open, until {ENDS} at the latest.",
    )


def test_an_idle_one_says_when_it_ends() -> None:
    assert report((a_session(1), None)) == (f"1 is idle and ends by {ENDS} at the latest.",)


def test_nobody_answers_while_the_program_is_closed() -> None:
    asks = TaskStatus.ASKS
    one = (a_session(1, close_after=True, current_task=1), a_task(1, status=asks))
    other = (a_session(2, close_after=False, current_task=2), a_task(2, status=asks))
    (said,) = report(one)
    assert said == (
        "1 agent waits for an answer that nobody can give while the program is closed; it ends "
        f"by {ENDS} at the latest."
    )
    closes, said = report(one, other, working(3, close_after=True))
    assert closes == "1 session closes by itself when its task is done."
    assert said == (
        "2 agents wait for answers that nobody can give while the program is closed; they end "
        f"by {ENDS} at the latest."
    )


def test_paused_ones() -> None:
    """Nothing confirms most pauses."""
    pause = a_task(1, status=TaskStatus.PAUSED)
    sure = replace(pause, pause_confirmed=True)
    for task, word in ((pause, "may be"), (sure, "is")):
        pair = (a_session(1, current_task=1), task)
        assert report(pair) == (f"1 {word} paused and ends by {ENDS} at the latest.",)


def test_an_end_that_nobody_knows() -> None:
    assert report((a_session(1, expires_ms=None), None)) == (
        "1 is idle and ends at the time limit.",
    )


def test_an_unconfirmed_start_may_cost() -> None:
    lines = report((a_session(1, phase=Phase.UNCONFIRMED, service_id=None), None))
    assert lines == (
        f"1 start is unconfirmed: it may be running and cost money, until {ENDS} at the latest.",
    )


def test_an_unnamed_task_is_named_here_and_waited_for() -> None:
    session, task = (
        a_session(1, close_after=True, current_task=1),
        a_task(1, text="MX Keys", service_id=None, sent_ms=NOW - 12_000),
    )
    found = quit_report([session], {1: task}, NOW)
    assert found.lines[-1] == (
        "“MX Keys” is not named yet: if you quit now, its result cannot be fetched."
    )
    assert (found.unnamed, found.wait_ms) == (1, 38_000)


def test_a_task_that_no_reply_will_name_is_not_waited_for() -> None:
    session, task = a_session(1, current_task=1), a_task(1, text="MX Keys", service_id=None)
    found = quit_report([session], {1: task}, NOW, is_awaiting_reply=lambda _key: False)
    assert found.lines[-1] == (
        "The answer that names “MX Keys” was lost: if you quit now, its result cannot be fetched."
    )
    assert (found.unnamed, found.wait_ms) == (0, 0)


def test_a_name_that_is_late() -> None:
    session, task = a_session(1, current_task=1), a_task(1, service_id=None)
    found = quit_report([session], {1: task}, NOW + 60_000)
    assert (found.unnamed, found.wait_ms) == (1, -10_000)


def test_ended_sessions_are_no_reason_to_ask() -> None:
    gone = [Phase.CLOSED, Phase.CLOSED_ASSUMED, Phase.EXPIRED_ASSUMED, Phase.ENDED_BY_YOU]
    assert report(*((a_session(i, phase=phase), None) for i, phase in enumerate(gone))) == ()


def test_braces_in_a_task_are_only_text() -> None:
    session = a_session(1, close_after=True, current_task=1)
    lines = report((session, a_task(1, text="{time} {0}", service_id=None)))
    assert "“{time} {0}”" in lines[-1]


def test_a_line_per_session() -> None:
    session, task = working(3, close_after=True)
    line = session_row(session, task, NOW + 41_000).text
    assert line == "amazon.com 3 – working 0:41, 4:19 left – List keyboards"


def pending(key: int, why: WaitReason, verb: CommandVerb = CommandVerb.TERMINATE) -> PendingCommand:
    return PendingCommand(session_key=key, verb=verb, why=why, made_ms=NOW)


@pytest.mark.parametrize(
    ("why", "verb", "words"),
    [
        (
            WaitReason.CONNECTION,
            CommandVerb.TERMINATE,
            "A Terminate for amazon.com 3 waits for a connection; it is sent at the next start.",
        ),
        (
            WaitReason.KEY,
            CommandVerb.TERMINATE,
            "A Terminate for amazon.com 3 waits for the API key; it is sent at the next start.",
        ),
        (
            WaitReason.BUDGET,
            CommandVerb.TERMINATE,
            "A Terminate for amazon.com 3 was not sent yet; it is sent at the next start.",
        ),
    ],
)
def test_a_command_that_the_ledger_keeps(why: WaitReason, verb: CommandVerb, words: str) -> None:
    session, task = working(3, close_after=False)
    found = quit_report([session], {3: task}, NOW, all_pending={3: pending(3, why, verb)})
    assert found.lines == (words,)  # it neither works on nor stays


def test_a_stop_that_waits_and_a_pause_that_is_not_kept() -> None:
    session, task = working(3, close_after=False)
    stop = pending(3, WaitReason.CONNECTION, CommandVerb.STOP)
    lines = quit_report([session], {3: task}, NOW, all_pending={3: stop}).lines
    assert lines[-1].startswith("A Stop for amazon.com 3 waits for a connection;")
    assert len(lines) == 2
    pause = pending(3, WaitReason.BUDGET, CommandVerb.PAUSE)
    assert len(quit_report([session], {3: task}, NOW, all_pending={3: pause}).lines) == 1


def test_tasks_in_queue_stay_there() -> None:
    session, task = working(1, close_after=True)
    lines = quit_report([session], {1: task}, NOW, queued=3).lines
    assert lines[-1] == "3 tasks stay in the queue."
    assert quit_report([], {}, NOW, queued=1).lines == ("1 task stays in the queue.",)


def test_what_the_program_waits_for() -> None:
    assert waiting_text(2, 0, 0) == "Quits when 2 tasks are done."
    assert waiting_text(1, 1, 0) == "Quits when 1 task is done and 1 Terminate is sent."
    assert waiting_text(0, 2, 1) == (
        "Quits when 2 Terminates are sent; queued tasks stay in the queue."
    )


def test_a_line_shows_the_command_that_is_on_its_way() -> None:
    session, task = working(3, close_after=True)
    line = session_row(session, task, NOW, pending(3, WaitReason.CONNECTION)).text
    assert line == (
        "amazon.com 3 – Terminate will be sent when there is a connection, 5:00 left – "
        "List keyboards"
    )


def test_one_that_asks_before_it_is_named_is_waited_for() -> None:
    """The live channel tells of questions without the task's name."""
    asks = a_task(1, text="MX Keys", status=TaskStatus.ASKS, service_id=None)
    found = quit_report([a_session(1, close_after=True, current_task=1)], {1: asks}, NOW)
    assert found.unnamed == 1
    assert "“MX Keys” is not named yet" in found.lines[-1]
    named = a_task(1, text="MX Keys", status=TaskStatus.ASKS)
    assert quit_report([a_session(1, current_task=1)], {1: named}, NOW).unnamed == 0


@pytest.mark.parametrize("sent_live", [False, True])
def test_a_command_that_the_ledger_lacks_is_not_promised(sent_live: bool) -> None:
    kept = pending(1, WaitReason.BUDGET)
    lost = replace(kept, is_kept=False, sent_live=sent_live)
    words = "A Terminate for amazon.com 1 cannot be kept: if you quit now, it is lost."
    for command, is_unwritten in ((kept, True), (lost, False), (lost, True)):
        lines = quit_report(
            [a_session(1)], {}, NOW, all_pending={1: command}, is_unwritten=is_unwritten
        ).lines
        assert (lines[-1] == words) == (command is lost and is_unwritten)


@pytest.mark.parametrize(("verb", "name"), [(CommandVerb.TERMINATE, "Terminate"), (STOP, "Stop")])
def test_a_command_that_went_out_by_the_live_channel(verb: CommandVerb, name: str) -> None:
    pending = PendingCommand(
        session_key=1, verb=verb, why=WaitReason.BUDGET, made_ms=NOW, sent_live=True
    )
    lines = quit_report([a_session(1)], {}, NOW, all_pending={1: pending}).lines
    assert lines[-1] == (
        f"A {name} for amazon.com 1 was sent over the live channel, which confirms nothing; "
        "it is sent once more at the next start."
    )


def test_a_line_of_a_session_whose_browser_is_lost() -> None:
    session = a_session(1, phase=Phase.CONNECTION_LOST, lost_until_ms=NOW + 280_000)
    assert session_row(session, None, NOW).text == (
        "amazon.com 1 – connection lost, 4:40 to come back, 5:00 left"
    )
