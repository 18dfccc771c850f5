"""The field for the text of a task; earlier texts come back with the arrow keys."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontInfo,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextDocumentLayout, QWidget

from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.inputs import TextEdit

LINES, LIST_LINES = 5, 8
"""How many lines have room in a text, and in a list of tasks."""
PITCH = 1.6
"""Height of a line, in heights of the font."""
DIGITS, NUMBERS_GAP = 4, 12
"""How many digits a line's number may have, and the gap behind the numbers."""


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
        document = QTextDocument(self)
        document.setDocumentMargin(0)
        document.setDocumentLayout(_SpacedLines(document))
        self.setDocument(document)
        self._document = document  # else Python deletes what Qt still uses
        self._numbers = _Numbers(self)
        self.show_numbers(shown=False)

    def show_numbers(self, *, shown: bool) -> None:
        """Number the lines, each of which is a task of its own, or not."""
        self._lines = LIST_LINES if shown else LINES
        self._numbers.setVisible(shown)
        self.updateGeometry()
        self._fit_lines()

    def paint_numbers(self, painter: QPainter) -> None:
        """Number the lines in sight that hold a task."""
        block, right = self.firstVisibleBlock(), self._numbers.width() - theme.scaled(NUMBERS_GAP)
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.y() >= self.viewport().height():
                return
            if block.text().strip():
                room = QRectF(0, place.y(), right, line_pitch(self.document()))
                middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(room, str(block.blockNumber() + 1), middle)
            block = block.next()

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
        return line_pitch(self.document()) * lines + 1

    def _fit_lines(self) -> None:
        """Show whole lines alone, behind their numbers."""
        room = self.fontMetrics().horizontalAdvance("0") * DIGITS + theme.scaled(NUMBERS_GAP)
        left = 0 if self._numbers.isHidden() else room
        self.setViewportMargins(left, 0, 0, (self.height() - 1) % line_pitch(self.document()))
        self._numbers.setGeometry(QRect(0, 0, left, self.height() - 1))

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the placeholder where the text will stand; Qt paints it above that."""
        super().paintEvent(event)
        if self._document.isEmpty() and not self.textCursor().block().layout().preeditAreaText():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.colours().dim))
            top = (line_pitch(self._document) - self.fontMetrics().height()) // 2
            place = self.viewport().rect().adjusted(0, top, 0, 0)
            painter.drawText(place, Qt.TextFlag.TextWordWrap, self.placeholderText())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_lines()


def line_pitch(document: QTextDocument) -> int:
    return round(QFontInfo(document.defaultFont()).pixelSize() * PITCH)


class _SpacedLines(QPlainTextDocumentLayout):
    """Lays lines out further apart than the font asks for, which Qt offers for rich text alone."""

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        rect, pitch, layout = (
            super().blockBoundingRect(block),
            line_pitch(self.document()),
            block.layout(),
        )
        for n in range(layout.lineCount() if block.isValid() else 0):
            line = layout.lineAt(n)
            line.setPosition(QPointF(line.x(), n * pitch + (pitch - line.height()) / 2))
            rect.setHeight((n + 1) * pitch)
        return rect


class _Numbers(QWidget):
    """The numbers at the left of the lines."""

    def __init__(self, edit: TaskTextEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        edit.updateRequest.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.colours().dim))
        self._edit.paint_numbers(painter)
