"""The shadow below what floats over a window, made of rings, since an effect would be slow."""

from math import erfc

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.ui.theme import theme

FALL, BLUR = 8, 28
"""How much lower it lies, and over which distance it fades out."""


def paint_shadow(painter: QPainter, over: QRectF, radius: int) -> None:
    """Paint the shadow of what stands there with round corners."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    around = over.translated(0, FALL)
    shadow = QColor(theme.colours().shadow)
    strength = shadow.alphaF()
    for by in range(-FALL, BLUR):
        ring = QPainterPath()
        for edge in (by, by + 1):
            rounding = max(1, radius + edge)
            ring.addRoundedRect(around.adjusted(-edge, -edge, edge, edge), rounding, rounding)
        shadow.setAlphaF(strength * erfc(by * 1.4 / BLUR) / 2)
        painter.fillPath(ring, shadow)


class Shadow(QWidget):
    """The shadow of a part of a window; it follows it, and lets all clicks through."""

    def __init__(self, over: QWidget, radius: int) -> None:
        super().__init__(over.parentWidget())
        self._over, self._radius = over, radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)
        self.hide()

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = QEvent.Type
        if event.type() in {kind.Show, kind.Hide, kind.Move, kind.Resize, kind.ZOrderChange}:
            self.setGeometry(self._over.geometry().adjusted(-BLUR, -BLUR, BLUR, BLUR + FALL))
            self.stackUnder(self._over)
            self.setVisible(self._over.isVisible())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        over = QRectF(self._over.geometry().translated(-self.pos()))
        with QPainter(self) as painter:
            paint_shadow(painter, over, self._radius)
