"""The Sessions table, with the verbs under the mouse."""

from functools import reduce

from msgspec import Struct
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QToolTip

from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.types import KeyState
from enigma_panel.ui.actions import SETTLED_MS, Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.sessions.model import VERB_APART, Column, SessionsModel, verb_width
from enigma_panel.ui.text.verbs import GLYPHS, verb_text
from enigma_panel.ui.text.waiting import undo_text, undo_tip
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold
from enigma_panel.ui.widgets.table.delegates import PAD, CellDelegate, RowBackground
from enigma_panel.ui.widgets.table.model import Index
from enigma_panel.ui.widgets.table.table import KeyedTable
from enigma_panel.ui.widgets.table.table_font import TableFont
from enigma_panel.ui.widgets.tips import short_lines, show_tip, tip_width

tr = Translations("Sessions")

RADIUS = 6
_UNDER_UNDO = frozenset(verb for verb, rules in COMMANDS.items() if rules.under_undo)


class RowVerb(Struct, frozen=True):
    """A verb in a row; None is Undo, which covers the verbs that are under it."""

    key: int
    verb: CommandVerb | None


class SessionsTable(KeyedTable):
    """The table of sessions, with the four verbs in each row.

    verb_clicked: a session's key and a CommandVerb. undo_clicked: a session's key. row_clicked: its
    key, where the click was on no verb and selects no other. A click on a verb counts only where
    its row neither came nor was moved by others a moment ago.
    """

    verb_clicked = Signal(int, object)
    undo_clicked = Signal(int)
    row_clicked = Signal(int)
    rows: SessionsModel
    row_px = 36
    tints_needs = True

    def __init__(self, model: SessionsModel, app_actions: Actions, hold: PointerHold) -> None:
        super().__init__(model, tr("Sessions"), hold)
        self.horizontalHeader().hide()
        self._app_actions = app_actions
        self._verbs = VerbsDelegate(model, app_actions, self.row_background, self)
        self.use_delegate(self._verbs, Column.VERBS)
        self.show_key_state(KeyState.READY)  # a keychain answers at once, nearly always
        self.clicked.connect(self._tell_click)
        self._moved_ms, self._moved_from = -ARM_MS, 0
        self._in_sight: tuple[object, ...] = ()
        hold.released.connect(self.bring_in_sight)
        model.rowsInserted.connect(lambda _parent, first: self._note_move(first))
        model.rowsRemoved.connect(lambda: self._note_move(0))
        model.layoutChanged.connect(lambda: self._note_move(0))

    def show_key_state(self, state: KeyState) -> None:
        """Set the text of the empty table: what to do, and what the program waits for."""
        match state:
            case KeyState.READY:
                text = tr("Open sessions appear here.")
            case KeyState.LOOKING:
                text = tr("Waiting for the keychain. It may ask for your keyring password.")
            case _:
                text = tr("Open sessions appear here. Enter an API key to start a task.")
        self.set_empty_text(text)

    def bring_in_sight(self) -> None:
        """Scroll to the subject, then to what asks, the least time left last; not below a pointer
        that aims, nor where the person has scrolled away since."""
        asking, chosen = self.rows.asking(), self.selected_keys()
        state = (asking, chosen, list(self.rows.keys()), self.viewport().height())
        if self._hold.is_held or state == self._in_sight:
            return
        self._in_sight, bar = state, self.verticalScrollBar()
        before, aside = bar.value(), self.horizontalScrollBar().value()
        self.updateGeometries()
        for key in (*chosen[:1], *asking):
            if (row := self.rows.row_of(key)) is not None:
                self.scrollTo(self.rows.index(row, 0))
        self.horizontalScrollBar().setValue(aside)  # the verbs stay where they are
        if bar.value() != before:
            self._note_move(0)

    def _row_verb(self, point: QPoint) -> RowVerb | None:
        index = self.indexAt(point)
        key = self.rows.key_at(index.row()) if index.isValid() else None
        if key is None or index.column() != Column.VERBS:
            return None
        return self._verbs.row_verb_at(key, self.visualRect(index), point)

    def _follow_pointer(self, point: QPoint | None) -> None:
        super()._follow_pointer(point)
        row_verb = self._row_verb(point) if point is not None else None
        if row_verb != self._verbs.over:
            self._verbs.over = row_verb
            self.viewport().update()

    def _tell_click(self, index: Index) -> None:
        keys = self.selected_keys()
        if index.column() != Column.VERBS and keys == [self.rows.key_at(index.row())]:
            self.row_clicked.emit(keys[0])

    def _note_move(self, first: int) -> None:
        """Note that the rows from that one on may stand elsewhere now."""
        self._moved_from = min(first, self._first_moved())
        self._moved_ms = self._app_actions.now_ms()

    def _first_moved(self) -> int:
        """Return the first row that came or was moved a moment ago, else how many there are."""
        is_settled = self._app_actions.now_ms() - self._moved_ms >= ARM_MS
        return self.rows.rowCount() if is_settled else self._moved_from

    def _accepts_press(self, row_verb: RowVerb) -> bool:
        still = self.rows.keys()[: self._first_moved()]
        return row_verb.key in still and self._verbs.accepts_press(row_verb)

    def _refuse(self, row_verb: RowVerb) -> None:
        """Show that a press was seen and did nothing."""
        self._verbs.refused = row_verb
        self.flash(row_verb.key)

    def _press(self, row_verb: RowVerb | None) -> None:
        self._verbs.pressed = row_verb
        self.viewport().update()

    def _act(self, row_verb: RowVerb) -> None:
        if row_verb.verb is None:
            self.undo_clicked.emit(row_verb.key)
        elif self._app_actions.can(row_verb.key, row_verb.verb):
            self.verb_clicked.emit(row_verb.key, row_verb.verb)

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bring_in_sight()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row_verb = self._row_verb(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and row_verb is not None:
            # A verb acts on its own row and leaves the selection alone.
            is_accepted = self._accepts_press(row_verb)
            self._press(row_verb if is_accepted else None)
            if not is_accepted:
                self._refuse(row_verb)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed = self._verbs.pressed
        if event.button() is Qt.MouseButton.LeftButton and pressed is not None:
            self._press(None)
            if self._row_verb(event.position().toPoint()) == pressed:
                self._act(pressed)
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Treat the second click of two as a press like any other."""
        if self._row_verb(event.position().toPoint()) is not None:
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._verbs.pressed is None:
            super().mouseMoveEvent(event)


class VerbsDelegate(CellDelegate):
    """Paints the verbs, in the same places in every row."""

    def __init__(
        self,
        rows: SessionsModel,
        app_actions: Actions,
        row_background: RowBackground,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(rows, parent)
        self.rows: SessionsModel = rows
        self._app_actions = app_actions
        self._row_background = row_background
        self._had_undo: set[int] = set()
        self._lost_undo: dict[int, int] = {}
        self.over: RowVerb | None = None
        self.pressed: RowVerb | None = None
        self.refused: RowVerb | None = None

    @staticmethod
    def verb_rect(cell: QRect, verb: CommandVerb) -> QRect:
        """Return where a verb is painted in its cell."""
        place = list(CommandVerb).index(verb)
        apart = VERB_APART if verb is CommandVerb.TERMINATE else 0
        left = cell.left() + PAD + place * verb_width() + apart
        height = min(verb_width(), cell.height())
        return QRect(left, cell.center().y() - height // 2, verb_width(), height)

    @classmethod
    def verb_at(cls, cell: QRect, point: QPoint) -> CommandVerb | None:
        hits = (verb for verb in CommandVerb if cls.verb_rect(cell, verb).contains(point))
        return next(hits, None)

    @classmethod
    def undo_rect(cls, cell: QRect) -> QRect:
        """Return where Undo is painted: over the verbs under it, never where another was."""
        places = (cls.verb_rect(cell, verb) for verb in _UNDER_UNDO)
        return reduce(QRect.united, places).adjusted(0, 2, -4, -2)

    def row_verb_at(self, key: int, cell: QRect, point: QPoint) -> RowVerb | None:
        """Return what lies below a point in the row of that session."""
        if self._app_actions.undoable(key) is not None and self.undo_rect(cell).contains(point):
            return RowVerb(key, None)
        verb = self.verb_at(cell, point)
        return RowVerb(key, verb) if verb is not None else None

    def accepts_press(self, row_verb: RowVerb) -> bool:
        """Return whether a press counts: not if it was meant for what stood there a moment ago.

        The second click of two on a verb must not take it back, and a click on an Undo that has
        just gone must not be a Pause.
        """
        now = self._app_actions.now_ms()
        if row_verb.verb is None:
            return self._app_actions.is_settled(row_verb.key)
        lost = self._lost_undo.get(row_verb.key, now - SETTLED_MS)
        return row_verb.verb not in _UNDER_UNDO or now - lost >= SETTLED_MS

    def _note_undo(self, key: int, *, has_undo: bool) -> None:
        if has_undo:
            self._had_undo.add(key)
        elif key in self._had_undo:
            self._had_undo.discard(key)
            self._lost_undo[key] = self._app_actions.now_ms()

    def _paint_undo(self, painter: QPainter, place: QRect, key: int) -> None:
        colours = theme.colours()
        row_verb = RowVerb(key, None)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = colours.line if row_verb == self.pressed else colours.hover
        painter.setBrush(QColor(over if row_verb == self.over else colours.card))
        painter.setPen(QPen(QColor(colours.mark if row_verb == self.over else colours.faint), 1))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(tr("Undo"), Qt.TextElideMode.ElideRight, place.width() - 6)
        is_refused = self._row_background.flashed == key and self.refused == row_verb
        painter.setPen(QColor(colours.faint if is_refused else colours.mark))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_verb(self, painter: QPainter, place: QRect, key: int, verb: CommandVerb) -> None:
        colours = theme.colours()
        row_verb = RowVerb(key, verb)
        is_refused = self._row_background.flashed == key and self.refused == row_verb
        possible = self._app_actions.can(key, verb) and not is_refused
        if self.rows.is_ended(key) and not possible:
            return  # nor will it ever be
        if possible and row_verb == self.over:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            is_end = verb is CommandVerb.TERMINATE
            over = colours.red_tint if is_end else colours.well
            painter.setBrush(QColor(colours.line if row_verb == self.pressed else over))
            painter.drawRoundedRect(place, RADIUS, RADIUS)
        colour = colours.red if verb is CommandVerb.TERMINATE else colours.text
        size = QRectF(0, 0, 14, 14)
        size.moveCenter(QRectF(place).center())
        colour = colour if possible else colours.faint
        icons.paint(painter, GLYPHS[verb], size, QColor(colour))

    def paint_cell(
        self, painter: QPainter, place: QRect, table_font: TableFont, row: int, _column: int
    ) -> None:
        key = self.rows.key_at(row)
        assert key is not None
        painter.save()
        painter.setFont(table_font.font)
        has_undo = self._app_actions.undoable(key) is not None
        self._note_undo(key, has_undo=has_undo)
        if has_undo:
            self._paint_undo(painter, self.undo_rect(place), key)
        for verb in set(CommandVerb) - (_UNDER_UNDO if has_undo else set()):
            self._paint_verb(painter, self.verb_rect(place, verb), key, verb)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | Index,
    ) -> bool:
        key = self.rows.key_at(index.row())
        row_verb = self.row_verb_at(key, option.rect, event.pos()) if key is not None else None
        if event.type() is not QEvent.Type.ToolTip or row_verb is None:
            QToolTip.hideText()
            return True
        pending = self._app_actions.undoable(row_verb.key)
        if row_verb.verb is not None:
            words = verb_text(row_verb.verb)
            head, tip = f"{words.label}  {words.keys}", words.tip
            rect = self.verb_rect(option.rect, row_verb.verb)
        else:
            head, tip = undo_text([pending] if pending is not None else []), undo_tip()
            rect = self.undo_rect(option.rect)
        text = f"{head}\n{short_lines(tip)}"
        left_of_the_verbs = option.rect.left() - tip_width(text)
        show_tip(view, text, option.rect, rect, left_of_the_verbs)
        return True
