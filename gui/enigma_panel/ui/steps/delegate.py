"""How a step is painted: time, kind, text, and the matches of a search."""

import re
import unicodedata
from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from enigma_panel.ui.steps.model import Entry
from enigma_panel.ui.text.steps import TEXT_KINDS, StepRow, kind_word, step_row
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.table.delegates import PAD, RowBackground, paint_focus
from enigma_panel.ui.widgets.table.model import Index, Role

GAP = 8
ROW_AIR = 8
"""Room above and below the words of a row, together."""
LEAST_TEXT = 90
"""Least room for the text; with less, the word for the kind is left out.

It is still spoken, and stands above the whole text.
"""
_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of every row; there are too many rows to ask each."""
    return metrics.height() + ROW_AIR


class StepsDelegate(QStyledItemDelegate):
    """Paints rows of StepsModel. sought: returns the text that is searched for, normalized."""

    def __init__(self, sought: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sought = sought
        self._row_background = RowBackground()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self._paint_background(painter, option, index.row())
        entry = index.data(Role.RECORD)
        if not isinstance(entry, Entry):
            return
        row, sought = step_row(entry.step), self._sought()
        is_found = bool(sought) and sought in entry.searched
        painter.save()
        painter.setFont(option.font)
        if is_found:
            self._mark_row(painter, option.rect)
        self._paint_row(painter, option, row, is_found=is_found)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, row_height(option.fontMetrics))

    def _paint_background(self, painter: QPainter, option: QStyleOptionViewItem, row: int) -> None:
        state, flags = option.state, QStyle.StateFlag
        self._row_background.hovered = row if state & flags.State_MouseOver else -1
        is_selected = bool(state & flags.State_Selected)
        self._row_background.paint(painter, option.rect, row, is_selected=is_selected)
        view = option.widget
        if not isinstance(view, QAbstractItemView) or not view.hasFocus():
            return
        if view.currentIndex().row() == row:
            paint_focus(painter, option.rect)

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, row: StepRow, *, is_found: bool
    ) -> None:
        colours, metrics = theme.colours(), option.fontMetrics
        rect = option.rect.adjusted(PAD, 0, -PAD, 0)
        dim = QColor(colours.dim)
        painter.setPen(dim)
        painter.drawText(rect, _FLAGS, row.time)
        rect.setLeft(rect.left() + metrics.horizontalAdvance("00:00:00") + GAP)
        if row.kind:
            width = _kind_width(metrics) + GAP
            if rect.width() - width >= LEAST_TEXT:
                painter.drawText(rect, _FLAGS, row.kind)
                rect.setLeft(rect.left() + width)
        if rect.width() <= 0:
            return
        shown = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, rect.width())
        if is_found:
            self._mark_text(painter, rect, metrics, shown)
        painter.setPen(dim if row.is_dim else QColor(colours.text))
        painter.drawText(rect, _FLAGS, shown)

    def _mark_row(self, painter: QPainter, rect: QRect) -> None:
        """Paint a line at the edge, for a match in words that are cut off."""
        painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), _amber())

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
    pattern = r"[\s_]+".join(re.escape(word) for word in sought.split())
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]


def is_turned(text: str) -> bool:
    """Return whether a part of the text is read from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in {"R", "AL"} for c in text)


def _kind_width(metrics: QFontMetrics) -> int:
    return max(metrics.horizontalAdvance(kind_word(kind)) for kind in TEXT_KINDS)


def _amber() -> QColor:
    return QColor(theme.colours().amber)
