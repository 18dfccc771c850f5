"""How the service is: a free health call every few seconds, and the balance where it was told."""

import asyncio
from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError, RejectedError
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.views import ServiceMood

EVERY_MS = 10_000
TROUBLED_MS = 3_000


class Vitals(QObject):
    """Mood of the service, free browsers, balance; each with the time it was learned."""

    changed = Signal()
    recovered = Signal()

    def __init__(self, account: Account, clock: Clock) -> None:
        super().__init__()
        self._account = account
        self._clock = clock
        self._alarm = asyncio.Event()
        self.mood = ServiceMood.UNASKED
        self.free: int | None = None
        self.asked_ms: int | None = None
        self.unreachable_since_ms: int | None = None
        self.next_try_ms: int | None = None
        self.balance: Decimal | None = None
        self.balance_ms: int | None = None

    async def run(self) -> None:
        """Ask for ever; ended by cancelling."""
        while True:
            await self._ask()
            calm = self.mood in {ServiceMood.OK, ServiceMood.FULL, ServiceMood.UNASKED}
            self.next_try_ms = self._clock.now_ms() + (EVERY_MS if calm else TROUBLED_MS)
            self.changed.emit()
            await self._clock.wait(self._alarm, self.next_try_ms)
            self._alarm.clear()

    def ask_now(self) -> None:
        """The address was changed: do not wait for the next turn."""
        self._alarm.set()

    def note_balance(self, balance: Decimal | None) -> None:
        """A reply told the balance."""
        if balance is not None:
            self.balance, self.balance_ms = balance, self._clock.now_ms()
            self.changed.emit()

    def note_error(self, error: ApiError) -> None:
        """A poll failed: is the service unreachable, or just cross?"""
        if isinstance(error, NotConnectedError | InterruptedCallError):
            self._set_mood(ServiceMood.UNREACHABLE)
        elif not isinstance(error, RejectedError):
            self._set_mood(ServiceMood.TROUBLED)

    def note_answer(self) -> None:
        """A poll was answered: whatever was wrong is over."""
        if self.mood in {ServiceMood.UNREACHABLE, ServiceMood.TROUBLED}:
            self._set_mood(ServiceMood.OK)

    async def _ask(self) -> None:
        client = self._account.open_client
        if client is None:
            return
        try:
            health = await client.health()
        except ApiError as error:
            self._set_mood(
                ServiceMood.UNREACHABLE
                if isinstance(error, NotConnectedError | InterruptedCallError)
                else ServiceMood.TROUBLED
            )
            return
        self.free = health.free
        self.asked_ms = self._clock.now_ms()
        full = not health.ok or health.free == 0
        self._set_mood(ServiceMood.FULL if full else ServiceMood.OK)

    def _set_mood(self, mood: ServiceMood) -> None:
        was = self.mood
        if mood is was:
            return
        self.mood = mood
        lost = mood is ServiceMood.UNREACHABLE
        self.unreachable_since_ms = self._clock.now_ms() if lost else None
        self.changed.emit()
        if was is ServiceMood.UNREACHABLE:
            self.recovered.emit()
