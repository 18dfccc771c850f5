"""A simulated task: a scenario's script being played. All times are service seconds."""

from __future__ import annotations

import random
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from enigma_panel.simulator.scripts import Ask, Done, Fail, Script, Step
from enigma_panel.simulator.settings import PRICE_COMPUTE_MS, PRICE_INPUT, PRICE_OUTPUT
from enigma_panel.simulator.structured import structured_text

_CHARACTERS_PER_TOKEN = 4


class TaskState(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    ASKING = "asking"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    TERMINATED = "terminated"


OVER = frozenset({TaskState.COMPLETED, TaskState.FAILED, TaskState.STOPPED, TaskState.TERMINATED})


class TaskRequest(Struct, frozen=True):
    """What was asked for: the text and its limits (seconds; tokens).

    ``output`` is the form of the result; where that is not ``text``, ``schema`` describes it.
    """

    text: str
    url: str | None = None
    seconds: float | None = None
    max_input: int = 100_000
    max_output: int = 100_000
    close_after: bool = False
    output: str = "text"
    schema: Any = None


class Task(Struct):
    """A task with its script. ``begin``, ``go_on``, ``answer`` and ``end`` move it.

    ``base`` is the service's URL, under which its files are served, and ``sent`` the Unix time at
    which it came.
    """

    id: str
    session_id: str
    request: TaskRequest
    script: Script
    base: str = ""
    sent: float = 0.0
    state: TaskState = TaskState.QUEUED
    step: Step | None = None
    step_began: float = 0.0
    steps_done: list[Step] = field(default_factory=list)
    began: float | None = None
    ended: float | None = None
    question: str | None = None
    answers: list[str] = field(default_factory=list)
    message: str = ""
    done: Done | None = None
    error: str = ""
    code: str | None = None
    poll_price: Decimal | None = None
    polls: int = 0
    script_items: int = 0
    """How many items of its script were played or are being played."""
    _reply: str | None = None
    _cut_short: tuple[int, int] = (0, 0)
    """Tokens of a step that was under way when the task ended: they are paid for, too."""

    @property
    def over(self) -> bool:
        """Whether the task has reached its end, good or bad."""
        return self.state in OVER

    @property
    def deadline(self) -> float | None:
        """When the task's own maxDuration is used up; waiting for the person counts."""
        if self.began is None or self.request.seconds is None:
            return None
        return self.began + self.request.seconds

    @property
    def step_ends(self) -> float | None:
        """When the current step is done, or ``None`` if none is under way."""
        if self.state is not TaskState.RUNNING or self.step is None:
            return None
        return self.step_began + self.step.seconds

    def begin(self, now: float, halted: bool) -> None:
        """Start playing; a halted session keeps the task paused before its first step."""
        self.began = now
        self._go(now, halted)

    def end_step(self, now: float, halted: bool) -> None:
        """Finish the current step and go on, unless the session is halted."""
        if self.step is not None:
            self.steps_done.append(self.step)
            self.step = None
        if self.tokens()[0] > self.request.max_input:
            self.end(TaskState.FAILED, now, "Input token limit exceeded")
            return
        self._go(now, halted)

    def go_on(self, now: float) -> None:
        """Leave a pause."""
        if self.state is TaskState.PAUSED:
            self._go(now, halted=False)

    def answer(self, text: str, now: float, halted: bool) -> None:
        """Hand the person's answer to the script."""
        self.question = None
        self.answers.append(text)
        self._reply = text
        self._go(now, halted)

    def _go(self, now: float, halted: bool) -> None:
        if halted:
            self.state = TaskState.PAUSED
            return
        reply, self._reply = self._reply, None
        item = next(self.script) if reply is None else self.script.send(reply)
        self.script_items += 1
        match item:
            case Step():
                self.state, self.step, self.step_began = TaskState.RUNNING, item, now
            case Ask(question):
                self.state, self.question = TaskState.ASKING, question
            case Done():
                self.done = item
                self.message = self._result(item.message)
                self.end(TaskState.COMPLETED, now)
            case Fail(error, code):
                self.end(TaskState.FAILED, now, error, code)

    def _result(self, message: str) -> str:
        request = self.request
        if request.output != "text":
            # Its own random source, so that nothing else depends on what was asked for.
            rng = random.Random(self.id)
            message = structured_text(request.output, request.schema, request.text, rng)
        return message[: request.max_output * _CHARACTERS_PER_TOKEN]

    def end(self, state: TaskState, now: float, error: str = "", code: str | None = None) -> None:
        """Bring the task to its end at ``now``."""
        self._cut_short = self._under_way(now)
        self.state, self.ended, self.error, self.code = state, now, error, code
        self.question = self._reply = self.step = None
        self.script.close()

    def seconds(self, now: float) -> float:
        """How long the task has taken so far, waiting included."""
        if self.began is None:
            return 0.0
        return max(0.0, (now if self.ended is None else self.ended) - self.began)

    def tokens(self, now: float | None = None) -> tuple[int, int]:
        """Input and output tokens used; with ``now``, with a share of the current step."""
        more_in, more_out = self._cut_short if now is None else self._under_way(now)
        used_in = sum(step.tokens_in for step in self.steps_done) + more_in
        used_out = sum(step.tokens_out for step in self.steps_done) + more_out
        return used_in, min(used_out, self.request.max_output)

    def _under_way(self, now: float) -> tuple[int, int]:
        if self.step is None:
            return self._cut_short
        share = min(1.0, max(0.0, (now - self.step_began) / self.step.seconds))
        return int(self.step.tokens_in * share), int(self.step.tokens_out * share)

    def token_cost(self, now: float) -> Decimal:
        """US dollars for the tokens used so far."""
        used_in, used_out = self.tokens(now)
        return used_in * PRICE_INPUT + used_out * PRICE_OUTPUT

    def cost(self, now: float) -> Decimal:
        """US dollars for tokens and browser time of this task so far, or for its polls."""
        if self.poll_price is not None:
            return self.polls * self.poll_price
        return self.token_cost(now) + compute_cost(self.seconds(now))


def compute_cost(seconds: float) -> Decimal:
    """US dollars for so many seconds of a browser, counted in whole milliseconds."""
    return round(seconds * 1000) * PRICE_COMPUTE_MS
