"""A bar for each day, of what its tasks cost."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from enigma_panel.core.money import exact_money
from enigma_panel.ui.theme import theme

HEIGHT, GAP, ROUNDING = 150, 10, 2
LINES = 3
"""How many lines stand above the ground line."""
BAR, LEAST = 0.7, 2
"""The width of a bar in that of its day, and the least height of one, in pixels."""
FULL, POINTED, USUAL = 1.0, 0.75, 0.5
"""How strong a bar is: the last one, the one below the pointer, others."""


class Bar(Struct, frozen=True):
    label: str
    tip: str
    cost: Decimal


class DayBars(QWidget):
    """The bars. chosen: the number of the day that was clicked. The keyboard has the table."""

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._bars: Sequence[Bar] = ()
        self._step = Decimal(0)
        self._pointed = -1
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(theme.scaled(HEIGHT))
        theme.changed().connect(self.update)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self._bars = bars
        self._step = axis_step(max((bar.cost for bar in bars), default=Decimal(0)))
        self.update()

    # -- inside ------------------------------------------------------------------------------

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.scaled(theme.FONT_PX) - 1)
        return font

    def _plot(self) -> QRectF:
        """Return where the bars stand: left of the amounts, above the days."""
        metrics = QFontMetrics(self._small())
        amounts = max(metrics.horizontalAdvance(text) for text in self._amounts())
        room = QRectF(self.rect())
        return room.adjusted(0, metrics.height() / 2, -amounts - GAP, -metrics.height() - GAP / 2)

    def _amounts(self) -> list[str]:
        """Return the words beside the lines, from the lowest on."""
        return [exact_money(self._step * n) if self._step else "" for n in range(1, LINES + 1)]

    def _day_at(self, x: float) -> int:
        plot = self._plot()
        n = int(x / plot.width() * len(self._bars)) if plot.width() > 0 else -1
        return n if 0 <= n < len(self._bars) else -1

    def _point_at(self, n: int) -> None:
        if n != self._pointed:
            self._pointed = n
            self.setToolTip(self._bars[n].tip if n >= 0 else "")
            self.update()

    def _paint_lines(self, painter: QPainter, plot: QRectF) -> None:
        height = QFontMetrics(self._small()).height()
        for n, amount in enumerate(["", *self._amounts()] if self._step else [""]):
            y = plot.bottom() - plot.height() * n / LINES
            painter.fillRect(QRectF(0, y, plot.width(), 1), QColor(theme.colours().line))
            place = QRectF(plot.right(), y - height / 2, self.width() - plot.right(), height)
            painter.setPen(QColor(theme.colours().dim))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, amount)

    def _paint_bar(self, painter: QPainter, plot: QRectF, n: int) -> None:
        cost, day = self._bars[n].cost, plot.width() / len(self._bars)
        if not cost:
            return
        strength = FULL if n == len(self._bars) - 1 else POINTED if n == self._pointed else USUAL
        height = max(LEAST, float(cost / (self._step * LINES)) * plot.height())
        colour = QColor(theme.colours().mark)
        colour.setAlphaF(strength)
        painter.setBrush(colour)
        x, y = day * (n + (1 - BAR) / 2), plot.bottom() - height
        painter.drawRoundedRect(QRectF(x, y, day * BAR, height), ROUNDING, ROUNDING)

    def _paint_days(self, painter: QPainter, plot: QRectF) -> None:
        metrics, day = painter.fontMetrics(), plot.width() / len(self._bars)
        widest = max(metrics.horizontalAdvance(bar.label) for bar in self._bars)
        last = len(self._bars) - 1
        each = next((n for n in (5, 10, last) if n * day > widest + GAP), last)
        painter.setPen(QColor(theme.colours().dim))
        for n in [*range(0, last - each + 2, each), last]:
            width = metrics.horizontalAdvance(self._bars[n].label)
            x = min(max(0.0, day * (n + 0.5) - width / 2), self.width() - width)
            painter.drawText(QPoint(int(x), self.height() - metrics.descent()), self._bars[n].label)

    # -- Qt ----------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before = self._pointed
        self._point_at(self._day_at(event.position().x()))
        if self._pointed != before:
            QToolTip.showText(event.globalPosition().toPoint(), self.toolTip(), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        n = self._day_at(event.position().x())
        if n >= 0 and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(n)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(-1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small())
        plot = self._plot()
        self._paint_lines(painter, plot)
        self._paint_days(painter, plot)
        painter.setPen(Qt.PenStyle.NoPen)
        for n in range(len(self._bars)):
            self._paint_bar(painter, plot, n)


def axis_step(most: Decimal) -> Decimal:
    """Return the amount between two lines: round, and enough for the highest bar; 0 for none."""
    need = most / LINES
    if not need:
        return need
    unit = Decimal(1).scaleb(need.adjusted())
    rounds = (unit * Decimal(factor) for factor in ("1", "2", "2.5", "5", "10"))
    return next(step for step in rounds if step >= need)
