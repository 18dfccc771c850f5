"""A label that paints a glyph in a colour."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity


class GlyphLabel(QWidget):
    def __init__(self, glyph: Glyph, severity: Severity, size: int = 14) -> None:
        super().__init__()
        self._glyph, self._severity = glyph, severity
        self.setFixedSize(QSize(size, size))

    def show_severity(self, severity: Severity) -> None:
        if severity is not self._severity:
            self._severity = severity
            self.update()

    def show_glyph(self, glyph: Glyph, severity: Severity) -> None:
        if glyph is not self._glyph:
            self._glyph = glyph
            self.update()
        self.show_severity(severity)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint(
            painter, self._glyph, QRectF(self.rect()), theme.colours().severity(self._severity)
        )
