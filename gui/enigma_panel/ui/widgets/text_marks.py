"""Marked places in a text field: matches stand on an amber ground."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from enigma_panel.ui.theme import theme

Span = tuple[int, int]
"""Begin and end of a place."""


def qt_length(text: str) -> int:
    """Return a text's length as Qt counts it: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def mark_places(field: QPlainTextEdit | QTextEdit, places: Sequence[Span]) -> None:
    """Mark these places, in Qt's counting, and no others."""
    highlight = QTextCharFormat()
    highlight.setBackground(QColor(theme.colours().amber_tint))
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
