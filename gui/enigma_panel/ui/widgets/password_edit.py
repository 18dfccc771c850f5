"""A field for passwords and keys that lets go of what was typed, as far as Qt allows.

While masked, Qt's own text holds nothing but fillers, one per character; the secret is in a Python
list beside it. So Qt has no copy of it to leave in freed memory, and what Qt tells assistive
technology of every change of a text field – to whoever listens on that bus – is fillers, too.

What it cannot do: what is shown with "Show" is an ordinary text of Qt's while it is shown; what an
input method or assistive technology puts in passes through one; the string handed to the sender is
Python's and cannot be overwritten. The start of the program keeps other processes from reading this
memory. This field does the rest: no undo, no suggestions by an input method, no copying, cutting or
dragging while masked, and nothing left in the widget after `forget`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import make_tool
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Widgets")

FILLER = "•"
BUTTON = 24
"""What the button takes of the field's width."""
_BLIND = (
    Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhHiddenText
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
)
_NO_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_NO_KEYS_MASKED = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut)
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_NONE = Qt.KeyboardModifier.NoModifier


class PasswordEdit(LineEdit):
    """The field. show_button: inside it, stays down while what was typed is shown."""

    def __init__(self, *, enter_moves_on: bool = True) -> None:
        super().__init__(enter_moves_on=enter_moves_on)
        self._secret: list[str] = []
        self._is_ours = False
        self.show_button = make_tool(tr("Show"))
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(_BLIND)
        self.setDragEnabled(False)
        self.setAcceptDrops(False)
        self.textChanged.connect(self._follow_qt)  # first of all, so that text() is right for all
        self.show_button.setParent(self)
        self.show_button.setCheckable(True)
        self.show_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.show_button.toggled.connect(self._on_toggled)
        self.setTextMargins(0, 0, BUTTON, 0)
        theme.changed().connect(self._draw)
        self._draw()

    def is_masked(self) -> bool:
        return self.echoMode() is not QLineEdit.EchoMode.Normal

    def set_masked(self, masked: bool) -> None:
        if masked == self.is_masked():
            return
        secret, echo = self.text(), QLineEdit.EchoMode
        self.setEchoMode(echo.Password if masked else echo.Normal)
        # Qt takes these back when the echo mode changes.
        self.setInputMethodHints(_BLIND)
        self.setText(secret)

    def forget(self) -> None:
        """Empty the field, its undo history with it, and mask it again."""
        # setText empties the history; clear() would leave a step that brings the text back.
        self.setText("")
        self.setModified(False)
        self.mask_again()

    def mask_again(self) -> None:
        """Release the button "Show"."""
        self.show_button.setChecked(False)

    def text(self) -> str:
        return "".join(self._secret) if self.is_masked() else super().text()

    def setText(self, text: str | None, /) -> None:
        text = text or ""
        self._secret = list(text) if self.is_masked() else []
        with self._ours():
            super().setText(FILLER * len(text) if self.is_masked() else text)

    def insert(self, text: str) -> None:
        """Insert a text at the cursor or in place of the selection."""
        if not self.is_masked():
            super().insert(text)
            return
        text = "".join(char for char in text if char.isprintable())
        start, end = self._span()
        self._secret[start:end] = text
        with self._ours():
            super().insert(FILLER * len(text))

    def paste(self) -> None:
        self.insert(QGuiApplication.clipboard().text())

    # -- inside ------------------------------------------------------------------------------

    def _span(self) -> tuple[int, int]:
        if self.hasSelectedText():
            return self.selectionStart(), self.selectionEnd()
        return self.cursorPosition(), self.cursorPosition()

    @contextmanager
    def _ours(self) -> Iterator[None]:
        """Mark changes of Qt's text in here as ours: the secret is right already."""
        self._is_ours = True
        try:
            yield
        finally:
            self._is_ours = False

    def _follow_qt(self, shown: str) -> None:
        """Follow a change of Qt's text by something else: a deletion, or text from outside."""
        if self._is_ours or not self.is_masked():
            return
        foreign = [at for at, char in enumerate(shown) if char != FILLER]
        cursor = self.cursorPosition()
        if not foreign:
            gone = len(self._secret) - len(shown)
            del self._secret[cursor : cursor + gone]
            return
        first, last = foreign[0], foreign[-1] + 1
        kept_after = len(shown) - last
        tail = self._secret[len(self._secret) - kept_after :] if kept_after else []
        self._secret = [*self._secret[:first], *shown[first:last], *tail]
        with self._ours():
            super().setText(FILLER * len(self._secret))
        self.setCursorPosition(cursor)

    def _on_toggled(self, shown: bool) -> None:
        self.set_masked(not shown)

    def _draw(self) -> None:
        self.show_button.setIcon(icons.icon(Glyph.EYE, theme.colours().dim))

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.rect().adjusted(self.width() - self.height(), 2, -2, -2)
        self.show_button.setGeometry(room)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        blocked = any(event.matches(key) for key in _NO_KEYS)
        if self.is_masked():
            blocked = blocked or any(event.matches(key) for key in _NO_KEYS_MASKED)
        if blocked:
            event.accept()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif self.is_masked() and _types(event):
            self.insert(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # Composing is not shown: the hints ask input methods to look away.
        if self.is_masked():
            self.insert(event.commitString())
            event.accept()
        else:
            super().inputMethodEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # On X11 a selection by mouse goes to the primary clipboard; Qt leaves it out only while
        # the text is masked.
        if self.is_masked():
            super().mouseReleaseEvent(event)
        else:
            event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Paste"), self.paste)
        menu.addAction(tr("Empty"), self.forget)
        menu.popup(event.globalPos())


def _types(event: QKeyEvent) -> bool:
    """Return whether a key inserts text. AltGr comes as Ctrl+Alt on some systems, with a text."""
    commands = event.modifiers() & _COMMANDS
    alt_gr = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return event.text().isprintable() and bool(event.text()) and commands in {_NONE, alt_gr}
