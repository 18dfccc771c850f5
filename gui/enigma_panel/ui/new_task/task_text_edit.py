"""The field for the text of a task; earlier texts come back with the arrow keys."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor

from enigma_panel.ui.widgets.inputs import TextEdit

LINES = 6


class TaskTextEdit(TextEdit):
    """The field. ↑ in the empty field brings back earlier texts, ↓ goes forward again.

    A text that was brought back and not changed gives way to the next one; what a person typed or
    changed never does. pasted: a text came from the clipboard, or was dropped here.
    """

    pasted = Signal()

    def __init__(self) -> None:
        super().__init__(LINES)
        self._earlier: list[str] = []
        self._at = -1

    def set_earlier(self, texts: Sequence[str]) -> None:
        """Set the earlier texts, newest first."""
        self._earlier = list(dict.fromkeys(texts))
        self._at = -1

    def add_earlier(self, text: str) -> None:
        """Add the newest of the earlier texts."""
        self.set_earlier([text, *self._earlier])

    def offers_earlier(self) -> bool:
        """Return whether ↑ may bring back an earlier text."""
        return bool(self._earlier) and (not self.text() or self._is_browsing())

    def _is_browsing(self) -> bool:
        """Return whether the text is an earlier one, untouched."""
        return 0 <= self._at < len(self._earlier) and self.text() == self._earlier[self._at]

    def _older(self) -> bool:
        if self.text() and not (self._is_browsing() and self._on_edge(last=False)):
            return False
        at = self._at + 1 if self._is_browsing() else 0
        if at < len(self._earlier):
            self._at = at
            self.fill(self._earlier[at])
            self.moveCursor(QTextCursor.MoveOperation.Start)
        return bool(self._earlier)

    def _newer(self) -> bool:
        if not self._is_browsing() or not self._on_edge(last=True):
            return False
        self._at -= 1
        self.fill(self._earlier[self._at] if self._at >= 0 else "")
        return True

    def _on_edge(self, *, last: bool) -> bool:
        """Return whether an arrow would leave the text: the cursor is in its first or last line."""
        cursor = self.textCursor()
        before = cursor.position()
        move = QTextCursor.MoveOperation
        moved = cursor.movePosition(move.Down if last else move.Up)
        return not moved or cursor.position() == before

    def _height(self, lines: int) -> int:
        """Return the height of whole lines, and of the line below them."""
        return self.fontMetrics().lineSpacing() * lines + 1

    def insertFromMimeData(self, source: QMimeData) -> None:
        super().insertFromMimeData(source)
        self.pasted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not (event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)
        key = event.key()
        if plain and key == Qt.Key.Key_Up and self._older():
            return
        if plain and key == Qt.Key.Key_Down and self._newer():
            return
        super().keyPressEvent(event)
