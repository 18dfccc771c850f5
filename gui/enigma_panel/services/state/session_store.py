"""The sessions and tasks of a run in memory: each fact about them is reduced, kept, and announced.

Ids, questions and ends are written to the ledger at once; figures of running tasks are gathered and
written once a second.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.attribution import LATE_RESULT_MS, newest_task, seen_at_work
from enigma_panel.core.deletion import KeptReason, kept_because
from enigma_panel.core.models import ASSUMED_PHASES, Session, Task, TaskStatus
from enigma_panel.core.money import exact_money, sum_money
from enigma_panel.core.observation import (
    AT_CAP,
    OWN_CODES,
    STATUS_PREFIX,
    STEP_KINDS,
    Kind,
    Observation,
)
from enigma_panel.core.reducer import ANSWERS_SENT, END_KINDS, kept_open, reduce
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.clock import Clock, local_day
from enigma_panel.services.state.day_costs import DayCosts
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.redaction import RedactionFilter
from enigma_panel.services.state.timeline import EARLIER_ANSWER, Timeline
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.deletion import Deleted
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import STARTS, Intent, IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.row_mapper import BadRow

T = TypeVar("T")
Record = Session | Task
Start = tuple[list[Session], list[Task], list[int]]
"""Sessions, tasks, and the keys of the newest tasks."""

FIRST_TASKS = 500
"""How many of the newest tasks are in memory from the start; older ones come when shown."""
ASSUMED_FOR_MS = 600_000
"""How long after its session's assumed end a task is asked for, and the session kept, in ms."""

_UNLISTED = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.DELIVERED, Kind.SESSION_DOUBTED})
_LISTED = frozenset(Kind) - STEP_KINDS - _UNLISTED - ANSWERS_SENT
"""Kinds that make a line in a time line, where they change something, besides steps."""
_END_UNKNOWN = frozenset({Kind.DISMISSED, Kind.GIVEN_UP})
_WITH_TEXT = frozenset({Kind.QUESTION, Kind.FAILED, Kind.REFUSED})
"""Kinds whose text stands in the time line, too."""


def is_long_ended(session: Session, now_ms: int) -> bool:
    """True where no more news of the task is expected, proven or not."""
    ended_ms = session.ended_ms
    return session.is_ended and ended_ms is not None and now_ms - ended_ms > ASSUMED_FOR_MS


def is_history(session: Session, now_ms: int) -> bool:
    """True where the session's end is some time ago. It is no proof: a task of it may live on.

    A session whose end is only assumed is none while the service may keep it running.
    """
    lasts = session.phase in ASSUMED_PHASES and (session.expires_ms or 0) > now_ms
    return not lasts and is_long_ended(session, now_ms)


def read_start(ledger: Ledger, now_ms: int) -> Start:
    """Sessions and tasks for the memory, and the keys of the newest tasks, newest first.

    Nothing that may still change or cost is left out, however old: live tasks, open intents,
    sessions whose end is not proven, unless it has been assumed for longer than tasks are asked for
    then and their time is over. A session comes with all its tasks, so that its cost is right.
    """
    keys = ledger.task_keys(FIRST_TASKS)
    tasks = ledger.tasks(keys)
    tasks |= {task.key: task for task in ledger.live_tasks()}
    sessions = {s.key: s for s in ledger.sessions_not_past(now_ms - ASSUMED_FOR_MS, now_ms)}
    sessions |= {s.key: s for s in ledger.sessions_with_intents()}
    sessions |= ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))
    tasks |= {task.key: task for task in ledger.tasks_of_many(sessions, but=tasks)}
    unread = {row.key for row in ledger.bad_rows if row.table == "tasks"}
    return list(sessions.values()), list(tasks.values()), [k for k in keys if k not in unread]


class EndMarks(Mapping[int, frozenset[CommandVerb]]):
    """Marks of sessions for which a Stop or Terminate may show its effect, by session key.

    Several calls may be on their way to one session: each takes back its own mark alone.
    """

    def __init__(self) -> None:
        self._marks: dict[int, dict[object, CommandVerb]] = {}

    def mark(self, session_key: int, verb: CommandVerb, owner: object) -> None:
        """Set the mark; once for each owner."""
        self._marks.setdefault(session_key, {})[owner] = verb

    def unmark(self, session_key: int, owner: object) -> None:
        """Remove the mark of this owner; an unknown one is no error."""
        marks = self._marks.get(session_key, {})
        marks.pop(owner, None)
        if not marks:
            self._marks.pop(session_key, None)

    def __getitem__(self, session_key: int) -> frozenset[CommandVerb]:
        return frozenset(self._marks[session_key].values())

    def __iter__(self) -> Iterator[int]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)


class SessionStore(QObject):
    """All sessions and tasks by key. Every write goes through here; `changed` brings a Diff.

    Records that ended in earlier runs are in memory only when somebody looks at them: `loaded`
    brings the keys of such tasks. Their sessions are past: nothing but their rows asks for them.
    costs_changed: the key of a task that costs something else, and by how many dollars more, at
    once; `changed` may come later.
    """

    changed = Signal(object)
    loaded = Signal(object)
    costs_changed = Signal(int, object)

    def __init__(
        self,
        writer: LedgerWriter,
        clock: Clock,
        redactor: Redactor,
        timeline: Timeline,
    ) -> None:
        super().__init__()
        self._writer = writer
        self._clock = clock
        self._redactor = redactor
        self._timeline = timeline
        self._sessions: dict[int, Session] = {}
        self._past_sessions: dict[int, Session] = {}
        self._tasks: dict[int, Task] = {}
        self._of_session: dict[int, list[int]] = {}
        self._task_keys: list[int] = []
        self._deleted: set[int] = set()
        self._unannounced: set[int] = set()
        self._unannounced_sessions: set[int] = set()
        self._id_tokens: dict[int, dict[str, int]] = {}  # by session: what the redactor knows
        self.redaction = RedactionFilter(redactor)
        self.day_costs = DayCosts()
        self.ending = EndMarks()
        self.unsure_stops: dict[int, int] = {}
        """Tasks that an unconfirmed Stop may end, with the number of questions they had asked."""
        self.text_addresses: set[str] = set()  # where browsers are opened with a text
        self._dirty: set[tuple[type, int]] = set()
        self._late_numbers = count(1)
        self._late_keys: dict[int, int] = {}  # what the ledger calls an intent of `keep_command`

    # -- reading -----------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        """The session of that key, None when unknown."""
        return self._sessions.get(key) or self._past_sessions.get(key)

    def task(self, key: int) -> Task | None:
        """The task of that key, None when unknown."""
        return self._tasks.get(key)

    def sessions(self) -> list[Session]:
        """All sessions in memory but the past ones."""
        return list(self._sessions.values())

    def tasks(self) -> list[Task]:
        """All tasks in memory."""
        return list(self._tasks.values())

    def task_keys(self) -> list[int]:
        """Keys of the newest tasks, newest first: of this run, and FIRST_TASKS from before it."""
        return self._task_keys

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Rows of the ledger that could not be read so far. May be read in any thread."""
        return self._writer.bad_rows

    def current_task(self, session: Session) -> Task | None:
        """The session's last task, or a nameless one before those that is seen at work."""
        return seen_at_work(self.tasks_of(session.key)) or self.newest_task(session)

    def newest_task(self, session: Session) -> Task | None:
        """The task that was given to the session last."""
        return newest_task(session, self.tasks_of(session.key))

    def session_cost(self, key: int) -> Decimal | None:
        """Dollars that all tasks of the session cost so far; None while none is known."""
        tasks = (self._tasks[k] for k in self._of_session.get(key, ()))
        costs = [task.counted_cost for task in tasks if task.counted_cost is not None]
        session = self.session(key)
        deleted = session.deleted_cost if session is not None else None
        if deleted is not None:
            return sum_money(costs) + deleted
        return sum_money(costs) if costs else None

    def spent_today(self) -> Decimal:
        """Dollars of the tasks that were started on this local day."""
        day = local_day(self._clock.now_ms())
        if day != self.day_costs.day:
            self.day_costs.begin(day, {}, self._tasks.values())
        return self.day_costs.spent

    def session_unknown_costs(self, key: int) -> int:
        """How many ended tasks of the session cost something that is not in its cost."""
        session = self.session(key)
        deleted = session.deleted_unknown if session is not None else 0
        return deleted + sum(task.is_cost_unknown for task in self.tasks_of(key))

    def tasks_of(self, session_key: int) -> list[Task]:
        """The session's tasks, oldest first."""
        return [self._tasks[key] for key in self._of_session.get(session_key, ())]

    def is_deleted(self, task_key: int) -> bool:
        """Whether that task was deleted in this run."""
        return task_key in self._deleted

    def not_deleted(self, task_keys: list[int]) -> list[int]:
        """The keys among these of tasks that were not deleted in this run."""
        if not self._deleted:
            return task_keys
        return [key for key in task_keys if key not in self._deleted]

    def kept_because(self, task_key: int) -> KeptReason | None:
        """Why that task may not be deleted, as far as memory knows; the ledger knows all."""
        task = self._tasks.get(task_key)
        session = self.session(task.session_key) if task is not None else None
        if task is None or session is None:
            return None
        return kept_because(task.status, is_over=session.is_ended)

    def may_run_a_text(self, session: Session) -> bool:
        """Whether a task without a name may work there: the text with which browsers are opened."""
        return session.base_url in self.text_addresses

    def unconfirmed(self, session_key: int) -> list[Task]:
        """The session's tasks of unknown outcome, oldest first."""
        tasks = self.tasks_of(session_key)
        return [task for task in tasks if task.status is TaskStatus.UNCONFIRMED]

    # -- starting ----------------------------------------------------------------------------

    async def load(self) -> list[Intent]:
        """Fill the memory from the ledger; returns the intents without a recorded outcome."""
        now = self._clock.now_ms()
        day = local_day(now)

        def read(ledger: Ledger) -> tuple[Start, dict[int, int], set[str]]:
            start = read_start(ledger, now)
            costs = ledger.costs_of_day(*day)
            with_text = ledger.opened_with_text(session.key for session in start[0])
            return start, costs, with_text

        (sessions, tasks, keys), costs, with_text = await self._writer.read(read)
        self.day_costs.begin(day, costs)
        self._remember_all(sessions, tasks)
        self.text_addresses |= with_text
        self._task_keys = keys
        self.changed.emit(
            Diff(
                sessions=frozenset(self._sessions),
                tasks=frozenset(self._tasks),
                new_tasks=tuple(keys),
            )
        )
        intents = await self._writer.read(lambda ledger: ledger.unsettled())
        # One that could not be settled may be about a session that ended long ago.
        for intent in intents:
            self._sessions.setdefault(intent.session.key, intent.session)
            if intent.task is not None and intent.task.key not in self._tasks:
                self._remember_task(intent.task)
        opened = (key for key, session in self._sessions.items() if not session.is_planned)
        self.redaction.note_earlier(opened)
        return intents

    async def fetch(self, task_keys: Iterable[int]) -> None:
        """Bring older tasks and their sessions from the ledger into memory."""
        wanted = [key for key in task_keys if key not in self._tasks]
        if not wanted:
            return

        def read(ledger: Ledger) -> tuple[list[Session], list[Task]]:
            tasks = list(ledger.tasks(wanted).values())
            return list(ledger.sessions({t.session_key for t in tasks}).values()), tasks

        sessions, tasks = await self._writer.read(read)
        # What memory already holds is newer than any row.
        for session in sessions:
            if self.session(session.key) is None:
                self._past_sessions[session.key] = session
                self._know_id(session.key, session.service_id)
        fresh = [task for task in tasks if task.key not in self._tasks]
        for task in fresh:
            self._remember_task(task)
        self.loaded.emit(frozenset(task.key for task in fresh))

    # -- writing -----------------------------------------------------------------------------

    async def plan(self, pairs: Sequence[tuple[Session, Task]]) -> list[int]:
        """Queue tasks, all or none, where none was taken meanwhile; returns keys. LedgerError."""
        planned = await self._writer.commit(lambda ledger: ledger.plan(pairs))
        new = [task.key for _, task in planned if task.key not in self._tasks]
        self._task_keys[:0] = reversed(new)
        newer = [record for pair in planned for record in self._place(*pair)]
        records: list[Record] = [record for pair in planned for record in pair]
        self._emit(records, new_tasks=tuple(reversed(new)))
        if newer:
            await self.save(*newer)
        return [task.key for _, task in planned]

    async def detach(self, session_key: int) -> None:
        """Detach the session's current task, which goes to another one; it has none then."""
        session = self._sessions.get(session_key)
        if session is not None and session.current_task is not None:
            await self.update(replace(session, current_task=None))

    async def intend(
        self,
        kind: IntentKind,
        session: Session,
        task: Task | None,
        verb: CommandVerb | AnswerVerb | None = None,
        used: str = "",
    ) -> Intent:
        """Commit an intent before its first byte is sent. Raises LedgerError: send nothing then."""
        now = self._clock.now_ms()
        if task is not None and kind in {IntentKind.NEW_TASK, IntentKind.RUN_TASK}:
            task = replace(task, sent_ms=now)
        if task is not None and task.status is TaskStatus.QUEUED and kind in STARTS:
            task = replace(task, status=TaskStatus.STARTING, since_ms=now)
        if kind is IntentKind.NEW_TASK:
            session = kept_open(session, task, now)
        before = self._put_current(session, task) if kind in STARTS else None
        try:
            intent = await self._writer.commit(
                lambda ledger: ledger.open_intent(kind, session, task, now, verb=verb, used=used)
            )
        except LedgerError:
            if before is not None:
                self._put_back(*before, session.expires_ms)
            raise
        if kind in STARTS:
            self._adopt(intent.session, intent.task)
        return intent

    def keep_command(self, session: Session, task: Task | None, verb: CommandVerb) -> Intent:
        """Keep an intent even if the ledger cannot be written: `flush` writes it once it can."""
        intent = Intent(
            key=-next(self._late_numbers),
            kind=IntentKind.STATE,
            session=session,
            task=task,
            made_ms=self._clock.now_ms(),
            verb=verb,
        )

        def write(ledger: Ledger) -> None:
            stored = ledger.open_intent(intent.kind, session, task, intent.made_ms, verb=verb)
            self._late_keys[intent.key] = stored.key

        self._writer.write_later(write)
        return intent

    def note_cap(self, task: Task, cap: Decimal | None) -> None:
        """Note that a task is given a Stop at its cap, or (None) a Terminate at that of the day.
        `flush` writes it, so the intent of that is in the ledger before it."""
        self._put(replace(task, code=AT_CAP, error=None if cap is None else exact_money(cap)))
        self._dirty.add((Task, task.key))

    def is_written(self, intent: Intent) -> bool:
        """False while the ledger lacks it."""
        return intent.key > 0 or intent.key in self._late_keys

    async def settle(
        self, intent: Intent, outcome: Outcome, observation: Observation
    ) -> tuple[Session, Task | None]:
        """Record the outcome of an intent, with the fact that shows it."""
        if self._sessions[intent.session.key].service_id is None:  # its text may hold that name
            self._know_id(intent.session.key, observation.session_id)
        session = self._sessions[intent.session.key]
        observation = self.redaction.clean(session.key, observation)
        task = self._tasks.get(intent.task.key) if intent.task else None
        has_asked = task is not None and task.question_n > 0
        if has_asked and observation.kind is Kind.QUESTION and intent.kind in STARTS:
            # The wait for the reply ends with the first question. The channel brought it, and
            # perhaps it was answered since; the next poll shows whether it is open.
            observation = replace(observation, kind=Kind.ACCEPTED, text=None)
        session, task = self._reduce(session, task, observation)
        if task is not None and intent.kind is IntentKind.ANSWER and outcome is not Outcome.REFUSED:
            kind = observation.kind if observation.kind in ANSWERS_SENT else EARLIER_ANSWER
            self._timeline.keep(task.key, kind, observation.text or "")
        records: list[Record] = [r for r in (session, task) if r is not None]
        records += self._settle_unknown(session, task, observation)
        now = self._clock.now_ms()
        steps = self._timeline.pop_unwritten()
        try:
            await self._writer.write(
                lambda ledger: ledger.settle(
                    self._late_keys.get(intent.key, intent.key),
                    outcome,
                    now,
                    *records,
                    steps=steps,
                )
            )
        finally:  # also where this is cancelled: the records have changed
            self._emit(records)
        return session, task

    async def record(
        self, session_key: int, task_key: int | None, observation: Observation
    ) -> None:
        """Reduce one fact and keep what it changed."""
        old_session = self.session(session_key)
        if old_session is None:
            return
        old_task = self._tasks.get(task_key) if task_key else None
        session, task = self._reduce(old_session, old_task, observation)
        others = self._settle_unknown(session, task, observation)
        if session is old_session and task is old_task and not others:
            return
        if not others and _only_figures(old_session, session, old_task, task):
            self._dirty |= {(Session, session.key)} | ({(Task, task.key)} if task else set())
            return
        await self.save(session, *([task] if task else []), *others)

    async def record_all(self, tasks: Iterable[Task], observation: Observation) -> None:
        """Reduce the same fact about many tasks and keep them in one go."""
        records: list[Record] = []
        for task in tasks:
            session = self.session(task.session_key)
            assert session is not None
            session, new_task = self._reduce(session, task, observation)
            records += [session] if new_task is None else [session, new_task]
        if records:
            await self.save(*records)

    async def restore(self, task_keys: Iterable[int]) -> None:
        """Undo what the person did with tasks: dismiss a start, take one out of the queue."""
        tasks = [task for task in map(self._tasks.get, task_keys) if task is not None]
        await self.record_all(tasks, Observation(kind=Kind.RESTORED))

    async def update(self, *records: Record) -> None:
        """Keep records that a person changed (a name, a seen result, a place in the queue)."""
        for record in records:
            self._put(record)
        await self.save(*records)

    async def mark_seen(self, task_keys: Sequence[int]) -> int:
        """Mark results as seen, also of tasks that are not in memory, which `notify` announces;
        returns how many were new. Raises LedgerError: then none was marked."""
        marked = await self._writer.commit(lambda ledger: ledger.mark_seen(task_keys))
        known = [task for task in map(self._tasks.get, marked) if task is not None]
        if known:  # a write of such a record, as it was, may have come behind this one
            await self.update(*(replace(task, is_new=False) for task in known))
        return len(marked)

    def notify(self) -> None:
        """Announce a change in the ledger that no record in memory shows."""
        self._emit([])

    async def save(self, *records: Session | Task) -> None:
        """Write records now and announce them."""
        steps = self._timeline.pop_unwritten()
        try:
            await self._writer.write(lambda ledger: ledger.save(*records, steps=steps))
        finally:
            self._emit(records)

    async def delete(self, task_keys: Sequence[int]) -> Deleted:
        """Delete those of the tasks that may go, as many as there is time for. LedgerError.

        All that is known here of a task is in the ledger before it decides; later facts find none.
        `announce_deletions` announces it.
        """
        await self.flush()
        now = self._clock.now_ms()
        begin, _end = local_day(now)
        deleted = await self._writer.commit(lambda ledger: ledger.delete(task_keys, now, begin))
        self._forget(deleted)
        stay = [self._without(key, total) for key, total in deleted.of_sessions.items()]
        changed = [session for session in stay if session is not None]
        if changed:  # one may have been written meanwhile as it was before
            await self.save(*changed)
        return deleted

    def announce_deletions(self) -> None:
        """Announce the deletions since the last time."""
        if self._unannounced:
            tasks, sessions = frozenset(self._unannounced), frozenset(self._unannounced_sessions)
            self._unannounced, self._unannounced_sessions = set(), set()
            self.changed.emit(Diff(sessions=sessions, deleted=tasks))

    def touch(self, session_key: int, *task_keys: int) -> None:
        """Announce a change of this session or task that its record does not hold."""
        self.changed.emit(Diff(sessions=frozenset({session_key}), tasks=frozenset(task_keys)))

    async def flush(self) -> None:
        """Write the gathered figures; called once a second and at the end."""
        if self._writer.is_behind:
            was_failing = self._writer.is_failing
            await self._writer.catch_up()
            if was_failing and not self._writer.is_behind:
                self.notify()  # the ledger has what its records showed before
        if not self._dirty:
            return
        dirty, self._dirty = self._dirty, set()
        records: list[Session | Task] = []
        for kind, key in dirty:
            found = self._sessions.get(key) if kind is Session else self._tasks.get(key)
            if found is not None:
                records.append(found)
        if self._writer.is_behind:  # shown all the same, and written later
            self._dirty |= dirty
            self._emit(records)
        else:
            await self.save(*records)

    async def read(self, call: Callable[[Ledger], T]) -> T:
        """Run any other query of the ledger, in its thread."""
        return await self._writer.read(call)

    # -- what the redactor knows -------------------------------------------------------------

    def forget_history(self, now_ms: int) -> None:
        """Forget ids and secrets of sessions that are over; called now and then."""
        known = {*self._id_tokens, *self.redaction.session_keys()}
        for key in [key for key in known if self._is_over(key, now_ms)]:
            self.redaction.forget(key)
            self._forget_ids(key)

    def _is_over(self, key: int, now_ms: int) -> bool:
        session = self.session(key)
        if session is None or not is_history(session, now_ms):
            return False
        tasks = self.tasks_of(key)  # what is queued goes to another session
        return all(task.is_final or task.status is TaskStatus.QUEUED for task in tasks)

    def _know_id(self, session_key: int, service_id: str | None) -> None:
        """Keep the id out of all texts from now on; harmless when repeated."""
        known = self._id_tokens.setdefault(session_key, {})
        if service_id and service_id not in known:
            known[service_id] = self._redactor.add_id(service_id)

    # -- inside ------------------------------------------------------------------------------

    def _forget(self, deleted: Deleted) -> None:
        gone = frozenset(deleted.tasks)
        self._deleted |= gone
        self._unannounced |= gone
        self._task_keys = [key for key in self._task_keys if key not in gone]
        for key in gone:
            task = self._tasks.pop(key, None)
            if task is not None:
                self._of_session[task.session_key].remove(key)
        for key in deleted.sessions:
            self._sessions.pop(key, None)
            self._past_sessions.pop(key, None)
            self._of_session.pop(key, None)
            self.redaction.forget(key)
            self._forget_ids(key)
        self._unannounced_sessions |= {*deleted.sessions, *deleted.of_sessions}
        for session in (*self._sessions.values(), *self._past_sessions.values()):
            if session.current_task in gone:
                self._put(replace(session, current_task=None))

    def _without(self, session_key: int, total: TaskSum) -> Session | None:
        """Add the cost of deleted tasks to their session."""
        session = self.session(session_key)
        if session is not None:
            cost = (session.deleted_cost or 0) + total.cost
            unknown = session.deleted_unknown + total.unknown
            session = replace(session, deleted_cost=cost, deleted_unknown=unknown)
            self._put(session)
        return session

    def _forget_ids(self, session_key: int) -> None:
        for token in self._id_tokens.pop(session_key, {}).values():
            self._redactor.forget(token)

    def _place(self, session: Session, task: Task) -> list[Record]:
        """Take a planned task over; returns what to write again: newer records, and a move."""
        self._sessions.setdefault(session.key, session)
        known = self._tasks.get(task.key)
        if known is not None and known.status is not TaskStatus.QUEUED:
            dropped, _ = self._reduce(session, None, Observation(kind=Kind.TAKEN_BACK))
            return [known, dropped]  # it is not opened any more
        placed = task if known is None else replace(known, session_key=task.session_key)
        self._remember_task(placed)
        return [] if known is None else [placed]

    def _put_current(self, session: Session, task: Task | None) -> tuple[Session, Task] | None:
        """Make a start's records current before it is kept: no fact must write over it."""
        known = self._sessions.get(session.key)
        queued = self._tasks.get(task.key) if task is not None else None
        if known is None or task is None or queued is None:
            return None
        opens = known.is_planned
        newest = session if opens else replace(known, expires_ms=session.expires_ms)
        self._sessions[known.key] = replace(newest, current_task=task.key)
        self._tasks[task.key] = task
        return known, queued

    def _put_back(self, session: Session, task: Task, put_ms: int | None) -> None:
        """Put the records back: the start was not kept, nor the session's end of put_ms."""
        now = self._sessions[session.key]
        back = session
        if not session.is_planned:
            ends_ms = session.expires_ms if now.expires_ms == put_ms else now.expires_ms
            back = replace(now, current_task=session.current_task, expires_ms=ends_ms)
        self._sessions[session.key] = back
        self._tasks[task.key] = task
        # A write that is still to come may hold them as they were meanwhile.
        self._writer.write_later(lambda ledger: ledger.save(back, task))
        self._emit([back, task])

    def _adopt(self, session: Session, task: Task | None) -> None:
        """Take over the keys that the ledger gave; other facts may be newer here by now."""
        known = self._sessions.get(session.key, session)
        number = known.number or session.number
        self._sessions[session.key] = replace(
            known, number=number, current_task=session.current_task
        )
        new_tasks: tuple[int, ...] = ()
        if task is not None and task.key not in self._tasks:
            self._task_keys.insert(0, task.key)
            self._remember_task(task)
            new_tasks = (task.key,)
        self._emit([session, *([task] if task else [])], new_tasks=new_tasks)

    def _remember_all(self, sessions: Iterable[Session], tasks: Iterable[Task]) -> None:
        for session in sessions:
            self._sessions[session.key] = session
            self._know_id(session.key, session.service_id)
        for task in tasks:
            self._remember_task(task)

    def _remember_task(self, task: Task) -> None:
        known = self._tasks.get(task.key)
        self.day_costs.note(task, known)
        if known is None or known.session_key != task.session_key:
            self._of_session.setdefault(task.session_key, []).append(task.key)
        if known is not None and known.session_key != task.session_key:
            self._of_session[known.session_key].remove(task.key)
        self._tasks[task.key] = task

    def _put(self, record: Record) -> None:
        if isinstance(record, Session):
            self._sessions[record.key] = record
        else:
            self._tasks[record.key] = record

    def _emit(self, records: Iterable[Record], new_tasks: tuple[int, ...] = ()) -> None:
        records = list(records)
        self.changed.emit(
            Diff(
                sessions=frozenset(r.key for r in records if isinstance(r, Session)),
                tasks=frozenset(r.key for r in records if isinstance(r, Task)),
                new_tasks=new_tasks,
            )
        )

    def _reduce(
        self, session: Session, task: Task | None, observation: Observation
    ) -> tuple[Session, Task | None]:
        if task is not None and task.session_key != session.key:
            task = None  # it went to another browser while the call was on its way
        now = self._clock.now_ms()
        observation = self.redaction.redact(session.key, observation, task)
        ending = self.ending.get(session.key, frozenset())
        if task is not None and self.unsure_stops.get(task.key) == task.question_n:
            ending |= {CommandVerb.STOP}
        new_session, new_task = reduce(session, task, observation, now, ending=ending)
        self._sessions[session.key] = new_session
        if new_task is not None:
            self._tasks[new_task.key] = new_task
        self._know_id(new_session.key, new_session.service_id)
        # Late figures are no event.
        over = task is not None and task.is_final and new_task is not None and new_task.is_final
        changed = new_session is not session or new_task is not task
        # Who asked before the reply came was accepted, as everybody could see.
        is_late = observation.kind is Kind.ACCEPTED and task is not None and task.question_n > 0
        is_known = observation.kind is Kind.QUESTION and not _asks_anew(task, new_task)
        went_on = observation.kind is Kind.ACTIVE and _is_settled_question(task, new_task)
        is_listed = observation.kind in _LISTED or went_on
        if is_listed and changed and not (over or is_late or is_known):
            self._note(new_task, observation)
        if new_task is not None and self.day_costs.note(new_task, task):
            before = task.counted_cost if task is not None else None
            rise = (new_task.counted_cost or Decimal(0)) - (before or Decimal(0))
            self.costs_changed.emit(new_task.key, rise)
        return new_session, new_task

    def _settle_unknown(
        self, session: Session, reported: Task | None, observation: Observation
    ) -> list[Record]:
        """End tasks of unknown outcome with their session, whichever the proof was about."""
        kind = observation.kind if observation.kind in _END_UNKNOWN else Kind.SESSION_GONE
        if kind is Kind.SESSION_GONE and not self._is_settled(session, observation):
            return []
        others = [task for task in self.unconfirmed(session.key) if task is not reported]
        moved = (self._reduce(session, task, Observation(kind=kind))[1] for task in others)
        return [task for task in moved if task is not None]

    def _is_settled(self, session: Session, observation: Observation) -> bool:
        """Whether no news of a task that the service never named can come any more."""
        if not session.is_final:
            return False
        age_ms = self._clock.now_ms() - (session.ended_ms or 0)
        return observation.kind in END_KINDS or age_ms >= LATE_RESULT_MS

    def _note(self, task: Task | None, observation: Observation) -> None:
        if task is None:
            return
        text = _noted_text(observation) if observation.kind in _WITH_TEXT else ""
        # Where we stopped it, the service calls that a failure.
        was_asked = observation.kind is Kind.FAILED and task.status is TaskStatus.STOPPED
        if was_asked and task.code == AT_CAP:  # the service says that a user did
            text = AT_CAP
        kind = Kind.STOPPED if was_asked else observation.kind
        # A start may be refused every 30 s for hours.
        if kind is Kind.BACK_IN_QUEUE and self._timeline.last_kinds.get(task.key) == kind.value:
            return
        self._timeline.keep(task.key, kind.value, text)


def _noted_text(observation: Observation) -> str:
    """The text of a fact, after the service's own code where it gave one."""
    code, text = observation.code or "", observation.text or ""
    is_ours = code in OWN_CODES or code.startswith(STATUS_PREFIX)
    return ": ".join(part for part in ("" if is_ours else code, text) if part)


def _asks_anew(before: Task | None, after: Task | None) -> bool:
    """Whether a question is open that was not: a poll repeats the one that is."""
    if before is None or after is None or after.open_since_ms is None:
        return False
    return (before.question_n, before.open_since_ms) != (after.question_n, after.open_since_ms)


def _is_settled_question(before: Task | None, after: Task | None) -> bool:
    if before is None or after is None:
        return False
    return before.open_since_ms is not None and after.open_since_ms is None


def _only_figures(
    old_session: Session, session: Session, old_task: Task | None, task: Task | None
) -> bool:
    """True where nothing but usage changed: such a change may wait for the next flush."""
    if session is not old_session or task is None or old_task is None:
        return False
    return replace(old_task, usage=task.usage) == task
