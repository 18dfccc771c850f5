"""How cells are painted: a glyph, a text, a dimmed tail, a bar; and the row below them."""

from math import ceil

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.table_model import LEFT, RIGHT, Index, KeyedTableModel

tr = Translations("Widgets")

PAD = 8
SIGN = 13
BAR_WIDTH, BAR_HEIGHT = 38, 5
SIGN_GAP, BAR_GAP, TAIL_GAP = 8, 8, 8
LEAST_TAIL = 40
STEADY_SHARE, STEADY_TAIL = 0.4, 260
_FLAGS = {align: align | Qt.TextFlag.TextSingleLine for align in (LEFT, RIGHT)}
_ANY_DIGIT = str.maketrans("123456789", "000000000")
"""Figures change all the time; what they need is measured as if they were all zeros."""


def rows_of(index: Index) -> KeyedTableModel:
    """The model of a cell that is painted: asked without the way over Qt."""
    model = index.model()
    assert isinstance(model, KeyedTableModel)
    return model


class RowDelegate(QStyledItemDelegate):
    """Paints one cell of a row; `hovered` is the row under the pointer.

    kin: keys of the rows that belong to what is selected in another table; they are marked, paler.
    flashed: the key of a row that is marked for a moment.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.kin: frozenset[int] = frozenset()
        self.flashed: int | None = None

    def paint_ground(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        key: int | None = None,
    ) -> None:
        """Selection, pointer and keyboard focus are marked over the whole row; key: its row's."""
        colours, row = theme.colours(), index.row()
        if self.flashed is not None and key == self.flashed:
            painter.fillRect(option.rect, QColor(colours.line))
        elif option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selection))
        elif key in self.kin:
            painter.fillRect(option.rect, _paler_selection())
        elif row == self.hovered:
            painter.fillRect(option.rect, QColor(colours.hover))
        view = option.widget
        if not isinstance(view, QAbstractItemView) or not view.hasFocus():
            return
        if view.currentIndex().row() == row:
            _paint_focus(painter, option.rect, QColor(colours.accent))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Glyph, bar, text and tail from left to right."""
        rows, row, column = rows_of(index), index.row(), index.column()
        self.paint_ground(painter, option, index, rows.key_at(row))
        cell = rows.cell_to_paint(row, column)
        align = rows.columns[column].align
        colours = theme.colours()
        rect = option.rect.adjusted(PAD, 0, -PAD, 0)
        if cell.glyph is not None:
            place = QRectF(rect.left(), rect.center().y() - SIGN / 2 + 0.5, SIGN, SIGN)
            mark = (
                QColor(colours.accent) if cell.glyph is Glyph.DOT else colours.severity(cell.mark)
            )
            icons.paint(painter, cell.glyph, place, mark)
            rect.setLeft(rect.left() + SIGN + SIGN_GAP)
        if cell.bar is not None and cell_width(cell, option.font) <= option.rect.width():
            _paint_bar(painter, rect, cell)
            rect.setLeft(rect.left() + BAR_WIDTH + BAR_GAP)
        plain = option.font
        font, colour = _demi_bold(plain) if cell.bold else plain, colours.severity(cell.severity)
        if not cell.tail:
            _paint_text(painter, rect, cell.text, font, colour, align=align)
            return
        whole = QRect(rect)
        rect.setWidth(_text_room(cell, rect.width(), font, plain))
        used = QFontMetrics(font).horizontalAdvance(
            _paint_text(painter, rect, cell.text, font, colour, align=align)
        )
        whole.setLeft(whole.left() + (used + TAIL_GAP if used else 0))
        _paint_text(painter, whole, cell.tail, plain, colours.severity(Severity.DIM), align=align)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell = rows_of(index).cell_at(index.row(), index.column())
        return QSize(cell_width(cell, option.font), option.fontMetrics.height())


def cell_width(cell: Cell, font: QFont, *, with_bar: bool = True) -> int:
    """How wide a column has to be so that nothing of this cell is cut."""
    own = _demi_bold(font) if cell.bold else font
    width = 2 * PAD + _width(cell.text.translate(_ANY_DIGIT), own)
    if cell.tail:
        width += TAIL_GAP + _width(cell.tail.translate(_ANY_DIGIT), font)
    if cell.glyph is not None:
        width += SIGN + SIGN_GAP
    return width + (BAR_WIDTH + BAR_GAP if cell.bar is not None and with_bar else 0)


def _demi_bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def _width(text: str, font: QFont) -> int:
    """In whole pixels, rounded up: a text that lacks a part of one would be cut."""
    return ceil(QFontMetricsF(font).horizontalAdvance(text)) + 1


def _text_room(cell: Cell, room: int, font: QFont, plain: QFont) -> int:
    """How much of the room the text of this cell gets before its tail."""
    needs, wants = _width(cell.text, font), _width(cell.tail, plain)
    if cell.steady:
        return steady_width(room, needs)
    if cell.tail_first and wants <= room:
        return needs if needs + TAIL_GAP + wants <= room else 0  # half a word says nothing
    return text_width(room, needs, wants)


def text_width(room: int, needs: int, tail: int) -> int:
    """How much of the room a text gets before its tail: all but what the tail needs, half at least.

    needs, tail: their widths. Where next to nothing would be left for the tail, it gets nothing.
    """
    both = room - TAIL_GAP
    text = min(needs, max(both - tail, both // 2))
    return text if both - text >= min(tail, LEAST_TAIL) else room


def steady_width(room: int, needs: int) -> int:
    """How much of the room a text gets before a tail that changes all the time.

    What comes in moves nothing, and in short supply the tail gets more: it is the news, while the
    text is known by its beginning. With more room the tail gets what can be read at a glance.
    """
    both = room - TAIL_GAP
    text = min(needs, max(round(both * STEADY_SHARE), both - STEADY_TAIL))
    return text if both - text >= LEAST_TAIL else room


def _paler_selection() -> QColor:
    """Half of the colour below selected rows."""
    colours = theme.colours()
    full, card = QColor(colours.selection), QColor(colours.card)
    parts = ((full.red(), card.red()), (full.green(), card.green()), (full.blue(), card.blue()))
    return QColor(*((one + other) // 2 for one, other in parts))


def _paint_focus(painter: QPainter, rect: QRect, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1))
    painter.drawLine(rect.topLeft(), rect.topRight())
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())


def _paint_bar(painter: QPainter, rect: QRect, cell: Cell) -> None:
    colours = theme.colours()
    plain = cell.severity is Severity.PLAIN
    colour = QColor(colours.accent) if plain else colours.severity(cell.severity)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    whole = QRectF(rect.left(), rect.center().y() - BAR_HEIGHT / 2 + 0.5, BAR_WIDTH, BAR_HEIGHT)
    painter.setBrush(QColor(colours.line))
    painter.drawRoundedRect(whole, 2.5, 2.5)
    painter.setBrush(colour)
    whole.setWidth(max(BAR_HEIGHT, BAR_WIDTH * (cell.bar or 0)))
    painter.drawRoundedRect(whole, 2.5, 2.5)
    painter.restore()


def _paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    colour: QColor,
    *,
    align: Qt.AlignmentFlag,
) -> str:
    """Paint a text, cut where there is no room; returns what of it there was room for."""
    room = rect.width()
    if room <= 0 or not text:
        return ""
    # What certainly has no room is not measured: that of long texts takes longer than to paint.
    shown = QFontMetrics(font).elidedText(text[:room], Qt.TextElideMode.ElideRight, room)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, _FLAGS[align], shown)
    return shown
