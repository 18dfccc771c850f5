"""Texts for states and times, as they are shown and as they are spoken."""

from collections.abc import Iterator
from time import localtime, struct_time

from msgspec import Struct

from enigma_panel.core.models import (
    Phase,
    Session,
    SessionState,
    Task,
    TaskStatus,
    shown_since_ms,
    shown_state,
)
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.monitor.missing_tasks import LOOKS_MS
from enigma_panel.ui.i18n import Translations, short_month
from enigma_panel.ui.text.verbs import verb_text
from enigma_panel.ui.theme.palette import Glyph, Severity

tr = Translations("States")

ELLIPSIS = "…"
UNKNOWN = "?"
NONE = "–"
MINUTE, HOUR = 60, 3600
YEARS = range(1, 10_000)
_AMBER = (Severity.AMBER, Severity.AMBER)


class StateWord(Struct, frozen=True):
    """How a state looks and reads. The glyph's colour may differ from the word's.

    tip: what the state means, where the word alone does not say it. spoken: what is said aloud,
    where that is not the word. note: what Details says behind it. narrow: the word in a table,
    where the whole one does not fit.
    """

    glyph: Glyph
    word: str
    severity: Severity = Severity.PLAIN
    mark: Severity = Severity.DIM
    tip: str = ""
    spoken: str = ""
    note: str = ""
    narrow: str = ""

    @property
    def accessible_text(self) -> str:
        """The words for a screen reader."""
        return self.spoken or self.word

    @property
    def short(self) -> str:
        """The word alone, "paused?" of "paused? – billing", where more stands beside it."""
        state, billing, _ = self.word.partition(" – ")
        return state.partition(" (")[0] if billing or self.tip else self.word

    @property
    def bold(self) -> bool:
        """Whether the word is bold: amber states stand out also for those who see no colours."""
        return self.severity is Severity.AMBER


class StateText(Struct, frozen=True):
    """A state and its duration: `head` and dimmed `tail` stand side by side in a table.

    spoken: both, as a screen reader says it. line: both in one line, where more is to be said.
    """

    word: StateWord
    head: str
    tail: str
    spoken: str
    tip: str = ""
    line: str = ""

    @property
    def text(self) -> str:
        """Both in one line."""
        return self.line or (f"{self.head} {self.tail}" if self.tail else self.head)


def state_text(
    session: Session,
    task: Task | None,
    now_ms: int,
    *,
    known_ms: int | None = None,
    is_missing: bool = False,
    is_unheard: bool = False,
) -> StateText:
    """Return a state and its time: 'working 0:41', 'connection lost, 4:40 to come back'.

    An ended state has no time. known_ms: up to when the state is known, where that is not now.
    is_missing: the last poll did not find it. is_unheard: what is known is from the run before.
    """
    word = session_state_text(shown_state(session, task), task)
    if (is_missing or is_unheard) and not session.is_ended:
        word = missing_word() if is_missing else unheard_word()
    if is_missing or is_unheard or session.is_ended:
        return StateText(word, word.word, "", word.accessible_text, word.tip)
    until = session.lost_until_ms if session.phase is Phase.CONNECTION_LOST else None
    if until is not None and until > now_ms:
        left, spoken = duration(until - now_ms), spoken_duration(until - now_ms)
        return StateText(
            word,
            word.word,
            left,
            tr("{state}, {time} to come back", state=word.word, time=spoken),
            tr("The service lost its browser and waits for it so long. Then the session ends."),
            tr("{state}, {time} to come back", state=word.word, time=left),
        )
    lasted = (known_ms or now_ms) - shown_since_ms(session, task)
    spoken = f"{word.accessible_text}, {spoken_duration(lasted)}"
    return StateText(word, word.word, duration(lasted), spoken, word.tip)


def session_state_text(state: SessionState, task: Task | None = None) -> StateWord:
    """Return icon and word of a session's state."""
    s = SessionState
    match state:
        case s.STARTING:
            return StateWord(Glyph.RING, tr("starting"))
        case s.WORKING:
            return _working(task.unproven if task is not None else None)
        case s.ASKS:
            return StateWord(Glyph.QUESTION, tr("asks you"), *_AMBER)
        case s.IDLE if task is not None and task.was_never_sent:
            word, narrow = tr("no task was sent – still billing"), tr("no task – billing")
            tip = tr("The browser was opened for a task that was never sent.")
            return StateWord(Glyph.BANG, word, *_AMBER, tip, narrow=narrow)
        case s.IDLE:
            return StateWord(Glyph.BANG, tr("idle – billing"), *_AMBER)
        case s.PAUSED:
            return _paused(task)
        case s.CONNECTION_LOST:
            return StateWord(Glyph.BANG, tr("connection lost"), *_AMBER)
        case s.UNCONFIRMED:
            return StateWord(Glyph.QUESTION, tr("unconfirmed"), *_AMBER)
        case _:
            return _ended_word(state)


def _working(unproven: CommandVerb | None) -> StateWord:
    if unproven is not None:
        tip = _unproven_tip(unproven)
        word = tr("resumed (sent, unconfirmed)")
        return StateWord(Glyph.DISC, word, tip=tip, narrow=tr("resumed (sent)"))
    return StateWord(Glyph.DISC, tr("working"), mark=Severity.GREEN)


def _paused(task: Task | None) -> StateWord:
    if is_pause_confirmed(task):
        return StateWord(Glyph.PAUSE, tr("paused – billing"), *_AMBER)
    return _unconfirmed_pause(task, tr("paused? – billing"), tr("paused, not confirmed, billing"))


def is_pause_confirmed(task: Task | None) -> bool:
    """Return whether the service has confirmed that the agent waits; mostly nothing does."""
    return task is not None and task.pause_confirmed


def _unconfirmed_pause(task: Task | None, word: str, spoken: str) -> StateWord:
    """Return the words for a pause that was delivered; whether the agent waits is not known."""
    note = tr("sent, the service does not confirm it")
    if task is not None:
        sent = local_time(task.since_ms)
        note = tr("sent at {time}, the service does not confirm it", time=sent)
    unproven = task.unproven if task is not None else None
    tip = f"{note}\n{_unproven_tip(unproven)}" if unproven is not None else note
    return StateWord(Glyph.PAUSE, word, *_AMBER, tip, spoken, note)


def _unproven_tip(verb: CommandVerb) -> str:
    """Return what it means that a command went out by the live channel."""
    words = verb_text(verb)
    text = tr(
        "{verb} was sent over the live channel; nothing confirms it. If the channel drops within a "
        "minute, {verb} is sent again the other way.",
        verb=words.label,
    )
    return " ".join(part for part in (text, words.unconfirmed) if part)


def _ended_word(state: SessionState) -> StateWord:
    s = SessionState
    match state:
        case s.EXPIRED_ASSUMED:
            return StateWord(Glyph.RING, tr("expired (assumed)"), Severity.DIM)
        case s.CLOSED_ASSUMED:
            return StateWord(Glyph.RING, tr("closed (assumed)"), Severity.DIM)
        case s.CLOSED_FAILED:
            return StateWord(Glyph.STOP, tr("closed (task failed)"), Severity.DIM)
        case s.ENDED_BY_YOU:
            return StateWord(Glyph.STOP, tr("ended by you"), Severity.DIM)
        case s.ENDED_BY_LIMIT:
            return StateWord(Glyph.STOP, tr("ended by its time limit"), Severity.DIM)
        case s.FAILED:
            return StateWord(Glyph.CROSS, tr("failed"), Severity.RED, Severity.RED)
        case s.PLANNED:
            return StateWord(Glyph.RING, tr("not opened yet"), Severity.DIM)
        case s.DROPPED:
            return StateWord(Glyph.RING, tr("never opened"), Severity.DIM)
        case _:
            return StateWord(Glyph.STOP, tr("closed"), Severity.DIM)


def known_until_ms(task: Task, session: Session | None) -> int | None:
    """Return up to when a task's status is known, where its session ended without an outcome."""
    if session is None or not session.is_ended or task.is_final or task.status is TaskStatus.QUEUED:
        return None
    return session.ended_ms


def _cut_off_word(task: Task, session: Session | None) -> StateWord | None:
    """Return the words for an unfinished task whose session has ended or lost its browser."""
    if known_until_ms(task, session) is not None:
        tip = tr("Its session has ended. What became of the task is not known yet.")
        return StateWord(Glyph.QUESTION, tr("unconfirmed"), Severity.DIM, tip=tip)
    is_lost = session is not None and session.phase is Phase.CONNECTION_LOST
    if is_lost and task.status is TaskStatus.WORKING:
        tip = tr("The service lost the session's browser. The task goes on if it comes back.")
        spoken, note = tr("working, not confirmed, connection lost"), tr("connection lost")
        return StateWord(Glyph.BANG, tr("working?"), *_AMBER, tip, spoken, note)
    return None


def task_status_text(task: Task, session: Session | None = None) -> StateWord:
    """Return icon and word of a task's status in its session."""
    s = TaskStatus
    if (word := _cut_off_word(task, session)) is not None:
        return word
    match task.status:
        case s.QUEUED:
            return StateWord(Glyph.RING, tr("queued"))
        case s.STARTING:
            return StateWord(Glyph.RING, tr("starting"))
        case s.WORKING:
            return _working(task.unproven)
        case s.ASKS:
            return StateWord(Glyph.QUESTION, tr("asks you"), *_AMBER)
        case s.PAUSED if task.pause_confirmed:
            return StateWord(Glyph.PAUSE, tr("paused"), *_AMBER)
        case s.PAUSED:
            return _unconfirmed_pause(task, tr("paused?"), tr("paused, not confirmed"))
        case s.UNCONFIRMED:
            return StateWord(Glyph.QUESTION, tr("unconfirmed"), *_AMBER)
        case s.DONE:
            return StateWord(Glyph.CHECK, tr("done"), mark=Severity.GREEN)
        case s.FAILED:
            return StateWord(Glyph.CROSS, tr("failed"), Severity.RED, Severity.RED)
        case s.STOPPED:
            return StateWord(Glyph.STOP, tr("stopped"))
        case s.LOST:
            return StateWord(Glyph.RING, tr("lost"), Severity.RED, Severity.RED)


def missing_word() -> StateWord:
    """Return the words in place of a state while a session or task is looked for again."""
    tip = tr(
        "The service does not find it. That may be a mistake, so it is asked {times} more times "
        "within {n} seconds. Until then it may be running and cost money.",
        times=len(LOOKS_MS),
        n=sum(LOOKS_MS) // 1000,
    )
    return StateWord(Glyph.QUESTION, tr("not found – looking again"), *_AMBER, tip)


def unheard_word() -> StateWord:
    """Return the words in place of a state while the service has not answered in this run."""
    tip = tr("The service has not answered about it since this start.")
    return StateWord(Glyph.RING, tr("not known yet"), Severity.DIM, tip=tip)


def duration(ms: int) -> str:
    """Return a duration: '0:41', '12:05', '1:02:03'. What is below zero reads as zero."""
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, HOUR)
    minutes, secs = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def spoken_duration(ms: int) -> str:
    """Return a duration in words: '41 seconds', '2 minutes 41 seconds', '1 hour 2 minutes'."""
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, HOUR)
    minutes, secs = divmod(rest, MINUTE)
    parts = [
        tr.plural("1 hour", "{n} hours", hours) if hours else "",
        tr.plural("1 minute", "{n} minutes", minutes) if minutes else "",
        "" if hours else tr.plural("1 second", "{n} seconds", secs),
    ]
    if minutes and not secs:
        parts.pop()
    return " ".join(part for part in parts if part)


def age(ms: int) -> str:
    """Return an age: '2 s ago', '3 min ago', '2 h ago'."""
    seconds = max(0, ms) // 1000
    if seconds < MINUTE:
        return tr("{n} s ago", n=seconds)
    if seconds < HOUR:
        return tr("{n} min ago", n=seconds // MINUTE)
    return tr("{n} h ago", n=seconds // HOUR)


def _moment(ms: int) -> struct_time | None:
    """Return the local time, None for a time that no calendar has.

    A damaged row must not end the program.
    """
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


def local_moment(ms: int, now_ms: int) -> str:
    """Return a moment: '14:31' today, '24 Nov 14:31' on any other day."""
    when, now = _moment(ms), _moment(now_ms)
    if when is None or now is None:
        return UNKNOWN
    clock = _clock(when)
    if (when.tm_year, when.tm_yday) == (now.tm_year, now.tm_yday):
        return clock
    month = short_month(when.tm_mon)
    return tr("{day} {month} {time}", day=when.tm_mday, month=month, time=clock)


def usual_moments() -> Iterator[str]:
    """Yield the longest texts of `local_moment`: a day in each month."""
    return (local_moment((480 + 730 * month) * HOUR * 1000, 0) for month in range(12))


def dated_moment(ms: int) -> str:
    """Return a moment with its day, '27 Nov 2026, 14:31', to be read on any other day."""
    when = _moment(ms)
    if when is None:
        return UNKNOWN
    clock, month = _clock(when), short_month(when.tm_mon)
    return tr(
        "{day} {month} {year}, {time}",
        day=when.tm_mday,
        month=month,
        year=str(when.tm_year),
        time=clock,
    )


def is_life_assumed(session: Session) -> bool:
    """Return whether a session's end is our guess: the service has not named it yet."""
    return session.phase in {Phase.STARTING, Phase.UNCONFIRMED} or session.opened_ms is None


def time_left(session: Session, now_ms: int) -> str:
    """Return the time left: '2:41', '≈ 4:19' when assumed, '–' when ended or not known."""
    if session.is_ended or session.expires_ms is None:
        return NONE
    left = duration(session.expires_ms - now_ms)
    return tr("≈ {time}", time=left) if is_life_assumed(session) else left


def spoken_text(text: str) -> str:
    """Return what a screen reader says for a cell's text: signs have words."""
    if text == ELLIPSIS:
        return tr("no news yet")
    if text == UNKNOWN:
        return tr("not known")
    return tr("none") if text in {NONE, ""} else text
