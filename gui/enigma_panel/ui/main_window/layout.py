"""Where the cards of both tables and Details stand in the window."""

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QSplitter, QStackedWidget, QWidget

from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.sessions.card import SessionsCard
from enigma_panel.ui.tasks.card import TasksCard
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.inputs import ScrollArea

FOLD_BELOW, LOW = 1000, 520
GAP = 8
DETAILS_WIDTH = 384
"""Details' width until the person moves the splitter, for the usual font or a smaller one: the four
verbs stand in one row."""
DETAILS_SHARE = 0.28
"""The largest share that Details takes from the tables with a larger font."""


class Sizes(Struct, frozen=True, kw_only=True):
    """The person's sizes of Details, beside Tasks and in its place, and of Sessions, or 0."""

    details_width: int = 0
    details_height: int = 0
    sessions_height: int = 0


class MainLayout(ScrollArea):
    """The part between the top bar and the status bar. Below 1,000 px Details folds away; opened
    there, it takes the place of Tasks, with a way back; in a low window a question takes all.

    A size that the person gave a part holds in every window that has the room. Where the window
    has less room than its parts need, all of it is scrolled. details_opened: whether Details is
    shown now.
    """

    details_opened = Signal(bool)

    def __init__(
        self,
        sessions: SessionsCard,
        tasks: TasksCard,
        details: Details,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sessions = sessions
        self._tasks = tasks
        self._details = details
        self._is_narrow = self._is_low = False
        self._wanted = {False: True, True: False}
        self.sizes = Sizes()
        self.tables = _Splitter(Qt.Orientation.Vertical)
        self.whole = _Splitter(Qt.Orientation.Horizontal)
        self.side = QStackedWidget()
        self._build()
        self._connect()

    def set_details_open(self, is_open: bool) -> None:
        """Show or fold Details; remembered for wide and narrow windows apart.

        A question in its place is put off: no key may go to a field behind it.
        """
        self._wanted[self._is_narrow] = is_open
        question = self.side.currentWidget()
        if is_open and isinstance(question, QDialog):
            question.reject()
        self._show_details()

    @property
    def is_details_open(self) -> bool:
        """Whether Details is shown, at the width that the window has."""
        return self._wanted[self._is_narrow]

    def find_side(self, wanted: bool) -> QStackedWidget | None:
        """Return Details' place for a question where the window is active and wide.

        wanted: the person asked for it, so that this place may be opened, which moves the tables.
        """
        is_in_use = self.isActiveWindow() and not self.window().isMinimized()
        has_place = is_in_use and not self._is_narrow
        return self.side if has_place and (wanted or self.side.isVisible()) else None

    def restore_sizes(self, sizes: Sizes) -> None:
        """Give every part the size of an earlier run."""
        self.sizes = sizes
        self._fit_details()
        self.fit_sessions()

    def fit_sessions(self) -> None:
        """Make Sessions as high as its rows need, half at most, or as the person made it.

        Neither a start nor an end changes that.
        """
        if self._tasks.isHidden():
            return
        height, half = self.sizes.sessions_height, self.tables.height() // 2
        height = height or self._sessions.height_of_rows(half)
        if height != self._sessions.height():
            self.tables.setSizes([height, max(0, self.tables.height() - GAP - height)])

    def _build(self) -> None:
        for splitter in (self.tables, self.whole):
            splitter.setHandleWidth(GAP)
            splitter.setChildrenCollapsible(False)
        self.column.addWidget(self.whole, 1)
        self.whole.addWidget(self.tables)
        self.tables.addWidget(self._sessions)
        self.tables.addWidget(self._tasks)
        self.whole.addWidget(self.side)
        self.side.addWidget(self._details)
        # A splitter puts each new part below the others; assistive technology reads that order.
        for part in (self._sessions, self._tasks, self.tables, self.side):
            part.raise_()
        if (page := self.widget()) is not None:
            page.setMinimumWidth(1)  # as wide as the window: nothing scrolls it sideways
        # The scroll bar always stands in the right margin: if it came and went, the room would
        # change, lines and rows with it, and then the bar again, without end.
        bar = self.verticalScrollBar()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))
        bar.setEnabled(False)
        self.column.setContentsMargins(16, 0, 4, 8)  # the scroll bar makes the right one 16, too
        self.column.setSpacing(GAP)
        self._show_details()

    def _connect(self) -> None:
        self._sessions.room_changed.connect(self.fit_sessions)
        self.side.currentChanged.connect(self._show_details)
        self._details.back.clicked.connect(lambda: self.set_details_open(False))
        self.tables.resized.connect(self.fit_sessions)
        self.whole.resized.connect(self._fit_details)
        self.tables.splitterMoved.connect(self._keep_sessions)
        self.whole.splitterMoved.connect(self._keep_details)

    def _keep_sessions(self) -> None:
        self.sizes = replace(self.sizes, sessions_height=self._sessions.height())

    def _keep_details(self) -> None:
        if self._is_narrow:
            self.sizes = replace(self.sizes, details_height=self.side.height())
        else:
            self.sizes = replace(self.sizes, details_width=self.side.width())

    def _fit_details(self) -> None:
        if self._is_narrow:
            room = self.whole.height()
            above = self._sessions.height_of_rows(room // 3)
            size = self.sizes.details_height or room - GAP - above
        else:
            room = self.whole.width()
            size = self.sizes.details_width or self._first_width(room)
        self.whole.setSizes([max(0, room - GAP - size), size])

    def _first_width(self, room: int) -> int:
        most = max(DETAILS_WIDTH, round(room * DETAILS_SHARE))
        return min(max(DETAILS_WIDTH, theme.scaled(DETAILS_WIDTH)), most)

    def _show_details(self) -> None:
        is_asked = self.side.currentWidget() is not self._details
        is_shown = self.is_details_open or is_asked
        self._details.back.setVisible(self._is_narrow)
        # What comes is there before the other goes: the keyboard goes over to it.
        if is_shown:
            self.side.show()
        self._tasks.setHidden(self._is_narrow and is_shown)
        self.tables.setHidden(self._is_narrow and self._is_low and is_asked)
        self.side.setVisible(is_shown)
        self.details_opened.emit(self.is_details_open)
        self._fit_details()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow, low = self.width() < FOLD_BELOW, self.height() < LOW
        if (narrow, low) == (self._is_narrow, self._is_low):
            return
        self._is_narrow, self._is_low = narrow, low
        turned = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        self.whole.setOrientation(turned)
        self._show_details()


class _Splitter(QSplitter):
    """A splitter that reports another size, so that what it holds can be measured anew.

    It asks for no more than it needs, and gets what is left.
    """

    resized = Signal()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()
