"""The two cards with tables: a heading line and the table below it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.core.models import SessionState
from enigma_panel.ui import theme
from enigma_panel.ui.dialogs.parts import make_label, make_row, set_role
from enigma_panel.ui.main.line_bar import QueueBar
from enigma_panel.ui.main.sessions_table import SessionsTable
from enigma_panel.ui.main.tasks_table import TasksTable
from enigma_panel.ui.main.toolbar import action_button
from enigma_panel.ui.status_words import ELLIPSIS
from enigma_panel.ui.words import tr, tr_n

HEAD_HEIGHT = 24
"""With buttons and without: what can be done with a selection does not push the table away."""


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
        plain = f"{total}: " + " · ".join(words for _, words in parts)
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
        words = [words for _, words in self._parts[:n]]
        return f"{self._total}: " + "  ·  ".join(words + [ELLIPSIS] * (n < len(self._parts)))

    def _rich(self, n: int) -> str:
        """What needs somebody in amber."""
        amber = theme.colours().amber
        words = [
            f'<b style="color:{amber}">{words}</b>' if state is SessionState.ASKS else words
            for state, words in self._parts[:n]
        ]
        more = [ELLIPSIS] * (n < len(self._parts))
        return f"{self._total}: " + " &nbsp;·&nbsp; ".join(words + more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


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
    """Tasks: what was asked for and what came out; above them what the line waits for.

    line: what can be done with the tasks in line that are selected.
    """

    def __init__(
        self,
        table: TasksTable,
        bar: QueueBar,
        line: Sequence[QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Tasks"))
        buttons = [action_button(action, "link", home=table) for action in line]
        head = self.add_head(make_label(tr("Tasks"), "heading"), None, *buttons)
        head.addStrut(HEAD_HEIGHT)
        self.column.addWidget(bar)
        self.column.addWidget(table)


def _count_text(counts: dict[SessionState, int]) -> list[tuple[SessionState, str]]:
    """'2 ask you', '3 working', … in the order of the table."""
    state = SessionState
    words = {
        state.ASKS: ("1 asks you", "{n} ask you"),
        state.UNCONFIRMED: ("1 unconfirmed", "{n} unconfirmed"),
        state.CONNECTION_LOST: ("1 connection lost", "{n} connections lost"),
        state.WORKING: ("1 working", "{n} working"),
        state.IDLE: ("1 idle", "{n} idle"),
        state.PAUSED: ("1 paused", "{n} paused"),
        state.STARTING: ("1 starting", "{n} starting"),
    }
    return [(s, tr_n(one, many, counts[s])) for s, (one, many) in words.items() if counts.get(s)]
