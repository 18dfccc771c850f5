"""Where the cards of both tables and Details stand in the window."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.sessions.card import SessionsCard
from enigma_panel.ui.tasks.card import TasksCard

FOLD_BELOW = 1000
GAP = 10
CARD_LEAST = 92
"""Heading, columns and a row: on a small screen at 200 % both cards and Details fit."""


class MainLayout(QWidget):
    """The part between the tool bar and the status bar. Below 1,000 px Details folds away.

    tables_moved: what stands above the tables came, went, or has another height.
    """

    folded = Signal(bool)
    tables_moved = Signal()

    def __init__(
        self, sessions: SessionsCard, tasks: TasksCard, details: Details, *banners: QWidget
    ) -> None:
        super().__init__()
        self._sessions = sessions
        self._details = details
        self._is_narrow = False
        self._wanted = {False: True, True: False}
        self._sizes = {False: [928, 318], True: [440, 230]}
        self.tables = QSplitter(Qt.Orientation.Vertical)
        self.whole = QSplitter(Qt.Orientation.Horizontal)
        self._build(tasks, banners)

    def set_details_open(self, is_open: bool) -> None:
        """Show or fold Details; remembered for wide and narrow windows apart."""
        self._wanted[self._is_narrow] = is_open
        self._show_details()

    def _build(self, tasks: TasksCard, banners: tuple[QWidget, ...]) -> None:
        for splitter in (self.tables, self.whole):
            splitter.setHandleWidth(GAP)
            splitter.setChildrenCollapsible(False)
        self.tables.addWidget(self._sessions)
        self.tables.addWidget(tasks)
        self.whole.addWidget(self.tables)
        self.whole.addWidget(self._details)
        # A splitter puts each new part below the others; assistive technology reads that order.
        for part in (self._sessions, tasks, self.tables, self._details):
            part.raise_()
        self.tables.setSizes([326, 304])
        self.whole.setSizes(self._sizes[False])
        self.whole.setStretchFactor(0, 1)
        self.whole.setStretchFactor(1, 0)
        for card in (self._sessions, tasks):
            card.setMinimumHeight(CARD_LEAST)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(GAP)
        for banner in banners:
            column.addWidget(banner)
        column.addWidget(self.whole, 1)
        self._sessions.details.toggled.connect(self.set_details_open)
        self.whole.installEventFilter(self)
        self._show_details()

    def _show_details(self) -> None:
        is_open = self._wanted[self._is_narrow]
        self._details.setVisible(is_open)
        self._sessions.show_details_open(is_open)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Move:
            self.tables_moved.emit()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < FOLD_BELOW
        if narrow is self._is_narrow:
            return
        self._is_narrow = narrow
        turned = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        self._sizes[not narrow] = self.whole.sizes()
        self.whole.setOrientation(turned)
        self._show_details()
        self.whole.setSizes(self._sizes[narrow])
        self.folded.emit(narrow)
