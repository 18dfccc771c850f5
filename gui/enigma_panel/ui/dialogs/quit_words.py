"""What the 'Quit' dialog says: made from the records alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from enigma_panel.core.records import Phase, Session, SessionState, Task, TaskStatus, shown_state
from enigma_panel.ui.status_words import duration, local_time, session_word, time_left
from enigma_panel.ui.words import one_line, tr, tr_n

HOLD_MS = 50_000
"""How long the service may hold the reply that names a task (api.md §1)."""

TITLE_CHARS = 60
_WORKS = frozenset({SessionState.WORKING, SessionState.STARTING, SessionState.ASKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuitReport:
    """Sentences for the dialog; unnamed: how many tasks wait for their name.

    wait_ms: how long until the last of them should have it, below 0 when that is over.
    """

    lines: tuple[str, ...]
    unnamed: int = 0
    wait_ms: int = 0


def counts_at_quit(session: Session) -> bool:
    """Whether a session is a reason to ask before quitting: it is or may be open."""
    return not session.is_ended


def quit_lines(sessions: Iterable[Session], tasks: Mapping[int, Task], now_ms: int) -> QuitReport:
    """What happens to each session when the program ends. tasks: current task by session key."""
    open_ones = [session for session in sessions if counts_at_quit(session)]
    groups: dict[str, list[Session]] = {"closes": [], "unconfirmed": [], "stays": [], "works": []}
    for session in open_ones:
        groups[_group(session, tasks.get(session.key))].append(session)
    unnamed = [tasks[s.key] for s in open_ones if s.key in tasks and is_unnamed(tasks[s.key])]
    lines = [
        _closing(len(groups["closes"])),
        _working(groups["works"]),
        _staying(groups["stays"], tasks),
        _unconfirmed(groups["unconfirmed"]),
        _unnamed(unnamed),
    ]
    wait = max((_named_by(task) - now_ms for task in unnamed), default=0)
    said = tuple(line for line in lines if line)
    return QuitReport(lines=said, unnamed=len(unnamed), wait_ms=wait)


def is_unnamed(task: Task) -> bool:
    """A task that was sent and not named yet: without its id its result cannot be fetched."""
    waits = task.status in {TaskStatus.STARTING, TaskStatus.WORKING, TaskStatus.PAUSED}
    return waits and task.service_id is None


def session_line(session: Session, task: Task | None, now_ms: int) -> str:
    """'amazon.com 3 – working 0:41, 4:19 left – Price of MX Keys': a line of a list."""
    state = shown_state(session, task)
    since = max(session.since_ms, task.since_ms if task else 0)
    head = f"{session.name} – {session_word(state, task).word} {duration(now_ms - since)}"
    if session.expires_ms is not None:
        head += ", " + tr("{time} left", time=time_left(session, now_ms))
    return head + (f" – {one_line(task.spec.text, TITLE_CHARS)}" if task else "")


def _group(session: Session, task: Task | None) -> str:
    if session.phase is Phase.UNCONFIRMED:
        return "unconfirmed"
    if shown_state(session, task) in _WORKS:
        return "closes" if session.close_after else "works"
    return "stays"


def _closing(n: int) -> str:
    if not n:
        return ""
    return tr_n(
        "1 session closes by itself when its task is done.",
        "{n} sessions close by themselves when their task is done.",
        n,
    )


def _working(sessions: list[Session]) -> str:
    if not sessions:
        return ""
    words = tr_n("1 works and stays open", "{n} work and stay open", len(sessions))
    return tr("{what}{by}.", what=words, by=_by(sessions))


def _staying(sessions: list[Session], tasks: Mapping[int, Task]) -> str:
    if not sessions:
        return ""
    states = {shown_state(s, tasks.get(s.key)) for s in sessions}
    if states == {SessionState.IDLE}:
        words = tr_n("1 is idle and ends", "{n} are idle and end", len(sessions))
    elif states == {SessionState.PAUSED}:
        words = tr_n("1 is paused and ends", "{n} are paused and end", len(sessions))
    else:
        words = tr_n("1 waits and ends", "{n} wait (idle, paused) and end", len(sessions))
    return tr("{what}{by}.", what=words, by=_by(sessions, until=False))


def _unconfirmed(sessions: list[Session]) -> str:
    if not sessions:
        return ""
    words = tr_n(
        "1 start is unconfirmed: it may be running and cost money",
        "{n} starts are unconfirmed: they may be running and cost money",
        len(sessions),
    )
    return tr("{what}{by}.", what=words, by=_by(sessions))


def _by(sessions: list[Session], *, until: bool = True) -> str:
    """' until 18:14 at the latest', for the one that ends last."""
    ends = [session.expires_ms for session in sessions if session.expires_ms is not None]
    if not ends:
        return "" if until else tr(" at the time limit")
    time = local_time(max(ends))
    words = tr(", until {time} at the latest") if until else tr(" by {time} at the latest")
    return words.replace("{time}", time)


def _unnamed(tasks: list[Task]) -> str:
    if not tasks:
        return ""
    names = ", ".join(f"“{one_line(task.spec.text, TITLE_CHARS)}”" for task in tasks)
    return tr_n(
        "{names} is not named yet: if you quit now, its result cannot be fetched.",
        "{names} are not named yet: if you quit now, their results cannot be fetched.",
        len(tasks),
        names=names,
    )


def _named_by(task: Task) -> int:
    return (task.sent_ms if task.sent_ms is not None else task.created_ms) + HOLD_MS
