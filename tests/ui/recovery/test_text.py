"""One sentence that is always true: what became of the sessions of an earlier run."""

from decimal import Decimal

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import PendingCommand, WaitReason
from enigma_panel.ui.recovery.text import (
    Outcome,
    RecoveredSession,
    away_text,
    recovered_text,
    recovery_row,
)
from enigma_panel.ui.text.states import local_time
from tests.kit.clock import NOW
from tests.kit.fakes import FakeSessions

ENDS = local_time(NOW + 200_000)


def seen(
    phase: Phase = Phase.OPEN,
    status: TaskStatus | None = TaskStatus.WORKING,
    *,
    cost: str | None = None,
    why: WaitReason | None = None,
    **more: bool,
) -> RecoveredSession:
    sessions = FakeSessions()
    sessions.add(1, phase=phase, status=status or TaskStatus.WORKING, tell=False)
    pending = (
        PendingCommand(session_key=1, verb=CommandVerb.TERMINATE, why=why, made_ms=NOW)
        if why
        else None
    )
    return RecoveredSession(
        session=sessions.sessions[1],
        task=sessions.tasks[1] if status is not None else None,
        cost=Decimal(cost) if cost else None,
        pending=pending,
        **more,
    )


WORKS = seen()
DONE = seen(Phase.CLOSED, TaskStatus.DONE, cost="0.04")
UNTOLD = seen(Phase.CLOSED_ASSUMED, TaskStatus.DONE)
UNSENT = seen(status=None, unsent=True)
START = seen(Phase.UNCONFIRMED, TaskStatus.UNCONFIRMED)

SENTENCES = [
    (
        [DONE, WORKS],
        0,
        (
            "2 browsers were open: 1 finished meanwhile ($0.0400), 1 still works; "
            "nothing was started twice."
        ),
    ),
    ([WORKS], 0, "1 browser was open: it still works; nothing was started twice."),
    (
        [DONE, DONE, UNTOLD],
        0,
        (
            "3 browsers were open: 3 finished meanwhile ($0.0800 and more); "
            "nothing was started twice."
        ),
    ),
    ([UNTOLD], 0, "1 browser was open: it finished meanwhile; nothing was started twice."),
    (
        [UNSENT, WORKS],
        0,
        (
            "2 browsers were open: 1 was opened, but its task was never sent – it only costs "
            "money, 1 still works; nothing was started twice."
        ),
    ),
    (
        [START],
        0,
        (
            "1 start is unconfirmed: it may be running and cost money; if so, it ends by "
            f"{ENDS}. Nothing was started twice."
        ),
    ),
    (
        [WORKS, START, START],
        3,
        (
            "1 browser was open: it still works; nothing was started twice. 2 starts are "
            "unconfirmed: they may be running and cost money; if so, they end by "
            f"{ENDS}. 3 tasks wait here."
        ),
    ),
    (
        [seen(asking=True), seen(asking=True)],
        1,
        (
            "2 browsers were open: still asking about 2; nothing was started twice. "
            "1 task waits here."
        ),
    ),
    (
        [seen(why=WaitReason.SENDING), seen(why=WaitReason.CONNECTION)],
        0,
        (
            "2 browsers were open: 2 still work; nothing was started twice. "
            "1 Terminate is sent now. 1 Terminate waits for a connection."
        ),
    ),
]


@pytest.mark.parametrize(("sessions", "queued", "words"), SENTENCES)
def test_the_sentence(sessions: list[RecoveredSession], queued: int, words: str) -> None:
    assert recovered_text(sessions, queued=queued) == words


def test_the_sentence_after_a_sleep() -> None:
    expired = seen(Phase.EXPIRED_ASSUMED)
    asks = seen(status=TaskStatus.ASKS)
    assert away_text([DONE, expired, asks], 751_000) == (
        "This computer slept for 12:31. Meanwhile: 1 finished meanwhile ($0.0400), 1 asks you, "
        "1 expired (assumed)."
    ).replace("finished meanwhile", "finished")
    assert away_text([], 751_000) == "This computer slept for 12:31."


FATES = [
    (seen(status=TaskStatus.PAUSED), Outcome.MAYBE_PAUSED),
    (seen(status=TaskStatus.DONE), Outcome.IDLE),
    (seen(status=TaskStatus.UNCONFIRMED), Outcome.MAYBE),
    (seen(Phase.CONNECTION_LOST), Outcome.CUT_OFF),
    (seen(Phase.CLOSED, TaskStatus.FAILED), Outcome.FAILED),
    (seen(Phase.CLOSED, TaskStatus.STOPPED), Outcome.CLOSED),
    (seen(Phase.ENDED_BY_YOU, TaskStatus.STOPPED), Outcome.BY_YOU),
    (seen(Phase.ENDED_BY_LIMIT, TaskStatus.FAILED), Outcome.BY_LIMIT),
    (seen(Phase.EXPIRED_ASSUMED, TaskStatus.WORKING), Outcome.EXPIRED),
    (seen(Phase.EXPIRED_ASSUMED, TaskStatus.DONE), Outcome.FINISHED),
    (seen(asking=True), Outcome.ASKING),
    (seen(Phase.CLOSED, TaskStatus.DONE, asking=True), Outcome.FINISHED),
    (seen(Phase.UNCONFIRMED, None, unsent=True), Outcome.UNCONFIRMED),
]


@pytest.mark.parametrize(("one", "outcome"), FATES)
def test_what_became_of_it(one: RecoveredSession, outcome: Outcome) -> None:
    assert one.outcome is outcome
    words = recovered_text([one], queued=0)
    assert words
    assert "None" not in words


def test_a_row_says_all_of_it() -> None:
    row = recovery_row(WORKS, NOW, can_terminate=True)
    assert (row.state, row.name, row.left, row.cost) == (
        "working 0:30",
        "shop.example 1",
        "3:20",
        "…",
    )
    assert row.spoken == ("shop.example 1, working 0:30, 3:20 left, cost: no news yet, Task 1")
    assert (row.can_keep, row.can_terminate, row.can_show) == (True, True, False)


def test_a_row_that_has_ended_offers_its_result() -> None:
    row = recovery_row(DONE, NOW, can_terminate=True)
    assert (row.state, row.note, row.cost) == ("closed", "✓ Task 1", "$0.0400")
    assert (row.can_keep, row.can_terminate, row.can_show) == (False, False, True)


def test_a_row_of_a_task_that_was_never_sent_says_so() -> None:
    row = recovery_row(UNSENT, NOW, can_terminate=True)
    assert row.note == "opened, but its task was never sent – it only costs money"
    assert row.grave


def test_what_is_not_known_yet_is_not_shown_as_known() -> None:
    row = recovery_row(seen(asking=True), NOW, can_terminate=True)
    assert row.state == "still asking…"


def test_a_command_on_its_way_stands_in_the_row() -> None:
    row = recovery_row(seen(why=WaitReason.CONNECTION), NOW, can_terminate=True)
    assert row.state == "Terminate will be sent when there is a connection"
    assert row.undo
    assert not recovery_row(seen(why=WaitReason.SENDING), NOW, can_terminate=True).undo
