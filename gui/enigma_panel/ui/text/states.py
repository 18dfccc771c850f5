"""Texts for states and times, as they are shown and as they are spoken."""

from collections.abc import Iterator
from time import localtime, struct_time

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.models import (
    Phase,
    Session,
    SessionState,
    Task,
    TaskStatus,
    shown_since_ms,
    shown_state,
)
from enigma_panel.core.observation import AT_CAP
from enigma_panel.services.monitor.missing_tasks import LOOKS_MS
from enigma_panel.services.sessions import Sessions
from enigma_panel.ui.i18n import Translations, sentence, short_month
from enigma_panel.ui.theme.palette import Glyph, Severity

tr = Translations("States")

ELLIPSIS = "…"
UNKNOWN = "?"
NONE = "–"
MINUTE, HOUR = 60, 3600
YEARS = range(1, 10_000)
_NEEDS_YOU = (Severity.AMBER, Severity.AMBER)
_COSTS = (Severity.PLAIN, Severity.AMBER)
"""Colours of a word and its glyph: it needs the person; it may cost money while nothing works."""


class StateWord(Struct, frozen=True):
    """How a state looks and reads. The glyph's colour may differ from the word's.

    tip: what the state means, where the word alone does not say it. spoken: what is said aloud,
    where that is not the word. note: what Details says behind it.
    """

    glyph: Glyph
    word: str
    severity: Severity = Severity.PLAIN
    mark: Severity = Severity.DIM
    tip: str = ""
    spoken: str = ""
    note: str = ""

    @property
    def accessible_text(self) -> str:
        return self.spoken or self.word.replace(" ·", ",")

    @property
    def short(self) -> str:
        """The state alone, 'Idle' of 'Idle · still billing'."""
        return self.word.partition(" · ")[0]

    @property
    def more(self) -> str:
        """What the short word leaves out, 'still billing'."""
        return self.word.partition(" · ")[2]

    @property
    def bold(self) -> bool:
        """Whether the word is bold: what needs the person stands out for all eyes."""
        return self.severity is Severity.AMBER


class StateText(Struct, frozen=True):
    """A state (`word.short`), its duration (a dimmed `tail`), and both as spoken."""

    word: StateWord
    tail: str = ""
    spoken: str = ""

    @property
    def text(self) -> str:
        """All of it in one line: 'Idle 0:41 · still billing'."""
        word = self.word
        return " · ".join(filter(None, (f"{word.short} {self.tail}".rstrip(), word.more)))

    @property
    def tip(self) -> str:
        return self.word.tip


def state_text(
    session: Session,
    task: Task | None,
    now_ms: int,
    *,
    known_ms: int | None = None,
    special: StateWord | None = None,
    is_unheard: bool = False,
) -> StateText:
    """Return a state and its time: 'Running 0:41', or how long a lost browser has to come back.

    An ended state has no time. known_ms: up to when the state is known, where that is not now.
    special: see special_word. is_unheard: what is known is from the run before.
    """
    word, now_ms = session_state_text(shown_state(session, task), task), second_of(now_ms)
    if is_unheard and not session.is_ended:
        tip = tr("The service has not reported on it since this start.")
        word = StateWord(Glyph.RING, tr("Not known yet"), Severity.DIM, tip=tip)
    word = special or word
    if special is not None or is_unheard or session.is_ended:
        return StateText(word, spoken=word.accessible_text)
    until = session.lost_until_ms if session.phase is Phase.CONNECTION_LOST else None
    if until is not None and until > now_ms:
        word = replace(word, note=tr("lost if not back by {time}", time=local_time(until)))
        spoken = tr("{time} left", time=spoken_duration(until - now_ms))
        return StateText(word, duration(until - now_ms), f"{word.accessible_text}, {spoken}")
    lasted = (known_ms or now_ms) - shown_since_ms(session, task)
    return StateText(word, duration(lasted), f"{word.accessible_text}, {spoken_duration(lasted)}")


def session_state_text(state: SessionState, task: Task | None = None) -> StateWord:
    s = SessionState
    match state:
        case s.STARTING:
            return StateWord(Glyph.RING, tr("Starting"))
        case s.WORKING:
            return _running()
        case s.ASKS:
            return StateWord(Glyph.NEEDS_YOU, tr("Needs you"), *_NEEDS_YOU)
        case s.IDLE if task is not None and task.was_never_sent:
            tip = tr("The browser was opened for a task that was never sent.")
            return StateWord(Glyph.BANG, tr("No task sent · still billing"), *_COSTS, tip)
        case s.IDLE:
            return StateWord(Glyph.BANG, tr("Idle · still billing"), *_COSTS)
        case s.PAUSED:
            return _paused(task)
        case s.CONNECTION_LOST:
            return _reconnecting()
        case s.UNCONFIRMED:
            return StateWord(Glyph.QUESTION, tr("Unconfirmed"), *_COSTS)
        case s.ENDED_BY_YOU if task is not None and (task.code, task.error) == (AT_CAP, None):
            return StateWord(Glyph.STOP, tr("Ended at daily cap"), Severity.DIM)
        case _:
            return _ended_word(state)


def _running() -> StateWord:
    return StateWord(Glyph.RUNNING, tr("Running"), mark=Severity.MARK)


def _reconnecting() -> StateWord:
    tip = tr("The service lost the browser. The task carries on if it returns in time.")
    return StateWord(Glyph.BANG, tr("Reconnecting"), *_COSTS, tip)


def is_pause_confirmed(task: Task | None) -> bool:
    """Return whether the service has confirmed that the agent waits; mostly nothing does."""
    return task is not None and task.pause_confirmed


def _paused(task: Task | None) -> StateWord:
    """Return the words for a pause; whether the agent waits is known only once confirmed."""
    if is_pause_confirmed(task):
        return StateWord(Glyph.PAUSE, tr("Paused · still billing"), *_COSTS)
    note = tr("not confirmed")
    if task is not None:
        note = tr("not confirmed, sent at {time}", time=local_time(task.since_ms))
    tip = sentence(note)
    spoken = tr("Pause sent, not confirmed, still billing")
    return StateWord(Glyph.PAUSE, tr("Pause sent · still billing"), *_COSTS, tip, spoken, note)


def _ended_word(state: SessionState) -> StateWord:
    s = SessionState
    match state:
        case s.EXPIRED_ASSUMED:
            return StateWord(Glyph.RING, tr("Expired (assumed)"), Severity.DIM)
        case s.CLOSED_ASSUMED:
            return StateWord(Glyph.RING, tr("Closed (assumed)"), Severity.DIM)
        case s.CLOSED_FAILED:
            return StateWord(Glyph.STOP, tr("Closed (task failed)"), Severity.DIM)
        case s.ENDED_BY_YOU:
            return StateWord(Glyph.STOP, tr("Ended by you"), Severity.DIM)
        case s.ENDED_BY_LIMIT:
            return StateWord(Glyph.STOP, tr("Ended by time limit"), Severity.DIM)
        case s.FAILED:
            return StateWord(Glyph.CROSS, tr("Failed"), Severity.RED, Severity.RED)
        case s.PLANNED:
            return StateWord(Glyph.RING, tr("Not opened yet"), Severity.DIM)
        case s.DROPPED:
            return StateWord(Glyph.RING, tr("Never opened"), Severity.DIM)
        case _:
            return StateWord(Glyph.STOP, tr("Closed"), Severity.DIM)


def known_until_ms(task: Task, session: Session | None) -> int | None:
    """Return up to when a task's status is known, where its session ended without an outcome."""
    if session is None or not session.is_ended or task.is_final or task.status is TaskStatus.QUEUED:
        return None
    return session.ended_ms


def _cut_off_word(task: Task, session: Session | None) -> StateWord | None:
    """Return the words for an unfinished task whose session has ended or lost its browser."""
    if known_until_ms(task, session) is not None:
        tip = tr("Its session has ended. How the task ended is not known yet.")
        return StateWord(Glyph.QUESTION, tr("Unconfirmed"), Severity.DIM, tip=tip)
    is_lost = session is not None and session.phase is Phase.CONNECTION_LOST
    return _reconnecting() if is_lost and task.status is TaskStatus.WORKING else None


def task_status_text(task: Task, session: Session | None = None) -> StateWord:
    s = TaskStatus
    if (word := _cut_off_word(task, session)) is not None:
        return word
    match task.status:
        case s.QUEUED:
            return StateWord(Glyph.QUEUED, tr("Queued"), Severity.DIM)
        case s.STARTING:
            return StateWord(Glyph.RING, tr("Starting"))
        case s.WORKING:
            return _running()
        case s.ASKS:
            return StateWord(Glyph.NEEDS_YOU, tr("Needs you"), *_NEEDS_YOU)
        case s.PAUSED:
            return _paused(task)
        case s.UNCONFIRMED:
            return StateWord(Glyph.QUESTION, tr("Unconfirmed"), *_COSTS)
        case s.DONE:
            return StateWord(Glyph.CHECK, tr("Done"), mark=Severity.GREEN)
        case s.FAILED:
            return StateWord(Glyph.CROSS, tr("Failed"), Severity.RED, Severity.RED)
        case s.STOPPED:
            return StateWord(Glyph.STOP, tr("Stopped"), Severity.DIM)
        case s.LOST:
            return StateWord(Glyph.RING, tr("Lost"), Severity.DIM)


def special_word(sessions: Sessions, task: Task | None) -> StateWord | None:
    """Return the words in place of a state while its task is looked for, or answered, by us."""
    if sessions.is_answering(task):
        tip = tr("The login that you chose with the task is being sent.")
        return StateWord(Glyph.SEND, tr("Answering"), tip=tip)
    if not sessions.is_missing(task):
        return None
    tip = tr(
        "The service can't find it. It may still cost money. Checking for {n} s.",
        n=sum(LOOKS_MS) // 1000,
    )
    return StateWord(Glyph.QUESTION, tr("Not found · looking again"), *_COSTS, tip)


def duration(ms: int) -> str:
    """Return a duration: '0:41', '12:05', '1:02:03'. What is below zero reads as zero."""
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, HOUR)
    minutes, secs = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def at_most(text: str, task: Task) -> str:
    """Return a time up to a task's end, '≤ 0:41' where nobody looked when it ended."""
    return f"≤ {text}" if task.is_end_unseen else text


def countdown(until_ms: int, now_ms: int) -> str:
    return duration(until_ms - second_of(now_ms))


def second_of(now_ms: int) -> int:
    """Return when the current second began: at that instant all clocks in sight go on."""
    return now_ms - now_ms % 1000


def spoken_duration(ms: int) -> str:
    """Return a duration with its units: '41 s', '2 min 41 s', '1 h 2 min'."""
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, HOUR)
    minutes, secs = divmod(rest, MINUTE)
    parts = [
        tr("{n} h", n=hours) if hours else "",
        tr("{n} min", n=minutes) if minutes else "",
        tr("{n} s", n=secs) if secs or not seconds else "",
    ]
    return " ".join(filter(None, parts[:2] if hours else parts))


def age(ms: int) -> str:
    """Return an age: '2 s ago', '3 min ago', '2 h ago'."""
    seconds = max(0, ms) // 1000
    if seconds < MINUTE:
        return tr("{n} s ago", n=seconds)
    if seconds < HOUR:
        return tr("{n} min ago", n=seconds // MINUTE)
    return tr("{n} h ago", n=seconds // HOUR)


def _moment(ms: int) -> struct_time | None:
    """Return the local time, None for a damaged row's that no calendar has."""
    try:
        when = localtime(ms / 1000)
    except (ValueError, OverflowError, OSError):
        return None
    return when if when.tm_year in YEARS else None


def _clock(when: struct_time) -> str:
    return f"{when.tm_hour:02}:{when.tm_min:02}"


def local_time(ms: int, *, seconds: bool = False) -> str:
    """Return the local time: '14:31' or '14:31:09'; '?' for what is no time at all."""
    when = _moment(ms)
    if when is None:
        return UNKNOWN
    return f"{_clock(when)}:{when.tm_sec:02}" if seconds else _clock(when)


def local_moment(ms: int, now_ms: int, *, short: bool = False) -> str:
    """Return a moment: '14:31' today, '24 Nov 14:31' on other days, or '24 Nov' (is short)."""
    when, now = _moment(ms), _moment(now_ms)
    if when is None or now is None:
        return UNKNOWN
    clock = _clock(when)
    if (when.tm_year, when.tm_yday) == (now.tm_year, now.tm_yday):
        return clock
    month = short_month(when.tm_mon)
    if short:
        return tr("{day} {month}", day=when.tm_mday, month=month)
    return tr("{day} {month} {time}", day=when.tm_mday, month=month, time=clock)


def usual_moments() -> Iterator[str]:
    """Yield the longest short texts of `local_moment`: a day in each month."""
    moments = ((480 + 730 * month) * HOUR * 1000 for month in range(12))
    return (local_moment(ms, 0, short=True) for ms in moments)


def is_life_assumed(session: Session) -> bool:
    """Return whether a session's end is our guess: the service has not named it yet."""
    return session.phase in {Phase.STARTING, Phase.UNCONFIRMED} or session.opened_ms is None


def time_left(session: Session, now_ms: int) -> str:
    """Return the time left: '2:41', '≈ 4:19' when assumed, '–' when ended or unknown."""
    if session.is_ended or session.expires_ms is None:
        return NONE
    left = countdown(session.expires_ms, now_ms)
    return tr("≈ {time}", time=left) if is_life_assumed(session) else left


def spoken_text(text: str) -> str:
    """Return what a screen reader says for a cell's text: signs of a doubt have words."""
    if text == ELLIPSIS:
        return tr("pending")
    return tr("unknown") if text == UNKNOWN else text
