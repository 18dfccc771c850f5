"""Words for what waits: every reason."""

from decimal import Decimal
from itertools import product

import pytest

from enigma_panel.api.errors import RejectedError, Reply
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import PauseReason, PendingCommand, QueueEntry, WaitReason
from enigma_panel.ui.new_task.text import has_to_wait, start_label, started_text
from enigma_panel.ui.tasks.queue_bar import (
    QueueBarAction,
    QueueState,
    concerned,
    queue_bar_action_label,
    queue_bar_text,
)
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
    (entry(WaitReason.TURN, 161, position=2), "2nd in the queue, about 3 min"),
    (entry(WaitReason.TURN, position=3), "3rd in the queue"),
    (entry(WaitReason.TURN, -5, position=3), "3rd in the queue"),
    (entry(WaitReason.NO_SLOT), "Waiting for a free browser (5 of 5 in use)"),
    (entry(WaitReason.NO_SLOT, 43), "Waiting for a free browser (5 of 5 in use), about 43 s"),
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
    (entry(WaitReason.LEDGER), "Waiting until the ledger can be written"),
    (entry(WaitReason.SENDING), "Starting"),
]


@pytest.mark.parametrize(("one", "text"), ENTRIES, ids=lambda value: str(value)[:40])
def test_a_task_in_queue_says_what_it_waits_for(one: QueueEntry, text: str) -> None:
    assert entry_text(one, NOW, FACTS).text == text


def test_only_the_first_of_many_says_the_common_reason() -> None:
    later = QueueContext(limit=5, is_first=False)
    assert entry_text(entry(WaitReason.NO_SLOT, 40, position=2), NOW, later).text == (
        "2nd in the queue, about 40 s"
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
        PauseReason.NONE: "Queued",
        PauseReason.RESTARTED: "From the last run, waiting for Go on",
        PauseReason.FUNDS: "The balance is used up",
        PauseReason.KEY: "Waiting for an API key",
        PauseReason.FORBIDDEN: "This account may not do that, waiting for Go on",
        PauseReason.UNTAKEN: "Browsers open but take no task, waiting for Go on",
        PauseReason.DIALECT: "The service dialect does not fit, waiting for Go on",
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


# -- the bar --------------------------------------------------------------------------------------


def waiting(why: WaitReason, n: int) -> list[QueueEntry]:
    return [QueueEntry(task_key=key, position=key, why=why) for key in range(1, n + 1)]


def rejected(status: int, code: str, **facts: object) -> RejectedError:
    reply = Reply(status=status, code=code, **facts)  # type: ignore[arg-type]
    return RejectedError(reply, nothing_happened=True)


def test_the_bar_is_only_there_while_it_is_needed() -> None:
    def said(why: WaitReason, n: int, limit: int = 5) -> str:
        words = queue_bar_text(
            QueueState(pause_reason=PauseReason.NONE, limit=limit, entries=waiting(why, n))
        )
        return words.text if words is not None else ""

    assert said(WaitReason.NO_SLOT, 12) == "12 tasks are queued: all 5 browsers are in use."
    assert said(WaitReason.NO_SLOT, 3, 2) == "3 tasks are queued: both browsers are in use."
    assert said(WaitReason.NO_SLOT, 1_000).startswith("1,000 tasks are queued")
    assert said(WaitReason.NO_SLOT, 1) == ""  # its row says it
    assert said(WaitReason.TURN, 3) == said(WaitReason.BUSY, 3) == ""
    assert "calls of this minute" in said(WaitReason.BUDGET, 2)
    assert "no connection" in said(WaitReason.CONNECTION, 2)
    assert "ledger" in said(WaitReason.LEDGER, 2)
    assert queue_bar_text(QueueState(pause_reason=PauseReason.FUNDS, limit=5, entries=[])) is None


@pytest.mark.parametrize("n", [0, 1, 3])
def test_while_no_browser_is_free_the_bar_stays_and_offers_a_try(n: int) -> None:
    """Also with none that waits: while the one is tried again, no row below may move."""
    state = QueueState(
        pause_reason=PauseReason.NONE,
        limit=5,
        entries=waiting(WaitReason.NO_BROWSER, n),
        wants_browser=True,
    )
    words = queue_bar_text(state)
    assert words is not None
    assert words.text == "No browser is free. The program keeps asking."
    assert words.actions == (QueueBarAction.TRY_NOW,)


@pytest.mark.parametrize(
    ("asking", "said"),
    [
        (1, "1 session waits for your answer; nothing starts until it is answered."),
        (5, "5 sessions wait for your answer; nothing starts until one is answered."),
    ],
)
def test_where_all_places_wait_for_an_answer_the_bar_says_so_and_leads_there(
    asking: int, said: str
) -> None:
    entries = waiting(WaitReason.NO_SLOT, 1)
    state = QueueState(pause_reason=PauseReason.NONE, limit=5, entries=entries, asking=asking)
    words = queue_bar_text(state)
    assert words is not None
    assert (words.text, words.actions) == (said, (QueueBarAction.ANSWER,))


def test_a_held_line_says_why_and_what_lets_it_go_on() -> None:
    offer = QueueBarAction
    entries = waiting(WaitReason.STOPPED, 3)
    restarted = QueueState(pause_reason=PauseReason.RESTARTED, limit=5, entries=entries)
    words = queue_bar_text(restarted)
    assert words is not None
    assert words.text == (
        "3 tasks are queued from the last run. Nothing is started until you say so."
    )
    assert words.actions == (offer.GO_ON, offer.REMOVE_ALL)
    assert words.grave
    broke = rejected(402, "INSUFFICIENT_BALANCE", balance=Decimal("0.15"))
    words = queue_bar_text(
        QueueState(
            pause_reason=PauseReason.FUNDS,
            limit=5,
            entries=entries,
            error=broke,
            at_work=4,
            has_page=True,
        )
    )
    assert words is not None
    assert words.text == (
        "The balance is used up ($0.15 left). 4 sessions work on, 3 tasks are queued."
    )
    assert words.actions == (offer.ADD_FUNDS, offer.FUNDS_ADDED, offer.REMOVE_ALL)
    words = queue_bar_text(QueueState(pause_reason=PauseReason.KEY, limit=5, entries=entries[:1]))
    assert words is not None
    assert words.text == "The API key was refused. 1 task is queued."
    assert words.actions == (offer.ENTER_KEY, offer.REMOVE_ALL)
    no = rejected(403, "FORBIDDEN", message="not on this plan")
    words = queue_bar_text(
        QueueState(pause_reason=PauseReason.FORBIDDEN, limit=5, entries=entries, error=no)
    )
    assert words is not None
    assert words.text == ("This account may not do that: “not on this plan”. 3 tasks are queued.")
    assert words.actions == (offer.GO_ON, offer.REMOVE_ALL)
    full = rejected(503, "NO_INSTANCES_AVAILABLE")
    words = queue_bar_text(
        QueueState(pause_reason=PauseReason.UNTAKEN, limit=5, entries=entries[:1], error=full)
    )
    assert words is not None
    assert words.text == "Browsers open, but take no task. 1 task is queued."
    assert words.actions == (offer.GO_ON, offer.REMOVE_ALL)
    telling = rejected(400, "MISSING_PROMPT", message="Missing task.prompt")
    words = queue_bar_text(
        QueueState(pause_reason=PauseReason.DIALECT, limit=5, entries=entries, error=telling)
    )
    assert words is not None
    assert words.text == "The service does not understand this dialect. 3 tasks are queued."
    assert words.actions == (offer.SETTINGS, offer.GO_ON, offer.REMOVE_ALL)


def test_after_a_restart_it_is_about_the_tasks_of_then() -> None:
    new = QueueEntry(task_key=9, position=4, why=WaitReason.TURN)
    state = QueueState(
        pause_reason=PauseReason.RESTARTED, limit=5, entries=[*waiting(WaitReason.STOPPED, 3), new]
    )
    assert concerned(state) == [1, 2, 3]
    words = queue_bar_text(state)
    assert words is not None
    assert words.text.startswith("3 tasks")


def test_every_offer_has_words() -> None:
    assert len({queue_bar_action_label(offer) for offer in QueueBarAction}) == len(QueueBarAction)


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
    (pending(END, WaitReason.NO_BROWSER), "Terminate soon"),
    (pending(END, WaitReason.CONNECTION, 3), "Terminate once online"),
    (pending(STOP, WaitReason.KEY), "Stop once there is a key"),
    (pending(END, WaitReason.NAME), "Terminate once it has started"),
    (pending(END, WaitReason.SENDING), "sending Terminate…"),
]


@pytest.mark.parametrize(("one", "text"), PENDING, ids=lambda value: str(value)[:40])
def test_a_command_says_what_it_waits_for(one: PendingCommand, text: str) -> None:
    assert pending_text(one, NOW).text == text


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
    assert started_text("List", [], 1) == "Started “List”."
    assert started_text("List", [3], 1) == "Queued: 3rd."
    assert started_text("List", [], 4) == "Started 4 tasks."
    assert started_text("List", [1, 2, 3], 3) == "3 tasks queued: 1st to 3rd."
    assert started_text("List", [1, 2], 5) == "3 started, 2 queued: 1st to 2nd."


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
