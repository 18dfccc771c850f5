"""The font of a table, and how wide texts are in it."""

from functools import cached_property
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF

LEAST_PX = 4
"""Least average width of a letter, in pixels; hardly a text has narrower ones."""
MOST_TEXTS = 2_000
"""How many texts are remembered: more than a window shows."""


class TableFont:
    """A font, of one screen, that remembers widths: to measure takes as long as to paint."""

    def __init__(self, font: QFont) -> None:
        self.font = QFont(font)
        self.font.setFeature(QFont.Tag("tnum"), 1)  # figures that change stand still
        self.metrics = QFontMetrics(self.font)
        self._fine_metrics = QFontMetricsF(self.font)
        self._widths: dict[str, int] = {}
        self._cut: dict[tuple[str, int], str] = {}

    @cached_property
    def demi_bold(self) -> "TableFont":
        font = QFont(self.font)
        font.setWeight(QFont.Weight.DemiBold)
        return TableFont(font)

    def width(self, text: str) -> int:
        """Return a text's width in whole pixels, rounded up: rounded down it would be cut."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= MOST_TEXTS:
                self._widths.clear()
            width = self._widths[text] = ceil(self._fine_metrics.horizontalAdvance(text)) + 1
        return width

    def cut(self, text: str, room: int) -> str:
        """Return the part of a text that fits into `room` pixels; it ends in … where it is cut."""
        if room <= 0:
            return ""
        shown = self._cut.get((text, room))
        if shown is None:
            if len(self._cut) >= MOST_TEXTS:
                self._cut.clear()
            shown = self._cut[text, room] = self._cut_anew(text, room)
        return shown

    def _cut_anew(self, text: str, room: int) -> str:
        """Cut a text, measuring no more of it than usual letters need to fill the room.

        All of it is measured where they do not fill it, since some have no width.
        """
        head, elide = text[: room // LEAST_PX], Qt.TextElideMode.ElideRight
        shown = self.metrics.elidedText(head, elide, room)
        if shown == head != text:
            shown = self.metrics.elidedText(text, elide, room)
        return shown
