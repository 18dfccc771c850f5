"""How cells are painted: a sign, a word, a dimmed tail, a bar, and the four verbs of a row.

The verbs are painted, since real buttons in rows are lost on every change of a model; keyboard and
screen reader have the tool bar and the menu instead (design.md, 5.6 and 5.14).
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from enigma_panel.core.records import StateVerb
from enigma_panel.ui import icons, theme
from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.main.cells import NO_CELL, Cell, Role
from enigma_panel.ui.main.keyed_model import Index
from enigma_panel.ui.status_words import Tone, verb_tip, verb_word
from enigma_panel.ui.words import tr

PAD = 8
SIGN = 13
BAR_WIDTH, BAR_HEIGHT = 38, 5
BAR_NEEDS = 100
VERB_WIDTH, VERB_APART = 27, 12

VERB_GLYPHS = {
    StateVerb.PAUSE: Glyph.PAUSE,
    StateVerb.RESUME: Glyph.RESUME,
    StateVerb.STOP: Glyph.STOP,
    StateVerb.TERMINATE: Glyph.TERMINATE,
}
VERBS_WIDTH = VERB_WIDTH * len(VERB_GLYPHS) + VERB_APART + 2 * PAD


class RowDelegate(QStyledItemDelegate):
    """Paints one cell of a row; `hovered` is the row under the pointer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1

    def paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Selection, pointer and keyboard focus are marked over the whole row."""
        colours = theme.colours()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selection))
        elif index.row() == self.hovered:
            painter.fillRect(option.rect, QColor(colours.hover))
        view = option.widget
        if not isinstance(view, QAbstractItemView) or not view.hasFocus():
            return
        if view.currentIndex().row() == index.row():
            _paint_focus(painter, option.rect, QColor(colours.accent))

    def paint_cell(self, painter: QPainter, option: QStyleOptionViewItem, cell: Cell) -> None:
        """Sign, bar, text and tail from left to right."""
        colours = theme.colours()
        rect = option.rect.adjusted(PAD, 0, -PAD, 0)
        if cell.glyph is not None:
            place = QRectF(rect.left(), rect.center().y() - SIGN / 2 + 0.5, SIGN, SIGN)
            mark = QColor(colours.accent) if cell.glyph is Glyph.DOT else colours.tone(cell.mark)
            icons.paint(painter, cell.glyph, place, mark)
            rect.setLeft(rect.left() + SIGN + 8)
        if cell.bar is not None and option.rect.width() >= BAR_NEEDS:
            _paint_bar(painter, rect, cell)
            rect.setLeft(rect.left() + BAR_WIDTH + 8)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if cell.bold else QFont.Weight.Normal)
        used = _paint_text(
            painter, rect, cell.text, font, colours.tone(cell.tone), right=cell.right
        )
        if cell.tail:
            rect.setLeft(rect.left() + used + 8)
            font.setWeight(QFont.Weight.Normal)
            _paint_text(painter, rect, cell.tail, font, colours.tone(Tone.DIM), right=False)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.paint_ground(painter, option, index)
        self.paint_cell(painter, option, index.data(Role.CELL) or NO_CELL)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell: Cell = index.data(Role.CELL) or NO_CELL
        width = option.fontMetrics.horizontalAdvance(f"{cell.text} {cell.tail}")
        return QSize(width + 2 * PAD + (SIGN + 8 if cell.glyph else 0), option.fontMetrics.height())


class NameDelegate(RowDelegate):
    """The session's name, which can be edited in its place."""

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(80)
        editor.setAccessibleName(tr("Session name"))
        editor.setProperty("role", "cell")
        return editor


@dataclass(frozen=True, slots=True)
class Spot:
    """A verb in a row."""

    key: int
    verb: StateVerb


class VerbsDelegate(RowDelegate):
    """The four verbs, in the same places in every row. can says whether one is possible now."""

    def __init__(
        self, can: Callable[[int, StateVerb], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._can = can
        self.over: Spot | None = None
        self.pressed: Spot | None = None

    @staticmethod
    def verb_rect(cell: QRect, verb: StateVerb) -> QRect:
        """Where a verb is painted in its cell."""
        place = list(VERB_GLYPHS).index(verb)
        apart = VERB_APART if verb is StateVerb.TERMINATE else 0
        left = cell.left() + PAD + place * VERB_WIDTH + apart
        return QRect(left, cell.center().y() - 12, VERB_WIDTH, 25)

    @classmethod
    def verb_at(cls, cell: QRect, point: QPoint) -> StateVerb | None:
        """The verb below a point."""
        hits = (verb for verb in VERB_GLYPHS if cls.verb_rect(cell, verb).contains(point))
        return next(hits, None)

    def _paint_verb(self, painter: QPainter, place: QRect, spot: Spot) -> None:
        colours = theme.colours()
        possible = self._can(spot.key, spot.verb)
        if possible and spot == self.over:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.faint if spot == self.pressed else colours.line))
            painter.drawRoundedRect(place.adjusted(1, 0, -1, 0), 5, 5)
        colour = colours.red if spot.verb is StateVerb.TERMINATE else colours.text
        size = QRectF(0, 0, 14, 14)
        size.moveCenter(QRectF(place).center())
        colour = colour if possible else colours.faint
        icons.paint(painter, VERB_GLYPHS[spot.verb], size, QColor(colour))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.paint_ground(painter, option, index)
        painter.save()
        for verb in VERB_GLYPHS:
            spot = Spot(index.data(Role.KEY), verb)
            self._paint_verb(painter, self.verb_rect(option.rect, verb), spot)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        _index: QModelIndex | Index,
    ) -> bool:
        verb = self.verb_at(option.rect, event.pos())
        if event.type() is not QEvent.Type.ToolTip or verb is None:
            QToolTip.hideText()
            return True
        words = f"{verb_word(verb)}\n{verb_tip(verb)}"
        rect = self.verb_rect(option.rect, verb)
        QToolTip.showText(event.globalPos(), words, view.viewport(), rect)
        return True


def _paint_focus(painter: QPainter, rect: QRect, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1))
    painter.drawLine(rect.topLeft(), rect.topRight())
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())


def _paint_bar(painter: QPainter, rect: QRect, cell: Cell) -> None:
    colours = theme.colours()
    plain = cell.tone is Tone.PLAIN
    colour = QColor(colours.accent) if plain else colours.tone(cell.tone)
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
    painter: QPainter, rect: QRect, text: str, font: QFont, colour: QColor, *, right: bool
) -> int:
    """Paint a text, cut where there is no room; returns the width that it took."""
    if rect.width() <= 0 or not text:
        return 0
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
    return metrics.horizontalAdvance(shown)
