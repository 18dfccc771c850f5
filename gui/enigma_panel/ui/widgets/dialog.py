"""The modeless dialog that all others are built on."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.ui.widgets.basics import MARGIN, has_lost_focus, make_row
from enigma_panel.ui.widgets.free_screen import free_size, keep_on_screen
from enigma_panel.ui.widgets.inputs import ScrollArea

ButtonAction = Callable[[], None]

_SIZED = (QLabel, QAbstractButton, QLineEdit, QComboBox, QAbstractScrollArea)
"""The widgets that we make: Qt's own parts, once asked for, PySide keeps for ever."""


class ModelessDialog(QDialog):
    """A dialog that is hidden when closed, by Escape too; Enter presses only a named default."""

    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(False)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, on=False)
        self.whole = self.body = QVBoxLayout(self)
        self.body.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.body.setSpacing(12)

    def present(self, focus: QWidget | None = None) -> None:
        """Show the dialog or bring it to the front, because the person asked for it."""
        if focus is not None:  # before: else the field of last time keeps a blinking caret (6.11)
            focus.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        self.show()
        self.raise_()
        self.activateWindow()

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
            high = self.whole.hasHeightForWidth()
            height = self.whole.totalHeightForWidth(width) if high else self.sizeHint().height()
            height = max(height, self.height()) if only_grow else height
            self.resize(QSize(width, height).boundedTo(room))
        if self.size() != before:
            keep_on_screen(self)

    def lay_out(self) -> None:
        """Have all parts say how large they are now."""
        for kind in _SIZED:
            for child in self.findChildren(kind):
                child.ensurePolished()  # the style sheet decides how large things are
        for outer in (*self.findChildren(ScrollArea), *self.findChildren(QTabWidget)):
            outer.updateGeometry()  # its content may have grown; Qt keeps the old size in mind
        self.whole.invalidate()
        self.whole.activate()

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        """Move the focus as Tab does; from a vanished control never to one that ends something."""
        has_lost = has_lost_focus(self)
        moved = super().focusNextPrevChild(forward)
        while has_lost and moved and _ends_something(self.window().focusWidget()):
            moved = super().focusNextPrevChild(forward)
        return moved

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()
        if self.isWindow():
            keep_on_screen(self)


def _ends_something(widget: QWidget | None) -> bool:
    return widget is not None and widget.property("role") == "danger"
