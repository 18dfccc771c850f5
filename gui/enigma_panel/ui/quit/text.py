"""Texts of the dialog Quit, made of records alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from enigma_panel.core.models import Phase, Session, SessionState, Task, shown_state
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.types import PendingCommand, WaitReason
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.states import is_pause_confirmed, local_time, state_text, time_left
from enigma_panel.ui.text.verbs import verb_label
from enigma_panel.ui.text.waiting import pending_text
from enigma_panel.ui.theme.palette import Severity

tr = Translations("Quit")

HOLD_MS = 50_000
"""How long the service may hold the reply that names a task (api.md §1)."""

TITLE_CHARS = 60
_WORKS = frozenset({SessionState.WORKING, SessionState.STARTING})

NO_PENDING: Mapping[int, PendingCommand] = {}


class QuitReport(Struct, frozen=True, kw_only=True):
    """The sentences of the dialog.

    unnamed: how many tasks wait for their name. wait_ms: how long until the last of them should
    have it, below 0 when that is over.
    """

    lines: tuple[str, ...]
    unnamed: int = 0
    wait_ms: int = 0


def counts_at_quit(session: Session) -> bool:
    """Return whether a session is a reason to ask before quitting: it is or may be open."""
    return not session.is_ended


def quit_report(
    sessions: Iterable[Session],
    tasks: Mapping[int, Task],
    now_ms: int,
    *,
    all_pending: Mapping[int, PendingCommand] = NO_PENDING,
    queued: int = 0,
    is_unwritten: bool = False,
    is_awaiting_reply: Callable[[int], bool] = lambda _task_key: True,
) -> QuitReport:
    """Return what happens to each session when the program ends.

    tasks, all_pending: by session key. queued: how many tasks are queued. is_unwritten: whether the
    ledger lacks something that happened. is_awaiting_reply: whether the reply that names a task may
    still come.
    """
    sessions = list(sessions)
    open_ones = [s for s in sessions if counts_at_quit(s) and not _ends(all_pending.get(s.key))]
    groups: dict[str, list[Session]] = defaultdict(list)
    for session in open_ones:
        groups[_group(session, tasks.get(session.key))].append(session)
    unnamed = [tasks[s.key] for s in open_ones if s.key in tasks and is_unnamed(tasks[s.key])]
    awaited = [task for task in unnamed if is_awaiting_reply(task.key)]
    lines = [
        _unwritten() if is_unwritten else "",
        _closing(len(groups["closes"])),
        _working(groups["works"]),
        _asking(groups["asks"]),
        _staying(groups["stays"], tasks),
        _unconfirmed(groups["unconfirmed"]),
        *(_durable(s, all_pending[s.key], is_unwritten) for s in sessions if s.key in all_pending),
        _queued(queued),
        _unnamed(awaited),
        _never_named([task for task in unnamed if not is_awaiting_reply(task.key)]),
    ]
    wait = max((_named_by(task) - now_ms for task in awaited), default=0)
    text = tuple(line for line in lines if line)
    return QuitReport(lines=text, unnamed=len(awaited), wait_ms=wait)


def is_unnamed(task: Task) -> bool:
    """Return whether a task was sent and not named yet.

    Without its id its result cannot be fetched. It may ask already: the live channel reports
    questions without naming the task.
    """
    return task.is_at_work and task.service_id is None


class SessionRow(Struct, frozen=True):
    """A session in a list: its name, what it does and for how long it can, its task."""

    name: str
    state: str
    left: str
    task: str
    severity: Severity = Severity.PLAIN

    @property
    def text(self) -> str:
        """The row in one line: 'amazon.com 3 – working 0:41, 4:19 left – Price of MX Keys'."""
        state = ", ".join(part for part in (self.state, self.left) if part)
        return " – ".join(part for part in (self.name, state, self.task) if part)


def session_row(
    session: Session,
    task: Task | None,
    now_ms: int,
    pending: PendingCommand | None = None,
    *,
    known_ms: int | None = None,
    is_missing: bool = False,
) -> SessionRow:
    """Return the row of a session. known_ms, is_missing: as in `state_text`."""
    state = state_text(session, task, now_ms, known_ms=known_ms, is_missing=is_missing)
    has_end = session.expires_ms is not None
    return SessionRow(
        name=session.name,
        state=state.text if pending is None else pending_text(pending, now_ms).text,
        left=tr("{time} left", time=time_left(session, now_ms)) if has_end else "",
        task=shorten(task.spec.text, TITLE_CHARS) if task else "",
        severity=state.word.severity if pending is None else Severity.PLAIN,
    )


def _ends(pending: PendingCommand | None) -> bool:
    return pending is not None and pending.verb is CommandVerb.TERMINATE


def is_lost(pending: PendingCommand | None, is_unwritten: bool) -> bool:
    """Return whether the ledger lacks a command that is to be sent.

    is_unwritten: as in `quit_report`.
    """
    return pending is not None and is_unwritten and not pending.is_kept


def _durable(session: Session, pending: PendingCommand, is_unwritten: bool) -> str:
    """Return what becomes of a command that was not sent."""
    if not COMMANDS[pending.verb].is_durable or pending.why is WaitReason.SENDING:
        return ""
    if is_lost(pending, is_unwritten):
        return tr(
            "A {verb} for {session} cannot be kept: if you quit now, it is lost.",
            verb=verb_label(pending.verb),
            session=session.name,
        )
    if pending.sent_live:
        return tr(
            "A {verb} for {session} was sent over the live channel, which confirms nothing; it is "
            "sent once more at the next start.",
            verb=verb_label(pending.verb),
            session=session.name,
        )
    if pending.why is WaitReason.CONNECTION:
        waits = tr("waits for a connection")
    elif pending.why is WaitReason.KEY:
        waits = tr("waits for the API key")
    else:
        waits = tr("was not sent yet")
    return tr(
        "A {verb} for {session} {waits}; it is sent at the next start.",
        verb=verb_label(pending.verb),
        session=session.name,
        waits=waits,
    )


def _queued(n: int) -> str:
    if not n:
        return ""
    return tr.plural("1 task stays in the queue.", "{n} tasks stay in the queue.", n)


def _group(session: Session, task: Task | None) -> str:
    if session.phase is Phase.UNCONFIRMED:
        return "unconfirmed"
    state = shown_state(session, task)
    if state is SessionState.ASKS:
        return "asks"
    if state in _WORKS:
        return "closes" if session.close_after else "works"
    return "stays"


def _closing(n: int) -> str:
    if not n:
        return ""
    return tr.plural(
        "1 session closes by itself when its task is done.",
        "{n} sessions close by themselves when their task is done.",
        n,
    )


def _working(sessions: list[Session]) -> str:
    if not sessions:
        return ""
    text = tr.plural("1 works and stays open", "{n} work and stay open", len(sessions))
    return tr("{what}{by}.", what=text, by=_by(sessions))


def _asking(sessions: list[Session]) -> str:
    """Return what becomes of agents that ask: nobody can answer while the program is closed."""
    if not sessions:
        return ""
    text = tr.plural(
        "1 agent waits for an answer that nobody can give while the program is closed; it ends",
        "{n} agents wait for answers that nobody can give while the program is closed; they end",
        len(sessions),
    )
    return tr("{what}{by}.", what=text, by=_by(sessions, until=False))


def _staying(sessions: list[Session], tasks: Mapping[int, Task]) -> str:
    if not sessions:
        return ""
    states = {shown_state(s, tasks.get(s.key)) for s in sessions}
    if states == {SessionState.IDLE}:
        text = tr.plural("1 is idle and ends", "{n} are idle and end", len(sessions))
    elif states == {SessionState.PAUSED}:
        is_sure = all(is_pause_confirmed(tasks.get(s.key)) for s in sessions)
        text = (
            tr.plural("1 is paused and ends", "{n} are paused and end", len(sessions))
            if is_sure
            else tr.plural("1 may be paused and ends", "{n} may be paused and end", len(sessions))
        )
    else:
        text = tr.plural("1 waits and ends", "{n} wait (idle, paused) and end", len(sessions))
    return tr("{what}{by}.", what=text, by=_by(sessions, until=False))


def _unconfirmed(sessions: list[Session]) -> str:
    if not sessions:
        return ""
    text = tr.plural(
        "1 start is unconfirmed: it may be running and cost money",
        "{n} starts are unconfirmed: they may be running and cost money",
        len(sessions),
    )
    return tr("{what}{by}.", what=text, by=_by(sessions))


def _by(sessions: list[Session], *, until: bool = True) -> str:
    """Return when the last of them ends: ', until 18:14 at the latest'."""
    ends = [session.expires_ms for session in sessions if session.expires_ms is not None]
    if not ends:
        return "" if until else tr(" at the time limit")
    time = local_time(max(ends))
    text = tr(", until {time} at the latest") if until else tr(" by {time} at the latest")
    return text.format(time=time)


def _unwritten() -> str:
    return tr("The ledger cannot be written: what it lacks is lost if you quit now.")


def _unnamed(tasks: list[Task]) -> str:
    if not tasks:
        return ""
    return tr.plural(
        "{names} is not named yet: if you quit now, its result cannot be fetched.",
        "{names} are not named yet: if you quit now, their results cannot be fetched.",
        len(tasks),
        names=_quoted(tasks),
    )


def _never_named(tasks: list[Task]) -> str:
    """Return the sentence about tasks whose reply was lost.

    Only the live channel can still report what becomes of them.
    """
    if not tasks:
        return ""
    return tr.plural(
        "The answer that names {names} was lost: if you quit now, its result cannot be fetched.",
        "The answers that name {names} were lost: if you quit now, their results cannot be "
        "fetched.",
        len(tasks),
        names=_quoted(tasks),
    )


def _quoted(tasks: list[Task]) -> str:
    return ", ".join(f"“{shorten(task.spec.text, TITLE_CHARS)}”" for task in tasks)


def _named_by(task: Task) -> int:
    return (task.sent_ms if task.sent_ms is not None else task.created_ms) + HOLD_MS


def waiting_text(tasks: int, terminates: int, queued: int, *, is_unwritten: bool = False) -> str:
    """Return what the program waits for before it ends."""
    parts = [
        tr.plural("1 task is done", "{n} tasks are done", tasks) if tasks else "",
        tr.plural("1 Terminate is sent", "{n} Terminates are sent", terminates)
        if terminates
        else "",
        tr("the ledger can be written") if is_unwritten else "",
    ]
    what = tr(" and ").join(part for part in parts if part)
    text = tr("Quits when {what}", what=what)
    return text + (tr("; queued tasks stay in the queue.") if queued else ".")


def ending_text(done: int, of: int) -> str:
    """Return the progress: 'Terminating, 1 of 3 closed …'."""
    return tr("Terminating, {n} of {of} closed …", n=done, of=of)


def unreached_text(names: Iterable[str]) -> str:
    """Return which sessions did not take a Terminate, or cannot be given one from here."""
    joined = ", ".join(names)
    return tr("{names} could not be terminated and may still cost money.", names=joined)


def keyless_text(names: Iterable[str]) -> str:
    """Return which sessions cannot be terminated without a key."""
    joined = ", ".join(names)
    return tr("{names} cannot be terminated without the API key; Terminate waits.", names=joined)


def stuck_text(names: Iterable[str]) -> str:
    """Return which sessions a Terminate has not reached so far."""
    joined = ", ".join(names)
    return tr("{names} could not be reached so far; Terminate is tried again.", names=joined)
