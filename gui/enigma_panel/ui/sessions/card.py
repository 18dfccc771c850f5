"""The card of the sessions: heading with *Terminate all…*, table, how many have ended."""

from PySide6.QtCore import Signal

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.sessions.table import SessionsTable
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_button, make_label, make_row, show_text
from enigma_panel.ui.widgets.card import Card

tr = Translations("Sessions")

LEAST_ROWS, MOST_ROWS = 3, 6
"""How many rows the card has room for; more are scrolled."""
HEAD_HEIGHT, FOOT_HEIGHT = 32, 24
"""Heights of the heading and of the line at the foot, also kept without what stands there."""


class SessionsCard(Card):
    """The card of the open sessions. settings: whether ended ones are shown, and how many browsers
    are open at once. room_changed: it needs another height."""

    room_changed = Signal()

    def __init__(self, table: SessionsTable, settings: SettingsBook) -> None:
        super().__init__()
        self._table = table
        self._settings = settings
        self._n_open = self._most_open = 0
        self.terminate_all = make_button(tr("Terminate all…"), "danger-link")
        self.count = make_label(role="dim")
        title = make_label(tr("Sessions"), "heading")
        head = self.add_head(title, self.count, None, self.terminate_all)
        head.addStrut(theme.line_height(HEAD_HEIGHT))
        self.column.addWidget(table)
        self.ended, self.show_ended = make_label(role="dim"), make_button(tr("Show"), "link")
        foot = make_row(self.ended, self.show_ended, None)
        foot.setContentsMargins(16, 0, 16, 4)
        foot.addStrut(theme.line_height(FOOT_HEIGHT))
        self.column.addLayout(foot)
        self.show_open(0)
        settings.changed.connect(self._follow_settings)
        table.rows.arranged.connect(self.refresh)
        table.horizontalScrollBar().rangeChanged.connect(self.room_changed)
        table.verticalScrollBar().rangeChanged.connect(self._show_count)
        self._follow_settings()

    def show_open(self, n: int, opened: int = 0) -> None:
        """Offer to terminate all, where n sessions are several; opened: how many of them are open
        for certain, not being started or unconfirmed."""
        self._n_open, self._n_opened = n, opened
        self.terminate_all.setVisible(n > 1)
        self._show_count()
        self.refresh()

    def refresh(self) -> None:
        """Say how many ended lately; once a second, too."""
        n, n_perhaps = self._table.rows.count_ended()
        ended = tr.plural("1 ended", "{n} ended", n) if n else ""
        perhaps = tr.plural("1 perhaps open", "{n} perhaps open", n_perhaps) if n_perhaps else ""
        words = tr(", ").join(filter(None, (ended, perhaps)))
        label = tr("Hide") if self._settings.value.show_ended else tr("Show")
        show_text(self.ended, words)
        self.show_ended.setText(label)
        self.show_ended.setAccessibleName(label)
        self.show_ended.setAccessibleDescription(words)
        self.show_ended.setVisible(bool(words))

    def height_of_rows(self, most: int) -> int:
        """Return the height with room for all browsers at once, or for fewer whole rows in `most`.

        Those that were open when another number was chosen keep their room. So no start and no end
        moves what is below; more rows are scrolled. Nothing that comes and goes by itself counts,
        such as a scroll bar.
        """
        table = self._table  # as it would be: before it is shown it has no size of its own
        around = self.sizeHint().height() - table.sizeHint().height() + 2 * table.frameWidth()
        rows = min(self._room, max(1, (most - around) // table.row_height))
        return around + rows * table.row_height

    def _show_count(self) -> None:
        """Say how many are open, where not all rows are in sight."""
        n, is_scrolled = self._n_opened, self._table.verticalScrollBar().maximum() > 0
        show_text(self.count, tr("{n} open", n=n) if n and is_scrolled else "")

    def _follow_settings(self) -> None:
        settings = self._settings.value
        self._most_open = max(self._most_open, self._n_open)
        self._room = min(MOST_ROWS, max(LEAST_ROWS, settings.browsers_at_once, self._most_open))
        self._table.rows.set_show_ended(settings.show_ended)
        self.room_changed.emit()
