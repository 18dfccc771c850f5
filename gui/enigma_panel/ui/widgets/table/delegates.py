"""How cells are painted: a glyph, a text, a dimmed tail, a bar; and the row below them."""

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.table.model import LEFT, RIGHT, Index, KeyedTableModel
from enigma_panel.ui.widgets.table.table_font import TableFont
from enigma_panel.ui.widgets.tips import short_lines, show_tip

tr = Translations("Widgets")

PAD = 8
SIGN, DOT = 16, 6
BAR_WIDTH, BAR_HEIGHT = 40, 4
SIGN_GAP, BAR_GAP, TAIL_GAP = 8, 8, 8
ROW_BAR = 2
"""Width of the bar at the left of a row."""
LEAST_TEXT = LEAST_TAIL = 40
STEADY_TEXT, STEADY_TAIL, LEAST_STEADY_TAIL = 160, 260, 90
_FLAGS = {align: align | Qt.TextFlag.TextSingleLine for align in (LEFT, RIGHT)}
_ANY_DIGIT = str.maketrans("123456789", "000000000")
"""Maps all digits to zero: figures change all the time, so their width is measured alike."""


class RowBackground:
    """Paints what lies below the cells of a row, over all of it.

    tints_needs: rows that need the person are tinted, not only marked by a bar. hovered: the row
    under the pointer. related: keys of the rows that belong to what is selected in another table;
    they are tinted, paler. flashed: the key of a row that is marked for a moment. asked: the key of
    the row whose question stands in the window: it is the subject, or belongs to it where needs
    are not tinted; what is selected elsewhere is paler, and what belongs to that is not tinted.
    """

    def __init__(self, *, tints_needs: bool = False) -> None:
        self._tints_needs = tints_needs
        self.hovered = -1
        self.related: frozenset[int] = frozenset()
        self.flashed: int | None = None
        self.asked: int | None = None

    def paint(
        self,
        painter: QPainter,
        line: QRect,
        row: int,
        key: int | None = None,
        *,
        is_selected: bool,
        has_focus: bool = False,
        needs_you: bool = False,
    ) -> None:
        """Paint the background of a row; key: of what is shown in it. The subject's tint wins."""
        colours = theme.colours()
        tint = bar = None
        is_asked = self.asked is not None and key == self.asked
        if self.flashed is not None and key == self.flashed:
            tint = colours.line
        elif is_asked:
            tint = colours.tint if self._tints_needs else colours.related_tint
        elif is_selected and self.asked is None:
            tint = colours.tint
        elif needs_you and self._tints_needs:
            tint = colours.amber_tint
        elif is_selected or (key in self.related and self.asked is None):
            tint = colours.related_tint
        elif row == self.hovered:
            tint = colours.hover
        if tint is not None:
            painter.fillRect(line, QColor(tint))
        # Where there are related rows the subject is elsewhere.
        is_subject = is_asked and self._tints_needs
        if is_subject or (has_focus and (is_selected or not self.related)):
            bar = colours.mark
        elif needs_you:
            bar = colours.amber_bar
        if bar is not None:
            painter.fillRect(QRect(line.left(), line.top(), ROW_BAR, line.height()), QColor(bar))


class CellDelegate(QStyledItemDelegate):
    """Paints the cells of a KeyedTable, which calls it; Qt calls all its other methods."""

    def __init__(self, rows: KeyedTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = rows

    def paint_cell(
        self, painter: QPainter, place: QRect, table_font: TableFont, row: int, column: int
    ) -> None:
        """Paint glyph, bar, text and tail from left to right."""
        cell, align = self.rows.cell_to_paint(row, column), self.rows.columns[column].align
        cell = _shorter(cell, place.width(), table_font)
        colours = theme.colours()
        rect = place.adjusted(PAD, 0, -PAD, 0)
        if cell.glyph is not None:
            sign = QRectF(rect.left(), rect.center().y() - SIGN / 2 + 0.5, SIGN, SIGN)
            icons.paint(painter, cell.glyph, sign, colours.severity(cell.mark))
            if cell.dot:
                _paint_dot(painter, sign)
            rect.setLeft(rect.left() + SIGN + SIGN_GAP)
        if cell.bar is not None and cell_width(cell, table_font) <= place.width():
            _paint_bar(painter, rect, cell)
            rect.setLeft(rect.left() + BAR_WIDTH + BAR_GAP)
        own, colour = (
            table_font.demi_bold if cell.bold else table_font,
            colours.severity(cell.severity),
        )
        if not cell.tail:
            _paint_text(painter, rect, cell.text, own, colour, align=align, ending=cell.ending)
            return
        if align == RIGHT:
            rect.setLeft(rect.left() + max(0, place.width() - cell_width(cell, table_font)))
        whole = QRect(rect)
        rect.setWidth(_text_room(cell, rect.width(), own, table_font))
        used = own.metrics.horizontalAdvance(
            _paint_text(painter, rect, cell.text, own, colour, align=align)
        )
        whole.setLeft(whole.left() + (used + TAIL_GAP if used else 0))
        _paint_text(
            painter, whole, cell.tail, table_font, colours.severity(Severity.DIM), align=align
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell = self.rows.cell_at(index.row(), index.column())
        return QSize(cell_width(cell, TableFont(option.font)), option.fontMetrics.height())

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | Index,
    ) -> bool:
        tip = self.rows.cell_at(index.row(), index.column()).tool_tip if index.isValid() else ""
        if event.type() is not QEvent.Type.ToolTip or not tip:
            QToolTip.hideText()
            return True
        show_tip(view, plain_tip(short_lines(tip)), option.rect, option.rect, event.pos().x())
        return True


def cell_width(cell: Cell, table_font: TableFont) -> int:
    """Return how wide a column has to be so that nothing of this cell is cut."""
    own = table_font.demi_bold if cell.bold else table_font
    width = 2 * PAD + own.width(cell.text.translate(_ANY_DIGIT))
    if cell.tail:
        width += TAIL_GAP + table_font.width(cell.tail.translate(_ANY_DIGIT))
    if cell.glyph is not None:
        width += SIGN + SIGN_GAP
    return width + (BAR_WIDTH + BAR_GAP if cell.bar is not None else 0)


def _shorter(cell: Cell, width: int, table_font: TableFont) -> Cell:
    """Return the parts of a cell that come first, where there is no room for all."""
    if not (cell.tail_first or cell.short) or cell_width(cell, table_font) <= width:
        return cell
    if cell.tail_first:
        shorter = [Cell(text=cell.tail, severity=Severity.DIM), cell]
    else:
        short = replace(cell, text=cell.short)
        shorter = [replace(cell, tail=""), short, replace(short, tail="")]
    return next((c for c in shorter if cell_width(c, table_font) <= width), shorter[-1])


def _text_room(cell: Cell, room: int, own: TableFont, plain: TableFont) -> int:
    needs, wants = own.width(cell.text), plain.width(cell.tail)
    return (steady_width if cell.steady else text_width)(room, needs, wants)


def text_width(room: int, needs: int, tail: int) -> int:
    """Return a text's room before its tail: all but what the tail needs, or half.

    needs, tail: their widths. Where next to nothing would be left for the tail, it gets nothing.
    """
    both = room - TAIL_GAP
    free = both - tail
    text = min(needs, free if free >= LEAST_TEXT else max(free, both // 2))
    return text if both - text >= min(tail, LEAST_TAIL) else room


def steady_width(room: int, needs: int, tail: int) -> int:
    """Return a text's room before a tail that changes all the time: all tails that do not fit
    behind the whole text cut it alike."""
    both = room - TAIL_GAP
    if needs + tail <= both:
        return needs
    text = min(needs, max(STEADY_TEXT, both - STEADY_TAIL))
    return text if both - text >= LEAST_STEADY_TAIL else room


def _paint_dot(painter: QPainter, sign: QRectF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.colours().mark))
    painter.drawEllipse(QRectF(sign.left() - DOT - 4, sign.center().y() - DOT / 2, DOT, DOT))
    painter.restore()


def _paint_bar(painter: QPainter, rect: QRect, cell: Cell) -> None:
    colours = theme.colours()
    is_usual = cell.severity not in {Severity.AMBER, Severity.RED}
    colour = colours.severity(Severity.MARK if is_usual else cell.severity)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    whole = QRectF(rect.left(), rect.center().y() - BAR_HEIGHT / 2 + 0.5, BAR_WIDTH, BAR_HEIGHT)
    painter.setBrush(QColor(colours.track))
    painter.drawRoundedRect(whole, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
    painter.setBrush(colour)
    whole.setWidth(max(BAR_HEIGHT, BAR_WIDTH * (cell.bar or 0)))
    painter.drawRoundedRect(whole, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
    painter.restore()


def _paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    table_font: TableFont,
    colour: QColor,
    *,
    align: Qt.AlignmentFlag,
    ending: int = 0,
) -> str:
    """Paint a text, cut but for its last `ending` characters; returns what was painted."""
    shown = table_font.cut(text, rect.width())
    if ending and shown != text:
        start, last = text[:-ending], text[-ending:]
        shown = table_font.cut(start, rect.width() - table_font.width(last)) + last
    if shown:
        painter.setFont(table_font.font)
        painter.setPen(colour)
        painter.drawText(rect, _FLAGS[align], shown)
    return shown
