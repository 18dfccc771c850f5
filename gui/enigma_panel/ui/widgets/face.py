"""The face of a table: a font, and how wide texts are in it."""

from functools import cached_property
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF

MOST_TEXTS = 2_000
"""So many are remembered: more than a window shows."""


class Face:
    """A font that remembers what it has measured: to measure a text takes as long as to paint it.

    On another screen, or with another font, it takes another face.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetrics(font)
        self._fine_metrics = QFontMetricsF(font)
        self._widths: dict[str, int] = {}
        self._cut: dict[tuple[str, int], str] = {}

    @cached_property
    def demi_bold(self) -> "Face":
        """The same, heavier."""
        font = QFont(self.font)
        font.setWeight(QFont.Weight.DemiBold)
        return Face(font)

    def width(self, text: str) -> int:
        """In whole pixels, rounded up: a text that lacks a part of one would be cut."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= MOST_TEXTS:
                self._widths.clear()
            width = self._widths[text] = ceil(self._fine_metrics.horizontalAdvance(text)) + 1
        return width

    def cut(self, text: str, room: int) -> str:
        """What of a text there is room for, in pixels; it ends in … where that is not all."""
        if room <= 0:
            return ""
        shown = self._cut.get((text, room))
        if shown is None:
            if len(self._cut) >= MOST_TEXTS:
                self._cut.clear()
            # What certainly has no room is not measured: that of a long text takes long.
            elide = Qt.TextElideMode.ElideRight
            shown = self._cut[text, room] = self.metrics.elidedText(text[:room], elide, room)
        return shown
