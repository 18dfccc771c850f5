"""The icon of the tray: a square whose colour and shape say what the program does."""

from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from enigma_panel.features.tray.text import TrayState
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph

SIZES = (16, 22, 24, 32, 48, 64)
ROUND, PART = 0.22, 0.72
"""How round its corners are, and how much of it the shape takes."""
_GLYPHS = {
    TrayState.IDLE: Glyph.RING,
    TrayState.RUNNING: Glyph.DISC,
    TrayState.ASKING: Glyph.QUESTION,
    TrayState.TROUBLE: Glyph.BANG,
}


@cache
def tray_icon(state: TrayState) -> QIcon:
    """Return the icon of a state, alike in light and dark: the tray's background is unknown."""
    light = theme.LIGHT
    background = {
        TrayState.IDLE: light.dim,
        TrayState.RUNNING: light.accent,
        TrayState.ASKING: light.amber,
        TrayState.TROUBLE: light.red,
    }[state]
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(_picture(_GLYPHS[state], QColor(background), size))
    return icon


def _picture(glyph: Glyph, background: QColor, size: int) -> QPixmap:
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(background)
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * ROUND, size * ROUND)
    rest = size * (1 - PART) / 2
    icons.paint(painter, glyph, QRectF(rest, rest, size * PART, size * PART), QColor("white"))
    painter.end()
    return picture
