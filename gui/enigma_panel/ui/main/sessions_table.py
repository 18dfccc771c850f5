"""The Sessions table: the common ground, plus verbs under the mouse and names edited in place."""

from enum import IntEnum

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from enigma_panel.services.fleet import Fleet
from enigma_panel.ui.main.delegates import (
    VERBS_WIDTH,
    NameDelegate,
    RowDelegate,
    Spot,
    VerbsDelegate,
)
from enigma_panel.ui.main.sessions_model import Column, SessionsModel
from enigma_panel.ui.main.tables import KeyedTable
from enigma_panel.ui.words import tr

_WIDTHS: dict[IntEnum, tuple[int, int]] = {
    Column.STATE: (240, 188),
    Column.SESSION: (130, 112),
    Column.LEFT: (128, 92),
    Column.COST: (98, 92),
}


class SessionsTable(KeyedTable):
    """Emits `verb_clicked` with a session's key and a StateVerb."""

    verb_clicked = Signal(int, object)

    def __init__(self, model: SessionsModel, fleet: Fleet, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Sessions"), rests=False, parent=parent)
        self._fleet = fleet
        self._verbs = VerbsDelegate(fleet.can, self)
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
        self.set_widths(_WIDTHS)
        header.setSectionResizeMode(Column.TASK, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.VERBS, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(Column.VERBS, VERBS_WIDTH)

    def _spot(self, point: QPoint) -> Spot | None:
        index = self.indexAt(point)
        key = self.rows.key_at(index.row()) if index.isValid() else None
        if key is None or index.column() != Column.VERBS:
            return None
        verb = self._verbs.verb_at(self.visualRect(index), point)
        return Spot(key, verb) if verb is not None else None

    def _show_over(self, spot: Spot | None) -> None:
        if spot != self._verbs.over:
            self._verbs.over = spot
            self.viewport().update()

    def _press(self, spot: Spot | None) -> None:
        self._verbs.pressed = spot
        self.viewport().update()

    # -- Qt ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and spot is not None:
            self._press(spot)  # a verb acts on its own row and leaves the selection alone
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed = self._verbs.pressed
        if event.button() is Qt.MouseButton.LeftButton and pressed is not None:
            self._press(None)
            same = self._spot(event.position().toPoint()) == pressed
            if same and self._fleet.can(pressed.key, pressed.verb):
                self.verb_clicked.emit(pressed.key, pressed.verb)
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
