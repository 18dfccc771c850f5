"""The dialogs: all are modeless, and stand on the shade of a window or in a window of their own."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import (
    MARGIN,
    has_lost_focus,
    make_label,
    make_row,
    make_tool,
    set_role,
)
from enigma_panel.ui.widgets.flow_layout import EdgeFlowLayout
from enigma_panel.ui.widgets.free_screen import free_size, keep_on_screen
from enigma_panel.ui.widgets.inputs import ScrollArea
from enigma_panel.ui.widgets.shade import Shade

tr = Translations("Widgets")

ButtonAction = Callable[[], None]

EDGE, TOP, PADDING = 16, 48, 24
"""Least distance from the window's edges, distance below the top bar, and what stands inside."""
ROW_INSET = 11
"""How far words stand in from the edge of a row's tint: a list reaches out by it."""
LOW = 500
"""Room below which a sheet stands right under the top bar."""

_SIZED = (QLabel, QAbstractButton, QLineEdit, QComboBox, QAbstractScrollArea)
"""The widgets that we make: Qt's own parts, once asked for, PySide keeps for ever."""


class ModelessDialog(QDialog):
    """A dialog that is hidden when closed, by Escape too; Enter presses only a named default.

    shade: where it stands, a part of that window, in which Tab goes round; None: it is a window of
    its own. width: on the shade.
    """

    def __init__(
        self, title: str, parent: QWidget | None, *, shade: Shade | None = None, width: int = 0
    ) -> None:
        super().__init__(parent)
        self._shade = shade
        self._width = width
        self._came_from: QWidget | None = None
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(False)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, on=False)
        self.whole = self.body = QVBoxLayout(self)
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.body.setSpacing(12)
        if shade is not None:
            self.setWindowFlags(Qt.WindowType.SubWindow)
            self.setAttribute(Qt.WidgetAttribute.WA_Moved)  # so that QDialog does not place it
            shade.room_changed.connect(self._follow_shade)

    def present(self, focus: QWidget | None = None) -> None:
        """Show the dialog or bring it to the front, because the person asked for it."""
        if self._shade is not None:
            self._present_on(self._shade)
            (focus or self).setFocus(Qt.FocusReason.ActiveWindowFocusReason)
            return
        if focus is not None:  # before: else the field of last time keeps a blinking caret (6.11)
            focus.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        self.show()
        self.raise_()
        self.activateWindow()

    def _present_on(self, shade: Shade) -> None:
        """Show the dialog in front of all others, in a window that is in sight."""
        window = self.window()
        if not self.isVisible():
            self._came_from = window.focusWidget()
        if window.isMinimized():
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self.show()
        shade.carry(self)

    def add_buttons(self, *buttons: QPushButton | None) -> None:
        """Add the row of buttons at the lower edge; None is the space between."""
        self.body.addLayout(make_row(*buttons))

    def add_keys(self, keys: Mapping[str, ButtonAction]) -> None:
        """Add keyboard shortcuts of this dialog; a key that is held down acts once."""
        for sequence, action in keys.items():
            shortcut = QShortcut(QKeySequence(sequence), self)
            # The dialog may be part of another window.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(action)

    def leave_hidden_parent(self) -> None:
        """Make the dialog visible although the main window is minimized or hidden."""
        parent = self.parentWidget()
        if parent is None or (parent.isVisible() and not parent.isMinimized()):
            return
        self.winId()  # makes the native window
        handle = self.windowHandle()
        if handle is not None:
            handle.setTransientParent(None)  # type: ignore[arg-type]  # None: of no window

    def fit(self, *, only_grow: bool = False) -> None:
        """Fit the height to the content, within the screen. only_grow: no button moves up."""
        if self._shade is not None:
            self._fit_on(self._shade, only_grow=only_grow)
        else:
            self._fit_window(only_grow=only_grow)

    def _fit_on(self, shade: Shade, *, only_grow: bool) -> None:
        """Fit the height; the upper edge stays."""
        room = shade.room().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        room.setTop(room.top() + min(TOP - EDGE, max(0, room.height() - LOW)))
        width, before = min(theme.scaled(self._width), room.width()), self.height()
        for _ in range(2):  # how high a text is depends on the width that it has got
            self.lay_out()
            height = max(self._height_for(width), before if only_grow else 0)
            height = min(height, room.height())
            self.setGeometry(room.x() + (room.width() - width) // 2, room.y(), width, height)
        shade.update()

    def _fit_window(self, *, only_grow: bool) -> None:
        if self.isMaximized() or self.isFullScreen():
            return
        room = free_size(self)
        self.setMaximumSize(room)
        before = self.size()
        first = not self.testAttribute(Qt.WidgetAttribute.WA_Resized)
        width = max(self.minimumWidth(), self.sizeHint().width() if first else self.width())
        # The width first: how high a text is depends on it.
        for _ in range(2):
            self.lay_out()
            width = min(max(width, self.whole.minimumSize().width()), room.width())
            height = max(self._height_for(width), self.height() if only_grow else 0)
            self.resize(QSize(width, height).boundedTo(room))
        if self.size() != before:
            keep_on_screen(self)

    def _height_for(self, width: int) -> int:
        high = self.whole.hasHeightForWidth()
        return self.whole.totalHeightForWidth(width) if high else self.sizeHint().height()

    def _follow_shade(self) -> None:
        if self.isVisible():
            self.fit()

    def lay_out(self) -> None:
        """Have all parts say how large they are now."""
        for kind in _SIZED:
            for child in self.findChildren(kind):
                child.ensurePolished()  # the style sheet decides how large things are
        for outer in (*self.findChildren(ScrollArea), *self.findChildren(QTabWidget)):
            outer.updateGeometry()  # its content may have grown; Qt keeps the old size in mind
        self.whole.invalidate()
        self.whole.activate()

    # -- Qt ----------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        """Move the focus as Tab does; from a vanished control never to one that ends something.

        From a dialog that was closed on the shade it goes back to where it was.
        """
        if self._shade is not None and not self.isVisible():
            return self._give_focus_back(forward=forward)
        has_lost = has_lost_focus(self)
        moved = super().focusNextPrevChild(forward)
        while has_lost and moved and _ends_something(self.window().focusWidget()):
            moved = super().focusNextPrevChild(forward)
        return moved

    def _give_focus_back(self, *, forward: bool) -> bool:
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
        self.fit()
        if self.isWindow():
            keep_on_screen(self)
        if self._shade is not None:
            self._shade.carry(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._shade is not None:
            self._shade.drop(self)


class Sheet(ModelessDialog):
    """A dialog over the window's shade, with a frame of its own: `head`, `body`, ruled buttons.

    help_page: the page of the help that is about it, if there is one.
    """

    help_page = ""

    def __init__(self, title: str, parent: QWidget | None, *, width: int = 560) -> None:
        shade = parent.findChild(Shade) if parent is not None else None
        super().__init__(title, parent, shade=shade, width=width)
        self.close_button = make_tool(tr("Close (Esc)"))
        self.close_button.setIconSize(QSize(20, 20))
        self._build_frame(title)
        if shade is None:
            self.setMinimumWidth(width)

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

    def make_way(self) -> None:
        """Close for a question; what was typed stays."""
        self.reject()


def _ends_something(widget: QWidget | None) -> bool:
    return widget is not None and widget.property("role") == "danger"
