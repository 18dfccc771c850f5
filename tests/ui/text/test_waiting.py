"""Words for what waits: every reason."""

from itertools import product

import pytest

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import PauseReason, PendingCommand, QueueEntry, WaitReason
from enigma_panel.ui.new_task.text import has_to_wait, start_label, started_text
from enigma_panel.ui.text.waiting import (
    QueueAction,
    QueueContext,
    count_text,
    entry_text,
    firsts,
    offered,
    ordinal,
    pending_text,
    possible,
    queue_action_label,
    queue_action_tip,
    undo_text,
)
from enigma_panel.ui.theme.palette import Severity
from tests.kit.rows import check_rows

NOW = 1_000_000


def entry(
    why: WaitReason, due_s: float | None = None, *, position: int = 1, attempt: int = 0
) -> QueueEntry:
    due = None if due_s is None else NOW + round(due_s * 1000)
    return QueueEntry(task_key=1, position=position, why=why, due_ms=due, attempt=attempt)


FACTS = QueueContext(limit=5, session="amazon.com 3")

ENTRIES = [
    (entry(WaitReason.TURN, 18.2), "Next, about 19 s"),
    (entry(WaitReason.TURN, 161, position=2), "2nd, about 3 min"),
    (entry(WaitReason.TURN, position=3), "3rd in the queue"),
    (entry(WaitReason.TURN, -5, position=3), "3rd in the queue"),
    (entry(WaitReason.NO_SLOT), "Waiting for a free browser (5 of 5 in use)"),
    (entry(WaitReason.NO_SLOT, 43), "Next, about 43 s"),
    (entry(WaitReason.BUDGET, 4), "Rate limit, starts in 4 s"),
    (entry(WaitReason.BUDGET), "Rate limit"),
    (entry(WaitReason.LIMITED, 12), "Rate limit, starts in 12 s"),
    (entry(WaitReason.NO_BROWSER, 4), "The service has no free browser, next try in 4 s"),
    (entry(WaitReason.NO_BROWSER), "The service has no free browser"),
    (entry(WaitReason.BUSY), "Runs after the task in amazon.com 3"),
    (entry(WaitReason.SESSION_ENDED), "Its session has ended"),
    (entry(WaitReason.CLOSING), "Waiting until amazon.com 3 is closed"),
    (entry(WaitReason.CONNECTION), "Offline"),
    (entry(WaitReason.CONNECTION, 8), "Offline, next try in 8 s"),
    (entry(WaitReason.KEY), "Waiting for an API key"),
    (entry(WaitReason.FUNDS), "The balance is used up"),
    (entry(WaitReason.CAP, position=3), "Daily cap reached"),
    (entry(WaitReason.LEDGER), "Waiting until the history can be saved"),
    (entry(WaitReason.SENDING), "Starting"),
    (entry(WaitReason.ANSWER, position=2), "Next, once you answer"),
]


@pytest.mark.parametrize(("one", "text"), ENTRIES, ids=lambda value: str(value)[:40])
def test_a_task_in_queue_says_what_it_waits_for(one: QueueEntry, text: str) -> None:
    assert entry_text(one, NOW, FACTS).text == text


def test_only_the_first_of_many_says_the_common_reason() -> None:
    later = QueueContext(limit=5, is_first=False)
    assert entry_text(entry(WaitReason.NO_SLOT, 40, position=2), NOW, later).text == (
        "2nd, about 40 s"
    )
    assert entry_text(entry(WaitReason.SESSION_ENDED, position=2), NOW, later).text == (
        "Its session has ended"
    )
    entries = [
        QueueEntry(task_key=5, position=1, why=WaitReason.BUSY),
        QueueEntry(task_key=6, position=2, why=WaitReason.NO_SLOT),
        QueueEntry(task_key=7, position=3, why=WaitReason.NO_SLOT),
    ]
    assert firsts(entries) == {5, 6}


def test_offline_no_time_is_foretold_but_that_of_the_next_try() -> None:
    offline = QueueContext(is_offline=True)
    said = [entry_text(one, NOW, offline).text for one in (ENTRIES[0][0], ENTRIES[15][0])]
    assert said == ["Next", "Offline, next try in 8 s"]


def test_amber_is_for_what_needs_the_person() -> None:
    severities = {why: entry_text(entry(why), NOW, FACTS).severity for why in WaitReason}
    assert {why for why, severity in severities.items() if severity is Severity.AMBER} == {
        WaitReason.SESSION_ENDED,
        WaitReason.UNSUPPORTED,
        WaitReason.KEY,
    }


def test_every_reason_has_words() -> None:
    check_rows(product(WaitReason, PauseReason), _check_reason)


def _check_reason(why: WaitReason, hold: PauseReason) -> None:
    words = entry_text(entry(why), NOW, QueueContext(pause_reason=hold))
    assert words.text
    assert "None" not in words.text
    assert not words.text.endswith(".")


def test_a_line_that_stands_says_why() -> None:
    said = {
        hold: entry_text(entry(WaitReason.STOPPED), NOW, QueueContext(pause_reason=hold)).text
        for hold in PauseReason
    }
    assert said == {
        PauseReason.NONE: "On hold",  # the program is about to quit
        PauseReason.RESTARTED: "On hold",
        PauseReason.FUNDS: "The balance is used up",
        PauseReason.CAP: "Daily cap reached",
        PauseReason.KEY: "Waiting for an API key",
        PauseReason.FORBIDDEN: "This account can't do that, on hold",
        PauseReason.UNTAKEN: "Browsers open but take no task, on hold",
        PauseReason.DIALECT: "The service dialect does not fit, on hold",
    }


def test_ordinals() -> None:
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112, 123)
    words = "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th 112th 123rd"
    assert [ordinal(n) for n in numbers] == words.split()


def test_what_can_be_done_with_a_task_in_queue() -> None:
    verb = QueueAction
    assert possible(None) == offered(None) == frozenset()
    assert possible(entry(WaitReason.NO_SLOT)) == {verb.REMOVE}
    assert possible(entry(WaitReason.TURN, position=2)) == {verb.START_NEXT, verb.UP, verb.REMOVE}
    assert offered(entry(WaitReason.NO_SLOT)) == {verb.START_NEXT, verb.UP, verb.REMOVE}
    assert possible(entry(WaitReason.SESSION_ENDED, position=2)) == {verb.NEW_SESSION, verb.REMOVE}
    assert possible(entry(WaitReason.UNSUPPORTED, position=2)) == {verb.EDIT, verb.REMOVE}
    assert [queue_action_label(one) for one in verb] == [
        "Start next",
        "Up",
        "Run in a new session",
        "Edit",
        "Remove",
    ]
    assert all(queue_action_tip(one) for one in verb)


# -- commands -------------------------------------------------------------------------------------


def pending(verb: CommandVerb, why: WaitReason, due_s: float | None = None) -> PendingCommand:
    due = None if due_s is None else NOW + round(due_s * 1000)
    return PendingCommand(session_key=1, verb=verb, why=why, made_ms=NOW, due_ms=due)


END, STOP = CommandVerb.TERMINATE, CommandVerb.STOP
PENDING = [
    (pending(END, WaitReason.UNDO, 2.6), "Terminating in 3 s"),
    (pending(END, WaitReason.UNDO), "Terminating"),
    (pending(STOP, WaitReason.UNDO, 1), "Stopping in 1 s"),
    (pending(END, WaitReason.BUDGET, 12), "Terminate in 12 s"),
    (pending(STOP, WaitReason.LIMITED, 5), "Stop in 5 s"),
    (pending(END, WaitReason.NO_BROWSER), "Terminating…"),
    (pending(END, WaitReason.CONNECTION, 3), "Terminate once online"),
    (pending(STOP, WaitReason.KEY), "Stop once there is a key"),
    (pending(END, WaitReason.NAME), "Terminate once it has started"),
    (pending(END, WaitReason.SENDING), "Terminating…"),
]


@pytest.mark.parametrize(("one", "text"), PENDING, ids=lambda value: str(value)[:40])
def test_a_command_says_what_it_waits_for(one: PendingCommand, text: str) -> None:
    assert pending_text(one, NOW) == text


def test_undo_names_what_it_takes_back() -> None:
    end, stop = pending(END, WaitReason.UNDO), pending(STOP, WaitReason.BUDGET)
    assert undo_text([end]) == "Undo Terminate"
    assert undo_text([end, end]) == "Undo Terminate"
    assert undo_text([end, stop]) == "Undo 2 commands"
    assert undo_text([]) == "Undo"


def test_commands_that_wait_are_counted() -> None:
    sending = pending(END, WaitReason.SENDING)
    assert count_text([], NOW) == count_text([sending], NOW) == ""
    assert count_text([pending(END, WaitReason.CONNECTION), sending], NOW) == "1 command waits"
    two = [pending(END, WaitReason.BUDGET, 30), pending(STOP, WaitReason.BUDGET, 11.5)]
    assert count_text(two, NOW) == "2 commands wait, next 0:12"


# -- what became of a start -----------------------------------------------------------------------


def test_what_start_would_do() -> None:
    assert start_label(1, after=False) == "Start"
    assert start_label(3, after=False) == "Start 3 tasks"
    assert start_label(1, after=True) == "Run after this one"
    assert start_label(3, after=True) == "Run 3 tasks after this one"


def test_what_became_of_a_start() -> None:
    assert started_text("List", 0, 1) == "Started “List”."
    assert started_text("List", 1, 1) == "Queued “List”."
    assert started_text("List", 0, 4) == "Started 4 tasks."
    assert started_text("List", 3, 3) == "Queued 3 tasks."
    assert started_text("List", 2, 5) == "3 started, 2 queued."


def test_a_task_that_goes_at_once_does_not_wait() -> None:
    assert not has_to_wait(None, NOW)
    assert not has_to_wait(entry(WaitReason.TURN), NOW)
    assert not has_to_wait(entry(WaitReason.SENDING, position=2), NOW)
    assert not has_to_wait(entry(WaitReason.TURN, -1, position=2), NOW)
    assert has_to_wait(entry(WaitReason.TURN, 9, position=2), NOW)
    assert has_to_wait(entry(WaitReason.NO_SLOT), NOW)
    assert has_to_wait(entry(WaitReason.BUSY), NOW)
    assert has_to_wait(entry(WaitReason.BUDGET, 9), NOW)
    assert not has_to_wait(entry(WaitReason.BUDGET, 0), NOW)
