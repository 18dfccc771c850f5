"""One session's channel as `services.live` sees it: up or down, and what came in meanwhile."""

import asyncio
import random
from collections import deque
from collections.abc import Iterator

from enigma_panel.api.protocols import LiveConnection, LiveError, LiveFault
from enigma_panel.core.models import AnswerVerb, StateVerb
from enigma_panel.core.observation import Observation
from enigma_panel.services.clock import FAR_MS, Clock

FIRST_RETRY_MS, LAST_RETRY_MS = 1_000, 30_000


_HOPELESS = frozenset({LiveFault.ADDRESS, LiveFault.MISSING, LiveFault.BROKEN})
"""Another try in this run would end as the last one did."""


class Channel:
    """up_ms: when it came up last. heard_ms: when it last told something since then. lost_ms: since
    when it tells nothing, where it broke. fault: why it is down."""

    def __init__(self) -> None:
        self._connection: LiveConnection | None = None
        self._facts: deque[Observation] = deque()
        self._alarm = asyncio.Event()
        self._retry = asyncio.Event()
        self._over = False
        self.fault: LiveFault | None = None
        self.up_ms: int | None = None
        self.heard_ms: int | None = None
        self.lost_ms: int | None = None

    @property
    def is_up(self) -> bool:
        """True while messages can be given to it."""
        return self._connection is not None and not self._over

    @property
    def is_over(self) -> bool:
        """True once it was lost and all that it told was taken."""
        return self._over and not self._facts

    def put(self, seen: Observation) -> None:
        """An event came in."""
        self._facts.append(seen)
        self._alarm.set()

    def attach(self, connection: LiveConnection) -> None:
        """It is up."""
        self._connection, self._over, self.fault = connection, False, None
        self._retry.clear()  # that was for this try, not for the one after the next loss

    def drop(self) -> LiveConnection | None:
        """Listen no more; returns the connection where that may still be up."""
        connection, self._connection = self._connection, None
        self._over = True
        return connection

    def events(self) -> Iterator[Observation]:
        """What came in, oldest first; each is handed out once."""
        while self._facts:
            yield self._facts.popleft()

    async def wait(self) -> None:
        """Wait until something came in or it was lost."""
        if not self._facts and not self._over:
            self._alarm.clear()
            await self._alarm.wait()

    async def watch(self) -> None:
        """Return once it is lost; whatever ends this, nobody listens any more."""
        try:
            if self._connection is not None:
                await self._connection.until_lost()
            self._connection = None  # nothing is left to take down
        finally:
            self._over = True
            self._alarm.set()

    async def hang_up(self) -> None:
        """Take it down."""
        if self._connection is not None:
            await self._connection.aclose()

    async def send_state(self, verb: StateVerb) -> Observation:
        """See LiveConnection."""
        return await self._open().send_state(verb)

    async def send_answer(self, text: str, verb: AnswerVerb) -> Observation:
        """See LiveConnection."""
        return await self._open().send_answer(text, verb)

    def pause_ms(self, failures: int, rng: random.Random) -> int:
        """Until the next try: 1 to 30 s, doubling, the upper half of it by chance."""
        if self.fault in _HOPELESS:
            return FAR_MS
        bound = min(FIRST_RETRY_MS << min(failures - 1, 10), LAST_RETRY_MS)
        return bound // 2 + rng.randrange(bound // 2 + 1)

    async def rest(self, clock: Clock, due_ms: int) -> None:
        """Wait before the next try, until there is reason to try at once."""
        await clock.wait(self._retry, due_ms)
        self._retry.clear()

    def retry_at_once(self) -> None:
        """There is reason to try now, or to look whether it is still wanted."""
        self._retry.set()

    def _open(self) -> LiveConnection:
        if self._connection is None:
            raise LiveError(LiveFault.LOST)
        return self._connection
