"""The Sessions table: the common ground, plus verbs under the mouse and names edited in place."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from enigma_panel.ui.main.acts import Actions
from enigma_panel.ui.main.column_fit import Fit
from enigma_panel.ui.main.delegates import NameDelegate, RowDelegate
from enigma_panel.ui.main.sessions_model import Column, SessionsModel
from enigma_panel.ui.main.tables import KeyedTable
from enigma_panel.ui.main.verbs_delegate import VERBS_WIDTH, Spot, VerbsDelegate
from enigma_panel.ui.words import tr

_FITS: dict[int, Fit] = {
    Column.STATE: Fit(least=144, most=0.3),
    Column.SESSION: Fit(least=96, most=0.16),
    Column.LEFT: Fit(least=64),
    Column.COST: Fit(least=72),
}


class SessionsTable(KeyedTable):
    """Emits `verb_clicked` with a session's key and a StateVerb, `undo_clicked` with a key."""

    verb_clicked = Signal(int, object)
    undo_clicked = Signal(int)

    def __init__(
        self, model: SessionsModel, app_actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, tr("Sessions"), _FITS, rests=False, parent=parent)
        self._app_actions = app_actions
        self._verbs = VerbsDelegate(app_actions, self)
        self._set_up_columns()

    def rename(self, key: int) -> bool:
        """Let the person edit the name of that session; False where it has no row."""
        row = self.rows.row_of(key)
        if row is None:
            return False
        index = self.rows.index(row, Column.SESSION)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentIndex(index)
        self.edit(index)
        return True

    def _set_up_columns(self) -> None:
        self.use_delegate(RowDelegate(self))
        self.use_delegate(NameDelegate(self), Column.SESSION)
        self.use_delegate(self._verbs, Column.VERBS)
        header = self.horizontalHeader()
        header.setSectionResizeMode(Column.TASK, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.VERBS, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(Column.VERBS, VERBS_WIDTH)

    def _spot(self, point: QPoint) -> Spot | None:
        index = self.indexAt(point)
        key = self.rows.key_at(index.row()) if index.isValid() else None
        if key is None or index.column() != Column.VERBS:
            return None
        return self._verbs.spot_at(key, self.visualRect(index), point)

    def _show_over(self, spot: Spot | None) -> None:
        if spot != self._verbs.over:
            self._verbs.over = spot
            self.viewport().update()

    def _press(self, spot: Spot | None) -> None:
        self._verbs.pressed = spot
        self.viewport().update()

    def _act(self, spot: Spot) -> None:
        if spot.verb is None:
            self.undo_clicked.emit(spot.key)
        elif self._app_actions.can(spot.key, spot.verb):
            self.verb_clicked.emit(spot.key, spot.verb)

    # -- Qt ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and spot is not None:
            # A verb acts on its own row and leaves the selection alone.
            self._press(spot if self._verbs.accepts_press(spot) else None)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed = self._verbs.pressed
        if event.button() is Qt.MouseButton.LeftButton and pressed is not None:
            self._press(None)
            if self._spot(event.position().toPoint()) == pressed:
                self._act(pressed)
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click of two is a press like any other."""
        if self._spot(event.position().toPoint()) is not None:
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._show_over(self._spot(event.position().toPoint()))
        if self._verbs.pressed is None:
            super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._show_over(None)
        return super().viewportEvent(event)
