"""Words that the live channel brings: the way of the news, steps, states that nothing confirms."""

import re
from typing import Any

import pytest

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.models import Phase, Session, SessionState, Task, TaskStatus
from enigma_panel.core.observation import Kind
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.types import LiveShare, PendingCommand, WaitReason
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.i18n import plain_tip, sentence, shorten
from enigma_panel.ui.text.states import (
    local_moment,
    local_time,
    session_state_text,
    state_text,
    task_status_text,
)
from enigma_panel.ui.text.steps import (
    LINE_CHARS,
    action_text,
    live_tip,
    now_text,
    readable,
    step_row,
    step_text,
    step_word,
)
from enigma_panel.ui.text.task import task_summary
from enigma_panel.ui.text.waiting import pending_text
from enigma_panel.ui.theme.palette import Severity
from tests.kit.builders import a_task, new_session
from tests.kit.clock import NOW
from tests.kit.rows import check_rows

SLOW = "Without live updates, tasks are checked every 2 s or less often."
PAUSE_SENT = (
    "Pause sent · still billing",
    "Pause sent",
    "Pause sent, not confirmed, still billing",
)
PARTLY = "3 of 8 open sessions send live updates. " + SLOW


def _session(phase: Phase = Phase.OPEN, lost_until_ms: int | None = None) -> Session:
    """Open for 20 seconds; when it ends is not known."""
    times = {"since_ms": NOW - 20_000, "created_ms": NOW - 60_000, "lost_until_ms": lost_until_ms}
    return new_session(key=1, phase=phase, **times)


def _task(status: TaskStatus, *, confirmed: bool = False) -> Task:
    """Sent 41 seconds ago."""
    return a_task(status=status, pause_confirmed=confirmed, since_ms=NOW - 41_000)


# -- how news come --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "of", "fault", "tip"),
    [
        (0, 0, None, ""),
        (0, 0, LiveFault.MISSING, ""),
        (1, 1, None, "All open sessions send live updates."),
        (8, 8, None, "All open sessions send live updates."),
        (3, 8, None, PARTLY),
        (3, 8, LiveFault.LOST, PARTLY + " Live updates broke off. The program keeps trying."),
        (0, 8, None, SLOW),
        (0, 1, LiveFault.REFUSED, SLOW + " The service refused live updates."),
        (0, 1, LiveFault.UNREACHABLE, SLOW + " The live update server could not be reached."),
        (0, 1, LiveFault.PROTOCOL, SLOW + " The live update server's answer made no sense."),
        (
            0,
            1,
            LiveFault.ADDRESS,
            SLOW + " The live update server is on another host. It is not used.",
        ),
        (0, 1, LiveFault.MISSING, SLOW + " Live updates are not installed."),
        (0, 1, LiveFault.BROKEN, SLOW + " Live updates could not be loaded."),
    ],
)
def test_how_news_come(up: int, of: int, fault: LiveFault | None, tip: str) -> None:
    assert live_tip(LiveShare(up=up, of=of, fault=fault)) == tip


def test_an_end_that_nobody_saw_is_said_to_be_at_most_that_late() -> None:
    times: dict[str, Any] = {"sent_ms": NOW - 90_000, "since_ms": NOW - 80_000, "ended_ms": NOW}
    seen, unseen = local_moment(NOW, NOW), a_task(status=TaskStatus.DONE, **times)
    assert task_summary(unseen, None, NOW) == f"Done · ≤ {seen} · took ≤ 1:30"
    done = a_task(status=TaskStatus.DONE, **times | {"since_ms": NOW})
    assert task_summary(done, None, NOW) == f"Done · {seen} · took 1:30"


# -- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "word", "short", "line", "said"),
    [
        (
            _task(TaskStatus.PAUSED),
            "Pause sent · still billing",
            "Pause sent",
            "Pause sent 0:20 · still billing",
            "Pause sent, not confirmed, still billing, 20 s",
        ),
        (
            _task(TaskStatus.PAUSED, confirmed=True),
            "Paused · still billing",
            "Paused",
            "Paused 0:20 · still billing",
            "Paused, still billing, 20 s",
        ),
        (_task(TaskStatus.WORKING), "Running", "Running", "Running 0:20", "Running, 20 s"),
        (_task(TaskStatus.ASKS), "Needs you", "Needs you", "Needs you 0:20", "Needs you, 20 s"),
    ],
)
def test_what_a_session_does(task: Task, word: str, short: str, line: str, said: str) -> None:
    how = state_text(_session(), task, NOW)
    assert (how.word.word, how.word.short, how.text, how.spoken) == (word, short, line, said)


def test_a_pause_that_nothing_confirms_says_when_it_was_sent() -> None:
    task = _task(TaskStatus.PAUSED)
    said = f"not confirmed, sent at {local_time(task.since_ms)}"
    assert state_text(_session(), task, NOW).tip == sentence(said)
    assert task_status_text(task).tip == sentence(said)
    assert task_summary(task, None, NOW) == f"Pause sent 0:41 · still billing · {said}"
    confirmed = _task(TaskStatus.PAUSED, confirmed=True)
    assert state_text(_session(), confirmed, NOW).tip == ""


@pytest.mark.parametrize(
    ("status", "word", "short", "said"),
    [
        (TaskStatus.PAUSED, *PAUSE_SENT),
        (TaskStatus.WORKING, "Running", "Running", "Running"),
        (TaskStatus.DONE, "Done", "Done", "Done"),
    ],
)
def test_what_a_task_does(status: TaskStatus, word: str, short: str, said: str) -> None:
    found = task_status_text(_task(status))
    assert (found.word, found.short, found.accessible_text) == (word, short, said)


def test_a_confirmed_pause_of_a_task_is_said_to_be_one() -> None:
    assert (
        task_status_text(_task(TaskStatus.PAUSED, confirmed=True)).word == "Paused · still billing"
    )


def test_the_short_word_of_what_is_not_about_a_command_stays_whole() -> None:
    assert session_state_text(SessionState.EXPIRED_ASSUMED).short == "Expired (assumed)"
    assert session_state_text(SessionState.IDLE).short == "Idle"


@pytest.mark.parametrize(
    ("left_ms", "line", "said"),
    [
        (280_000, "Reconnecting 4:40", "4 min 40 s left"),
        (1_000, "Reconnecting 0:01", "1 s left"),
        (0, "Reconnecting 0:20", "20 s"),
        (-5_000, "Reconnecting 0:20", "20 s"),
        (None, "Reconnecting 0:20", "20 s"),
    ],
)
def test_a_lost_browser_counts_down(left_ms: int | None, line: str, said: str) -> None:
    until = None if left_ms is None else NOW + left_ms
    session = _session(Phase.CONNECTION_LOST, until)
    how = state_text(session, _task(TaskStatus.WORKING), NOW)
    assert (how.text, how.spoken) == (line, f"Reconnecting, {said}")
    assert how.word.mark is Severity.AMBER
    assert bool(how.word.note) is ("left" in said)


def test_what_was_told_of_a_lost_browser_says_nothing_once_it_is_back_or_gone() -> None:
    later = NOW + 280_000
    assert state_text(_session(Phase.OPEN, later), None, NOW).text == "Idle 0:20 · still billing"
    ended = state_text(_session(Phase.CLOSED, later), None, NOW)
    assert (ended.text, ended.spoken) == ("Closed", "Closed")


# -- steps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("agent", "Thinks"),
        ("action", "Does"),
        ("response_update", "Says"),
        ("session_ended", "The session ended"),
        ("orphaned", "The service lost the browser"),
        ("reconnected", "The browser is back"),
        ("live_lost", "Nothing reports on it any more"),
        ("live_gap", "No live updates"),
        ("no_live", "No live updates: what the agent does is unknown"),
        ("reported_expired", "The service says the session expired"),
        ("a_kind_of_a_later_version", "A kind of a later version"),
    ],
)
def test_what_happened(kind: str, word: str) -> None:
    assert step_word(kind) == word


_NAMES_THAT_ARE_WORDS = frozenset(
    {
        *(Kind.PAUSED, Kind.STOPPED, Kind.FAILED, Kind.ANSWER_SENT),
        *(rules.sent for rules in COMMANDS.values()),
    }
)
_IN_NO_TIME_LINE = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.DELIVERED, Kind.SESSION_DOUBTED})


def test_every_kind_has_words() -> None:
    def check(kind: Kind) -> None:
        is_name = step_word(kind) == kind.replace("_", " ").capitalize()
        assert is_name is (kind in _NAMES_THAT_ARE_WORDS)

    check_rows([(kind,) for kind in Kind if kind not in _IN_NO_TIME_LINE], check)


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("action", "click_element: search button", "Clicking search button"),
        ("agent", "I see\n\n three <b>results</b>", "Thinks: I see three <b>results</b>"),
        ("response_update", "", "Says"),
        ("live_gap", "soon", "No live updates: soon"),
        ("live_gap", "9" * 40, "No live updates: " + "9" * 40),
        ("session_ended", "", "The session ended"),
        ("session_ended", "expired", "The session ended: its time ran out"),
        ("session_ended", "terminateOnCompletion", "The session ended: its task was done"),
        ("session_ended", "instance_lost", "The session ended: the service lost its browser"),
        ("session_ended", "terminated", "The session was ended"),
        ("session_ended", "of\na new kind", "The session ended: of a new kind"),
        ("question", "Which\ncolour?", "Asked you: Which colour?"),
    ],
)
def test_a_line_of_the_time_line(kind: str, text: str, line: str) -> None:
    assert step_text(Step(at_ms=NOW, kind=kind, text=text)) == line


def test_a_gap_has_a_beginning_and_an_end() -> None:
    line = step_text(Step(at_ms=NOW + 7_000, kind="live_gap", text=str(NOW)))
    first, last = local_time(NOW, seconds=True), local_time(NOW + 7_000, seconds=True)
    assert line == f"No live updates from {first} to {last}"
    assert re.fullmatch(r"No live updates from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d", line)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("click_element: search button", "click element: search button"),
        ("click_element", "click element"),
        ("scroll_page_down : 300", "scroll page down : 300"),
        ("navigate: https://a.example/b_c?d_e=1", "navigate: https://a.example/b_c?d_e=1"),
        ("type_text: my_name", "type text: my_name"),
        ("my_file is open", "my_file is open"),
        ("_hidden: x", "_hidden: x"),
        ("iPhone: 3 results", "iPhone: 3 results"),
        ("  two\r\n\tlines\x00\x1b[31m ", "two lines [31m"),
        ("a\u202eb\u2066c", "a b c"),
        ("a\u2028b\u2029c", "a b c"),
        ("<img src='x'> {n} %s", "<img src='x'> {n} %s"),
        ("\x00\x07", ""),
        ("", ""),
    ],
)
def test_what_an_agent_tells_is_readable(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("click_element: search button", "Clicking search button"),
        ("navigate: https://a.example/b", "Opening a.example/b"),
        ("go_to_url: {what} %s", "Opening {what} %s"),
        ("click_element", "Click element"),
        ("take_note: site", "Taking a note on site"),
        ("take_screenshot: site", "Take screenshot: site"),
        ("", ""),
    ],
)
def test_an_action_is_a_sentence(text: str, words: str) -> None:
    """In one form: what an agent is at looks the same once it is done."""
    assert now_text(text) == action_text(text)[1] == words


def test_what_an_agent_tells_is_cut() -> None:
    assert len(readable("word " * 100_000)) <= LINE_CHARS
    assert readable("word " * 100_000).endswith("…")
    assert len(now_text("click_element: " + "x" * 5_000_000)) <= 120
    assert shorten("\x00" * 5_000 + "end", 10).endswith("…")


def test_tool_tips_read_no_html() -> None:
    assert plain_tip("1 < 2, plain") == "1 < 2, plain"
    assert plain_tip("<b>bold</b>\nmore") == "<span>&lt;b&gt;bold&lt;/b&gt;<br>more</span>"
    assert plain_tip("&lt;") == "<span>&amp;lt;</span>"


# -- commands -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "why", "due_ms", "text"),
    [
        (CommandVerb.TERMINATE, WaitReason.BUDGET, NOW + 12_000, "Terminate sent, again in 12 s"),
        (CommandVerb.STOP, WaitReason.LIMITED, NOW + 61_000, "Stop sent, again in 2 min"),
        (
            CommandVerb.TERMINATE,
            WaitReason.CONNECTION,
            NOW + 12_000,
            "Terminate sent, again once online",
        ),
        (CommandVerb.TERMINATE, WaitReason.KEY, None, "Terminate sent, again once there is a key"),
        (CommandVerb.TERMINATE, WaitReason.BUDGET, None, "Terminate sent, again soon"),
        (CommandVerb.TERMINATE, WaitReason.SENDING, None, "Terminating…"),
    ],
)
def test_a_command_that_went_out_and_is_sent_once_more(
    verb: CommandVerb, why: WaitReason, due_ms: int | None, text: str
) -> None:
    pending = PendingCommand(
        session_key=1, verb=verb, why=why, made_ms=NOW, due_ms=due_ms, sent_live=True
    )
    assert pending_text(pending, NOW) == text
    assert not pending.can_undo


@pytest.mark.parametrize(
    ("kind", "text", "at_ms"),
    [("agent", "x", 10**15), ("agent", "x", -(9 * 10**18)), ("live_gap", "9" * 5000, 9 * 10**18)],
)
def test_a_damaged_line_has_words(kind: str, text: str, at_ms: int) -> None:
    """An error while a row is painted would end the program."""
    row = step_row(Step(task_key=1, at_ms=at_ms, kind=kind, text=text))
    assert row.time
    assert row.text
