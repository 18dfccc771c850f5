"""How a step is painted: a glyph, a sentence, the time, and the matches of a search."""

import re
import unicodedata
from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from enigma_panel.ui.steps.model import Entry
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
    """Paints steps. sought: the normalized search; now: sign of a last row at work; pad: sides."""

    def __init__(
        self, sought: Callable[[], str], parent: QObject | None = None, *, pad: int = PAD
    ) -> None:
        super().__init__(parent)
        self._sought = sought
        self._pad = pad
        self.now: tuple[Glyph, Severity] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(Role.RECORD)
        if not isinstance(entry, Entry):
            return
        is_last = index.row() == index.model().rowCount() - 1
        now = self.now if is_last else None
        row, sought = step_row(entry.step, is_now=now is not None), self._sought()
        is_found = bool(sought) and sought in entry.searched
        painter.save()
        painter.setFont(option.font)
        self._paint_background(painter, option)
        if is_found:
            edge = QRect(option.rect.left(), option.rect.top(), 3, option.rect.height())
            painter.fillRect(edge, QColor(theme.colours().amber))  # the words may be cut off
        glyph, mark = now or (row.glyph, row.mark)
        self._paint_sign(painter, option.rect, glyph, mark)
        self._paint_thread(painter, option.rect, is_first=not index.row(), is_last=is_last)
        self._paint_words(painter, option, row, is_found=is_found)
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

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, row: StepRow, *, is_found: bool
    ) -> None:
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
        if is_found:
            self._mark_text(painter, rect, metrics, shown)
        painter.setPen(dim if row.is_dim else QColor(colours.text))
        painter.drawText(rect, _FLAGS | Qt.AlignmentFlag.AlignLeft, shown)

    def _mark_text(self, painter: QPainter, rect: QRect, metrics: QFontMetrics, shown: str) -> None:
        if is_turned(shown):  # its words stand elsewhere than their places in the text say
            return
        ground = QColor(theme.colours().amber_tint)
        height = metrics.height()
        top = rect.center().y() - height // 2
        for start, end in match_spans(shown, self._sought()):
            left = rect.left() + metrics.horizontalAdvance(shown[:start])
            width = metrics.horizontalAdvance(shown[start:end])
            painter.fillRect(QRect(left, top, width, height + 1), ground)


def match_spans(text: str, sought: str) -> list[tuple[int, int]]:
    """Return begin and end of each match. `sought` is normalized, see ui/text/steps."""
    if not sought:
        return []
    return [found.span() for found in re.finditer(match_pattern(sought), text, re.IGNORECASE)]


def match_pattern(sought: str) -> str:
    return r"[\s_]+".join(re.escape(word) for word in sought.split())


def is_turned(text: str) -> bool:
    """Return whether a part of the text is read from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in {"R", "AL"} for c in text)
