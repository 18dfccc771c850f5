"""The face of a table: a font, and how wide texts are in it."""

from functools import cached_property
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF

LEAST_PX = 4
"""Hardly a text has narrower letters on average."""
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
            shown = self._cut[text, room] = self._cut_anew(text, room)
        return shown

    def _cut_anew(self, text: str, room: int) -> str:
        """Of a long text no more is measured than usual letters need to fill the room; where they
        do not, for some have no width, all of it."""
        head, elide = text[: room // LEAST_PX], Qt.TextElideMode.ElideRight
        shown = self.metrics.elidedText(head, elide, room)
        if shown == head != text:
            shown = self.metrics.elidedText(text, elide, room)
        return shown
