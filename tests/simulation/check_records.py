"""Invariants of the records: nothing final changes, no cost falls, what is known is on the disk."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.money import is_sane
from enigma_panel.core.observation import AT_CAP
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.life import Life
    from tests.simulation.world import World

R = TypeVar("R", Task, Session)

_UNDONE = frozenset(
    {(TaskStatus.STOPPED, TaskStatus.QUEUED), (TaskStatus.LOST, TaskStatus.UNCONFIRMED)}
)
_FOUND = {
    TaskStatus.LOST: {TaskStatus.DONE, TaskStatus.FAILED},
    TaskStatus.STOPPED: {TaskStatus.DONE},
}
WRITTEN_S = 1.5
"""What is known for so long has been written, where the disk works."""


class Records:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._tasks: dict[int, tuple[float, Task]] = {}
        self._sessions: dict[int, tuple[float, Session]] = {}
        self._seen: dict[str, dict[int, tuple[Any, object]]] = {}
        self._killed = False
        self._is_refused = False

    def changed(self, store: SessionStore, diff: Diff) -> None:
        for key in sorted(diff.tasks):
            task = store.task(key)
            if task is not None:
                self._task(task)
                self._question(store, task)
        for key in sorted(diff.sessions):
            session = store.session(key)
            if session is not None:
                self._session(session)

    def _task(self, task: Task) -> None:
        since, old = self._tasks.get(task.key, (0.0, None))
        if old is not None:
            self.nothing_final_changes(old, task)
            self.cost_never_falls(old, task)
        if old is None or old.status is not task.status:
            self._world.trace("task", task.key, task.status)
        same = old is not None and old.is_final == task.is_final
        self._tasks[task.key] = (since if same else self._world.timeline.now, task)

    def _session(self, session: Session) -> None:
        since, old = self._sessions.get(session.key, (0.0, None))
        changes = old is not None and _essence(old) != _essence(session)
        if (
            old is not None
            and old.is_final
            and changes
            and not self._is_planned_again(old, session)
        ):
            self._world.fail("nothing final changes", f"{old} became {session}")
        if old is None or old.phase is not session.phase:
            self._world.trace("session", session.key, session.phase)
        same = old is not None and (old.is_final, old.service_id) == (
            session.is_final, session.service_id,
        )  # fmt: skip
        self._sessions[session.key] = (since if same else self._world.timeline.now, session)

    def nothing_final_changes(self, old: Task, new: Task) -> None:
        """A final task keeps status, result and end; figures never told may still come.

        But lost means that nobody knows, and stopped that we told it to end: a report that comes
        all the same tells. What the person took out of the queue or put away is brought back when
        they say so.
        """
        if self._is_undone(old, new):
            return
        found = old.sent_ms is not None and new.status in _FOUND.get(old.status, ())
        if not old.is_final or found:
            return
        changed = _lasting(old) != _lasting(new)
        if changed or (old.cost is not None and old.cost != new.cost):
            self._world.fail("nothing final changes", f"{_lasting(old)} became {_lasting(new)}")

    def _is_undone(self, old: Task, new: Task) -> bool:
        return (old.status, new.status) in _UNDONE and new.key in self._world.person.undone

    def _is_planned_again(self, old: Session, new: Session) -> bool:
        """Whether its task was taken out of the queue and put back by the person."""
        tasks = (task for _, task in self._tasks.values() if task.session_key == new.key)
        undone = any(task.key in self._world.person.undone for task in tasks)
        return undone and (old.phase, new.phase) == (Phase.DROPPED, Phase.PLANNED)

    def cost_never_falls(self, old: Task, new: Task) -> None:
        """While a task works; the final body's figure wins, and any wins over nonsense."""
        if new.is_final or old.cost is None or not is_sane(old.cost):
            return
        if new.cost is None or new.cost < old.cost:
            self._world.fail("cost never falls", f"task {new.key}: {old.cost} became {new.cost}")

    def _question(self, store: SessionStore, task: Task) -> None:
        """A question that was answered is not shown as a new one."""
        if self._world.channel.weather.has_late_copies:
            return
        session = store.session(task.session_key)
        if session is None or not session.service_id or not task.service_id or task.is_final:
            return
        most = self._world.questions.most(session.service_id, task.service_id)
        if task.question_n > most:
            text = f"task {task.key} has question {task.question_n}, the service asked {most}"
            self._world.fail("an answered question is no new one", text)

    def as_left_behind(self, life: "Life") -> None:
        """What the last process knew is in the ledger that it left."""
        assert life.parts is not None
        store, ledger = life.parts.services.store, life.parts.ledger
        assert not store.tasks()
        tasks = ledger.tasks(self._tasks)
        sessions = ledger.sessions(self._sessions)
        for key, (since, task) in self._tasks.items():
            if not task.is_final or key not in tasks or self._is_undone(task, tasks[key]):
                continue
            if self._is_old(since):
                self._same(_lasting(task), _lasting(tasks[key]))
        for key, (since, session) in self._sessions.items():
            if self._is_old(since) and key in sessions:
                self._kept(session, sessions[key])
        now = self._world.timeline.now
        self._tasks = {key: (now, task) for key, task in tasks.items()}
        self._sessions = {key: (now, session) for key, session in sessions.items()}

    def memory_is_on_the_disk(self, life: "Life") -> None:
        """Ids, states, questions and results are written at once, not some time later."""
        parts = life.parts
        if parts is None or life.disk.is_busy or parts.services.writer.is_behind:
            return
        known_tasks = self._not_seen_alike("tasks", parts, parts.services.store.tasks())
        tasks = parts.ledger.tasks(known_tasks)
        for key in tasks:
            self._same(_told(known_tasks[key]), _told(tasks[key]))
        known_sessions = self._not_seen_alike("sessions", parts, parts.services.store.sessions())
        sessions = parts.ledger.sessions(known_sessions)
        for key in sessions:
            self._same_session(known_sessions[key], sessions[key])

    def _not_seen_alike(self, table: str, parts: "Parts", known: Iterable[R]) -> dict[int, R]:
        """The records that are others, in memory or on the disk, than at the last look, by key."""
        rows = {row[0]: row for row in parts.ledger._db.rows(f"SELECT * FROM {table}")}
        before, self._seen[table] = self._seen.get(table, {}), {}
        for record in known:
            self._seen[table][record.key] = (record, rows.get(record.key))
        return {key: seen[0] for key, seen in self._seen[table].items() if before.get(key) != seen}

    def _same_session(self, known: Session, kept: Session) -> None:
        """The ledger numbers sessions."""
        number = known.number or kept.number
        self._same(_essence(replace(known, number=number)), _essence(kept))

    def quits(self, life: "Life") -> None:
        """What the disk refused at the very end is not in the ledger."""
        assert life.parts is not None
        is_refused = life.disk.refused_at == self._world.timeline.now
        self._is_refused = is_refused and life.parts.services.writer.is_behind

    def life_ended(self, killed: bool) -> None:
        """How the process ended that leaves its ledger behind."""
        self._killed = killed
        if killed:
            self._is_refused = self._world.weather.disk_full
        self._ended_at = self._world.timeline.now

    def _is_old(self, since: float) -> bool:
        storm = self._world.storm
        trouble = max(storm.last_full, storm.last_sleep)
        recent = self._ended_at - max(since, trouble) < WRITTEN_S
        return not (self._is_refused or (self._killed and recent))

    def _kept(self, known: Session, kept: Session) -> None:
        """The ledger may be ahead of what was told, never behind."""
        if known.service_id is not None:
            self._same(known.service_id, kept.service_id)
        if known.is_final and not self._is_planned_again(known, kept):
            self._same(known.phase, kept.phase)

    def _same(self, known: object, kept: object) -> None:
        if known != kept:
            self._world.fail("what is known is on the disk", f"{known} but {kept}")


def _lasting(task: Task) -> tuple[object, ...]:
    return (task.key, task.status, task.result, task.error, task.code, task.ended_ms)


def _told(task: Task) -> tuple[object, ...]:
    if task.code == AT_CAP and not task.is_final:
        # `note_cap`: on the disk before its command is, it would keep the next run from giving one.
        task = replace(task, code=None, error=None)
    return (*_lasting(task), task.service_id, task.question_n, task.answered_ms, task.stop_sent_ms)


def _essence(session: Session) -> Session:
    return replace(session, current_task=None, close_after=False)
