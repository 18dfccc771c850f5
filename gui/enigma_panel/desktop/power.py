"""Sleep of the computer: noticed afterwards and, where the system announces it, prepared for.

Where `wants_inhibit` says so, sleep is delayed for a moment (a delay inhibitor) until idle and
paused sessions are terminated: nobody could do it meanwhile, and they cost money.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from functools import partial
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.clock import JUMP_MS, Clock, SleepMeter

log = logging.getLogger(__name__)
E = TypeVar("E")

OPEN_S = 5.0
"""How long a bus may take to be opened, in seconds; one that hangs is given up."""
BEFORE_SLEEP_S = 4.0
"""Time for the work before sleep, in seconds: the system waits 5 s (logind.conf)."""
RETRY_MS = 60_000
WHY = "Idle and paused browsers are terminated first: they cost money"


class PowerEvent(Enum):
    SLEEPS = auto()
    WOKE = auto()
    LOCKED = auto()
    UNLOCKED = auto()


class BusError(Exception):
    """The system cannot be asked or listened to."""


class EventBus(Protocol[E]):
    """A connection to a bus that brings events; see desktop/dbus.py."""

    def fileno(self) -> int:
        """The file descriptor that is readable when there is something to read."""

    def read(self) -> list[E]:
        """The events since the last call, without waiting. BusError when there will be no more."""

    def close(self) -> None: ...


class SleepBus(EventBus[PowerEvent], Protocol):
    """The system's events about sleep; see dbus.Logind."""

    def inhibit_sleep(self, why: str) -> int:
        """A file descriptor that delays sleep until it is closed. Blocking; raises BusError."""


class Power(QObject):
    """Signals when the computer woke up or its screen was unlocked, and acts before it sleeps.

    woke: brings the milliseconds slept, 0 where they are not known. changed: is_available changed.
    is_available: whether the system announces its sleep. open_bus: blocking; raises BusError where
    there is no such system. wants_inhibit: whether there is something to do before sleep.
    before_sleep: does it.
    """

    woke = Signal(object)
    unlocked = Signal()
    changed = Signal()

    def __init__(
        self,
        *,
        open_bus: Callable[[], SleepBus],
        wants_inhibit: Callable[[], bool],
        before_sleep: Callable[[], Awaitable[None]],
        clock: Clock,
        scope: TaskScope,
        meter: SleepMeter | None = None,
    ) -> None:
        super().__init__()
        self.is_available = False
        self._open_bus = open_bus
        self._wants_inhibit = wants_inhibit
        self._before_sleep = before_sleep
        self._clock = clock
        self._scope = scope
        self._meter = meter or SleepMeter()
        self._slept_ms = 0
        self._is_going_to_sleep = False
        self._bus: SleepBus | None = None
        self._inhibitor: int | None = None
        self._next_try_ms = 0

    @property
    def inhibits_sleep(self) -> bool:
        """Whether sleep waits for us now."""
        return self._inhibitor is not None

    async def run(self) -> None:
        """Listen to the system, where it can be listened to; ended by cancelling."""
        while True:
            try:
                bus = await blocking(
                    self._open_bus, time_limit=OPEN_S, discard=lambda late: late.close()
                )
            except (BusError, BlockingTimeoutError) as error:
                log.debug("the system announces no sleep: %s", error)
            else:
                await self._listen(bus)
            await self._clock.sleep_until(self._clock.now_ms() + RETRY_MS)

    def tick(self) -> None:
        """Look whether the computer slept meanwhile, and whether sleep must be delayed."""
        self._notice_sleep()
        wanted = self._bus is not None and not self._is_going_to_sleep and self._wants_inhibit()
        if not wanted and not self._is_going_to_sleep:
            self._release()
        elif wanted and self._inhibitor is None and self._clock.now_ms() >= self._next_try_ms:
            self._scope.spawn("inhibit sleep", self._inhibit(), exclusive=True)

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
            self._release()

    def _set_bus(self, bus: SleepBus | None) -> None:
        self._bus = bus
        self.is_available = bus is not None
        self.changed.emit()

    def _read(self, bus: SleepBus, gone: asyncio.Event) -> None:
        try:
            events = bus.read()
        except BusError as error:
            log.info("the system announces no more sleep: %s", error)
            gone.set()
            return
        for event in events:
            self._handle(event)

    def _handle(self, event: PowerEvent) -> None:
        match event:
            case PowerEvent.SLEEPS:
                self._is_going_to_sleep = True
                self._scope.spawn("before sleep", self._prepare(), exclusive=True)
            case PowerEvent.WOKE:
                was_announced = self._is_going_to_sleep
                self._notice_sleep()
                if was_announced and self._is_going_to_sleep:  # a nap too short to be measured
                    self._wake(0)
            case PowerEvent.UNLOCKED:
                self.unlocked.emit()

    async def _prepare(self) -> None:
        if self._inhibitor is None:
            return
        try:
            async with asyncio.timeout(BEFORE_SLEEP_S):
                await self._before_sleep()
        except TimeoutError:
            log.warning("the computer sleeps before all idle sessions were terminated")
        finally:
            self._release()

    async def _inhibit(self) -> None:
        bus = self._bus
        if bus is None:
            return
        try:
            inhibitor = await blocking(partial(bus.inhibit_sleep, WHY), time_limit=OPEN_S)
        except (BusError, BlockingTimeoutError) as error:
            log.warning("sleep cannot be delayed: %s", error)
            self._next_try_ms = self._clock.now_ms() + RETRY_MS
            return
        self._inhibitor = inhibitor
        if self._bus is None or self._is_going_to_sleep:
            self._release()  # too late

    def _release(self) -> None:
        if self._inhibitor is not None:
            os.close(self._inhibitor)
            self._inhibitor = None

    def _notice_sleep(self) -> None:
        slept_ms = self._meter.slept_ms()
        gap_ms, self._slept_ms = slept_ms - self._slept_ms, slept_ms
        if gap_ms > JUMP_MS:
            self._wake(gap_ms)

    def _wake(self, slept_ms: int) -> None:
        self._is_going_to_sleep = False
        self.woke.emit(slept_ms)
