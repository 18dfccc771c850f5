"""Opens channels: loads the library once, when the first session wants it, and never raises."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from enigma_panel.api.protocols import LiveConnection, LiveConnector, LiveError, LiveFault, OnSeen
from enigma_panel.core.models import Session

log = logging.getLogger(__name__)

AT_ONCE = 8
"""So many channels are opened at a time."""

OpenConnector = Callable[[], Awaitable[LiveConnector]]


class Connector:
    """The one door of a run. open_connector: loads the library; LiveError where there is none.

    fault: why there is no door in this run, None while there may be one.
    """

    def __init__(self, open_connector: OpenConnector) -> None:
        self._open_connector = open_connector
        self._live_connector: LiveConnector | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._loading = asyncio.Lock()
        self.fault: LiveFault | None = None

    async def connect(self, session: Session, on_seen: OnSeen) -> LiveConnection | LiveFault:
        """A channel to that session, or why there is none."""
        assert session.service_id is not None
        assert session.socket_url is not None
        async with self._turns:
            try:
                door = self._live_connector or await self._load()
                return await door.connect(
                    session.service_id, session.socket_url, session.base_url, on_seen
                )
            except LiveError as error:
                return error.fault
            except Exception:  # a library's surprise is no reason to hammer the service
                log.exception("no live channel")
                return LiveFault.PROTOCOL

    async def aclose(self) -> None:
        """Take all channels down."""
        if self._live_connector is not None:
            await self._live_connector.aclose()

    async def _load(self) -> LiveConnector:
        async with self._loading:  # sessions that open at once share one
            if self.fault is not None:
                raise LiveError(self.fault)
            try:
                self._live_connector = self._live_connector or await self._open_connector()
            except LiveError as error:
                self.fault = error.fault
                raise
            except Exception:  # half an installation, a disk that hangs: polls do without
                log.exception("the live channel cannot be used in this run")
                self.fault = LiveFault.BROKEN
                raise LiveError(LiveFault.BROKEN) from None
            return self._live_connector
