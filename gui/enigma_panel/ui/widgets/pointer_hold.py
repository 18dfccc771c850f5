"""Whether somebody aims at a row: then nothing that comes or goes by itself may move one."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QSinglePointEvent
from PySide6.QtWidgets import QWidget

AIM_MS = 30_000
"""How long after its last move a pointer aims at what is below it."""
ACT_MS = 1_000
"""After a click or a key in a table, the next may follow within this time."""
ARM_MS = 700
"""How long a row that we moved has to stand before a click on it counts."""


class PointerHold(QObject):
    """One for the whole main window. It watches the pointer; the tables say what is done there.

    Whoever moves something asks `is_held` before, and does at `released` what had to wait. What the
    person does is done at once.
    """

    released = Signal()

    def __init__(self, now_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._is_held = False
        self._aims_until_ms = self._acts_until_ms = 0
        self._ignored_at: QPoint | None = None
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.refresh)

    @property
    def is_held(self) -> bool:
        """Whether everything has to stay where it is."""
        return self._is_held

    def watch(self, part: QWidget) -> None:
        """Whoever has the pointer over this part of the window aims at what is in it."""
        part.setAttribute(Qt.WidgetAttribute.WA_Hover)  # so it hears of moves over its children
        part.installEventFilter(self)

    def aim(self) -> None:
        """The pointer came over a part that is watched, or moved there."""
        self._aims_until_ms = self._now_ms() + AIM_MS
        self.refresh()

    def act(self) -> None:
        """A click, or a key, in a table of the active window."""
        self._acts_until_ms = self._now_ms() + ACT_MS
        self.refresh()

    def leave(self) -> None:
        """The pointer left that part."""
        self._aims_until_ms = 0
        self.refresh()

    def end(self) -> None:
        """The window is in use no more."""
        self._aims_until_ms = self._acts_until_ms = 0
        self.refresh()

    def refresh(self) -> None:
        """Is it still held? What waits is shown as soon as it is not."""
        left = max(self._aims_until_ms, self._acts_until_ms) - self._now_ms()
        was_held, self._is_held = self._is_held, left > 0
        if self._is_held:
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
        """A window that goes away lets the pointer enter what was below it, without a move."""
        if to != self._ignored_at:
            self._ignored_at = None
            self.aim()
