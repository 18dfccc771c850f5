"""Draws the PNG files that app.qrc names.

They are the program's icon, from its SVG, and the small marks that the style sheet puts into check
boxes, combo boxes, spin boxes and menus (a style sheet takes only files).

Run it in this folder after a change, then compile_resources.py.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPainterPath, QPen
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).parent
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
MARK = 16
RATIOS = {1: "", 2: "@2x", 3: "@3x"}
ON_ACCENT = "#ffffff"
DIM = {"light": "#5b646e", "dark": "#a3abb4"}


def _blank(size: int) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    return image


def draw_icons() -> None:
    """The program's icon in all sizes."""
    renderer = QSvgRenderer(str(HERE / "icons" / "enigma-control-panel.svg"))
    for size in ICON_SIZES:
        image = _blank(size)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        image.save(str(HERE / "icons" / f"enigma-control-panel-{size}.png"))


def _path(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    return path


def draw_marks() -> None:
    """Check and dot, and check, up and down for both schemes, at three pixel ratios."""
    check = _path((3.5, 8.5), (6.8, 11.8), (12.5, 4.8))
    marks = {
        "check": check,
        "down": _path((3, 5.5), (8, 10.5), (13, 5.5)),
        "up": _path((3, 10.5), (8, 5.5), (13, 10.5)),
    }
    for ratio, suffix in RATIOS.items():
        _draw(f"check{suffix}", ratio, ON_ACCENT, check)
        _draw(f"dot{suffix}", ratio, ON_ACCENT, None)
        for scheme, dim in DIM.items():
            for name, path in marks.items():
                _draw(f"{name}-{scheme}{suffix}", ratio, dim, path)


def _draw(name: str, ratio: int, colour: str, path: QPainterPath | None) -> None:
    image = _blank(MARK * ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    if path is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(QPointF(8, 8), 3.4, 3.4)
    else:
        pen = QPen(QColor(colour), 2.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.strokePath(path, pen)
    painter.end()
    image.save(str(HERE / "marks" / f"{name}.png"))


if __name__ == "__main__":
    app = QGuiApplication(sys.argv)
    draw_icons()
    draw_marks()
