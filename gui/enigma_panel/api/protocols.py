"""The calls, and the protocols of the HTTP client and of the live channel, as services use them.

Every call returns an Observation (or a plain record) or raises its protocol's error; none retries.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Observation
from enigma_panel.core.verbs import AnswerVerb, CommandVerb


class ApiCall(StrEnum):
    """A call to the service; the names appear in logs and statistics."""

    START_SESSION = "start-session"
    RUN_TASK = "run-task"
    NEW_TASK = "newTask"
    STATE = "state"
    ANSWER = "guardrail"
    POLL = "poll"
    HEALTH = "health"
    MODELS = "models"


LONG_POLL = frozenset({ApiCall.START_SESSION, ApiCall.RUN_TASK, ApiCall.NEW_TASK})
"""Calls that the service answers late, after up to 50 s, and whose loss costs money."""


class HealthReply(Struct, frozen=True, kw_only=True):
    """Reply to GET /start/health. free: browsers, None when not given."""

    ok: bool
    free: int | None


class ServiceClient(Protocol):
    """One account on one host in one dialect (api.md §1). Every call raises `errors.ApiError`."""

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a trailing slash."""

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        """Open a browser for a task, without it: OPENED. A long poll; costs money from here on.

        What the service takes for the whole session alone, it takes here (see `ServiceRules`).
        text: runs there as a task that nothing names, for a service that wants one.
        An error's `session_id` is set where it names a session, which may thus be open.
        """

    async def run_task(self, spec: TaskSpec) -> Observation:
        """One call for session and task: ACCEPTED, COMPLETED, QUESTION or FAILED. A long poll.

        An error's `session_id` is set where it names a session, which may thus be open.
        """

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        """Start a task in an open session: ACCEPTED, COMPLETED, QUESTION or FAILED. A long poll.

        TERMINATED or STOPPED where the session ended or the task was stopped meanwhile.
        """

    async def send_state(self, session_id: str, verb: CommandVerb) -> Observation:
        """Send a command: the `sent` of its rules in core.verbs."""

    async def send_answer(self, session_id: str, text: str, verb: AnswerVerb) -> Observation:
        """Answer the open question: the `sent` of its rules, too. The text is a secret."""

    async def poll(self, session_id: str, task_id: str) -> Observation:
        """Ask for a task: any kind about a task; 401/404 come as SESSION_GONE or TASK_GONE."""

    async def health(self) -> HealthReply:
        """Ask for the service's health; needs no key and costs nothing."""

    async def check_key(self) -> None:
        """Check the key by GET /v1/models: returns when accepted, else raises. Costs nothing."""

    async def aclose(self) -> None:
        """Close both connection pools; calls under way end with InterruptedCallError."""


OnObservation = Callable[[Observation], None]
"""Callback for each event that could be read, on the loop, in the order in which they came."""


class LiveFault(StrEnum):
    """Why there is no live channel."""

    ADDRESS = "address"  # the socketURL leads to another host or lacks TLS: nothing was sent there
    REFUSED = "refused"  # the service said no
    UNREACHABLE = "unreachable"  # no connection, or none in time
    PROTOCOL = "protocol"  # the answer is of another protocol
    MISSING = "missing"  # the library is not installed
    BROKEN = "broken"  # it is, but could not be loaded
    LOST = "lost"  # it was up and broke


class LiveError(Exception):
    """A live channel is missing; `fault` says why. Text and repr hold no id and no URL."""

    def __init__(self, fault: LiveFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class LiveConnection(Protocol):
    """One session's live channel, up from the moment in which it was made."""

    async def send_state(self, verb: CommandVerb) -> None:
        """Send a command, which proves nothing. LiveError: nothing was sent."""

    async def until_lost(self) -> None:
        """Return once the channel is down, whatever took it down."""

    async def aclose(self) -> None:
        """Take the channel down; returns within a second whatever the other side does."""


class LiveConnector(Protocol):
    """Opens all live channels of a run."""

    async def connect(
        self, session_id: str, socket_url: str, base_url: str, on_observation: OnObservation
    ) -> LiveConnection:
        """Open a session's channel. The id is sent to the host of base_url alone.

        Raises LiveError. Observations carry neither session_id nor a socket's URL; a task's report
        carries task_id where the event names one. What cannot be read is left out.
        """

    async def aclose(self) -> None:
        """Take all channels down."""
