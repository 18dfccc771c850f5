"""Places in a text field, marked: what was found stands on an amber ground."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from enigma_panel.ui.theme import theme

Span = tuple[int, int]
"""Begin and end of a place."""


def qt_length(text: str) -> int:
    """How long Qt takes it to be: it counts an emoji as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def mark_places(field: QPlainTextEdit | QTextEdit, places: Sequence[Span]) -> None:
    """Mark these alone. Places are Qt's."""
    highlight = QTextCharFormat()
    highlight.setBackground(QColor(theme.colours().amber_ground))
    highlight.setForeground(QColor(theme.colours().text))
    field.setExtraSelections([_selection(field, place, highlight) for place in places])


def _selection(
    field: QPlainTextEdit | QTextEdit, place: Span, highlight: QTextCharFormat
) -> QTextEdit.ExtraSelection:
    cursor = field.textCursor()
    cursor.setPosition(place[0])
    cursor.setPosition(place[1], cursor.MoveMode.KeepAnchor)
    selection = QTextEdit.ExtraSelection()
    selection.cursor = cursor
    selection.format = highlight
    return selection
