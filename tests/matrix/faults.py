"""The faults of the matrix and the calls that they hit, as data."""

from dataclasses import dataclass, field
from typing import Any

from enigma_panel.api.protocols import ApiCall
from tests.matrix.gate import Way

NO_BROWSER = {"status": "healthy", "instancesAvailable": False, "instanceCount": 0}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row of a call's table.

    way: the network's own trouble, from the call on and for all others, too. kind: what the
    simulator does to this call, each time; more: further fields of it. also: faults of other calls
    that belong to it. is_silent: only this one needs time limits that are over soon.
    """

    name: str
    way: Way = Way.CLEAR
    kind: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    also: tuple[dict[str, Any], ...] = ()
    is_silent: bool = False


HEALTH_WITHOUT_A_BROWSER = {
    "path": "/start/health",
    "kind": "status:200",
    "body": NO_BROWSER,
    "times": 0,
}

FAULTS = (
    Fault(name="refused connection", way=Way.REFUSED),
    Fault(name="host without an address", way=Way.NO_NAME),
    Fault(name="self-signed certificate", way=Way.SELF_SIGNED),
    Fault(name="dropped before", kind="refuse-before"),
    Fault(name="dropped after", kind="drop-after"),
    Fault(name="silence past the limit", kind="silence", is_silent=True),
    Fault(name="429, Retry-After: 7", kind="429", more={"retryAfter": 7}),
    Fault(name="429", kind="429"),
    Fault(name="503", kind="503", also=(HEALTH_WITHOUT_A_BROWSER,)),
    Fault(
        name="503 of a gateway, after it",
        kind="after:503",
        more={"body": {"message": "Service Unavailable"}},
    ),
    Fault(name="500", kind="500"),
    Fault(name="502, an HTML page", kind="html502"),
    Fault(name="truncated", kind="truncated"),
    Fault(name="not JSON", kind="notjson"),
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A column of the issue's matrix: which call, and what stands before it.

    name: as the simulator counts it. most: what is sent more often has no end; three sends, and a
    fourth when what was wrong is over. begins: "nothing" (the task is started by the call itself),
    "works" or "asks" (what the open session's task does when the call is made).
    """

    name: str
    verb: ApiCall
    path: str
    begins: str
    action: str = ""
    most: int = 4

    def entry(self, fault: Fault) -> list[dict[str, Any]]:
        if not fault.kind:
            return []
        mine = {"path": self.path, "kind": fault.kind, "times": 0, **fault.more}
        return [mine | ({"action": self.action} if self.action else {}), *fault.also]


_MESSAGE = "/start/send-message"

CALLS = (
    Call(
        name="start-session",
        verb=ApiCall.START_SESSION,
        path="/start/start-session",
        begins="nothing",
    ),
    Call(
        name="newTask",
        verb=ApiCall.NEW_TASK,
        path=_MESSAGE,
        begins="nothing",
        action="newTask",
        most=7,  # three sends in each of two browsers
    ),
    Call(name="run-task", verb=ApiCall.RUN_TASK, path="/start/run-task", begins="nothing"),
    Call(
        name="state:terminate",
        verb=ApiCall.STATE,
        path=_MESSAGE,
        begins="works",
        action="state:terminate",
    ),
    Call(
        name="state:pause", verb=ApiCall.STATE, path=_MESSAGE, begins="works", action="state:pause"
    ),
    Call(
        name="guardrail:resume",
        verb=ApiCall.ANSWER,
        path=_MESSAGE,
        begins="asks",
        action="guardrail:resume",
    ),
    Call(name="poll", verb=ApiCall.POLL, path="/task/*", begins="works"),
)
