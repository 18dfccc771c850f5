"""Whether somebody aims at a row; while they do, nothing may move one by itself."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QSinglePointEvent
from PySide6.QtWidgets import QWidget

AIM_MS = 30_000
"""How long after its last move a pointer aims at what is below it."""
ACT_MS = 1_000
"""How long the next click or key may take after one in a table."""
ARM_MS = 700
"""How long a row that we moved has to stand before a click on it counts."""


class PointerHold(QObject):
    """Watches the pointer; what moves something waits while it `is_held`, for `released`."""

    released = Signal()

    def __init__(self, now_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self.is_held = False
        self._aims_until_ms = self._acts_until_ms = 0
        self._ignored_at: QPoint | None = None
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.refresh)

    def watch(self, part: QWidget) -> None:
        """Watch a part of the window: a pointer over it aims at what is in it."""
        part.setAttribute(Qt.WidgetAttribute.WA_Hover)  # so it hears of moves over its children
        part.installEventFilter(self)

    def aim(self) -> None:
        """Note that the pointer came over a watched part, or moved there."""
        self._aims_until_ms = self._now_ms() + AIM_MS
        self.refresh()

    def act(self) -> None:
        """Note a click or a key in a table of the active window."""
        self._acts_until_ms = self._now_ms() + ACT_MS
        self.refresh()

    def leave(self) -> None:
        """Note that the pointer left the watched part."""
        self._aims_until_ms = 0
        self.refresh()

    def pass_over(self) -> None:
        """Note that the pointer chose from a menu, or a sheet covers what is below it.

        What that starts is shown at once; the pointer aims again once it moves.
        """
        self._ignored_at = QCursor.pos()
        self.end()

    def end(self) -> None:
        """Note that the window is no longer in use."""
        self._aims_until_ms = self._acts_until_ms = 0
        self.refresh()

    def refresh(self) -> None:
        """Update `is_held`; what waits is shown as soon as it is False."""
        left = max(self._aims_until_ms, self._acts_until_ms) - self._now_ms()
        was_held, self.is_held = self.is_held, left > 0
        if self.is_held:
            self._again.start(left)
        elif was_held:
            self.released.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        assert isinstance(part, QWidget)
        match event.type():
            case QEvent.Type.Enter | QEvent.Type.HoverMove if part.isActiveWindow():
                assert isinstance(event, QSinglePointEvent)
                self._move(event.globalPosition().toPoint())
            case QEvent.Type.WindowActivate:
                self._ignored_at = QCursor.pos()  # where a dialog was, or another program
            case QEvent.Type.Leave:
                self.leave()
            case QEvent.Type.WindowDeactivate:
                self.end()
        return False

    def _move(self, to: QPoint) -> None:
        """Note a move of the pointer, since a window that goes lets it enter without one."""
        if to != self._ignored_at:
            self._ignored_at = None
            self.aim()
