"""The ledger's thread without a thread: calls run in order, a moment later, on the loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.ledger.ledger import Ledger

if TYPE_CHECKING:
    from tests.simulation.life import Life

P = ParamSpec("P")
T = TypeVar("T")


class DiskThread:
    """`loop.Executor` over world time. A kill falls before or after a call, never into it."""

    def __init__(self, life: "Life") -> None:
        self._life = life
        self.refused_at = -1e9
        self.ledger: Ledger | None = None  # a kill may come before anybody else has it
        self._jobs: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Await call(*args, **kwargs); a cancelled caller loses no write."""
        future: asyncio.Future[T] = self._life.loop.create_future()
        self._jobs.append((partial(call, *args, **kwargs), future))
        if len(self._jobs) == 1:
            self._next()
        return await future

    @property
    def is_busy(self) -> bool:
        """Whether something was given to it that is not done."""
        return bool(self._jobs)

    def close(self) -> None:
        """Nothing to wait for."""

    def _next(self) -> None:
        wait = self._life.world.weather.disk_delay()
        if wait:
            self._life.world.timeline.after(wait, self._do)
        else:
            self._life.loop.call_soon(self._do)

    def _do(self) -> None:
        self._life.touch("disk before")
        if self._life.loop.dead:
            return
        call, future = self._jobs[0]
        try:
            value, error = call(), None
        except Exception as caught:  # noqa: BLE001 - handed to the awaiting side, whatever it is
            value, error = None, caught
            if isinstance(caught, DiskFullError):
                self.refused_at = self._life.world.timeline.now
        match value:
            case (Ledger() as opened, _):
                self.ledger = opened
        self._life.touch("disk after")
        if self._life.loop.dead:
            return
        if not future.done() and error is not None:
            future.set_exception(error)
        elif not future.done():
            future.set_result(value)
        self._jobs.popleft()
        if self._jobs:
            self._next()
