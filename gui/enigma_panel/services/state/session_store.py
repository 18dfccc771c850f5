"""The sessions and tasks of a run in memory: each fact about them is reduced, kept, and announced.

Ids, questions and ends are written to the ledger at once; figures of running tasks are gathered and
written once a second.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.attribution import LATE_RESULT_MS
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.money import exact_money
from enigma_panel.core.observation import AT_CAP, Kind, Observation
from enigma_panel.core.reducer import ANSWERS_SENT, END_KINDS, kept_open, reduce
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.clock import Clock, local_day
from enigma_panel.services.state.day_costs import DayCosts
from enigma_panel.services.state.events import event, is_event
from enigma_panel.services.state.first_read import Start, read_start
from enigma_panel.services.state.late_intents import LateIntents
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.marks import EndMarks
from enigma_panel.services.state.records import Record, Records
from enigma_panel.services.state.redaction import RedactionFilter
from enigma_panel.services.state.timeline import EARLIER_ANSWER, Timeline
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.deletion import Deleted
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import STARTS, Intent, IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.row_mapper import BadRow

T = TypeVar("T")

_END_UNKNOWN = frozenset({Kind.DISMISSED, Kind.GIVEN_UP})


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
        self, writer: LedgerWriter, clock: Clock, redactor: Redactor, timeline: Timeline
    ) -> None:
        super().__init__()
        self._writer = writer
        self._clock = clock
        self._timeline = timeline
        self._unannounced = Diff()
        self.redaction = RedactionFilter(redactor)
        self.day_costs = DayCosts()
        self.records = Records(self.day_costs)
        self.late_intents = LateIntents(writer, clock)
        self.ending = EndMarks()
        self.unsure_stops: dict[int, int] = {}
        """Tasks that an unconfirmed Stop may end, with the number of questions they had asked."""
        self.answering: set[int] = set()
        """Tasks whose question the program answers by itself: nobody is asked meanwhile."""
        self._dirty: set[tuple[type, int]] = set()

    # -- reading -----------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        return self.records.session(key)

    def task(self, key: int) -> Task | None:
        return self.records.task(key)

    def sessions(self) -> list[Session]:
        return self.records.sessions()

    def tasks(self) -> list[Task]:
        return self.records.tasks()

    def tasks_of(self, session_key: int) -> list[Task]:
        return self.records.tasks_of(session_key)

    def current_task(self, session: Session) -> Task | None:
        return self.records.current_task(session)

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Rows of the ledger that could not be read so far. May be read in any thread."""
        return self._writer.bad_rows

    def spent_today(self) -> Decimal:
        """Dollars of the tasks that were started on this local day."""
        day = local_day(self._clock.now_ms())
        if day != self.day_costs.day:
            self.day_costs.begin(day, {}, self.tasks())
        return self.day_costs.spent

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
        self._remember(sessions, tasks)
        self.records.text_addresses |= with_text
        self.records.task_keys = keys
        self._emit([*self.sessions(), *self.tasks()], new_tasks=tuple(keys))
        intents = await self._writer.read(lambda ledger: ledger.unsettled())
        # An intent that could not be settled may be about a session that ended long ago.
        for intent in intents:
            self.records.add_session(intent.session)
            if intent.task is not None and self.task(intent.task.key) is None:
                self.records.add_task(intent.task)
        opened = (session.key for session in self.sessions() if not session.is_planned)
        self.redaction.note_earlier(opened)
        return intents

    async def fetch(self, task_keys: Iterable[int]) -> None:
        """Bring older tasks and their sessions from the ledger into memory."""
        wanted = [key for key in task_keys if self.task(key) is None]
        if not wanted:
            return

        def read(ledger: Ledger) -> tuple[list[Session], list[Task]]:
            tasks = list(ledger.tasks(wanted).values())
            return list(ledger.sessions({t.session_key for t in tasks}).values()), tasks

        sessions, tasks = await self._writer.read(read)
        # What memory already holds is newer than any row.
        for session in self.records.add_past(sessions):
            self.redaction.know_id(session.key, session.service_id)
        fresh = [task for task in tasks if self.task(task.key) is None]
        self._remember([], fresh)
        self.loaded.emit(frozenset(task.key for task in fresh))

    # -- writing -----------------------------------------------------------------------------

    async def plan(self, pairs: Sequence[tuple[Session, Task]]) -> list[int]:
        """Queue tasks, all or none, where none was taken meanwhile; returns keys. LedgerError."""
        planned = await self._writer.commit(lambda ledger: ledger.plan(pairs))
        new = [task.key for _, task in planned if self.task(task.key) is None]
        self.records.task_keys[:0] = reversed(new)
        newer = [record for pair in planned for record in self._place(*pair)]
        records: list[Record] = [record for pair in planned for record in pair]
        self._emit(records, new_tasks=tuple(reversed(new)))
        if newer:
            await self.save(*newer)
        return [task.key for _, task in planned]

    async def detach(self, session_key: int) -> None:
        """Detach the session's current task, which goes to another one; it has none then."""
        session = self.session(session_key)
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
        before = self.records.put_current(session, task) if kind in STARTS else None
        try:
            intent = await self._writer.commit(
                lambda ledger: ledger.open_intent(kind, session, task, now, verb=verb, used=used)
            )
        except LedgerError:
            if before is not None:
                self._put_back(*before, session.expires_ms)
            raise
        if kind in STARTS:
            is_new = self.records.adopt(intent.session, intent.task)
            adopted = _records(intent.session, intent.task)
            new_tasks = tuple(task.key for task in adopted[1:] if is_new)
            self._emit(adopted, new_tasks=new_tasks)
        return intent

    def note_cap(self, task: Task, cap: Decimal | None) -> None:
        """Note that a task is given a Stop at its cap, or (None) a Terminate at that of the day.
        `flush` writes it, so the intent of that is in the ledger before it."""
        self.records.put(
            replace(task, code=AT_CAP, error=None if cap is None else exact_money(cap))
        )
        self._dirty.add((Task, task.key))

    async def settle(
        self, intent: Intent, outcome: Outcome, observation: Observation
    ) -> tuple[Session, Task | None]:
        """Record the outcome of an intent, with the fact that shows it."""
        session = self.session(intent.session.key)
        assert session is not None
        if session.service_id is None:  # the text of the fact may hold the id
            self.redaction.know_id(session.key, observation.session_id)
        observation = self.redaction.clean(session.key, observation)
        task = self.task(intent.task.key) if intent.task else None
        has_asked = task is not None and task.question_n > 0
        if has_asked and observation.kind is Kind.QUESTION and intent.kind in STARTS:
            # The wait for the reply ends with the first question. The channel brought it, and
            # perhaps it was answered since; the next poll shows whether it is open.
            observation = replace(observation, kind=Kind.ACCEPTED, text=None)
        session, task = self._reduce(session, task, observation)
        if task is not None and intent.kind is IntentKind.ANSWER and outcome is not Outcome.REFUSED:
            kind = observation.kind if observation.kind in ANSWERS_SENT else EARLIER_ANSWER
            self._timeline.keep(task.key, kind, observation.text or "")
        records = _records(session, task) + self._settle_unknown(session, task, observation)
        now = self._clock.now_ms()
        steps = self._timeline.pop_unwritten()
        try:
            await self._writer.write(
                lambda ledger: ledger.settle(
                    self.late_intents.stored_key(intent), outcome, now, *records, steps=steps
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
        old_task = self.task(task_key) if task_key else None
        session, task = self._reduce(old_session, old_task, observation)
        others = self._settle_unknown(session, task, observation)
        if session is old_session and task is old_task and not others:
            return
        if not others and _only_figures(old_session, session, old_task, task):
            self._dirty |= {(Session, session.key)} | ({(Task, task.key)} if task else set())
            return
        await self.save(*_records(session, task), *others)

    async def record_all(self, tasks: Iterable[Task], observation: Observation) -> None:
        """Reduce the same fact about many tasks and keep them in one go."""
        records: list[Record] = []
        for task in tasks:
            session = self.session(task.session_key)
            assert session is not None
            session, new_task = self._reduce(session, task, observation)
            records += _records(session, new_task)
        if records:
            await self.save(*records)

    async def restore(self, task_keys: Iterable[int]) -> None:
        """Undo what the person did with tasks: dismiss a start, take one out of the queue."""
        tasks = [task for task in map(self.task, task_keys) if task is not None]
        await self.record_all(tasks, Observation(kind=Kind.RESTORED))

    async def update(self, *records: Record) -> None:
        """Keep records that a person changed (a name, a seen result, a place in the queue)."""
        for record in records:
            self.records.put(record)
        await self.save(*records)

    async def mark_seen(self, task_keys: Sequence[int]) -> int:
        """Mark results as seen, also of tasks that are not in memory, which `notify` announces;
        returns how many were new. Raises LedgerError: then none was marked."""
        marked = await self._writer.commit(lambda ledger: ledger.mark_seen(task_keys))
        known = [task for task in map(self.task, marked) if task is not None]
        if known:  # a write of such a record, as it was, may have come behind this one
            await self.update(*(replace(task, is_new=False) for task in known))
        return len(marked)

    def stop_answering(self, task_key: int) -> None:
        """Leave that task's question to the person; announced, since no record shows it."""
        self.answering.discard(task_key)
        if (task := self.task(task_key)) is not None:
            self._emit([task, *filter(None, [self.session(task.session_key)])])

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
        changed = self.records.remove(deleted)
        for key in deleted.sessions:
            self.redaction.forget(key)
        self._unannounced = Diff(
            sessions=self._unannounced.sessions.union(deleted.sessions, deleted.changed),
            deleted=self._unannounced.deleted.union(deleted.tasks),
        )
        if changed:  # a write that was under way may have stored the session as it was before
            await self.save(*changed)
        return deleted

    def announce_deletions(self) -> None:
        """Announce the deletions since the last time."""
        diff, self._unannounced = self._unannounced, Diff()
        if diff.deleted:
            self.changed.emit(diff)

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
        found = (self.session(key) if kind is Session else self.task(key) for kind, key in dirty)
        records = [record for record in found if record is not None]
        if self._writer.is_behind:  # shown all the same, and written later
            self._dirty |= dirty
            self._emit(records)
        else:
            await self.save(*records)

    async def read(self, call: Callable[[Ledger], T]) -> T:
        """Run any other query of the ledger, in its thread."""
        return await self._writer.read(call)

    def forget_history(self, now_ms: int) -> None:
        """Forget ids and secrets of sessions that are over; called now and then."""
        for key in self.redaction.session_keys():
            if self.records.is_over(key, now_ms):
                self.redaction.forget(key)

    # -- inside ------------------------------------------------------------------------------

    def _place(self, session: Session, task: Task) -> list[Record]:
        """Take a planned task over; returns what to write again: newer records, and a move."""
        self.records.add_session(session)
        known = self.task(task.key)
        if known is not None and known.status is not TaskStatus.QUEUED:
            dropped, _ = self._reduce(session, None, Observation(kind=Kind.TAKEN_BACK))
            return [known, dropped]  # it is not opened any more
        placed = task if known is None else replace(known, session_key=task.session_key)
        self.records.add_task(placed)
        return [] if known is None else [placed]

    def _remember(self, sessions: Iterable[Session], tasks: Iterable[Task]) -> None:
        for session in sessions:
            self.records.put(session)
            self.redaction.know_id(session.key, session.service_id)
        for task in tasks:
            self.records.add_task(task)

    def _put_back(self, session: Session, task: Task, put_ms: int | None) -> None:
        back = self.records.put_back(session, task, put_ms)
        # A write that is still to come may hold the records as they were meanwhile.
        self._writer.write_later(lambda ledger: ledger.save(back, task))
        self._emit([back, task])

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
        self.records.put(new_session)
        if new_task is not None:
            self.records.put(new_task)
        self.redaction.know_id(new_session.key, new_session.service_id)
        changed = new_session is not session or new_task is not task
        if new_task is not None and changed and is_event(observation, task, new_task):
            kind, text = event(observation, new_task)
            self._timeline.keep(new_task.key, kind.value, text)
        if new_task is not None and self.day_costs.note(new_task, task):
            before = task.counted_cost if task is not None else None
            rise = (new_task.counted_cost or Decimal(0)) - (before or Decimal(0))
            self.costs_changed.emit(new_task.key, rise)
        return new_session, new_task

    def _settle_unknown(
        self, session: Session, reported: Task | None, observation: Observation
    ) -> list[Record]:
        """End tasks of unknown outcome with their session, whichever the proof was about."""
        now = self._clock.now_ms()
        kind = observation.kind if observation.kind in _END_UNKNOWN else Kind.SESSION_GONE
        if kind is Kind.SESSION_GONE and not _is_silent(session, observation, now):
            return []
        others = [task for task in self.records.unconfirmed(session.key) if task is not reported]
        moved = (self._reduce(session, task, Observation(kind=kind))[1] for task in others)
        return [task for task in moved if task is not None]


def _is_silent(session: Session, observation: Observation, now_ms: int) -> bool:
    """Whether no news of a task that the service never named can come any more."""
    if not session.is_final:
        return False
    return observation.kind in END_KINDS or now_ms - (session.ended_ms or 0) >= LATE_RESULT_MS


def _records(session: Session, task: Task | None) -> list[Record]:
    return [session] if task is None else [session, task]


def _only_figures(
    old_session: Session, session: Session, old_task: Task | None, task: Task | None
) -> bool:
    """True where nothing but usage changed: such a change may wait for the next flush."""
    if session is not old_session or task is None or old_task is None:
        return False
    return replace(old_task, usage=task.usage) == task
