"""The live channel's events: by core.attribution they become facts, wait, or cause a poll."""

from collections import deque
from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.attribution import (
    Do,
    Known,
    Situation,
    action,
    facts,
    meant,
    needs_text,
)
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.services.clock import Clock
from enigma_panel.services.state.foreign_ids import is_of_other
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.timeline import UNCLEAR, Timeline
from enigma_panel.services.types import Diff

MOST_KEPT = 50
"""Most ends of a session that are kept, or said to be unclear; a flood of them says no more."""
KEPT_CHARS = 200_000
"""Most characters of a result in the time line while it is not clear whose it is."""
REPORTED_EXPIRED = "told_expired"
"""Kind of a line for an error that speaks of an expired session, which proves no end."""
MANY = 20
"""Most of a task's questions that are recognised when they come again."""

Whose = tuple[int, Kind, str | None]
"""Identity of a report: the key of the task that it may be of, its kind, the task's id in it."""
DoubtedEnd = tuple[Whose, str]
"""Identity of a doubted end, with its text."""


class UnclearEnds:
    """Results and errors whose task is unclear: kept, and said, once each."""

    def __init__(self, store: SessionStore, timeline: Timeline) -> None:
        self._store = store
        self._timeline = timeline
        self._held: dict[int, list[Observation]] = {}
        self._said: dict[int, list[DoubtedEnd]] = {}

    def sessions(self) -> list[int]:
        """Sessions of which a report is kept."""
        return list(self._held)

    def waits(self, diff: Diff) -> list[int]:
        """Sessions of which a report is kept that can perhaps be told apart now."""
        return [key for key in self._held if key in diff.sessions or self._is_of(key, diff)]

    def hold(self, session_key: int, observation: Observation) -> bool:
        """Keep a report until a reply says more; False where it is kept, or too many are."""
        held = self._held.setdefault(session_key, [])
        if observation in held or len(held) >= MOST_KEPT:
            return False
        held.append(observation)
        return True

    def pop(self, session_key: int) -> list[Observation]:
        """Take the reports that are kept of that session, to be looked at once more."""
        return self._held.pop(session_key, [])

    def put_back(self, session_key: int, ends: Iterable[Observation]) -> None:
        """Keep reports that are still to be looked at."""
        held = self._held.setdefault(session_key, [])
        held[:0] = [observation for observation in ends if observation not in held]
        if not held:
            del self._held[session_key]

    def doubt(self, tasks: Sequence[Task], observation: Observation) -> None:
        """Note, once, of each task that it may be its end: no kill may lose what was paid for."""
        for task in tasks:
            said = self._said.setdefault(task.session_key, [])
            this, text = (task.key, observation.kind, observation.task_id), observation.text or ""
            if len(said) >= MOST_KEPT or self._is_among(said, this, text):
                continue
            said.append((this, text))
            # Cut after redaction: a piece of a secret is not known as one.
            self._timeline.note(task.key, UNCLEAR, text[:KEPT_CHARS])

    def forget(self, session_key: int) -> None:
        """Drop all that is kept of this session."""
        self._said.pop(session_key, None)

    def _is_among(self, said: Iterable[DoubtedEnd], this: Whose, text: str) -> bool:
        """Whether it was said before, also if a secret in it has become known since then."""
        is_same = self._store.redaction.is_same
        return any(whose == this and is_same(text, before) for whose, before in said)

    def _is_of(self, session_key: int, diff: Diff) -> bool:
        return any(task.key in diff.tasks for task in self._store.tasks_of(session_key))


class EventRouter(QObject):
    """Takes events in order. poll_wanted: a session's key."""

    poll_wanted = Signal(int)

    def __init__(
        self, store: SessionStore, timeline: Timeline, clock: Clock, starts: StartsUnderWay
    ) -> None:
        super().__init__()
        self._store = store
        self._timeline = timeline
        self._clock = clock
        self._starts = starts
        self._asked: dict[int, deque[int]] = {}
        self._unclear = UnclearEnds(store, timeline)

    async def handle(self, session_key: int, observation: Observation) -> None:
        """Record what one event shows."""
        session = self._store.session(session_key)
        if session is None:
            return
        at = self._situation(session, observation)
        known = facts(observation, at)
        do = action(observation.kind, known)
        is_asked = observation.kind is Kind.QUESTION and (do or Known.REPEATED in known)
        if is_asked and at.meant.task is not None:
            self._remember(at.meant.task, observation.text or "")
        await self._follow(at, observation, do)

    def needs_text(self, session_key: int, observation: Observation) -> bool:
        """Whether the text matters, see core.attribution."""
        return needs_text(self._store.tasks_of(session_key), observation)

    def waits(self, diff: Diff) -> list[int]:
        """Sessions of which a report is kept that can perhaps be told apart now."""
        return self._unclear.waits(diff)

    async def retry_unclear(self, session_key: int) -> None:
        """Look again at results and errors whose task was unclear."""
        waits = deque(self._unclear.pop(session_key))
        try:
            while waits:
                # A secret may have become known since it came.
                anew = replace(waits[0], is_clean=False)
                await self.handle(session_key, self._store.redaction.clean(anew))
                waits.popleft()
        except Exception:
            waits.popleft()  # a bad one must not stand in the way of the others
            raise
        finally:  # nothing is lost where this is cancelled
            self._unclear.put_back(session_key, waits)

    def unclear(self) -> list[int]:
        """Sessions of which a report is kept whose task is unclear."""
        return self._unclear.sessions()

    def forget(self, session_key: int) -> None:
        """Drop all that is kept of this session."""
        self._unclear.forget(session_key)
        for task in self._store.tasks_of(session_key):
            self._asked.pop(task.key, None)

    # -- what is known -----------------------------------------------------------------------

    def _situation(self, session: Session, observation: Observation) -> Situation:
        tasks = self._store.tasks_of(session.key)
        whose = meant(observation, session, tasks)
        at = Situation(
            session=session,
            tasks=tasks,
            meant=whose,
            now_ms=self._clock.now_ms(),
            awaited={t.key for t in tasks if self._starts.is_awaiting_reply(t.key)},
            is_of_other=is_of_other(self._store, observation, session),
            may_run_a_text=self._store.may_run_a_text(session),
        )
        task, text = whose.task, observation.text or ""
        if task is not None and observation.kind is Kind.QUESTION:
            is_last = self._store.redaction.is_question_of(task, text)
            was_asked = hash(text) in self._asked.get(task.key, ())
            return replace(at, is_last_question=is_last, is_repeated=is_last or was_asked)
        if task is not None and task.service_id is None and observation.kind is Kind.COMPLETED:
            return replace(at, is_repeated=self._was_result(tasks, observation))
        return at

    def _was_result(self, tasks: Sequence[Task], observation: Observation) -> bool:
        text, is_same = observation.text or "", self._store.redaction.is_same
        return any(task.status is TaskStatus.DONE and is_same(text, task.result) for task in tasks)

    def _remember(self, task: Task, text: str) -> None:
        asked, mark = self._asked.setdefault(task.key, deque(maxlen=MANY)), hash(text)
        if mark not in asked:
            asked.append(mark)

    # -- what follows ------------------------------------------------------------------------

    async def _follow(self, at: Situation, observation: Observation, do: Do) -> None:
        key, task = at.session.key, at.meant.task
        is_step = observation.kind in STEP_KINDS
        if Do.HOLD in do and not self._unclear.hold(key, observation):
            return
        if Do.DOUBT in do:
            self._unclear.doubt(at.meant.candidates, observation)
        if Do.POLL in do:
            self.poll_wanted.emit(key)
        if Do.OF_SESSION in do and not is_step:
            await self._about_session(at.session, task, observation)
        elif Do.OF_SESSION in do:
            await self._store.record(key, None, replace(observation, text=None, task_id=None))
        if task is None:
            return
        if Do.WENT_ON in do:  # a task that asks again got its answer, and used it
            await self._store.record(key, task.key, Observation(kind=Kind.ACTION))
        if Do.RECORD in do:
            await self._record(task, observation)
        if Do.WORKS_ON in do:
            await self._store.record(key, task.key, Observation(kind=Kind.WORKS_ON))
        if Do.STEP in do:
            self._timeline.note(task.key, observation.kind.value, observation.text or "")

    async def _record(self, task: Task, observation: Observation) -> None:
        if observation.kind is not Kind.COMPLETED:  # the id of nothing else names a task
            observation = replace(observation, task_id=None)
        elif task.service_id is None and observation.task_id is not None:
            # Its reply may name another one yet: see `SessionStore.settle`.
            self._store.unproven_names.add(task.key)
        if observation.kind in STEP_KINDS:
            observation = replace(observation, text=None)
        await self._store.record(task.session_key, task.key, observation)

    async def _about_session(
        self, session: Session, task: Task | None, observation: Observation
    ) -> None:
        """Record that the browser is lost or back, or the session's end; polls bring the rest."""
        await self._store.record(session.key, None, observation)
        after = self._store.session(session.key)
        lives = task is not None and not task.is_final
        if task is not None and lives and after is not session:
            # Without a report it is our own clock that says so.
            is_report = observation.kind is Kind.LIFETIME_OVER
            kind = REPORTED_EXPIRED if is_report else observation.kind.value
            self._timeline.note(task.key, kind, observation.code or "")
        self.poll_wanted.emit(session.key)
