"""Notices of the desktop: what is on one, and where they are shown."""

from collections.abc import Callable, Hashable

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal


class DesktopNotice(Struct, frozen=True, kw_only=True):
    """What is on a notice, as plain texts. action: what a click does; few desktops show it.
    buttons: labels of what else can be done, where the desktop shows any.

    asks: it waits for an answer, which can be given for that long (ms) where that is known: it
    stands meanwhile. Any other goes by itself. is_urgent: its last minute has begun; is_heard: with
    a sound, if the desktop has one.
    """

    title: str
    body: str
    action: str
    asks: bool = False
    is_urgent: bool = False
    is_heard: bool = False
    lasts_ms: int | None = None
    buttons: tuple[str, ...] = ()

    def redacted(self, redact: Callable[[str], str]) -> "DesktopNotice":
        """Return the notice without secrets; redact: what every text passes that leaves us."""
        return replace(self, title=redact(self.title), body=redact(self.body))


class DesktopNotifier(QObject):
    """Where notices are shown; this one shows none. No call waits.

    clicked: the person clicked a notice; brings its key and the desktop's activation token, ""
    without one. pressed: one of its buttons; brings its key and the label. Either may come after
    the notice was taken down. is_missing: nobody shows notices here, as far as is known;
    missing_changed: that has changed.
    """

    clicked = Signal(object, str)
    pressed = Signal(object, str)
    missing_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_missing = True

    def show(self, key: Hashable, notice: DesktopNotice) -> None:
        """Show this in place of the notice with that key, if there is one."""

    def withdraw(self, key: Hashable) -> None:
        """Take down the notice with that key, if there is one."""
