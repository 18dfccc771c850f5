"""How a step is painted: a glyph, a sentence, the time."""

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from enigma_panel.services.types import Step
from enigma_panel.ui.text.steps import StepRow, step_row
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.table.model import Index, Role

PAD, GAP = 8, 8
GLYPH = 14
ROW_AIR = 11
"""Room above and below the words of a row, together."""
BAR, THREAD_GAP = 2, 1
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of every row; there are too many rows to ask each."""
    return metrics.height() + ROW_AIR


class StepsDelegate(QStyledItemDelegate):
    """Paints steps. now: sign of a last row at work; pad: sides."""

    def __init__(self, parent: QObject, *, pad: int = PAD) -> None:
        super().__init__(parent)
        self._pad = pad
        self.now: tuple[Glyph, Severity] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        step = index.data(Role.RECORD)
        if not isinstance(step, Step):
            return
        is_last = index.row() == index.model().rowCount() - 1
        now = self.now if is_last else None
        row = step_row(step)
        painter.save()
        painter.setFont(option.font)
        self._paint_background(painter, option)
        glyph, mark = now or (row.glyph, row.mark)
        self._paint_sign(painter, option.rect, glyph, mark)
        self._paint_thread(painter, option.rect, is_first=not index.row(), is_last=is_last)
        self._paint_words(painter, option, row)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, row_height(option.fontMetrics))

    def _paint_background(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state, flags, colours = option.state, QStyle.StateFlag, theme.colours()
        if state & flags.State_Selected:
            painter.fillRect(option.rect, QColor(colours.tint))
        elif state & flags.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.hover))
        if state & flags.State_HasFocus:
            bar = QRect(option.rect.topLeft(), QSize(BAR, option.rect.height()))
            painter.fillRect(bar, QColor(colours.accent))

    def _paint_sign(self, painter: QPainter, rect: QRect, glyph: Glyph, mark: Severity) -> None:
        sign = QRectF(rect.left() + self._pad, 0, GLYPH, GLYPH)
        sign.moveTop(rect.center().y() - GLYPH / 2 + 0.5)
        icons.paint(painter, glyph, sign, theme.colours().severity(mark))

    def _paint_thread(
        self, painter: QPainter, rect: QRect, *, is_first: bool, is_last: bool
    ) -> None:
        """Paint the line from glyph to glyph, as far as it lies in this row."""
        x, colour = rect.left() + self._pad + GLYPH // 2, QColor(theme.colours().line)
        length = (rect.height() - GLYPH) // 2 - THREAD_GAP
        if not is_first:
            painter.fillRect(QRect(x, rect.top(), 1, length), colour)
        if not is_last:
            painter.fillRect(QRect(x, rect.bottom() + 1 - length, 1, length), colour)

    def _paint_words(self, painter: QPainter, option: QStyleOptionViewItem, row: StepRow) -> None:
        colours, metrics = theme.colours(), option.fontMetrics
        rect = option.rect.adjusted(self._pad + GLYPH + GAP, 0, -self._pad, 0)
        dim = QColor(colours.dim)
        painter.setPen(dim)
        painter.drawText(rect, _FLAGS | Qt.AlignmentFlag.AlignRight, row.time)
        if row.time:
            rect.setRight(rect.right() - metrics.horizontalAdvance("00:00:00") - GAP)
        if rect.width() <= 0:
            return
        shown = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, rect.width())
        painter.setPen(dim if row.is_dim else QColor(colours.text))
        painter.drawText(rect, _FLAGS | Qt.AlignmentFlag.AlignLeft, shown)
