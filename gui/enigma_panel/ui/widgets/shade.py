"""The shade over the main window, on which sheets stand."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.shadow import paint_shadow
from enigma_panel.ui.widgets.toast import Toast


class Shade(QWidget):
    """Dims the window while sheets stand there; a click closes the front one and does nothing else.

    below: what stands below the top bar. After the last sheet it stays for a moment, unseen: the
    second one of a double click would act on a row. covers: whether sheets stand there now.
    room_changed: what stands there is to fit anew.
    """

    covers = Signal(bool)
    room_changed = Signal()

    def __init__(self, window: QWidget, below: QWidget) -> None:
        super().__init__(window)
        self._window, self._below = window, below
        self._sheets: list[QDialog] = []
        self._linger = QTimer(self, singleShot=True, interval=QApplication.doubleClickInterval())
        self._linger.timeout.connect(self.leave)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        below.installEventFilter(self)
        self.hide()

    def room(self) -> QRect:
        """Return the part of the window that is dimmed."""
        top = self._below.mapTo(self._window, QPoint()).y()
        return self._window.rect().adjusted(0, top, 0, 0)

    def carry(self, sheet: QDialog) -> None:
        """Stand under a sheet, above all but toasts that can be undone or lead on."""
        self._sheets = [*(one for one in self._sheets if one is not sheet), sheet]
        self.setGeometry(self.room())
        self.show()
        toasts = self._window.findChildren(Toast)
        for part in (self, sheet, *toasts):
            part.raise_()
        for toast in toasts:
            toast.give_way()
        self.update()
        self.covers.emit(True)

    def drop(self, sheet: QDialog) -> None:
        """Stand under the sheet that was opened before, or leave."""
        self._sheets = [one for one in self._sheets if one is not sheet]
        if self._sheets:
            front = self._sheets[-1]
            self.carry(front)
            (front.focusWidget() or front).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._linger.start()
        self.update()
        self.covers.emit(bool(self._sheets))

    def leave(self) -> None:
        """Hide, unless a sheet stands there."""
        if not self._sheets:
            self.hide()

    # -- Qt ----------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._sheets and self.rect().contains(event.position().toPoint()):
            self._sheets[-1].reject()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self._sheets and event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self.setGeometry(self.room())
            self.room_changed.emit()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._sheets:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.colours().shade))
        sheet = self._sheets[-1].geometry().translated(-self.pos())
        paint_shadow(painter, QRectF(sheet), 12)
