"""The computer's sleep: noticed afterwards and, where the system tells of it, prepared for.

Where `wants_hold` says so, sleep is held up for a moment (a delay inhibitor) until idle and paused
sessions are terminated: nobody could do it meanwhile, and they cost money.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.clock import JUMP_MS, Clock, SleepMeter

log = logging.getLogger(__name__)

OPEN_S = 5.0
BEFORE_SLEEP_S = 4.0
"""The system waits for 5 s as it comes (InhibitDelayMaxSec in logind.conf)."""
RETRY_MS = 60_000
WHY = "Idle and paused browsers are terminated first: they cost money"


class PowerEvent(Enum):
    """What the system tells."""

    SLEEPS = auto()
    WOKE = auto()
    LOCKED = auto()
    UNLOCKED = auto()


class BusError(Exception):
    """The system cannot be asked or listened to."""


class SleepBus(Protocol):
    """The system's own news; see logind.Logind."""

    def fileno(self) -> int:
        """Readable when there is something to read."""
        ...

    def read(self) -> list[PowerEvent]:
        """News, without waiting. Raises BusError when there will be no more."""
        ...

    def inhibit_sleep(self, why: str) -> int:
        """A file descriptor that holds up sleep until it is closed. Blocking; raises BusError."""
        ...

    def close(self) -> None:
        """Listen no more."""
        ...


class Power(QObject):
    """Tells when the computer woke up or its screen was unlocked, and puts things in order before.

    woke: brings the milliseconds slept, 0 where they are not known. changed: is_told changed.
    open_bus: blocking; raises BusError where there is no such system. wants_hold: whether there is
    something to do before sleep. before_sleep: does it.
    """

    woke = Signal(object)
    unlocked = Signal()
    changed = Signal()

    def __init__(
        self,
        *,
        open_bus: Callable[[], SleepBus],
        wants_hold: Callable[[], bool],
        before_sleep: Callable[[], Awaitable[None]],
        clock: Clock,
        scope: TaskScope,
        meter: SleepMeter | None = None,
    ) -> None:
        super().__init__()
        self.is_told = False
        self._open_bus = open_bus
        self._wants_hold = wants_hold
        self._before_sleep = before_sleep
        self._clock = clock
        self._scope = scope
        self._meter = meter or SleepMeter()
        self._slept_ms = 0
        self._is_going_to_sleep = False
        self._bus: SleepBus | None = None
        self._hold: int | None = None
        self._hold_again_ms = 0

    @property
    def inhibits_sleep(self) -> bool:
        """Whether sleep waits for us now."""
        return self._hold is not None

    async def run(self) -> None:
        """Listen to the system, where it can be listened to; ended by cancelling."""
        while True:
            try:
                bus = await blocking(self._open_bus, time_limit=OPEN_S)
            except (BusError, BlockingTimeoutError) as error:
                log.debug("the system tells nothing of sleep: %s", error)
            else:
                await self._listen(bus)
            await self._clock.sleep_until(self._clock.now_ms() + RETRY_MS)

    def tick(self) -> None:
        """Once a second: has it slept meanwhile, is there something to hold it up for?"""
        self._notice_sleep()
        wanted = self._bus is not None and not self._is_going_to_sleep and self._wants_hold()
        if not wanted and not self._is_going_to_sleep:
            self._let_go()
        elif wanted and self._hold is None and self._clock.now_ms() >= self._hold_again_ms:
            self._scope.spawn("hold up sleep", self._take_hold(), exclusive=True)

    async def _listen(self, bus: SleepBus) -> None:
        gone = asyncio.Event()
        running = asyncio.get_running_loop()
        descriptor = bus.fileno()
        running.add_reader(descriptor, partial(self._read, bus, gone))
        self._set_bus(bus)
        try:
            await gone.wait()
        finally:
            running.remove_reader(descriptor)
            bus.close()
            self._set_bus(None)
            self._is_going_to_sleep = False
            self._let_go()

    def _set_bus(self, bus: SleepBus | None) -> None:
        self._bus = bus
        self.is_told = bus is not None
        self.changed.emit()

    def _read(self, bus: SleepBus, gone: asyncio.Event) -> None:
        try:
            news = bus.read()
        except BusError as error:
            log.info("the system tells no more of sleep: %s", error)
            gone.set()
            return
        for told in news:
            self._take_in(told)

    def _take_in(self, told: PowerEvent) -> None:
        match told:
            case PowerEvent.SLEEPS:
                self._is_going_to_sleep = True
                self._scope.spawn("before sleep", self._prepare(), exclusive=True)
            case PowerEvent.WOKE:
                was_told = self._is_going_to_sleep
                self._notice_sleep()
                if was_told and self._is_going_to_sleep:  # a nap too short to be measured
                    self._wake(0)
            case PowerEvent.UNLOCKED:
                self.unlocked.emit()

    async def _prepare(self) -> None:
        if self._hold is None:
            return
        try:
            async with asyncio.timeout(BEFORE_SLEEP_S):
                await self._before_sleep()
        except TimeoutError:
            log.warning("the computer sleeps before all idle sessions were terminated")
        finally:
            self._let_go()

    async def _take_hold(self) -> None:
        bus = self._bus
        if bus is None:
            return
        try:
            hold = await blocking(partial(bus.inhibit_sleep, WHY), time_limit=OPEN_S)
        except (BusError, BlockingTimeoutError) as error:
            log.warning("sleep cannot be held up: %s", error)
            self._hold_again_ms = self._clock.now_ms() + RETRY_MS
            return
        self._hold = hold
        if self._bus is None or self._is_going_to_sleep:
            self._let_go()  # too late

    def _let_go(self) -> None:
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def _notice_sleep(self) -> None:
        slept_ms = self._meter.slept_ms()
        gap_ms, self._slept_ms = slept_ms - self._slept_ms, slept_ms
        if gap_ms > JUMP_MS:
            self._wake(gap_ms)

    def _wake(self, slept_ms: int) -> None:
        self._is_going_to_sleep = False
        self.woke.emit(slept_ms)
