"""Words for what waits: every reason, as it is read and as it is spoken."""

from decimal import Decimal
from itertools import product

import pytest

from enigma_panel.api.errors import RejectedError, Reply
from enigma_panel.core.records import StateVerb
from enigma_panel.services.views import Hold, LineEntry, Why, Wish
from enigma_panel.ui.dialogs.start_words import really_waits, start, started_words
from enigma_panel.ui.line_words import (
    LineFacts,
    LineVerb,
    entry_words,
    firsts,
    line_verb_tip,
    line_verb_word,
    offered,
    ordinal,
    places_words,
    possible,
)
from enigma_panel.ui.main.line_bar_words import (
    LineOffer,
    LineState,
    bar_words,
    concerned,
    offer_word,
)
from enigma_panel.ui.status_words import Tone
from enigma_panel.ui.wish_words import count_words, undo_words, wish_words
from tests.rows import check_rows

NOW = 1_000_000


def entry(
    why: Why, due_s: float | None = None, *, position: int = 1, attempt: int = 0
) -> LineEntry:
    due = None if due_s is None else NOW + round(due_s * 1000)
    return LineEntry(task_key=1, position=position, why=why, due_ms=due, attempt=attempt)


FACTS = LineFacts(ceiling=5, session="amazon.com 3")

ENTRIES = [
    (entry(Why.TURN, 18.2), "1st in line, about 0:19", "1st in line, about 19 seconds"),
    (entry(Why.TURN, 161, position=2), "2nd in line, about 2:41", "about 2 minutes 41 seconds"),
    (entry(Why.TURN, position=3), "3rd in line", "3rd in line"),
    (entry(Why.TURN, -5, position=3), "3rd in line", "3rd in line"),
    (entry(Why.PLACES), "all 5 places are in use", "all 5 places are in use"),
    (entry(Why.PLACES, 19), "all 5 places are in use, about 0:19", "about 19 seconds"),
    (entry(Why.BUDGET, 12), "waits for calls of this minute, 0:12", "minute, 12 seconds"),
    (entry(Why.BUDGET), "waits for calls of this minute", "calls of this minute"),
    (
        entry(Why.NO_BROWSER, 4, attempt=2),
        "no free browser at the moment – tries again in 4 s (2 of 3)",
        "tries again in 4 seconds (2 of 3)",
    ),
    (
        entry(Why.NO_BROWSER, attempt=2),
        "no free browser at the moment – tries again now (2 of 3)",
        "tries again now",
    ),
    (
        entry(Why.NO_BROWSER, attempt=3),
        "waits until a browser is free",
        "waits until a browser is free",
    ),
    (
        entry(Why.LIMITED, 12),
        "too many calls this minute – continues in 12 s",
        "continues in 12 seconds",
    ),
    (entry(Why.BUSY), "runs after the task in amazon.com 3", "amazon.com 3"),
    (entry(Why.SESSION_ENDED), "its session has ended", "its session has ended"),
    (entry(Why.CONNECTION), "no connection", "no connection"),
    (entry(Why.CONNECTION, 8), "no connection – tries again in 8 s", "in 8 seconds"),
    (entry(Why.KEY), "waits for a key", "waits for a key"),
    (entry(Why.FUNDS), "the balance is used up", "the balance is used up"),
    (entry(Why.LEDGER), "waits until the ledger can be written", "the ledger"),
    (entry(Why.SENDING), "is being started", "is being started"),
]


@pytest.mark.parametrize(("one", "text", "said"), ENTRIES, ids=lambda value: str(value)[:40])
def test_a_task_in_line_says_what_it_waits_for(one: LineEntry, text: str, said: str) -> None:
    words = entry_words(one, NOW, FACTS)
    assert words.text == text
    assert said in words.said


def test_places_are_counted_as_people_do() -> None:
    words = [places_words(n) for n in (1, 2, 3)]
    assert words == [
        "the only place is in use",
        "both places are in use",
        "all 3 places are in use",
    ]


def test_only_the_first_of_many_says_the_common_reason() -> None:
    later = LineFacts(ceiling=5, is_first=False)
    assert entry_words(entry(Why.PLACES, 40, position=2), NOW, later).text == (
        "2nd in line, about 0:40"
    )
    assert entry_words(entry(Why.SESSION_ENDED, position=2), NOW, later).text == (
        "its session has ended"
    )
    line = [
        LineEntry(task_key=5, position=1, why=Why.BUSY),
        LineEntry(task_key=6, position=2, why=Why.PLACES),
        LineEntry(task_key=7, position=3, why=Why.PLACES),
    ]
    assert firsts(line) == {5, 6}


def test_amber_is_for_what_needs_the_person() -> None:
    tones = {why: entry_words(entry(why), NOW, FACTS).tone for why in Why}
    assert {why for why, tone in tones.items() if tone is Tone.AMBER} == {
        Why.SESSION_ENDED,
        Why.KEY,
    }


def test_every_reason_has_words() -> None:
    check_rows(product(Why, Hold), _check_reason)


def _check_reason(why: Why, hold: Hold) -> None:
    words = entry_words(entry(why), NOW, LineFacts(hold=hold))
    assert words.text
    assert "None" not in words.text + words.said
    assert not words.text.endswith(".")


def test_a_line_that_stands_says_why() -> None:
    said = {hold: entry_words(entry(Why.STOPPED), NOW, LineFacts(hold=hold)).text for hold in Hold}
    assert said == {
        Hold.NONE: "waits here",
        Hold.RESTARTED: "from the last run – Go on",
        Hold.FUNDS: "the balance is used up",
        Hold.KEY: "waits for a key",
        Hold.FORBIDDEN: "the account may not do that – Go on",
    }


def test_ordinals() -> None:
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112, 123)
    words = "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th 112th 123rd"
    assert [ordinal(n) for n in numbers] == words.split()


def test_what_can_be_done_with_a_task_in_line() -> None:
    verb = LineVerb
    assert possible(None) == offered(None) == frozenset()
    assert possible(entry(Why.PLACES)) == {verb.REMOVE}
    assert possible(entry(Why.TURN, position=2)) == {verb.START_NEXT, verb.UP, verb.REMOVE}
    assert offered(entry(Why.PLACES)) == {verb.START_NEXT, verb.UP, verb.REMOVE}
    assert possible(entry(Why.SESSION_ENDED, position=2)) == {verb.NEW_SESSION, verb.REMOVE}
    assert [line_verb_word(one) for one in verb] == [
        "Start next",
        "Up",
        "Run in a new session",
        "Remove",
    ]
    assert all(line_verb_tip(one) for one in verb)


# -- the bar --------------------------------------------------------------------------------------


def waiting(why: Why, n: int) -> list[LineEntry]:
    return [LineEntry(task_key=key, position=key, why=why) for key in range(1, n + 1)]


def rejected(status: int, code: str, **facts: object) -> RejectedError:
    reply = Reply(status=status, code=code, **facts)  # type: ignore[arg-type]
    return RejectedError(reply, nothing_happened=True)


def test_the_bar_is_only_there_while_it_is_needed() -> None:
    def said(why: Why, n: int) -> str:
        words = bar_words(LineState(hold=Hold.NONE, ceiling=5, entries=waiting(why, n)))
        return words.text if words is not None else ""

    assert said(Why.PLACES, 12) == ("12 tasks wait here: as many browsers are open as may be (5).")
    assert said(Why.PLACES, 1_000).startswith("1,000 tasks wait here")
    assert said(Why.PLACES, 1) == ""  # its row says it
    assert said(Why.TURN, 3) == said(Why.BUSY, 3) == ""
    assert "no free browser" in said(Why.NO_BROWSER, 2)
    assert "calls of this minute" in said(Why.BUDGET, 2)
    assert "no connection" in said(Why.CONNECTION, 2)
    assert "ledger" in said(Why.LEDGER, 2)
    assert bar_words(LineState(hold=Hold.FUNDS, ceiling=5, entries=[])) is None


def test_a_held_line_says_why_and_what_lets_it_go_on() -> None:
    offer = LineOffer
    line = waiting(Why.STOPPED, 3)
    restarted = LineState(hold=Hold.RESTARTED, ceiling=5, entries=line)
    words = bar_words(restarted)
    assert words is not None
    assert words.text == (
        "3 tasks wait here since the last run. Nothing is started until you say so."
    )
    assert words.offers == (offer.GO_ON, offer.REMOVE_ALL)
    assert words.grave
    broke = rejected(402, "INSUFFICIENT_BALANCE", balance=Decimal("0.15"))
    words = bar_words(
        LineState(hold=Hold.FUNDS, ceiling=5, entries=line, error=broke, at_work=4, has_page=True)
    )
    assert words is not None
    assert words.text == (
        "The balance is used up ($0.15 left); 4 sessions work on, 3 tasks wait here."
    )
    assert words.offers == (offer.ADD_FUNDS, offer.FUNDS_ADDED, offer.REMOVE_ALL)
    words = bar_words(LineState(hold=Hold.KEY, ceiling=5, entries=line[:1]))
    assert words is not None
    assert words.text == "The API key was refused; 1 task waits here."
    assert words.offers == (offer.ENTER_KEY, offer.REMOVE_ALL)
    no = rejected(403, "FORBIDDEN", message="not on this plan")
    words = bar_words(LineState(hold=Hold.FORBIDDEN, ceiling=5, entries=line, error=no))
    assert words is not None
    assert words.text == ("This account may not do that: “not on this plan”; 3 tasks wait here.")
    assert words.offers == (offer.GO_ON, offer.REMOVE_ALL)


def test_after_a_restart_it_is_about_the_tasks_of_then() -> None:
    new = LineEntry(task_key=9, position=4, why=Why.TURN)
    state = LineState(hold=Hold.RESTARTED, ceiling=5, entries=[*waiting(Why.STOPPED, 3), new])
    assert concerned(state) == [1, 2, 3]
    words = bar_words(state)
    assert words is not None
    assert words.text.startswith("3 tasks")


def test_every_offer_has_words() -> None:
    assert len({offer_word(offer) for offer in LineOffer}) == len(LineOffer)


# -- commands -------------------------------------------------------------------------------------


def wish(verb: StateVerb, why: Why, due_s: float | None = None) -> Wish:
    due = None if due_s is None else NOW + round(due_s * 1000)
    return Wish(session_key=1, verb=verb, why=why, made_ms=NOW, due_ms=due)


END, STOP = StateVerb.TERMINATE, StateVerb.STOP
WISHES = [
    (wish(END, Why.UNDO, 2.6), "Terminating in 3 s", "Terminating in 3 seconds"),
    (wish(END, Why.UNDO), "Terminating", "Terminating"),
    (wish(STOP, Why.UNDO, 1), "Stopping in 1 s", "Stopping in 1 second"),
    (wish(END, Why.BUDGET, 12), "Terminate waits, 0:12", "Terminate waits, 12 seconds"),
    (wish(STOP, Why.LIMITED, 5), "Stop waits, 0:05", "Stop waits, 5 seconds"),
    (wish(END, Why.NO_BROWSER), "Terminate waits", "Terminate waits"),
    (
        wish(END, Why.CONNECTION, 3),
        "Terminate will be sent when there is a connection",
        "Terminate will be sent when there is a connection",
    ),
    (wish(STOP, Why.KEY), "Stop waits for the key", "Stop waits for the key"),
    (wish(END, Why.NAME), "Terminate waits for the start", "Terminate waits for the start"),
    (wish(END, Why.SENDING), "sending Terminate…", "sending Terminate…"),
]


@pytest.mark.parametrize(("one", "text", "said"), WISHES, ids=lambda value: str(value)[:40])
def test_a_command_says_what_it_waits_for(one: Wish, text: str, said: str) -> None:
    words = wish_words(one, NOW)
    assert (words.text, words.said) == (text, said)


def test_undo_names_what_it_takes_back() -> None:
    end, stop = wish(END, Why.UNDO), wish(STOP, Why.BUDGET)
    assert undo_words([end]) == "Undo Terminate"
    assert undo_words([end, end]) == "Undo Terminate"
    assert undo_words([end, stop]) == "Undo 2 commands"
    assert undo_words([]) == "Undo"


def test_commands_that_wait_are_counted() -> None:
    sending = wish(END, Why.SENDING)
    assert count_words([], NOW) == count_words([sending], NOW) == ""
    assert count_words([wish(END, Why.CONNECTION), sending], NOW) == "1 command waits"
    two = [wish(END, Why.BUDGET, 30), wish(STOP, Why.BUDGET, 11.5)]
    assert count_words(two, NOW) == "2 commands wait, next 0:12"


# -- what became of a start -----------------------------------------------------------------------


def test_what_start_would_do() -> None:
    assert start(1, after=False) == "Start"
    assert start(3, after=False) == "Start 3 tasks"
    assert start(1, after=True) == "Run after this one"
    assert start(3, after=True) == "Run 3 tasks after this one"


def test_what_became_of_a_start() -> None:
    assert started_words("List", [], 1) == "Started “List”."
    assert started_words("List", [3], 1) == "Waits in line: 3rd."
    assert started_words("List", [], 4) == "Started 4 tasks."
    assert started_words("List", [1, 2, 3], 3) == "3 tasks wait in line: 1st to 3rd."
    assert started_words("List", [1, 2], 5) == "3 started, 2 in line: 1st to 2nd."


def test_a_task_that_goes_at_once_does_not_wait() -> None:
    assert not really_waits(None, NOW)
    assert not really_waits(entry(Why.TURN), NOW)
    assert not really_waits(entry(Why.SENDING, position=2), NOW)
    assert not really_waits(entry(Why.TURN, -1, position=2), NOW)
    assert really_waits(entry(Why.TURN, 9, position=2), NOW)
    assert really_waits(entry(Why.PLACES), NOW)
    assert really_waits(entry(Why.BUSY), NOW)
    assert really_waits(entry(Why.BUDGET, 9), NOW)
    assert not really_waits(entry(Why.BUDGET, 0), NOW)
