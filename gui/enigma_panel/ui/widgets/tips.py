"""Tool tips: narrow, and never over the row that they belong to."""

from textwrap import wrap

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QToolTip

TIP_CHARS = 40
"""Length of a line."""
OFFSET = 16
"""Qt shows a tip so far below the place that it is given, or farther, by the pointer's size."""
FRAME = 24
"""Edge and padding, by the style sheet, on both sides together."""


def short_lines(text: str) -> str:
    """Return the same text in short lines: Qt makes a tip as wide as its longest."""
    return "\n".join(part for line in text.splitlines() for part in wrap(line, TIP_CHARS) or [""])


def tip_width(text: str) -> int:
    """Return how wide the tip with this text is, at most."""
    metrics = QFontMetrics(QToolTip.font())
    return max(map(metrics.horizontalAdvance, text.splitlines()), default=0) + FRAME


def show_tip(view: QAbstractItemView, text: str, row: QRect, part: QRect, x: int) -> None:
    """Show a tip below its row (else above) while the pointer is in part, both in the viewport."""
    port = view.viewport()
    at = port.mapToGlobal(QPoint(x, row.bottom() - OFFSET))
    height = QFontMetrics(QToolTip.font()).lineSpacing() * (text.count("\n") + 1) + FRAME
    if at.y() + 2 * OFFSET + height > view.screen().availableGeometry().bottom():
        at.setY(port.mapToGlobal(row.topLeft()).y() - height - 2 * OFFSET)
    QToolTip.showText(at, text, port, part)
