"""A sheet: a dialog inside the window, below its top bar, which stays in use."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import make_label, make_row, make_tool, set_role
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.flow_layout import EdgeFlowLayout
from enigma_panel.ui.widgets.shadow import paint_shadow
from enigma_panel.ui.widgets.toast import Toast

tr = Translations("Widgets")

EDGE, TOP, PADDING = 16, 48, 24
"""Least distance from the window's edges, distance below the top bar, and what stands inside."""
ROW_INSET = 11
"""How far words stand in from the edge of a row's tint: a list reaches out by it."""
LOW = 500
"""Room below which a sheet stands right under the top bar."""


class Shade(QWidget):
    """Dims the window while sheets stand there; a click closes the front one and does nothing else.

    below: what stands below the top bar. After the last sheet it stays for a moment, unseen: the
    second one of a double click would act on a row. covers: whether sheets stand there now.
    """

    covers = Signal(bool)

    def __init__(self, window: QWidget, below: QWidget) -> None:
        super().__init__(window)
        self._window, self._below = window, below
        self._sheets: list[Sheet] = []
        self._linger = QTimer(self, singleShot=True, interval=QApplication.doubleClickInterval())
        self._linger.timeout.connect(self.leave)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        below.installEventFilter(self)
        self.hide()

    def room(self) -> QRect:
        """Return the part of the window that is dimmed."""
        top = self._below.mapTo(self._window, QPoint()).y()
        return self._window.rect().adjusted(0, top, 0, 0)

    def carry(self, sheet: "Sheet") -> None:
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

    def drop(self, sheet: "Sheet") -> None:
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
            for sheet in self._sheets:
                sheet.fit()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._sheets:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.colours().shade))
        sheet = self._sheets[-1].geometry().translated(-self.pos())
        paint_shadow(painter, QRectF(sheet), 12)


class Sheet(ModelessDialog):
    """A dialog over the window's shade: `head`, `body`, buttons; without a shade, a window.

    help_page: the page of the help that is about it, if there is one.
    """

    help_page = ""

    def __init__(self, title: str, parent: QWidget | None, *, width: int = 560) -> None:
        super().__init__(title, parent)
        self._shade = parent.findChild(Shade) if parent is not None else None
        self._width = width
        self._came_from: QWidget | None = None
        self.close_button = make_tool(tr("Close (Esc)"))
        self.close_button.setIconSize(QSize(20, 20))
        self._build_frame(title)
        if self._shade is None:
            self.setMinimumWidth(width)
        else:  # a part of the window, in which Tab goes round
            self.setWindowFlags(Qt.WindowType.SubWindow)
            self.setAttribute(Qt.WidgetAttribute.WA_Moved)  # so that QDialog does not place it

    def _build_frame(self, title: str) -> None:
        set_role(self, "sheet")
        heading = make_label(title, "heading")
        self.windowTitleChanged.connect(heading.setText)
        self._show_icon()
        theme.changed().connect(self._show_icon)
        self.close_button.clicked.connect(self.reject)
        self.whole.setContentsMargins(0, 0, 0, 0)
        self.whole.setSpacing(0)
        self.head = make_row(heading, None, self.close_button)
        self.head.setContentsMargins(PADDING, EDGE, EDGE, 8)
        self.whole.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(PADDING, 0, PADDING, PADDING)
        self.body.setSpacing(12)
        self.whole.addLayout(self.body, 1)

    def _show_icon(self) -> None:
        self.close_button.setIcon(icons.icon(Glyph.CLOSE, theme.colours().dim, size=20))

    def add_buttons(self, *buttons: QPushButton | None) -> None:
        """Add the buttons: the first at the left, the others at the right, wrapped where needed."""
        foot = QFrame()
        set_role(foot, "foot")
        row = EdgeFlowLayout(*(button for button in buttons if button is not None), gap=8)
        row.setContentsMargins(PADDING, EDGE, PADDING, EDGE)
        foot.setLayout(row)
        self.whole.addWidget(foot)

    def present(self, focus: QWidget | None = None) -> None:
        """Show the sheet in front of all others, in a window that is in sight."""
        if self._shade is None:
            super().present(focus)
            return
        window = self.window()
        if not self.isVisible():
            self._came_from = window.focusWidget()
        if window.isMinimized():
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self.show()
        self._shade.carry(self)
        (focus or self).setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def make_way(self) -> None:
        """Close for a question; what was typed stays."""
        self.reject()

    def fit(self, *, only_grow: bool = False) -> None:
        """Fit the height to the content; the upper edge stays."""
        if self._shade is None:
            super().fit(only_grow=only_grow)
            return
        room = self._shade.room().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        room.setTop(room.top() + min(TOP - EDGE, max(0, room.height() - LOW)))
        width, before = min(theme.scaled(self._width), room.width()), self.height()
        for _ in range(2):  # how high a text is depends on the width that it has got
            self.lay_out()
            high = self.whole.hasHeightForWidth()
            height = self.whole.totalHeightForWidth(width) if high else self.sizeHint().height()
            height = min(max(height, before if only_grow else 0), room.height())
            self.setGeometry(room.x() + (room.width() - width) // 2, room.y(), width, height)
        self._shade.update()

    # -- Qt ----------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        """Move the focus as Tab does; from a sheet that was closed, back to where it was."""
        if self._shade is None or self.isVisible():
            return super().focusNextPrevChild(forward)
        before, self._came_from = self._came_from, None
        is_there = before is not None and isValid(before) and before.isVisible()
        if before is None or not is_there or isinstance(before, QAbstractButton):
            return self.window().focusNextPrevChild(forward)
        before.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if self._shade is not None and not self.isVisible():
            self._shade.leave()  # closed by a key: no second click is to be caught

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._shade is not None:
            self._shade.carry(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._shade is not None:
            self._shade.drop(self)
