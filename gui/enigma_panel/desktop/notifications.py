"""The desktop notification, of which one is shown at a time: shown, replaced, clicked, removed.

Nothing here waits for the desktop: what is to be sent is sent, and its answers come when they come.
While an answer is missing nothing more is sent, so that notifications do not pile up in a program
that hangs. Where there is no bus or nobody shows notifications, nothing happens.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol

from msgspec import Struct

from enigma_panel.desktop.power import OPEN_S, BusError, EventBus
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.done_notifier import DesktopNotifier

log = logging.getLogger(__name__)


class Shown(Struct, frozen=True):
    """The notification of that call is shown and has that number."""

    call: int
    number: int


class Refused(Struct, frozen=True):
    """The call failed: nobody shows notifications, or not this one."""

    call: int


class Clicked(Struct, frozen=True):
    """A notification was clicked; token: lets a window come to the front, "" without one."""

    number: int
    token: str


class Closed(Struct, frozen=True):
    """A notification is gone: it expired, was dismissed or removed."""

    number: int


class ServerChanged(Struct, frozen=True):
    """Another program shows the notifications now, or none; earlier numbers mean nothing."""


NotificationEvent = Shown | Refused | Clicked | Closed | ServerChanged


class NotificationBus(EventBus[NotificationEvent], Protocol):
    """The bus of the desktop's notifications; see dbus.DesktopNotifications. No call waits."""

    def notify(self, title: str, body: str, replaces: int) -> int:
        """Have a notification shown in place of that one (0: of none); returns the call's number.

        Plain texts. Raises BusError.
        """
        ...

    def remove(self, notification: int) -> None:
        """Close a notification. Raises BusError."""
        ...


class BusNotifier(DesktopNotifier):
    """Shows one notification at a time. The bus is opened for the first one.

    open_bus: blocking; raises BusError where there is none.
    """

    def __init__(self, open_bus: Callable[[], NotificationBus], scope: TaskScope) -> None:
        super().__init__()
        self._open_bus: Callable[[], NotificationBus] | None = open_bus
        self._scope = scope
        self._bus: NotificationBus | None = None
        self._gone = asyncio.Event()
        self._wanted: tuple[str, str] | None = None
        self._sent: tuple[str, str] | None = None
        self._call: int | None = None  # the answer to it is missing
        self._shown = 0  # the number of what is shown now, 0 for nothing
        self._ours = 0  # the last number; a click may come after its end

    async def show(self, title: str, body: str) -> None:
        """Show this in place of the notification before, where the desktop can."""
        self._wanted = (title, body)
        if self._bus is None:
            await self._connect()
        self._settle()

    def withdraw(self) -> None:
        """Remove what is shown or about to be."""
        self._wanted = None
        self._settle()

    async def _connect(self) -> None:
        if self._open_bus is None:
            return
        try:
            bus = await blocking(self._open_bus, time_limit=OPEN_S)
        except BusError as error:
            log.debug("no notifications on this desktop: %s", error)
            return
        except BlockingTimeoutError:
            log.debug("no notifications on this desktop: its bus does not answer")
            self._open_bus = None  # each further try would leave one more thread behind
            return
        self._bus, self._gone = bus, asyncio.Event()
        asyncio.get_running_loop().add_reader(bus.fileno(), partial(self._read, bus))
        listening = self._scope.spawn("desktop notices", self._gone.wait())
        if listening is None:
            self._leave(bus)
            return
        # Not by a `finally`: a task that is cancelled before its first step runs none.
        listening.add_done_callback(lambda _: self._leave(bus))
        self._read(bus)  # what came while it was opened makes nothing readable any more

    def _leave(self, bus: NotificationBus) -> None:
        """A notification that nobody could open any more must not stay."""
        asyncio.get_running_loop().remove_reader(bus.fileno())
        if self._shown and not self._gone.is_set():
            self._try_to(partial(bus.remove, self._shown))
        bus.close()
        self._bus = self._wanted = self._sent = self._call = None
        self._shown = self._ours = 0

    def _try_to(self, send: Callable[[], int | None]) -> int | None:
        try:
            return send()
        except BusError as error:
            log.debug("the desktop's bus accepts no more: %s", error)
            self._gone.set()
            return None

    def _settle(self) -> None:
        """Bring what is shown to what is wanted, by one step."""
        bus = self._bus
        if bus is None or self._call is not None or self._gone.is_set():
            return
        if self._wanted is None:
            self._sent = None
            if self._shown:
                self._try_to(partial(bus.remove, self._shown))
                self._shown = 0
        elif self._wanted != self._sent:
            self._sent = self._wanted
            self._call = self._try_to(partial(bus.notify, *self._wanted, self._shown))

    def _read(self, bus: NotificationBus) -> None:
        try:
            events = bus.read()
        except BusError as error:
            log.debug("the desktop's bus is gone: %s", error)
            self._gone.set()
            return
        for event in events:
            self._handle(event)
        self._settle()

    def _handle(self, event: NotificationEvent) -> None:
        match event:
            case Shown(call, number) if call == self._call:
                self._call = None
                self._shown = self._ours = number
            case Refused(call) if call == self._call:
                self._call = None
                self._give_up()
            case Clicked(number, token) if number and number == self._ours:
                self.clicked.emit(token)
            case Closed(number) if number and number == self._shown:
                self._shown = 0
                self._give_up()
            case ServerChanged():
                self._shown = self._ours = 0
                self._give_up()

    def _give_up(self) -> None:
        """What was sent is not to be shown again; what is wanted since then is."""
        if self._call is not None:
            return  # its answer decides
        if self._wanted == self._sent:
            self._wanted = None
        self._sent = None
