"""Invariants of what the live channel tells: it is known at once, and of the right task."""

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.simulator.task import TaskState
from enigma_panel.store.ledger.intents import Step
from tests.simulation import weather
from tests.simulation.calls import STARTS, Sent, mark_of
from tests.simulation.network import LIMITS
from tests.simulation.settled import tasks_of
from tests.simulation.weather import Kind as Fault
from tests.simulation.wire import Event, Wire

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

AT_ONCE_S = 0.1
APART_S = 0.5
"""How long after a poll an event calls for no other one."""
RENEWED_S = 4.0
"""So long after sleep the program may still take a channel for open that is dead."""

POLL_WITHIN_S = 1.0
"""After a gap a task is asked for within this time, whatever was planned."""

_ANSWERED = frozenset({weather.Kind.FINE, weather.Kind.SLOW, weather.Kind.STALE})

_NUMBER = re.compile(r"\[(\d+)\]$")


class Live:
    """Follows events into the records."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._sessions: dict[int, str] = {}
        self._polled: dict[str, Sent] = {}
        self._rests: dict[str, float] = {}  # until when the service said to ask no more

    def begins(self, life: "Life") -> None:
        """A process has been put together."""
        assert life.parts is not None
        store = life.parts.services.store

        def grown(task_key: int, steps: list[Step]) -> None:
            task = store.task(task_key)
            session = store.session(task.session_key) if task is not None else None
            if not life.loop.dead:
                self._steps_are_of(session, steps)

        life.parts.services.timeline.grown.connect(grown)

    def told(self, number: int, session_id: str) -> None:
        self._sessions[number] = session_id

    def polls(self, sent: Sent) -> None:
        if sent.fate.kind is Fault.LIMITED_FOR:
            self._rests[sent.path] = sent.at + sent.fate.retry_after + APART_S
        self._polled[sent.path] = sent

    def rests_until(self, path: str) -> float:
        """Until when the service said to ask no more; an answer asks all the same."""
        return self._rests.get(path, 0.0)

    def comes_in(self, wire: Wire, event: Event, observation: Observation) -> None:
        if observation.kind is Kind.QUESTION:
            self._expect_question(wire, observation.text or "")
        elif observation.kind is Kind.COMPLETED and observation.task_id is not None:
            self._expect_outcome(wire, observation.task_id)

    def lost(self, wire: Wire) -> None:
        """The program finds that a channel is gone: it may have missed something."""
        found = self._of(wire)
        if found is None:
            return
        session, parts_life = found, wire.life
        assert parts_life.parts is not None
        task = parts_life.parts.services.store.current_task(session)
        if task is None or task.is_final or task.service_id is None or session.is_ended:
            return
        if self._world.settings_changes.is_out_of_reach(session.service_id):
            return  # nobody can ask for it with the key in use
        path, since = f"/task/{session.service_id}/{task.service_id}", self._world.timeline.now

        def look() -> None:
            now = self._task(wire, task.key)
            if now is None or now.is_final or self._is_asked(path, since):
                return
            if self._troubled(since) or self._backs_off(path):
                return
            self._world.fail("after a gap the task is asked for", f"task {task.key}")

        self._later(wire, POLL_WITHIN_S, look)

    def woke(self) -> None:
        """The computer slept for a while; no ping has found yet which channels are dead."""
        since = self._world.storm.last_sleep
        for wire in self._world.channel.dead():
            self._later(wire, RENEWED_S, partial(self._is_renewed, wire, since))

    # -- inside --------------------------------------------------------------------------------

    def _is_renewed(self, wire: Wire, since: float) -> None:
        session = self._of(wire)
        if self._world.storm.last_sleep > since:
            return  # it slept again, and had no time in between
        if session is not None and not session.is_ended and not wire.is_down:
            self._world.fail("no dead channel counts as open after sleep", f"session {session.key}")

    def _steps_are_of(self, session: Session | None, steps: list[Step]) -> None:
        """What an agent told stands under no task of another session."""
        for step in steps:
            found = _NUMBER.search(step.text) if step.kind == Kind.AGENT.value else None
            told = self._sessions.get(int(found[1])) if found else None
            if told is not None and (session is None or session.service_id != told):
                self._world.fail("a step is of its own session", f"task {step.task_key}")

    def _expect_question(self, wire: Wire, text: str) -> None:
        question = self._world.questions.open_in(wire.session_id)
        model = self._world.model.sessions.get(wire.session_id)
        own = model.current if model is not None else None
        if question is None or own is None or own.question != text:
            return  # late: it is not asked any more
        since = self._world.timeline.now

        def look() -> None:
            if self._world.questions.open_in(wire.session_id) == question:
                self._is_in_the_inbox(wire, text, since)

        self._later(wire, AT_ONCE_S, look)

    def _is_in_the_inbox(self, wire: Wire, text: str, since: float) -> None:
        session, parts = self._of(wire), wire.life.parts
        assert parts is not None
        if session is None or session.is_final or session.terminate_sent_ms is not None:
            return
        age_ms = parts.services.clock.now_ms() - session.since_ms
        if session.is_ended and age_ms <= 1000 * (self._world.timeline.now - since):
            return  # it has been taken for closed since: a call was told that it is gone
        if session.phase is Phase.CLOSED_ASSUMED:
            return  # a task without a name may work there all the same (known-limits.md)
        open_here = [q for q in parts.services.inbox.questions() if q.session_key == session.key]
        task = parts.services.store.current_task(session)
        if any(q.text == text for q in open_here) or parts.services.sessions.is_answering(task):
            return
        tasks = tasks_of(parts, session.key)
        answered = any(t.answered_ms is not None and t.question == text for t in tasks)
        if answered or task is None or task.is_final or task.status is TaskStatus.QUEUED:
            return
        may_be_texts = self._world.settings.needs_text  # the text, too, may ask
        if may_be_texts and not self._may_ask(task):
            return
        path = f"/task/{session.service_id}/{task.service_id}"
        by_poll = may_be_texts or task.service_id is not None or _another_may_ask(task, tasks)
        is_asked = self._is_asked(path, since - APART_S) or self._backs_off(path)
        if by_poll and (is_asked or self._world.settings_changes.is_in_the_way):
            return
        self._world.fail("a question is there at once", f"task {task.key} is {task.status}")

    def _expect_outcome(self, wire: Wire, task_id: str) -> None:
        """After its result a named task is asked for; the one without a name gets it."""
        mark = self._world.checks.starts.mark_of(task_id)
        session, parts = self._of(wire), wire.life.parts
        assert parts is not None
        if session is None or session.is_final:
            return
        tasks = tasks_of(parts, session.key)
        task = next((t for t in tasks if self._world.checks.starts.is_of(t, mark)), None)
        if task is None or task.is_final:
            return
        key, since = task.key, self._world.timeline.now
        if task.service_id is not None:
            if session.current_task == key and session.terminate_sent_ms is None:
                self._expect_poll(wire, session, task)
            return
        others = [t for t in tasks if t.service_id is None and t.sent_ms is not None and t != task]
        if others or self._world.settings.needs_text:
            return

        def look() -> None:
            if any(call.mark == mark and call.judged_at is None for call in self._starts_of(wire)):
                self._later(wire, AT_ONCE_S, look)  # the reply may still name it
                return
            now = self._task(wire, key)
            if now is not None and now.service_id is None and not now.is_final:
                self._world.fail("a result names its task", f"task {key}, {since:.1f}")

        self._later(wire, AT_ONCE_S, look)

    def _expect_poll(self, wire: Wire, session: Session, task: Task) -> None:
        path, since = f"/task/{session.service_id}/{task.service_id}", self._world.timeline.now

        def look() -> None:
            now = self._task(wire, task.key)
            if now is None or now.is_final or self._is_asked(path, since - APART_S):
                return
            if not self._troubled(since) and not self._backs_off(path):
                self._world.fail("an event wakes the poll", f"task {task.key}")

        self._later(wire, POLL_WITHIN_S, look)

    def _starts_of(self, wire: Wire) -> list[Sent]:
        calls = self._world.link.book.all
        return [sent for sent in calls if sent.verb in STARTS and sent.life == wire.life.number]

    def _may_ask(self, task: Task) -> bool:
        own = self._world.checks.starts.model_task(mark_of(task.spec))
        return task.service_id is not None and own is not None and own.state is TaskState.ASKING

    def _later(self, wire: Wire, seconds: float, look: Callable[[], None]) -> None:
        """Look after so many seconds in which the disk does not hold up anything."""

        def now() -> None:
            if wire.life is not self._world.life or wire.life.loop.dead or not wire.life.ready:
                return
            if wire.life.disk.is_busy or self._world.weather.disk_full:
                self._world.timeline.after(seconds, now)
            else:
                look()

        self._world.timeline.after(seconds, now)

    def _of(self, wire: Wire) -> Session | None:
        parts = wire.life.parts
        assert parts is not None
        sessions = parts.services.store.sessions()
        return next((s for s in sessions if s.service_id == wire.session_id), None)

    def _task(self, wire: Wire, key: int) -> Task | None:
        parts = wire.life.parts
        return parts.services.store.task(key) if parts is not None else None

    def _is_asked(self, path: str, since: float) -> bool:
        """Whether a poll went out since then, or the one before is still under way."""
        last = self._polled.get(path)
        connects = last is not None and last.fate.kind is Fault.NO_CONNECTION
        if last is not None and connects and last.at > since - LIMITS.connect:
            return True
        under_way = any(call.sent.path == path for call in self._world.link.under_way)
        return under_way or (last is not None and last.at >= since)

    def _backs_off(self, path: str) -> bool:
        """Whether polls fail: then no gap makes them come sooner."""
        last = self._polled.get(path)
        failed = last is not None and (last.fate.kind not in _ANSWERED or last.status == 401)
        rests = self.rests_until(path) > self._world.timeline.now
        return failed or rests or self._world.channel.is_cut

    def _troubled(self, since: float) -> bool:
        storm, changes = self._world.storm, self._world.settings_changes
        return changes.is_in_the_way or max(storm.last_sleep, storm.last_full) > since - 1.0


def _another_may_ask(task: Task, tasks: list[Task]) -> bool:
    """Whether another one was sent to the same browser and may be at work there."""
    sent = [t for t in tasks if t.sent_ms is not None and t.status is not TaskStatus.QUEUED]
    lost = [t for t in sent if t.status is TaskStatus.LOST and t.service_id is None]
    return any(t.key != task.key and (not t.is_final or t in lost) for t in sent)
