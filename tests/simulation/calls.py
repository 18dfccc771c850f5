"""What is known of every call: when it was sent, what the service did, what the program concluded.

A task of the simulation is known by its *mark*: its longest duration is a whole number of seconds
and `mark` milliseconds, and so are the calls and the model's tasks that it leads to. A
start-session that says no duration is known by the task that the program meant.
"""

import json
from enum import StrEnum

from msgspec import Struct

from enigma_panel.api.errors import ApiError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import TaskSpec
from enigma_panel.simulator.task import Task
from tests.simulation.weather import Fate

LIMITED = frozenset(
    {ApiCall.START_SESSION, ApiCall.RUN_TASK, ApiCall.NEW_TASK, ApiCall.STATE, ApiCall.ANSWER}
)
STARTS = frozenset({ApiCall.START_SESSION, ApiCall.RUN_TASK, ApiCall.NEW_TASK})


class Verdict(StrEnum):
    NONE = "none"  # no answer yet, or the process ended before
    KNOWN = "known"
    REFUSED = "refused"  # certain that nothing happened
    UNKNOWN = "unknown"


class Sent(Struct):
    """One call of one process. Times are world seconds."""

    number: int
    life: int
    verb: ApiCall
    path: str
    at: float
    fate: Fate
    body: dict[str, object]
    meant: int = 0  # the mark of the task that the program opens a session for
    failure: Verdict = Verdict.NONE
    judged_at: float | None = None
    error: ApiError | None = None
    arrived_at: float | None = None
    status: int | None = None  # of the model's own reply
    applied: bool = False  # the model did what was asked
    code: str | None = None
    stopped: int = 0  # the mark of the model's task that it ended
    opened: str | None = None  # the model's session that it opened
    began: Task | None = None  # the model's task that it began

    @property
    def message(self) -> dict[str, object]:
        inner = self.body.get("message", {})
        return inner if isinstance(inner, dict) else {}

    @property
    def mark(self) -> int:
        """The mark of the task that a start is for, 0 for other calls."""
        places = (self.message, self.body.get("task"), self.body)
        told = [place["maxDuration"] for place in places
                if isinstance(place, dict) and "maxDuration" in place]  # fmt: skip
        return int(str(told[0])) % 1000 if told else self.meant

    @property
    def text(self) -> str:
        return str(self.message.get("taskDetails", self.message.get("prompt", "0")))

    @property
    def session_id(self) -> str:
        return str(self.body.get("sessionId", ""))

    @property
    def new_state(self) -> str:
        return str(self.message.get("newState", ""))

    @property
    def is_urgent(self) -> bool:
        """Whether it may use the calls that are kept for the urgent."""
        ends = self.verb is ApiCall.STATE and self.new_state in {"stop", "terminate"}
        return ends or self.verb is ApiCall.ANSWER


def mark_of(spec: TaskSpec) -> int:
    """The mark of a task."""
    return (spec.limits.max_duration_ms or 0) % 1000


def session_of(path: str, raw: bytes | None) -> str:
    """The service's session that a poll or a message is for."""
    return path.split("/")[2] if raw is None else str(json.loads(raw).get("sessionId", ""))


class CallBook:
    """All calls that counted for a limit or may have changed something, in order."""

    def __init__(self) -> None:
        self.all: list[Sent] = []
        self.polls = 0

    def new(
        self,
        verb: ApiCall,
        path: str,
        raw: bytes | None,
        meant: int,
        *,
        life: int,
        at: float,
        fate: Fate,
    ) -> Sent:
        body = json.loads(raw) if raw else {}
        sent = Sent(len(self.all), life, verb, path, at, fate, body, meant)
        if verb in LIMITED:
            self.all.append(sent)
        else:
            self.polls += 1
        return sent

    def starts_of(self, mark: int, verb: ApiCall) -> list[Sent]:
        return [sent for sent in self.all if sent.verb is verb and sent.mark == mark]
