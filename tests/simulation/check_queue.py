"""Invariants of the queue: it waits after a restart, asks rarely, and leaves no browser idle."""

from typing import TYPE_CHECKING

from enigma_panel.api.errors import RejectedError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Phase, Session, Task
from enigma_panel.core.statuses import FINAL_STATUSES, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from tests.simulation.calls import STARTS, Sent, Verdict, mark_of
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.life import Life
    from tests.simulation.world import World

IDLE_S = 15.0
"""So long a browser that nobody wants may be open before a Terminate is sent, or sent again."""

AGAIN_S = 29.0
_OPENS = frozenset({ApiCall.START_SESSION, ApiCall.RUN_TASK})


class QueueInvariants:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._idle: dict[int, float] = {}

    def begins(self) -> None:
        """A new process has as long again to end what is not wanted."""
        self._idle.clear()

    def waits_after_a_restart(self, sent: Sent) -> None:
        """What was queued in an earlier run is sent when the person says so."""
        life, person = self._world.life, self._world.person
        if life is None or life.number == 0 or sent.verb not in STARTS or life.went_on:
            return
        if sent.mark <= person.marks_before and sent.mark not in person.let_go:
            self._world.fail("the queue waits after a restart", str(sent))

    def asks_a_full_house_rarely(self, sent: Sent) -> None:
        """After "too many sessions" the next try comes when one of ours ends, or after 30 s."""
        if sent.verb not in _OPENS:
            return
        opens = [s for s in self._world.link.book.all if s.verb in _OPENS and s.life == sent.life]
        told = [s for s in opens if s.judged_at is not None]
        last = max(told, key=lambda s: s.judged_at or 0.0, default=None)
        if last is None or last.judged_at is None or not isinstance(last.error, RejectedError):
            return
        if last.error.reply.code != "SESSION_LIMIT_REACHED":
            return
        if sent.at - last.judged_at > AGAIN_S or self._one_ended(last):
            return
        self._world.fail("a full house is not asked again", f"{sent} after {last}")

    def _one_ended(self, last: Sent) -> bool:
        """Whether a session of ours ended, or stopped counting, since that call was sent."""
        life = self._world.life
        assert life is not None
        assert life.parts is not None
        assert last.judged_at is not None
        since = life.now_ms - 1000 * (self._world.timeline.now - last.at)
        sessions = life.parts.services.store.sessions()
        return any(not s.occupies_slot and s.since_ms >= since - 1 for s in sessions)

    def no_browser_is_left_to_idle(self, life: "Life") -> None:
        """A session whose task was refused, failed or stopped is ended, by us if by nobody else."""
        assert life.parts is not None
        now = self._world.timeline.now
        for session in life.parts.services.store.sessions():
            unwanted = self._is_unwanted(session, life.parts) or self._is_doubted(session, life)
            if not unwanted or self._is_out_of_hand(session):
                self._idle.pop(session.key, None)
            elif now - max(self._idle.setdefault(session.key, now), self._told(session)) > IDLE_S:
                self._world.fail("no browser is left to idle", f"session {session.key}")

    def _is_out_of_hand(self, session: Session) -> bool:
        away = self._world.settings_changes.is_out_of_reach(session.service_id)
        return away or self._world.checks.commands.hindered()

    def _told(self, session: Session) -> float:
        """When a Terminate was sent to it last; it may have been turned down."""
        to_it = (s for s in self._world.link.book.all if s.session_id == session.service_id)
        return max((s.at for s in to_it if s.new_state == CommandVerb.TERMINATE), default=0.0)

    def _is_unwanted(self, session: Session, parts: "Parts") -> bool:
        if (
            session.phase is not Phase.OPEN
            or parts.services.sessions.pending(session.key) is not None
        ):
            return False
        if session.key in self._world.checks.commands.taken_back:
            return False  # the person undid its Terminate
        tasks = [task for task in parts.services.store.tasks() if task.session_key == session.key]
        if any(not task.is_final for task in tasks):
            return False
        current = parts.services.store.current_task(session)
        ended = current is not None and current.status.value in {"failed", "stopped"}
        # One that was put away may run there all the same: that is the person's business.
        never = all(self._never_ran(task) for task in tasks)
        return (never and bool(tasks)) or (session.close_after and ended)

    def _is_doubted(self, session: Session, life: "Life") -> bool:
        """It was said not to be there, in answer to a new task, and it is."""
        assert life.parts is not None
        model = self._world.model.sessions.get(session.service_id or "")
        if model is None or model.ended is not None:
            return False
        tasks = [t for t in life.parts.services.store.tasks() if t.session_key == session.key]
        idle = FINAL_STATUSES - {TaskStatus.LOST} | {TaskStatus.QUEUED}
        if any(task.status not in idle for task in tasks):
            return False
        commands = self._world.checks.commands
        pending = life.parts.services.sessions.pending(session.key)
        if pending is not None or session.key in commands.taken_back:
            return False
        last = self._last_call(model.id)
        return last is not None and last.life == life.number and self.is_said_gone(model.id)

    def is_said_gone(self, session_id: str) -> bool:
        """Whether the last call to a session was a task, and was told that it does not exist."""
        last = self._last_call(session_id)
        if last is None or last.failure is not Verdict.REFUSED:
            return False
        return last.verb is ApiCall.NEW_TASK and last.fate.kind is Kind.NOT_FOUND

    def _last_call(self, session_id: str) -> Sent | None:
        to_it = (s for s in reversed(self._world.link.book.all) if s.session_id == session_id)
        return next(to_it, None)

    def _never_ran(self, task: Task) -> bool:
        """Refused or taken back; what the service began may have failed before it was named."""
        began = self._world.checks.starts.name_of(mark_of(task.spec)) is not None
        is_over = task.status.value == "failed" or task.code == "TAKEN_BACK"
        return task.service_id is None and is_over and not began
