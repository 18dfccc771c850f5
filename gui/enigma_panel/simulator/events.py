"""The live channel's events, sent to whoever watches a session (api.md §6).

An event is a name and a payload. Its name is ``message``, where the payload's ``type`` says more,
or ``end_session``, ``instance:disconnected``, ``instance:reconnected``. Amounts in a payload are
``Decimal``, as in the replies' bodies.

A stopped task has no documented event, so none is sent; a task that a session's end cuts off has
none but the session's.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec import Struct

from enigma_panel.simulator.dialects import Dialect
from enigma_panel.simulator.responses import Body, dollars, guardrail, ids, result_data, usage
from enigma_panel.simulator.scripts import Step
from enigma_panel.simulator.session import Session
from enigma_panel.simulator.task import Task, TaskState

Send = Callable[[str, Body], None]
"""Sends an event: its name and its payload, which is shared: do not change it."""

_GRACE_MS = 300_000
_ENDS = {
    "completed": "The task is done and its session with it",
    "terminated": "Session terminated",
    "expired": "Session has expired",
    "terminateOnCompletion": "Session closed after its task, as asked for",
    "instance_lost": "The browser did not come back",
}


class Event(Struct, frozen=True):
    """Something that happened in a session ``at`` a service time."""

    at: float
    session_id: str
    name: str
    payload: Body


class Report:
    """Turns what happens in one session into events, each once. ``put`` takes them.

    ``grace`` is the grace period that is announced, in real milliseconds.
    """

    def __init__(
        self, session: Session, put: Callable[[Event], None], grace: int, dialect: Dialect
    ) -> None:
        task = session.current
        self._session_id = session.id
        self._put = put
        self._grace = grace
        self._dialect = dialect
        self._reported = (None, 0) if task is None else (task.id, task.script_items)
        self._lost = _is_lost(task)

    def begun(self, task: Task, now: float) -> None:
        """Report that a task has its turn."""
        data = {"message": "Starting task... Browsing the web now."}
        self._message(now, {"type": "response_update", "data": data})
        self._reported = (task.id, 0)

    def moved(self, task: Task, now: float) -> None:
        """Report what is new about the current task; call it after whatever may have changed it."""
        self._watch_browser(task, now)
        if task.over:
            self._over(task, now)
        elif self._reported != (task.id, task.script_items):
            self._reported = (task.id, task.script_items)
            self._item(task, now)

    def ended(self, reason: str, now: float) -> None:
        """Report that the session is over; ``reason`` is one of the documented ones."""
        payload = {"type": "end_session", "reason": reason, "message": _ENDS[reason]}
        self._event(now, "end_session", payload)

    def _watch_browser(self, task: Task, now: float) -> None:
        lost = _is_lost(task)
        if lost and not self._lost:
            payload = {"type": "instance:disconnected", "gracePeriod": self._grace}
            self._event(now, "instance:disconnected", payload | {"message": "Browser lost"})
        elif self._lost and not lost:
            payload = {"type": "instance:reconnected", "message": "Browser is back"}
            self._event(now, "instance:reconnected", payload)
        self._lost = lost

    def _item(self, task: Task, now: float) -> None:
        step = task.step
        if task.state is TaskState.ASKING:
            self._message(now, guardrail(task))
        elif step is not None and not step.lost:
            self._step(step, now)

    def _step(self, step: Step, now: float) -> None:
        self._message(now, {"type": "agent", "content": step.note})
        data = {"name": step.action, "target": step.target}
        self._message(now, {"type": "action", "data": data})

    def _over(self, task: Task, now: float) -> None:
        if task.state is TaskState.COMPLETED:
            self._message(now, completed(task, now, self._dialect))
        elif task.state is TaskState.FAILED:
            code = {} if task.code is None else {"code": task.code}
            self._message(now, {"type": "error", "error": task.error, **code})

    def _message(self, now: float, payload: Body) -> None:
        self._event(now, "message", payload)

    def _event(self, now: float, name: str, payload: Body) -> None:
        self._put(Event(now, self._session_id, name, payload))


def completed(task: Task, now: float, dialect: Dialect) -> Body:
    """Build the event of a completed task. Where the cost stands is random, unless all is flat.

    Both forms are documented. The random source is the task's own: watching changes nothing.
    """
    data = result_data(task, now, dialect)
    if dialect.flat:
        figures = usage(task, now, dialect)
        return {"type": "task_completed", **ids(task), "data": data, "usage": figures}
    body: Body = {"type": "task_completed", "taskId": task.id}
    cost = {"usage": {"cost": dollars(task.cost(now))}}
    if random.Random(task.id).random() < 0.5:
        return body | {"data": data, **cost}
    return body | {"data": data | cost}


def _is_lost(task: Task | None) -> bool:
    return task is not None and task.step is not None and task.step.lost


class EventPublisher:
    """The watchers of each session, and the events that are still to be sent to them.

    ``speed`` shortens the grace period that is announced, as it does a session's life.
    """

    def __init__(self, speed: float, dialect: Dialect) -> None:
        self._grace = round(_GRACE_MS / speed)
        self._dialect = dialect
        self._watchers: dict[str, dict[object, Send]] = {}
        self._events: list[Event] = []
        self._publishing = False

    def watch(self, session: Session, send: Send) -> Callable[[], None]:
        """Send a session's events from now on; call the result, once or more often, to end that."""
        mark = object()
        self._watchers.setdefault(session.id, {})[mark] = send
        if session.report is None:
            put = self._events.append
            session.report = Report(session, put, self._grace, self._dialect)

        def unwatch() -> None:
            watchers = self._watchers.get(session.id, {})
            watchers.pop(mark, None)
            if not watchers:
                self._watchers.pop(session.id, None)
                session.report = None

        return unwatch

    def publish(self) -> None:
        """Send what has happened, in order of service time.

        What the watchers do meanwhile is sent after that, so that all see one order.
        """
        if self._publishing:
            return
        self._publishing = True
        try:
            while self._events:
                batch = sorted(self._events, key=lambda event: event.at)
                self._events.clear()
                self._publish(batch)
        finally:
            self._publishing = False

    def _publish(self, batch: list[Event]) -> None:
        sent = (
            (event, mark, send)
            for event in batch
            for mark, send in list(self._watchers.get(event.session_id, {}).items())
        )
        for event, mark, send in sent:
            if mark in self._watchers.get(event.session_id, {}):
                send(event.name, event.payload)
