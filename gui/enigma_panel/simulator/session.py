"""A simulated session: a browser with a queue of tasks. All times are service seconds."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Protocol

from msgspec import Struct, field

from enigma_panel.simulator.requests import Message
from enigma_panel.simulator.settings import KEPT_SECONDS
from enigma_panel.simulator.task import Task, TaskState, compute_cost

EPSILON = 1e-6
"""An event this close counts as due: real and service seconds do not convert exactly."""


class Reporter(Protocol):
    """Reports what happens in a session while somebody watches it."""

    def begun(self, task: Task, now: float) -> None:
        """Note that a task has its turn."""

    def moved(self, task: Task, now: float) -> None:
        """Note that the current task may have moved."""

    def ended(self, reason: str, now: float) -> None:
        """Note that the session is over."""


class Session(Struct):
    """A session and everything that happens in it.

    ``single`` marks the session of a run-task, which ends with its task however that ends;
    ``close_after`` says that it ends with its next completed task. ``idle`` is set where it ends
    after so many seconds in which nothing happens; ``expires`` moves on then, and means nothing
    while there is work: each task has its own end.
    """

    id: str
    created: float
    expires: float
    idle: float | None = None
    single: bool = False
    close_after: bool = False
    tasks: dict[str, Task] = field(default_factory=dict)
    queue: deque[Task] = field(default_factory=deque)
    current: Task | None = None
    pausing: bool = False
    taken_over: bool = False
    ended: float | None = None
    reason: str = ""
    report: Reporter | None = None
    base: str = ""
    """The URL under which it was opened."""
    url: str | None = None
    """The address at which its browser began."""

    @property
    def halted(self) -> bool:
        """Whether the agent must not begin another step."""
        return self.pausing or self.taken_over

    @property
    def state(self) -> str:
        """``active``, or the reason for which it ended."""
        return "active" if self.ended is None else self.reason

    def next_event(self) -> float:
        """When something happens next by itself; for an ended session, when it is forgotten."""
        if self.ended is not None:
            return self.ended + KEPT_SECONDS
        task = self.current
        if task is None:
            return self.expires
        life = self.expires if self.idle is None else None
        times = (life, task.step_ends, task.deadline)
        return min(time for time in times if time is not None)

    def advance(self, now: float) -> None:
        """Let everything happen that is due by ``now``, in order and each at its own time."""
        while self.ended is None:
            due = self.next_event()
            if due > now + EPSILON:
                return
            self._happen(due)

    def _happen(self, due: float) -> None:
        task = self.current
        if task is None or (self.idle is None and due >= self.expires):
            self._run_out(due)
        elif task.deadline is not None and due >= task.deadline:
            task.end(TaskState.FAILED, due, "Task exceeded its maxDuration", "TASK_TIMEOUT")
            self._after(task, due)
        else:
            task.end_step(due, self.halted)
            self._after(task, due)

    def _live_on(self, now: float) -> None:
        if self.idle is not None:
            self.expires = now + self.idle

    def _run_out(self, now: float) -> None:
        if self._lost:
            self.end("lost", now, "instance_lost")
        else:
            self.end("expired", now)

    def add(self, task: Task, now: float) -> None:
        """Accept a task: it begins at once if the browser is free, else behind the others."""
        self.tasks[task.id] = task
        self.queue.append(task)
        if self.current is None:
            self._next(now)

    def _next(self, now: float) -> None:
        while self.queue and self.current is None and self.ended is None:
            task = self.current = self.queue.popleft()
            task.begin(now, self.halted)
            if self.report is not None:
                self.report.begun(task, now)
            self._after(task, now)

    @property
    def _lost(self) -> bool:
        step = None if self.current is None else self.current.step
        return step is not None and step.lost

    def _after(self, task: Task, now: float) -> None:
        if self.report is not None:
            self.report.moved(task, now)
        if not task.over:
            return
        self.current = None
        self.pausing = False
        self._live_on(now)
        done = task.state is TaskState.COMPLETED
        if done and (self.close_after or task.request.close_after):
            self.end("completed", now, "terminateOnCompletion")
        elif self.single:
            self.end("completed", now)
        else:
            self._next(now)

    def obey(self, message: Message, now: float) -> bool:
        """Do what a checked message says; tell whether it settled an open question."""
        self._live_on(now)
        match (message.action, message.word):
            case ("state", "pause"):
                self.pause()
            case ("state", "resume"):
                self.resume(now)
            case ("state", "stop"):
                self.stop(now)
            case ("state", "terminate"):
                self.end("terminated", now)
            case ("guardrail", "stop"):
                return self.refuse(now)
            case ("guardrail", "resume"):
                return self.answer(message.text, now)
            case ("interaction", "takeOverControl" | "releaseControl"):
                self.set_taken_over(message.word == "takeOverControl", now)
        return False

    def pause(self) -> None:
        """Ask the agent to wait after its current step; without a task nothing happens."""
        self.pausing = self.current is not None

    def resume(self, now: float) -> None:
        """Let a paused agent go on."""
        self.pausing = False
        self._wake(now)

    def set_taken_over(self, taken_over: bool, now: float) -> None:
        """Give the browser to the person, or back to the agent."""
        self.taken_over = taken_over
        self._wake(now)

    def _wake(self, now: float) -> None:
        if self.current is not None and not self.halted:
            task = self.current
            task.go_on(now)
            self._after(task, now)

    def stop(self, now: float) -> bool:
        """End the current task and keep the session; tell whether there was one."""
        task = self.current
        if task is None:
            return False
        task.end(TaskState.STOPPED, now, "Task stopped by user")
        self._after(task, now)
        return True

    def refuse(self, now: float) -> bool:
        """End the task whose question is open; tell whether there was one."""
        asking = self.current is not None and self.current.state is TaskState.ASKING
        return asking and self.stop(now)

    def answer(self, text: str, now: float) -> bool:
        """Hand an answer to the open question; tell whether there was one."""
        task = self.current
        if task is None or task.state is not TaskState.ASKING:
            return False
        task.answer(text, now, self.halted)
        self._after(task, now)
        return True

    def end(self, reason: str, now: float, sent: str = "") -> None:
        """Close the browser: every task that is not over is cut off.

        ``sent`` is the reason as the live channel names it, where that is another one.
        """
        self.ended, self.reason = now, reason
        self.current = None
        self.queue.clear()
        for task in self.tasks.values():
            if not task.over:
                task.end(TaskState.TERMINATED, now)
        if self.report is not None:
            self.report.ended(sent or reason, now)

    def cost(self, now: float) -> Decimal:
        """US dollars so far: all tokens, and browser time from creation on, idle or not."""
        until = now if self.ended is None else self.ended
        tokens = sum((task.token_cost(now) for task in self.tasks.values()), Decimal(0))
        return tokens + compute_cost(max(0.0, until - self.created))
