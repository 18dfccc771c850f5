"""The title of Details, and the session's name, which is edited in its place."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import ElidedLabel

tr = Translations("Details")

MOST_CHARS = 80
_FOR_A_WHILE = frozenset({Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason})


class SessionName(QStackedWidget):
    """Emits `renamed` with the session's key and its new name; Escape leaves the old one."""

    renamed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._key: int | None = None
        self._name = ""
        self._can_rename = self._is_editing = False
        self._before = ""
        self.label = ElidedLabel("title", lines=3)
        self.edit = NameEdit()
        for page in (self.label, self.edit):
            self.addWidget(page)
        self.edit.left.connect(self._end)

    def show_name(self, key: int | None, name: str, *, title: str, can_rename: bool) -> None:
        """Show a title; what is being typed for another session becomes that one's name."""
        if key != self._key:
            self._end(True)
        self._key, self._name, self._can_rename = key, name, can_rename
        if title != self.label.text():
            self.label.show_text(title)

    def begin(self) -> None:
        """Let the person edit the name, or go on with that."""
        if not self._can_rename or self._is_editing:
            return
        self._is_editing = True
        self.edit.setText(self._name)
        self._before = self.edit.text()  # a longer name is cut there
        self.edit.selectAll()
        self.setCurrentWidget(self.edit)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self, is_wanted: bool) -> None:
        if not self._is_editing:
            return  # the focus leaves as the field is hidden
        self._is_editing = False
        self.edit.hide()  # the window gives the keyboard to the row worked on
        self.setCurrentIndex(0)
        text = self.edit.text()
        if is_wanted and self._key is not None and text != self._before:
            self.renamed.emit(self._key, text.strip())


class NameEdit(QLineEdit):
    """Left by Enter or with the focus, which keeps what was typed, or by Escape, which does not.

    It is not left where a menu or another window has the focus for a while.
    """

    left = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(MOST_CHARS)
        self.setAccessibleName(tr("Session name"))

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit(False)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left.emit(True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _FOR_A_WHILE:
            self.left.emit(True)
