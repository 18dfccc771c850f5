"""State of the service: a free health call every few seconds, and the balance from replies."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    RejectedError,
    http_status,
)
from enigma_panel.core.money import is_sane
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.types import ServiceStatus

EVERY_MS = 10_000
SOON_MS = 1_500
"""Interval while the service is full or not reachable, in ms: what waits for it waits for this."""
PROBE_S = 5.0
"""How long a probe may take, in seconds; then it counts as unanswered, and the next one goes."""

_NO_PAGE = frozenset({401, 403, 404, 405, 410})
"""Statuses of a service that has no health page, or none without a key."""


class Health(QObject):
    """Status of the service, free browsers, balance; each with the time it was learned.

    left_changed: `left` may be another amount, as at each report of a cost.
    recovered: the first sensible answer after a call got none. Whoever told of such an error by
    `note_error` can count on it. heard_ms: the last sensible answer of this run.
    unreachable_since_ms: that answer, or the first failure where there was none yet, until there is
    one again: HTTP 5xx and what makes no sense, as a captive portal's page, is none. tells_load:
    False where the service has no health page, as in the seed; it counts as heard if it has
    answered anything else in this run. is_standby: whether nothing waits for the service: EVERY_MS
    is soon enough, next_try_ms None.
    """

    changed = Signal()
    left_changed = Signal()
    recovered = Signal()

    def __init__(
        self, account: Account, clock: Clock, is_standby: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._account = account
        self._clock = clock
        self._is_standby = is_standby
        self._alarm = asyncio.Event()
        self._wanted = False
        self._began_ms = 0
        self._in_doubt = False
        self._answering = ""  # the address that has answered more than health calls
        self.status = ServiceStatus.UNASKED
        self.free: int | None = None
        self.asked_ms: int | None = None
        self.tells_load = True
        self.heard_ms: int | None = None
        self.unreachable_since_ms: int | None = None
        self.next_try_ms: int | None = None
        self.balance: Decimal | None = None
        self.balance_ms: int | None = None
        self._spent_since = Decimal(0)

    @property
    def left(self) -> Decimal | None:
        """What is left: the balance minus the costs of the tasks that were sent since."""
        if self.balance is None or not is_sane(self.balance):
            return self.balance
        return max(Decimal(0), self.balance - self._spent_since)

    async def run(self) -> None:
        """Ask for ever, one call at a time; ended by cancelling."""
        while True:
            self._wanted = False
            self._began_ms = self._clock.now_ms()
            await self._ask()
            await self._wait()

    def ask_now(self) -> None:
        """The address was changed or the computer woke up: do not wait for the next turn."""
        self._wanted = True
        self._alarm.set()

    def resume(self) -> None:
        """Standby ended: what comes next may wait for the network."""
        if self.unreachable_since_ms is not None:
            self.ask_now()

    def note_balance(self, balance: Decimal | None, asked_ms: int) -> None:
        """Note a balance from the reply to a call that was made at that time."""
        if balance is not None:
            self.balance, self.balance_ms = balance, asked_ms
            self._spent_since = Decimal(0)
            self.left_changed.emit()

    def note_cost(self, rise: Decimal, sent_ms: int) -> None:
        """Note a cost that was reported of a task that was sent at that time.

        The balance may hold what a task that was sent before it has cost by then.
        """
        if self.balance_ms is not None and sent_ms >= self.balance_ms:
            self._spent_since += rise
        self.left_changed.emit()  # also for how many tasks it is enough

    def recall_balance(self, balance: Decimal, at_ms: int, spent_since: Decimal) -> None:
        """Show the last balance of an earlier run, unless there is a newer one."""
        if self.balance is None:
            self.balance, self.balance_ms, self._spent_since = balance, at_ms, spent_since
            self.left_changed.emit()

    def forget_balance(self) -> None:
        """Show none: it is another account's, or the service said that it is used up."""
        self.balance, self.balance_ms, self._spent_since = None, None, Decimal(0)
        self.left_changed.emit()

    def note_error(self, error: ApiError) -> None:
        """Note that a call failed. After one that was cut, or that makes no sense, a probe decides.

        A poll that was cut is not told: nobody waits for `recovered` because of it.
        """
        if isinstance(error, RejectedError):
            self.note_answer()
        elif isinstance(error, NotConnectedError | InterruptedCallError):
            self._note_lost(error)

    def note_answer(self) -> None:
        """Note that a call other than health's was answered: the trouble is over."""
        self._answering = self._account.base_url
        is_full = self.status is ServiceStatus.FULL
        self._note_heard(ServiceStatus.FULL if is_full else ServiceStatus.OK)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(PROBE_S):
                health = await self._account.open_client.health()
        except TimeoutError:
            self._note_unreachable()
        except (NotConnectedError, InterruptedCallError) as error:
            if error.reason != "closed":  # by ourselves
                self._note_unreachable()
        except ApiError as error:
            if http_status(error) not in _NO_PAGE or not self._note_no_page():
                self._note_unreachable()
        else:
            self.free, self.tells_load = health.free, True
            self.asked_ms = self._clock.now_ms()
            is_well = health.ok and health.free != 0
            self._note_heard(ServiceStatus.OK if is_well else ServiceStatus.FULL)

    async def _wait(self) -> None:
        """Wait for the next turn, which comes sooner when the status changes meanwhile."""
        while not self._wanted and (due := self._due_ms()) > self._clock.now_ms():
            self._alarm.clear()
            self.next_try_ms = None if self._is_standby() else due
            self.changed.emit()
            await self._clock.wait(self._alarm, due)

    def _due_ms(self) -> int:
        is_well = self.status is ServiceStatus.OK and not self._in_doubt
        return self._began_ms + (EVERY_MS if is_well or self._is_standby() else SOON_MS)

    def _note_lost(self, error: NotConnectedError | InterruptedCallError) -> None:
        if error.reason == "closed":
            return  # by ourselves
        self._in_doubt = True
        if isinstance(error, NotConnectedError):
            self._note_unreachable()
        self._alarm.set()

    def _note_unreachable(self) -> None:
        self._in_doubt = True
        since_ms = self.unreachable_since_ms or self.heard_ms or self._clock.now_ms()
        self._set_status(ServiceStatus.UNREACHABLE, since_ms)

    def _note_heard(self, status: ServiceStatus) -> None:
        self.heard_ms = self._clock.now_ms()
        was_in_doubt, self._in_doubt = self._in_doubt, False
        self._set_status(status, None)
        if was_in_doubt:
            self.recovered.emit()

    def _note_no_page(self) -> bool:
        """Note that there is no health page; False where another server may have said so."""
        if self._answering != self._account.base_url:
            return self.status is ServiceStatus.UNASKED
        self.free, self.asked_ms, self.tells_load = None, None, False
        self._note_heard(ServiceStatus.OK)
        return True

    def _set_status(self, status: ServiceStatus, unreachable_since_ms: int | None) -> None:
        if (status, unreachable_since_ms) == (self.status, self.unreachable_since_ms):
            return
        self.status, self.unreachable_since_ms = status, unreachable_since_ms
        self.changed.emit()
