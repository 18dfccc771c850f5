"""The cards of both tables, and where they and Details stand in the window."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.core.models import SessionState
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.i18n import tr, tr_n
from enigma_panel.ui.main_window.toolbar import action_button
from enigma_panel.ui.sessions.table import SessionsTable
from enigma_panel.ui.tasks.queue_bar import QueueBar
from enigma_panel.ui.tasks.table import TasksTable
from enigma_panel.ui.text.states import ELLIPSIS
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label, make_row, set_role

HEAD_HEIGHT = 24
"""With buttons and without: what can be done with a selection does not push the table away."""
FOLD_BELOW = 1000
GAP = 10
CARD_LEAST = 92
"""Heading, columns and a row: on a small screen at 200 % both cards and Details fit."""


class Card(QFrame):
    """A quiet frame with a heading line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)

    def add_head(self, *items: QWidget | None) -> QHBoxLayout:
        """The heading line; None is the space that grows."""
        row = make_row(*items, gap=10)
        row.setContentsMargins(12, 6, 12, 2)
        self.column.addLayout(row)
        return row


class SessionsCard(Card):
    """Sessions: what is open now."""

    show_ended = Signal(bool)

    def __init__(self, table: SessionsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[SessionState, int] = {}
        self._summary = _Summary()
        self._ended = QCheckBox(tr("Show ended"))
        self.details = QCheckBox(tr("Details"))
        self._build(table)

    def show_counts(self, counts: dict[SessionState, int]) -> None:
        """'8: 2 ask you · 3 working · …', what costs or needs somebody in amber."""
        self._counts = counts
        self._summary.show_parts(sum(counts.values()), _count_text(counts))

    def set_show_ended(self, show: bool) -> None:
        """Set the box without telling anybody."""
        self._ended.setChecked(show)

    def show_details_open(self, is_open: bool) -> None:
        """Set the toggle of Details."""
        self.details.setChecked(is_open)

    def _recolour(self) -> None:
        self.show_counts(self._counts)

    def _build(self, table: SessionsTable) -> None:
        self.setAccessibleName(tr("Sessions"))
        self.details.setToolTip(tr("Show the details of what is selected"))
        self._ended.setToolTip(tr("Ended sessions leave the table after 30 s, unless this is set."))
        head = self.add_head(
            make_label(tr("Sessions"), "heading"), self._summary, self._ended, self.details
        )
        head.setStretch(1, 1)
        self.column.addWidget(table)
        self._ended.toggled.connect(self.show_ended)
        theme.changed().connect(self._recolour)


class TasksCard(Card):
    """Tasks: what was asked for and what came out; above them what the queue waits for.

    queue_actions: what can be done with the queued tasks that are selected.
    """

    def __init__(
        self,
        table: TasksTable,
        bar: QueueBar,
        queue_actions: Sequence[QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Tasks"))
        buttons = [action_button(action, "link", home=table) for action in queue_actions]
        head = self.add_head(make_label(tr("Tasks"), "heading"), None, *buttons)
        head.addStrut(HEAD_HEIGHT)
        self.column.addWidget(bar)
        self.column.addWidget(table)


class MainLayout(QWidget):
    """The part between the tool bar and the status bar. Below 1,000 px Details folds away."""

    folded = Signal(bool)

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
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(GAP)
        for banner in banners:
            column.addWidget(banner)
        column.addWidget(self.whole, 1)
        self._sessions.details.toggled.connect(self.set_details_open)
        self._show_details()

    def _show_details(self) -> None:
        is_open = self._wanted[self._is_narrow]
        self._details.setVisible(is_open)
        self._sessions.show_details_open(is_open)

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


class _Summary(QLabel):
    """'8: 2 ask you · 3 working · …': as much of it as there is room for, and never half a word."""

    def __init__(self) -> None:
        super().__init__()
        self._total = 0
        self._parts: list[tuple[SessionState, str]] = []
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self, "dim")

    def show_parts(self, total: int, parts: list[tuple[SessionState, str]]) -> None:
        """How many sessions there are, and how many of them are in which state."""
        self._total, self._parts = total, parts
        plain = f"{total}: " + " · ".join(text for _, text in parts)
        self.setAccessibleName(plain if total else tr("none"))
        self._fit()

    def _fit(self) -> None:
        n = len(self._parts)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Bold)
        metrics = QFontMetrics(bold)  # one of them may be
        while n and metrics.horizontalAdvance(self._plain(n)) > self.width():
            n -= 1
        rich = self._rich(n) if self._total else ""
        if self.text() != rich:
            self.setText(rich)
            self.setToolTip("" if n == len(self._parts) else self.accessibleName())

    def _plain(self, n: int) -> str:
        texts = [text for _, text in self._parts[:n]]
        return f"{self._total}: " + "  ·  ".join(texts + [ELLIPSIS] * (n < len(self._parts)))

    def _rich(self, n: int) -> str:
        """What needs somebody in amber."""
        amber = theme.colours().amber
        texts = [
            f'<b style="color:{amber}">{text}</b>' if state is SessionState.ASKS else text
            for state, text in self._parts[:n]
        ]
        more = [ELLIPSIS] * (n < len(self._parts))
        return f"{self._total}: " + " &nbsp;·&nbsp; ".join(texts + more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _count_text(counts: dict[SessionState, int]) -> list[tuple[SessionState, str]]:
    """'2 ask you', '3 working', … in the order of the table."""
    state = SessionState
    forms = {
        state.ASKS: ("1 asks you", "{n} ask you"),
        state.UNCONFIRMED: ("1 unconfirmed", "{n} unconfirmed"),
        state.CONNECTION_LOST: ("1 connection lost", "{n} connections lost"),
        state.WORKING: ("1 working", "{n} working"),
        state.IDLE: ("1 idle", "{n} idle"),
        state.PAUSED: ("1 paused", "{n} paused"),
        state.STARTING: ("1 starting", "{n} starting"),
    }
    return [(s, tr_n(one, many, counts[s])) for s, (one, many) in forms.items() if counts.get(s)]
