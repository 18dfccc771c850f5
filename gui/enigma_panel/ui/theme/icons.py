"""Icons as painter paths, tinted by the palette when they are drawn.

Painted rather than shipped as files: one path serves both colour schemes, every state and every
device pixel ratio, and no image plug-in has to be found at run time. Only the program's own icon,
which the desktop needs as a picture, lies in the resources.
"""

from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPixmap,
    QTransform,
)

from enigma_panel.ui.theme.palette import Glyph

UNIT = 16.0
RATIOS = (1, 2, 3)


def _lines(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    return path


def _cross(low: float, high: float) -> QPainterPath:
    path = _lines((low, low), (high, high))
    path.addPath(_lines((high, low), (low, high)))
    return path


def _plus() -> QPainterPath:
    path = _lines((8, 3.5), (8, 12.5))
    path.addPath(_lines((3.5, 8), (12.5, 8)))
    return path


def _menu() -> QPainterPath:
    path = _lines((2.5, 3.5), (13.5, 3.5))
    path.addPath(_lines((2.5, 8), (13.5, 8)))
    path.addPath(_lines((2.5, 12.5), (13.5, 12.5)))
    return path


def _more() -> QPainterPath:
    path = QPainterPath()
    for x in (3, 8, 13):
        path.addEllipse(QPointF(x, 8), 1.3, 1.3)
    return path


def _pause() -> QPainterPath:
    path = QPainterPath()
    path.addRect(3, 2.5, 3.6, 11)
    path.addRect(9.4, 2.5, 3.6, 11)
    return path


def _resume() -> QPainterPath:
    path = _lines((3.5, 2.5), (13.5, 8), (3.5, 13.5))
    path.closeSubpath()
    return path


def _box(x: float, y: float, w: float, h: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(x, y, w, h)
    return path


def _circle(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(8, 8), radius, radius)
    return path


def _question() -> QPainterPath:
    path = QPainterPath(QPointF(5, 5.6))
    path.cubicTo(5, 1.6, 11.4, 1.6, 11.4, 5.4)
    path.cubicTo(11.4, 8, 8.1, 7.8, 8.1, 10.3)
    path.addPath(_lines((8.1, 13.2), (8.1, 13.3)))
    return path


def _needs_you() -> QPainterPath:
    """Return a disc from which a question mark is cut out."""
    small = QTransform().translate(8, 8).scale(0.6, 0.6).translate(-8, -8)
    return _circle(7.2).subtracted(_outline(small.map(_question()), 1.7))


def _outline(line: QPainterPath, width: float, dashes: tuple[float, ...] = ()) -> QPainterPath:
    """Return a line as an area. dashes: lengths of dash and gap, in widths of the line."""
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCapStyle(Qt.PenCapStyle.FlatCap if dashes else Qt.PenCapStyle.RoundCap)
    if dashes:
        stroker.setDashPattern(dashes)
    return stroker.createStroke(line)


def _arc(radius: float, begin: float, length: float) -> QPainterPath:
    """Return a part of a circle in degrees, counted as on a clock's face turned backwards."""
    room = QRectF(8 - radius, 8 - radius, 2 * radius, 2 * radius)
    path = QPainterPath()
    path.arcMoveTo(room, begin)
    path.arcTo(room, begin, length)
    return path


def _power() -> QPainterPath:
    path = _arc(5.4, 60, -300)
    path.addPath(_lines((8, 1.8), (8, 7.4)))
    return path


def _clock() -> QPainterPath:
    path = _circle(5.8)
    path.addPath(_lines((8, 4.6), (8, 8), (10.4, 9.4)))
    return path


def _search() -> QPainterPath:
    path = _lines((10.3, 10.3), (13.5, 13.5))
    path.addEllipse(QPointF(7, 7), 4.6, 4.6)
    return path


def _send() -> QPainterPath:
    path = _lines((13.5, 2.5), (2.5, 6.9), (7, 9), (9.1, 13.5), (13.5, 2.5))
    path.addPath(_lines((13.5, 2.5), (7, 9)))
    return path


def _globe() -> QPainterPath:
    path = _circle(5.6)
    path.addEllipse(QPointF(8, 8), 2.5, 5.6)
    path.addPath(_lines((2.4, 8), (13.6, 8)))
    return path


def _pointer() -> QPainterPath:
    path = _lines((4, 2.5), (4, 12), (6.4, 9.9), (8, 13.4), (9.8, 12.6), (8.2, 9.2), (11.4, 9))
    path.closeSubpath()
    return path


def _keyboard() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(1.8, 4, 12.4, 8, 1.5, 1.5)
    for x in (4.4, 6.8, 9.2, 11.6):
        path.addPath(_lines((x, 6.6), (x, 6.7)))
    path.addPath(_lines((5.4, 9.4), (10.6, 9.4)))
    return path


def _key() -> QPainterPath:
    path = _lines((7.3, 7.3), (13.5, 13.5), (13.5, 10.5))
    path.addEllipse(QPointF(5, 5), 3, 3)
    return path


def _eye() -> QPainterPath:
    path = QPainterPath(QPointF(1.8, 8))
    path.cubicTo(4.6, 2.6, 11.4, 2.6, 14.2, 8)
    path.cubicTo(11.4, 13.4, 4.6, 13.4, 1.8, 8)
    path.addPath(_circle(2.1))
    return path


def _page() -> QPainterPath:
    path = _box(3.6, 2.4, 8.8, 11.2)
    for y in (5.6, 8, 10.4):
        path.addPath(_lines((6, y), (10, y)))
    return path


def _thought() -> QPainterPath:
    path = _lines((2.2, 3.2), (13.8, 3.2), (13.8, 10.6), (7.4, 10.6), (4.4, 13.4), (4.4, 10.6))
    path.lineTo(2.2, 10.6)
    path.closeSubpath()
    return path


def _open() -> QPainterPath:
    path = _lines((9.5, 2.5), (13.5, 2.5), (13.5, 6.5))
    path.addPath(_lines((13.5, 2.5), (9.2, 6.8)))
    path.addPath(_lines((6.5, 13.5), (2.5, 13.5), (2.5, 9.5)))
    path.addPath(_lines((2.5, 13.5), (6.8, 9.2)))
    return path


def _leave() -> QPainterPath:
    path = _lines((9.5, 2.5), (13.5, 2.5), (13.5, 6.5))
    path.addPath(_lines((13.5, 2.5), (7.5, 8.5)))
    path.addPath(_lines((7, 3.5), (3.5, 3.5), (3.5, 12.5), (12.5, 12.5), (12.5, 9)))
    return path


def _copy() -> QPainterPath:
    path = _lines((3.6, 10.4), (2.5, 10.4), (2.5, 2.5), (10.4, 2.5), (10.4, 3.6))
    path.addRoundedRect(5.6, 5.6, 7.9, 7.9, 1.2, 1.2)
    return path


def _save() -> QPainterPath:
    path = _lines((8, 2.5), (8, 10))
    path.addPath(_lines((4.8, 6.8), (8, 10), (11.2, 6.8)))
    path.addPath(_lines((2.8, 13.3), (13.2, 13.3)))
    return path


def _again() -> QPainterPath:
    path = _arc(5.4, 25, 310)
    path.addPath(_lines((13.2, 2.4), (13.2, 5.8), (9.8, 5.8)))
    return path


def _bang() -> QPainterPath:
    path = _lines((8, 2.6), (8, 9.6))
    path.addPath(_lines((8, 13.1), (8, 13.2)))
    return path


_FILLED: dict[Glyph, Callable[[], QPainterPath]] = {
    Glyph.PAUSE: _pause,
    Glyph.RESUME: _resume,
    Glyph.STOP: lambda: _box(2.75, 2.75, 10.5, 10.5),
    Glyph.DISC: lambda: _circle(4.4),
    Glyph.MORE: _more,
    Glyph.NEEDS_YOU: _needs_you,
    Glyph.QUEUED: lambda: _outline(_circle(5.6), 1.5, (1.9, 1.2)),
}
_STROKED: dict[Glyph, tuple[Callable[[], QPainterPath], float]] = {
    Glyph.PLUS: (_plus, 2.0),
    Glyph.TERMINATE: (_power, 1.7),
    Glyph.RUNNING: (lambda: _arc(5.6, 90, -120), 1.9),
    Glyph.QUESTION: (_question, 2.2),
    Glyph.BANG: (_bang, 2.4),
    Glyph.RING: (lambda: _circle(4.4), 1.5),
    Glyph.CHECK: (lambda: _lines((3, 8.6), (6.4, 12), (13, 3.8)), 2.0),
    Glyph.CROSS: (lambda: _cross(4, 12), 2.0),
    Glyph.CLOSE: (lambda: _cross(4.5, 11.5), 1.4),
    Glyph.MENU: (_menu, 1.6),
    Glyph.CLOCK: (_clock, 1.4),
    Glyph.CHEVRON: (lambda: _lines((6.2, 4), (10.2, 8), (6.2, 12)), 1.4),
    Glyph.SEARCH: (_search, 1.5),
    Glyph.BACK: (lambda: _lines((9.8, 4), (5.8, 8), (9.8, 12)), 1.4),
    Glyph.DOWN: (lambda: _lines((4, 6), (8, 10), (12, 6)), 1.4),
    Glyph.UP: (lambda: _lines((4, 10), (8, 6), (12, 10)), 1.4),
    Glyph.OPEN: (_open, 1.4),
    Glyph.LEAVE: (_leave, 1.4),
    Glyph.COPY: (_copy, 1.4),
    Glyph.SAVE: (_save, 1.4),
    Glyph.AGAIN: (_again, 1.4),
    Glyph.SEND: (_send, 1.2),
    Glyph.GLOBE: (_globe, 1.2),
    Glyph.POINTER: (_pointer, 1.2),
    Glyph.KEYBOARD: (_keyboard, 1.2),
    Glyph.EYE: (_eye, 1.2),
    Glyph.KEY: (_key, 1.4),
    Glyph.PAGE: (_page, 1.2),
    Glyph.THOUGHT: (_thought, 1.2),
}


def paint(painter: QPainter, glyph: Glyph, rect: QRectF, colour: QColor) -> None:
    """Draw a glyph into the square in the middle of `rect`."""
    size = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center() - QPointF(size / 2, size / 2))
    painter.scale(size / UNIT, size / UNIT)
    if glyph in _FILLED:
        painter.fillPath(_path(glyph), colour)
    else:
        width = _STROKED[glyph][1]
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(_path(glyph), pen)
        if glyph is Glyph.RUNNING:  # the rest of its ring
            pen.setColor(QColor(colour.red(), colour.green(), colour.blue(), 70))
            painter.strokePath(_circle(5.6), pen)
    painter.restore()


@cache
def _path(glyph: Glyph) -> QPainterPath:
    return _FILLED[glyph]() if glyph in _FILLED else _STROKED[glyph][0]()


def pixmap(glyph: Glyph, colour: QColor, size: int, ratio: float, gap: int = 0) -> QPixmap:
    """Return a glyph on a transparent ground, `size` logical pixels wide.

    gap: behind it; below 0, before it.
    """
    picture = QPixmap(QSize(size + abs(gap), size) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint(painter, glyph, QRectF(max(0, -gap), 0, size, size), colour)
    painter.end()
    return picture


def icon(
    glyph: Glyph, colour: QColor, size: int = 16, *, off: QColor | None = None, gap: int = 0
) -> QIcon:
    """Return a button's icon. off: its colour if not possible; gap: as in `pixmap`."""
    made = QIcon()
    for ratio in RATIOS:
        made.addPixmap(pixmap(glyph, colour, size, ratio, gap))
        if off is not None:
            made.addPixmap(pixmap(glyph, off, size, ratio, gap), QIcon.Mode.Disabled)
    return made
