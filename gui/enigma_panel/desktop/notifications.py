"""Notifications of the desktop: shown, replaced, clicked, removed.

Nothing here waits for the desktop: notices are sent, and answers come later. While an answer is
missing nothing more is sent, so that notifications do not pile up in a program that hangs. Where
there is no bus or nobody shows notifications, nothing happens.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier

if TYPE_CHECKING:
    from enigma_panel.desktop.dbus import DesktopNotifications

log = logging.getLogger(__name__)

OPEN_S = 5.0
"""How long a bus may take to be opened, in seconds; one that hangs is given up."""


class BusError(Exception):
    """The bus cannot be asked or listened to."""


class Shown(Struct, frozen=True):
    """The notification of that call is shown and has that number."""

    call: int
    number: int


class Refused(Struct, frozen=True):
    """The call failed: nobody shows notifications, or not this one."""

    call: int


class Clicked(Struct, frozen=True):
    """A notification was clicked; token: lets a window come to the front, "" without one.

    button: the one of its buttons, "" for the notification itself.
    """

    number: int
    token: str
    button: str = ""


class Closed(Struct, frozen=True):
    """A notification is gone: it expired, was dismissed or removed."""

    number: int


class ServerChanged(Struct, frozen=True):
    """Another program shows the notifications now, or none; earlier numbers mean nothing."""

    is_there: bool


NotificationEvent = Shown | Refused | Clicked | Closed | ServerChanged


class _Notification:
    """The notification under one key. number: of the one that is shown now, 0 for nothing; sent:
    the notice that was sent last; wanted: the one that is to be shown, None for none; call: the
    answer to it is missing."""

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.number = 0
        self.sent: DesktopNotice | None = None
        self.wanted: DesktopNotice | None = None
        self.call: int | None = None

    def give_up(self) -> None:
        """Do not show the last notice again; a later one is shown."""
        if self.call is not None:
            return  # its answer decides
        if self.wanted == self.sent:
            self.wanted = None
        self.sent = None


class BusNotifier(DesktopNotifier):
    """Shows notices, each in its own place. open_bus: blocking, at the first one; BusError."""

    def __init__(self, open_bus: Callable[[], "DesktopNotifications"], scope: TaskScope) -> None:
        super().__init__()
        self._open_bus: Callable[[], DesktopNotifications] | None = open_bus
        self._scope = scope
        self._bus: DesktopNotifications | None = None
        self._gone = asyncio.Event()
        self._notifications: dict[Hashable, _Notification] = {}
        self._keys: dict[int, Hashable] = {}  # by number: a click may come after its end
        self.is_missing = False

    def show(self, key: Hashable, notice: DesktopNotice) -> None:
        """Show a notice in place of the one before, where the desktop can."""
        self._notifications.setdefault(key, _Notification(key)).wanted = notice
        if self._bus is None:
            self._scope.spawn("desktop notices", self._run(), exclusive=True)
        self._settle()

    def withdraw(self, key: Hashable) -> None:
        """Remove the notice that is shown or about to be."""
        if self._bus is None:
            self._notifications.pop(key, None)
        elif key in self._notifications:
            self._notifications[key].wanted = None
            self._settle()

    def _set_missing(self, missing: bool) -> None:
        if missing is not self.is_missing:
            self.is_missing = missing
            self.missing_changed.emit()

    async def _run(self) -> None:
        """Open the bus, and follow its events until it has gone or the program ends."""
        if self._open_bus is None:
            return
        try:
            bus = await blocking(
                self._open_bus, time_limit=OPEN_S, discard=lambda late: late.close()
            )
        except BusError as error:
            log.debug("no notifications on this desktop: %s", error)
            self._set_missing(True)
            return
        except BlockingTimeoutError:
            log.debug("no notifications on this desktop: its bus does not answer")
            self._set_missing(True)
            self._open_bus = None  # each further try would leave one more thread behind
            return
        self._bus, self._gone = bus, asyncio.Event()
        asyncio.get_running_loop().add_reader(bus.fileno(), partial(self._read, bus))
        try:
            self._read(bus)  # what came while it was opened makes nothing readable any more
            await self._gone.wait()
        finally:
            self._leave(bus)

    def _leave(self, bus: "DesktopNotifications") -> None:
        """Remove all notifications, which nobody could open any more, and leave the bus."""
        asyncio.get_running_loop().remove_reader(bus.fileno())
        for one in self._notifications.values():
            if one.number and not self._gone.is_set():
                self._try_to(partial(bus.remove, one.number))
        bus.close()
        if self._gone.is_set():
            self._set_missing(True)
        self._bus = None
        self._notifications.clear()
        self._keys.clear()

    def _try_to(self, send: Callable[[], int | None]) -> int | None:
        try:
            return send()
        except BusError as error:
            log.debug("the desktop's bus accepts no more: %s", error)
            self._gone.set()
            return None

    def _settle(self) -> None:
        """Bring the shown notices closer to the wanted ones: remove old ones, send one."""
        is_busy = any(one.call is not None for one in self._notifications.values())
        for one in list(self._notifications.values()):
            if self._bus is None or self._gone.is_set():
                return
            if one.call is not None:
                continue
            if one.wanted is None:
                del self._notifications[one.key]
                if one.number:
                    self._try_to(partial(self._bus.remove, one.number))
            elif one.wanted != one.sent and not is_busy:
                one.sent, is_busy = one.wanted, True
                one.call = self._try_to(partial(self._bus.notify, one.wanted, one.number))

    def _read(self, bus: "DesktopNotifications") -> None:
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
            case Shown(call, number) if one := self._find_answered(call):
                self._set_missing(False)
                one.call, one.number = None, number
                self._keys[number] = one.key
            case Shown(_, number) if self._bus is not None:
                # It was sent while no program was there, and reached the next one: see _start_over.
                self._try_to(partial(self._bus.remove, number))
            case Refused(call) if one := self._find_answered(call):
                self._set_missing(True)
                one.call = None  # not sent again, except to the next program
            case Clicked(number, token, button) if number in self._keys:
                key = self._keys[number]
                self.pressed.emit(key, button) if button else self.clicked.emit(key, token)
            case Closed(number) if one := self._find_shown(number):
                one.number = 0
                one.give_up()
            case ServerChanged(is_there):
                self._set_missing(not is_there)
                self._keys.clear()
                for one in self._notifications.values():
                    _start_over(one, is_there=is_there)

    def _find_answered(self, call: int) -> _Notification | None:
        return next((one for one in self._notifications.values() if one.call == call), None)

    def _find_shown(self, number: int) -> _Notification | None:
        shown = (one for one in self._notifications.values() if number and one.number == number)
        return next(shown, None)


def make_notifier(scope: TaskScope) -> DesktopNotifier:
    """Make what shows notices; elsewhere than on Linux it shows none."""
    if sys.platform != "linux":
        return DesktopNotifier()
    return BusNotifier(_open_bus, scope)


def _open_bus() -> "DesktopNotifications":
    from enigma_panel.desktop.dbus import DesktopNotifications  # noqa: PLC0415 - 12 ms

    return DesktopNotifications()


def _start_over(one: _Notification, *, is_there: bool) -> None:
    """Forget that it was shown; the next program is asked to show it, if it is still wanted."""
    one.number = 0
    if not is_there:
        one.call = None  # it is not answered any more
    elif one.call is None:
        one.sent = None
