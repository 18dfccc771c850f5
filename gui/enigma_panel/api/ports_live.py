"""The seam between services and the live channel: what a door to it can do (api.md §6)."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from enigma_panel.core.models import AnswerVerb, StateVerb
from enigma_panel.core.observation import Observation

OnSeen = Callable[[Observation], None]
"""Called on the loop for each event that could be read, in the order in which they came."""


class LiveFault(StrEnum):
    """Why there is no channel."""

    ADDRESS = "address"  # the socketURL leads to another host, or past TLS: nothing was sent there
    REFUSED = "refused"  # the service said no
    UNREACHABLE = "unreachable"  # no connection, or none in time
    PROTOCOL = "protocol"  # whoever answered speaks another language
    MISSING = "missing"  # the library is not installed
    BROKEN = "broken"  # it is, but could not be loaded
    LOST = "lost"  # it was up and broke


class LiveError(Exception):
    """No channel; `fault` says why. Neither its text nor its repr holds an id or a URL."""

    def __init__(self, fault: LiveFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class LiveConnection(Protocol):
    """One session's channel, up from the moment in which it was made."""

    async def send_state(self, verb: StateVerb) -> Observation:
        """pause, resume, stop, terminate: PAUSE_EMITTED and so on, which proves nothing.

        Raises LiveError when the channel is known to be down: nothing was sent then.
        """
        ...

    async def send_answer(self, text: str, verb: AnswerVerb) -> Observation:
        """ANSWER_EMITTED or ANSWER_STOP_EMITTED, as `send_state`. The text is a secret."""
        ...

    async def until_lost(self) -> None:
        """Return once the channel is down, whatever took it down."""
        ...

    async def aclose(self) -> None:
        """Take it down; returns within a second whatever the other side does."""
        ...


class LiveConnector(Protocol):
    """The way to all channels of a run."""

    async def connect(
        self, session_id: str, socket_url: str, base_url: str, on_seen: OnSeen
    ) -> LiveConnection:
        """Open a session's channel. The id is sent to the host of base_url alone.

        Raises LiveError. Observations carry neither session_id nor a socket's URL; a task's report
        carries task_id where the event names one. What cannot be read is left out.
        """
        ...

    async def aclose(self) -> None:
        """Take all channels down."""
        ...
