"""One notice on the desktop, by its message bus: shown, replaced, clicked, taken down.

Nothing here waits for the desktop: what is to be sent is sent, and its answers come when they come.
While an answer is missing nothing more is sent, so that notices do not pile up in a program that
hangs. Where there is no bus or nobody shows notices, nothing happens.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from enigma_panel.desktop.power import BusError
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.done_notifier import Notifier

log = logging.getLogger(__name__)

OPEN_S = 5.0


@dataclass(frozen=True, slots=True)
class Shown:
    """The notice of that call stands under that number."""

    call: int
    notice: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The call failed: nobody shows notices, or not this one."""

    call: int


@dataclass(frozen=True, slots=True)
class Clicked:
    """A notice was clicked; token: lets a window come to the front, "" without one."""

    notice: int
    token: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A notice is gone: it expired, was dismissed or taken down."""

    notice: int


@dataclass(frozen=True, slots=True)
class OtherShower:
    """Another program shows the notices now, or none; earlier numbers mean nothing."""


NotificationEvent = Shown | Refused | Clicked | Closed | OtherShower


class NoticeBus(Protocol):
    """The desktop's notices; see desktop_notices.DesktopNotices. No call waits."""

    def fileno(self) -> int:
        """Readable when there is something to read."""
        ...

    def read(self) -> list[NotificationEvent]:
        """News. Raises BusError when there will be no more."""
        ...

    def notify(self, title: str, body: str, replaces: int) -> int:
        """Have a notice shown in place of that one (0: of none); returns the call's number.

        Plain texts. Raises BusError.
        """
        ...

    def take_down(self, notice: int) -> None:
        """Close a notice. Raises BusError."""
        ...

    def close(self) -> None:
        """Leave the bus."""
        ...


class BusNotifier(Notifier):
    """Shows one notice at a time. The bus is opened for the first one.

    open_bus: blocking; raises BusError where there is none.
    """

    def __init__(self, open_bus: Callable[[], NoticeBus], scope: TaskScope) -> None:
        super().__init__()
        self._open_bus: Callable[[], NoticeBus] | None = open_bus
        self._scope = scope
        self._bus: NoticeBus | None = None
        self._gone = asyncio.Event()
        self._wanted: tuple[str, str] | None = None
        self._sent: tuple[str, str] | None = None
        self._call: int | None = None  # the answer to it is missing
        self._notice = 0  # stands there now
        self._ours = 0  # the last one that stood there; a click may come after its end

    async def show(self, title: str, body: str) -> None:
        """Show this in place of the notice before, where the desktop can."""
        self._wanted = (title, body)
        if self._bus is None:
            await self._connect()
        self._settle()

    def withdraw(self) -> None:
        """Take down what is shown or about to be."""
        self._wanted = None
        self._settle()

    async def _connect(self) -> None:
        if self._open_bus is None:
            return
        try:
            bus = await blocking(self._open_bus, time_limit=OPEN_S)
        except BusError as error:
            log.debug("no notices on this desktop: %s", error)
            return
        except BlockingTimeoutError:
            log.debug("no notices on this desktop: its bus does not answer")
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

    def _leave(self, bus: NoticeBus) -> None:
        """A notice that nobody could open any more must not stay."""
        asyncio.get_running_loop().remove_reader(bus.fileno())
        if self._notice and not self._gone.is_set():
            self._try_to(partial(bus.take_down, self._notice))
        bus.close()
        self._bus = self._wanted = self._sent = self._call = None
        self._notice = self._ours = 0

    def _try_to(self, send: Callable[[], int | None]) -> int | None:
        try:
            return send()
        except BusError as error:
            log.debug("the desktop's bus takes no more: %s", error)
            self._gone.set()
            return None

    def _settle(self) -> None:
        """Bring what is shown to what is wanted, by one step."""
        bus = self._bus
        if bus is None or self._call is not None or self._gone.is_set():
            return
        if self._wanted is None:
            self._sent = None
            if self._notice:
                self._try_to(partial(bus.take_down, self._notice))
                self._notice = 0
        elif self._wanted != self._sent:
            self._sent = self._wanted
            self._call = self._try_to(partial(bus.notify, *self._wanted, self._notice))

    def _read(self, bus: NoticeBus) -> None:
        try:
            news = bus.read()
        except BusError as error:
            log.debug("the desktop's bus is gone: %s", error)
            self._gone.set()
            return
        for told in news:
            self._take_in(told)
        self._settle()

    def _take_in(self, told: NotificationEvent) -> None:
        match told:
            case Shown(call, notice) if call == self._call:
                self._call = None
                self._notice = self._ours = notice
            case Refused(call) if call == self._call:
                self._call = None
                self._give_up()
            case Clicked(notice, token) if notice and notice == self._ours:
                self.clicked.emit(token)
            case Closed(notice) if notice and notice == self._notice:
                self._notice = 0
                self._give_up()
            case OtherShower():
                self._notice = self._ours = 0
                self._give_up()

    def _give_up(self) -> None:
        """What was sent is not to be shown again; what is wanted since then is."""
        if self._call is not None:
            return  # its answer tells
        if self._wanted == self._sent:
            self._wanted = None
        self._sent = None
