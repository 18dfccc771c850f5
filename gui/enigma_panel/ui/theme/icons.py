"""Icons: the glyphs of the resources, each drawn in any colour and size."""

from functools import cache

from PySide6.QtCore import QFile, QIODevice, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from enigma_panel.ui.theme.palette import Glyph

RATIOS = (1, 2, 3)


def paint(painter: QPainter, glyph: Glyph, rect: QRectF, colour: QColor) -> None:
    """Draw a glyph into the square in the middle of `rect`."""
    size = min(rect.width(), rect.height())
    corner = rect.center() - QPointF(size / 2, size / 2)
    _drawing(glyph, colour.name()).render(painter, QRectF(corner, QSizeF(size, size)))


@cache
def _drawing(glyph: Glyph, colour: str) -> QSvgRenderer:
    """A glyph in a colour: Qt's SVG knows no current colour, so its name is put in."""
    file = QFile(f":/glyphs/{glyph}.svg")
    file.open(QIODevice.OpenModeFlag.ReadOnly)
    return QSvgRenderer(file.readAll().replace(b"currentColor", colour.encode()))


def _pixmap(glyph: Glyph, colour: str, size: int, ratio: float, gap: int = 0) -> QPixmap:
    """Return a glyph on a transparent ground, `size` logical pixels wide.

    gap: behind it; below 0, before it.
    """
    picture = QPixmap(QSize(size + abs(gap), size) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint(painter, glyph, QRectF(max(0, -gap), 0, size, size), QColor(colour))
    painter.end()
    return picture


@cache
def icon(
    glyph: Glyph, colour: str, size: int = 16, *, off: str | None = None, gap: int = 0
) -> QIcon:
    """Return a button's icon. off: its colour if not possible; gap: as in `_pixmap`."""
    made = QIcon()
    for ratio in RATIOS:
        made.addPixmap(_pixmap(glyph, colour, size, ratio, gap))
        if off is not None:
            made.addPixmap(_pixmap(glyph, off, size, ratio, gap), QIcon.Mode.Disabled)
    return made
