"""Which task an event of the live channel is about, and what follows from it: tables and times.

Most events name no task (api.md §6). A session works on one task at a time (api.md §2), so they are
about its current one, unless one that no reply named was sent before; and they may come late, twice
or in another order. All of this is a guess, and all guesses stand here: `meant` names the task that
an event is taken to be about (T below), `facts` says what is known then, `action` reads the table.
`shown_by_silence` says what time alone shows. Pure: the same records, event and time (epoch ms)
give the same answer.

No page gives any of these times. Each says what it is near to on the pages, or what was measured;
where it says "chosen", nothing was.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Flag, auto
from typing import TypeVar

from msgspec import Struct

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.core.service_rules import POLL_MS

T = TypeVar("T")

# -- how late, how often, how silent -----------------------------------------------------------

COPY_MS = 2_500
"""How long after an event the same one, or one sent before it, may still come, in ms. Chosen, a
little more than the 2 s of the simulator's latest copy; no page promises that events come once or
in order (api.md §6: "events resume", no replay promised)."""

LATE_STEP_MS = 3_000
"""How long after the browser's loss or end an earlier step may still come, in ms. Chosen."""

LATE_ERROR_MS = 5_000
"""How long after a task was sent an error may be the end of the one before it, in ms. Chosen: an
error names no task (api.md §6), and a wrong end would hide work that is billed."""

PAUSE_MS = 5_000
"""How long after a Pause an action may be the one it lets finish (api.md §4), in ms."""

SETTLE_MS = POLL_MS
"""How long after an event a poll may be older than it, in ms: one interval (api.md §1.6)."""

STALE_QUESTION_MS = 4 * POLL_MS
"""How long after its answer a question may repeat, in ms (api.md §11.4): four polls."""

LATE_RESULT_MS = 15_000
"""How long after the session's reported end a nameless task may get its result, in ms. Chosen."""

LATE_END_MS = 5_000
"""How late the news of a session's end may come, in ms (api.md §4: at once). Chosen."""

UNHEARD_MS = 15_000
"""How long a channel may be away and have missed no end (api.md §6: 5 s), in ms. Chosen."""

SPEAKS_MS = 20_000
"""Silence after which a channel counts as silent and polls are fast again, in ms. Chosen."""

SILENT_MS = 60_000
"""How long after an assumed end a silent channel is a reason to wait, in ms. Chosen."""

# -- what is known, what is done ---------------------------------------------------------------


class Known(Flag):
    """What is known when an event comes. T: the task that it is taken to be about."""

    NOTHING = 0
    ENDED = auto()  # the end of the session is proven
    AWAY = auto()  # its browser is lost, or its time is over by our clock
    OF_OTHER = auto()  # the event names another session or task in memory
    OF_STRANGER = auto()  # it names an unknown session
    BY_ID = auto()  # it names T by the id that the service gave it
    OVER = auto()  # T is not known, was never sent or is over
    NAMED = auto()  # the service has named T, so a poll reports on it
    AWAITED = auto()  # a reply is on its way that will name T, or one that could be meant
    UNNAMED = auto()  # one that no reply named could be meant
    SEVERAL = auto()  # more than one could be meant
    JUST_SENT = auto()  # T was sent a moment ago, after another one
    OLDER = auto()  # T is not the task that the session was given last
    NEWS = auto()  # it shows of T what nothing else has shown yet
    PAUSE_IGNORED = auto()  # T was paused, and begins another action
    ANSWERED = auto()  # the answer to T's question was delivered
    REPEATED = auto()  # T asked that before; a task of the session had that result
    COPY = auto()  # and this event is a copy of it
    ITS_RESULT = auto()  # T has that very result
    OF_TEXT = auto()  # perhaps of the text with which the browser was opened: T's id is not in it


class Do(Flag):
    """What follows from an event."""

    DROP = 0
    RECORD = auto()  # it is a fact of T
    OF_SESSION = auto()  # it is a fact of the session alone
    HOLD = auto()  # until the reply names the task, or another event does
    DOUBT = auto()  # each that could be meant gets a line that says so
    POLL = auto()  # ask for the task at once: a poll brings more
    WENT_ON = auto()  # before: T used its answer
    STEP = auto()  # a line among the steps of T
    WORKS_ON = auto()  # its Pause does not hold


K = Known
Rows = Sequence[tuple[Known, T]]
"""Rows of a table; the first one of which all is known decides."""

_NOT_OURS: Rows[Do] = ((K.OF_OTHER, Do.DROP),)
_ENDED: Rows[Do] = ((K.ENDED, Do.DROP), *_NOT_OURS)
_STEPS: Rows[Do] = (
    *_ENDED,
    (K.OVER, Do.DROP),
    (K.PAUSE_IGNORED | K.NEWS, Do.RECORD | Do.STEP | Do.WORKS_ON),
    (K.PAUSE_IGNORED | K.AWAY, Do.OF_SESSION | Do.STEP | Do.WORKS_ON),
    (K.PAUSE_IGNORED, Do.STEP | Do.WORKS_ON),
    (K.NEWS, Do.RECORD | Do.STEP),
    (K.AWAY, Do.OF_SESSION | Do.STEP),
    (K.NOTHING, Do.STEP),
)
_OF_SESSION: Rows[Do] = (*_ENDED, (K.NOTHING, Do.OF_SESSION))

EVENTS: Mapping[Kind, Rows[Do]] = {
    Kind.COMPLETED: (  # the only one with a task's id; it may come behind the end of its session
        *_NOT_OURS,
        (K.BY_ID, Do.RECORD),
        (K.OF_TEXT | K.AWAITED, Do.HOLD),
        (K.OF_TEXT | K.UNNAMED, Do.DOUBT | Do.POLL),
        (K.NAMED | K.ITS_RESULT, Do.POLL),
        (K.NAMED | K.UNNAMED, Do.DOUBT | Do.POLL),  # of that one, or of one sent before
        (K.NAMED, Do.POLL),
        (K.AWAITED | K.SEVERAL, Do.HOLD | Do.DOUBT),
        (K.AWAITED | K.REPEATED, Do.HOLD | Do.DOUBT),  # perhaps a copy of the one before
        (K.SEVERAL, Do.RECORD | Do.DOUBT),
        (K.UNNAMED, Do.RECORD),
    ),
    Kind.FAILED: (
        *_ENDED,
        (K.OVER, Do.DROP),
        (K.NAMED, Do.POLL),
        (K.AWAITED | K.JUST_SENT, Do.DROP),
        (K.AWAITED, Do.HOLD),  # its reply comes now, and says more
        (K.OF_TEXT, Do.DOUBT),
        (K.SEVERAL, Do.DOUBT),
        (K.JUST_SENT, Do.DROP),
        (K.NOTHING, Do.RECORD),
    ),
    Kind.QUESTION: (  # of several it is kept with the one sent first, and the Inbox says the doubt
        *_ENDED,
        (K.OVER, Do.DROP),
        (K.COPY, Do.DROP),
        (K.OF_TEXT, Do.POLL),  # it asks itself, perhaps, and takes no answer of ours
        (K.NAMED | K.REPEATED, Do.POLL),  # sent twice or asked twice: a poll shows
        (K.NAMED | K.SEVERAL, Do.POLL),
        (K.REPEATED | K.ANSWERED | K.OLDER, Do.WENT_ON | Do.RECORD | Do.POLL),
        (K.REPEATED | K.ANSWERED, Do.WENT_ON | Do.RECORD),
        (K.OLDER, Do.RECORD | Do.POLL),  # the newest has a name, perhaps
        (K.NOTHING, Do.RECORD),
    ),
    **dict.fromkeys(STEP_KINDS, _STEPS),
    Kind.ORPHANED: _OF_SESSION,
    Kind.RECONNECTED: _OF_SESSION,
    Kind.LIFETIME_OVER: _OF_SESSION,
    # Under a strange name it would prove an end, and take the Terminate away.
    Kind.SESSION_ENDED: (*_ENDED, (K.OF_STRANGER, Do.DROP), (K.NOTHING, Do.OF_SESSION)),
}
"""What follows from an event, by its kind and what is known; what fits no row is dropped."""


PROVE_NO_LIFE = frozenset({Kind.FAILED, Kind.SESSION_ENDED, Kind.LIFETIME_OVER})
"""Events that a service may send of a session that it does not know."""


def action(kind: Kind, known: Known) -> Do:
    """What follows from an event of that kind."""
    return first(EVENTS.get(kind, _OF_SESSION), known) or Do.DROP


def first(rows: Rows[T], known: Known) -> T | None:
    """The value of the first row of which all is known; numbers compare fastest."""
    missing = ~known.value
    return next((then for when, then in rows if not when.value & missing), None)


# -- which task --------------------------------------------------------------------------------


class Meant(Struct, frozen=True):
    """The task that an event is taken to be about, and all that could be meant."""

    task: Task | None
    candidates: Sequence[Task] = ()


def meant(observation: Observation, session: Session, tasks: Sequence[Task]) -> Meant:
    """The task that an event is about. tasks: all of its session, oldest first."""
    kind, task_id = observation.kind, observation.task_id
    if kind is Kind.COMPLETED:
        return _of_result(session, tasks, task_id)
    if kind is Kind.FAILED:
        task = newest_task(session, tasks)
    else:
        task = seen_at_work(tasks) or newest_task(session, tasks)
    live = unnamed_live(tasks)
    if task_id is not None:  # no page shows one in other events than results; it counts
        is_only = [t for t in tasks if is_unnamed(t)] == [task]
        task = with_id(tasks, task_id) or (task if is_only else None)
    elif kind is Kind.QUESTION:
        task = next(iter(live), task)
    return Meant(task, live)


def _of_result(session: Session, tasks: Sequence[Task], task_id: str | None) -> Meant:
    """The task that a result is about. Without a known id it is the one that was sent first, as the
    service works on them in that order (api.md §2); where none is live, one that was asked to stop,
    as it may have finished before that."""
    known = with_id(tasks, task_id)
    newest = newest_task(session, tasks)
    if known is None and task_id is None and newest is not None and newest.service_id is not None:
        known = newest
    if known is not None:
        return Meant(known, [known])
    owners = _owners(tasks)
    return Meant(next(iter(owners), None), owners)


def _owners(tasks: Sequence[Task]) -> list[Task]:
    unnamed = [t for t in tasks if is_unnamed(t)]
    live = [t for t in unnamed if not t.is_final or t.status is TaskStatus.LOST]
    stopped = [t for t in unnamed if t.status is TaskStatus.STOPPED]
    return sorted(live or stopped, key=lambda t: t.sent_ms or 0)


def needs_text(tasks: Sequence[Task], observation: Observation) -> bool:
    """False for a result that is of no task here, or that its task has already."""
    if observation.kind is not Kind.COMPLETED or observation.task_id is None:
        return True
    of = with_id(tasks, observation.task_id)
    if of is not None:
        return of.status is not TaskStatus.DONE
    return any(is_unnamed(task) for task in tasks)


# -- what is known -----------------------------------------------------------------------------


class Situation(Struct, frozen=True, kw_only=True):
    """What an event meets. tasks: all of its session. awaited: keys of those whose start waits for
    its reply. is_of_other, is_repeated: see Known. is_last_question: T asked that last.
    may_run_a_text: see SessionStore."""

    session: Session
    tasks: Sequence[Task]
    meant: Meant
    now_ms: int
    awaited: Collection[int] = ()
    is_of_other: bool = False
    is_repeated: bool = False
    is_last_question: bool = False
    may_run_a_text: bool = False


def facts(observation: Observation, at: Situation) -> Known:
    """What is known when an event comes."""
    session, task = at.session, at.meant.task
    found = [
        (K.ENDED, session.is_final),
        (K.AWAY, session.phase in {Phase.CONNECTION_LOST, Phase.EXPIRED_ASSUMED}),
        (K.OF_OTHER, at.is_of_other),
        (K.OF_STRANGER, observation.session_id not in {None, session.service_id}),
        (K.OVER, task is None or not task.may_be_at_work),
        (K.REPEATED, at.is_repeated),
    ]
    if task is not None:
        found += _of_task(observation, task, at)
    return Known(sum(one.value for one, is_so in found if is_so))


def _of_task(observation: Observation, task: Task, at: Situation) -> list[tuple[Known, bool]]:
    """Each fact about the task, once."""
    kind = observation.kind
    is_by_id = observation.task_id is not None and task.service_id == observation.task_id
    is_of_text = at.may_run_a_text and not is_by_id
    found = [
        (K.NAMED, task.service_id is not None),
        (K.BY_ID, is_by_id),
        (K.OF_TEXT, is_of_text),
    ]
    match kind:
        case Kind.COMPLETED:
            unnamed = [t for t in at.tasks if is_unnamed(t)]
            return [
                *found,
                (K.AWAITED, any(t.key in at.awaited for t in at.meant.candidates)),
                (K.UNNAMED, bool(_owners(at.tasks))),
                (K.SEVERAL, len(unnamed) > 1),
                (K.ITS_RESULT, task.result == observation.text),
            ]
        case Kind.FAILED:
            sent = [t for t in at.tasks if t.sent_ms is not None]
            age_ms = at.now_ms - (task.sent_ms or 0)
            return [
                *found,
                (K.AWAITED, task.key in at.awaited),
                (K.SEVERAL, len(at.meant.candidates) > 1),
                (K.JUST_SENT, len(sent) > 1 and age_ms < LATE_ERROR_MS),
            ]
        case Kind.QUESTION:
            return [
                *found,
                (K.SEVERAL, may_be_of_another(task, at.tasks)),
                (K.OLDER, task.key != at.session.current_task),
                (K.ANSWERED, task.answered_ms is not None),
                (K.COPY, at.is_repeated and _is_copy(task, at)),
            ]
        case _ if kind in STEP_KINDS:
            paused = task.status is TaskStatus.PAUSED and not task.pause_confirmed
            begins = kind is Kind.ACTION and at.now_ms - task.since_ms > PAUSE_MS
            news = not is_of_text and _is_news(task, at)
            return [*found, (K.NEWS, news), (K.PAUSE_IGNORED, paused and begins)]
    return found


def _is_copy(task: Task, at: Situation) -> bool:
    """Whether a question that was asked before is the same one again."""
    if at.now_ms - (task.asked_ms or 0) <= COPY_MS:
        return True
    if task.status is TaskStatus.ASKS:
        return at.is_last_question
    answered_ms = task.answered_ms if task.service_id is None else None
    return answered_ms is not None and at.now_ms - answered_ms <= COPY_MS


def _is_news(task: Task, at: Situation) -> bool:
    """Whether a step shows of this task what nothing else has shown yet."""
    match task.status:
        case TaskStatus.STARTING:  # of one before it, perhaps, that no reply named
            return list(at.meant.candidates) == [task]
        case TaskStatus.UNCONFIRMED:  # no other task could be meant
            return [t for t in at.tasks if t.sent_ms] == [task]
    return _shows_answered(task, at)


def _shows_answered(task: Task, at: Situation) -> bool:
    """Whether the agent goes on after an answer, as nothing but a step of it can show."""
    if task.service_id is not None or task.answered_ms is None:
        return False
    return at.now_ms - task.answered_ms > COPY_MS or task.key not in at.awaited


# -- what time alone shows ---------------------------------------------------------------------


class Silence(Struct, frozen=True, kw_only=True):
    """What is known, once a second, of a task that no reply has named. unheard_ms: how long its
    channel has been away or silent."""

    is_up: bool
    is_speaking: bool
    is_awaited: bool
    unheard_ms: int


def shown_by_silence(
    session: Session, task: Task, tasks: Iterable[Task], now_ms: int, at: Silence
) -> Kind | None:
    """The fact that follows from silence about a task at work, if any. tasks: of its session."""
    if session.is_ended:
        return _after_end(session, now_ms, at)
    if at.unheard_ms >= UNHEARD_MS or is_disproved(task, tasks):
        return Kind.LIVE_LOST
    return None


def _after_end(session: Session, now_ms: int, at: Silence) -> Kind | None:
    """The fact that follows from silence after an assumed end; without proof, outcome unknown."""
    if is_just_ended(session, now_ms) or at.is_awaited:
        return None
    is_long = now_ms - (session.ended_ms or 0) >= SILENT_MS
    if at.is_up and (at.is_speaking or not is_long):
        return None
    was_closed = session.phase is Phase.CLOSED_ASSUMED
    is_over = session.terminate_sent_ms is not None if was_closed else not at.is_up
    return Kind.GIVEN_UP if is_over else Kind.LIVE_LOST


def is_just_ended(session: Session, now_ms: int) -> bool:
    """Whether a result may still come after the session's end; an end that lies ahead is old."""
    return 0 <= now_ms - (session.ended_ms or 0) < LATE_RESULT_MS


# -- tasks that no reply has named -------------------------------------------------------------

_PROVES_WORK = frozenset({TaskStatus.ASKS, TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.STOPPED})


def with_id(tasks: Iterable[Task], task_id: str | None) -> Task | None:
    """The task with that id of the service's."""
    return next((t for t in tasks if task_id is not None and t.service_id == task_id), None)


def newest_task(session: Session, tasks: Iterable[Task]) -> Task | None:
    """The task that was given to the session last."""
    return next((t for t in tasks if t.key == session.current_task), None)


def is_unnamed(task: Task) -> bool:
    """Whether the task was sent and we lack the id that it may have: no poll can report on it."""
    return task.service_id is None and task.sent_ms is not None and not _never_ran(task)


def unnamed_live(tasks: Iterable[Task]) -> list[Task]:
    """The unnamed tasks that are not over, in the order in which they were sent."""
    live = [task for task in tasks if is_unnamed(task) and not task.is_final]
    return sorted(live, key=lambda task: task.sent_ms or 0)


def seen_at_work(tasks: Iterable[Task]) -> Task | None:
    """The first task that the channel showed at work and that is not over, as far as is known."""
    return next((task for task in unnamed_live(tasks) if task.was_seen_at_work), None)


def may_be_of_another(task: Task, tasks: Sequence[Task]) -> bool:
    """Whether a report of the channel may have been about another task of the session."""
    return any(_may_be_at_work(other) for other in tasks if other.key != task.key)


def is_disproved(task: Task, tasks: Iterable[Task]) -> bool:
    """Whether a later task asks or is over since this one was shown at work: this one is over."""
    known = [t for t in tasks if t.service_id is not None and t.status in _PROVES_WORK]
    since = (t for t in known if t.since_ms >= task.since_ms)
    return any((t.sent_ms or 0) > (task.sent_ms or 0) for t in since)


def _may_be_at_work(task: Task) -> bool:
    """Whether the task may run at the service; a lost one may, as its outcome is unknown."""
    if is_unnamed(task):
        return not task.is_final or task.status is TaskStatus.LOST
    return task.service_id is not None and not task.is_final


def _never_ran(task: Task) -> bool:
    """Whether the task was put back into the queue or refused: the service has none."""
    return task.status in {TaskStatus.QUEUED, TaskStatus.FAILED}
