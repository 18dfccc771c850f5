"""The card of the sessions: heading, counts, *Show ended*, table."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QSizePolicy, QWidget

from enigma_panel.core.models import SessionState
from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.sessions.model import Counts
from enigma_panel.ui.sessions.table import SessionsTable
from enigma_panel.ui.text.states import ELLIPSIS
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label, set_role
from enigma_panel.ui.widgets.card import Card
from enigma_panel.ui.widgets.table.table import row_height

tr = Translations("Sessions")

LEAST_ROWS = 3

_COUNTS = tr.mark(
    {
        (SessionState.ASKS, True): ("1 asks you", "{n} ask you"),
        (SessionState.UNCONFIRMED, True): ("1 unconfirmed", "{n} unconfirmed"),
        (SessionState.UNCONFIRMED, False): ("1 not known yet", "{n} not known yet"),
        (SessionState.CONNECTION_LOST, True): ("1 connection lost", "{n} connections lost"),
        (SessionState.WORKING, True): ("1 working", "{n} working"),
        (SessionState.IDLE, True): ("1 idle", "{n} idle"),
        (SessionState.PAUSED, True): ("1 paused", "{n} paused"),
        (SessionState.PAUSED, False): ("1 paused?", "{n} paused?"),
        (SessionState.STARTING, True): ("1 starting", "{n} starting"),
    }
)


class SessionsCard(Card):
    """The card of the open sessions. settings: hold whether *Show ended* is set."""

    rows_changed = Signal()

    def __init__(
        self, table: SessionsTable, settings: SettingsBook, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = table.rows
        self._table = table
        self._settings = settings
        self._counts: Counts = {}
        self._summary = _Summary()
        self.ended = QCheckBox(tr("Show ended"))
        self.details = QCheckBox(tr("Details"))
        self._build(table)
        self._show_settings()

    def show_counts(self, counts: Counts) -> None:
        """Show the counts, '8: 2 ask you · 3 working · …', with those that ask in amber."""
        self._counts = counts
        self._summary.show_parts(sum(counts.values()), _count_text(counts))

    def show_details_open(self, is_open: bool) -> None:
        """Set the toggle of Details."""
        self.details.setChecked(is_open)

    def height_of_rows(self) -> int:
        """Return the height with all rows in view, at least three.

        So a first start moves nothing.
        """
        table = self._table  # as it would be: before it is shown it has no size of its own
        bar = table.horizontalScrollBar()
        around = self.sizeHint().height() - table.sizeHint().height() + 2 * table.frameWidth()
        around += table.horizontalHeader().height() + (bar.height() if bar.isVisible() else 0)
        return around + max(self._rows.rowCount(), LEAST_ROWS) * row_height()

    def _change_ended(self, shown: bool) -> None:
        if self._settings.value.show_ended != shown:
            self._settings.change(show_ended=shown)

    def _show_settings(self) -> None:
        shown = self._settings.value.show_ended
        self.ended.setChecked(shown)
        self._rows.set_show_ended(shown)

    def _recolour(self) -> None:
        self.show_counts(self._counts)

    def _build(self, table: SessionsTable) -> None:
        self.setAccessibleName(tr("Sessions"))
        self.details.setToolTip(tr("Show the details of what is selected"))
        self.ended.setToolTip(tr("Ended sessions leave the table after 30 s, unless this is set."))
        head = self.add_head(
            make_label(tr("Sessions"), "heading"), self._summary, self.ended, self.details
        )
        head.setStretch(1, 1)
        self.column.addWidget(table)
        self.ended.toggled.connect(self._change_ended)
        for changed in (self._rows.rowsInserted, self._rows.rowsRemoved):
            changed.connect(self.rows_changed)
        self._settings.changed.connect(self._show_settings)
        theme.changed().connect(self._recolour)


class _Summary(QLabel):
    """The counts in one line: whole parts only, as many as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._total = 0
        self._parts: list[tuple[SessionState, str]] = []
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self, "dim")

    def show_parts(self, total: int, parts: list[tuple[SessionState, str]]) -> None:
        """Show how many sessions there are, and how many are in which state."""
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
        """Return the first n parts as rich text, with those that ask in amber."""
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


def _count_text(counts: Counts) -> list[tuple[SessionState, str]]:
    """Return the counts in words, the most urgent first: '2 ask you', '3 working', …"""
    counted = ((key, forms, counts.get(key, 0)) for key, forms in _COUNTS.items())
    return [(state, tr.plural(*forms, n)) for (state, _), forms, n in counted if n]
