"""Settings, page Logins: what is saved, without a password in sight."""

from PySide6.QtWidgets import QWidget

from enigma_panel.features.saved_logins.keychain_wait import KeychainWait
from enigma_panel.features.saved_logins.logins import Logins
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.features.saved_logins.text import fault_text, place_words
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import Clock
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import (
    Button,
    ElidedLabel,
    make_button,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.pointer_hold import ARM_MS

tr = Translations("Logins")


class LoginsPage(SettingsPage):
    """The page: a row for each saved login, with a button that removes it."""

    def __init__(self, logins: Logins, clock: Clock, scope: TaskScope) -> None:
        super().__init__()
        self._logins = logins
        self._clock = clock
        self.rows: dict[SavedLogin, QWidget] = {}
        self.about = make_label(role="dim", wrap=True)
        self.wait = KeychainWait(scope, lambda: logins.where)
        self._list = make_column(gap=8)
        self.setLayout(make_column(self.about, self.wait, self._list, gap=12))
        logins.changed.connect(self.refresh)
        self.wait.resized.connect(self._note_move)
        self.refresh()
        self._moved_ms = -ARM_MS

    def refresh(self) -> None:
        if self._logins.saved():
            note = tr(
                "Passwords are kept in {place}. Site and account are in the settings file.",
                place=place_words(self._logins.where),
            )
        else:
            note = tr("None yet. To save one, tick Remember when the agent asks for a login.")
        self.about.setText(note)
        before, self.rows, above = self.rows, {}, None
        for n, login in enumerate(sorted(set(self._logins.saved()))):
            row = self.rows[login] = before.get(login) or self._make_row(login)
            self._list.insertWidget(n, row)
            if above is not None:
                QWidget.setTabOrder(above, row)
            above = row
        for login in before.keys() - self.rows.keys():
            before[login].hide()
            before[login].deleteLater()
        if list(before) != list(self.rows):
            self._note_move()

    def _note_move(self) -> None:
        self._moved_ms = self._clock.now_ms()
        self.grown.emit()

    def _make_row(self, login: SavedLogin) -> QWidget:
        row, site, account = QWidget(), ElidedLabel(), ElidedLabel()
        site.show_text(login.host)
        account.show_text(shorten(login.account))
        remover = self._make_remover(login)
        row.setFocusProxy(remover)
        layout = make_row(site, account, remover, gap=16)
        layout.setStretch(0, 1)
        layout.setStretch(1, 1)
        row.setLayout(layout)
        return row

    def _make_remover(self, login: SavedLogin) -> Button:
        button = make_button(tr("Remove"), "danger-link")
        name = tr("Remove {account} at {site}", account=shorten(login.account), site=login.host)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: self._remove(login))
        return button

    def _remove(self, login: SavedLogin) -> None:
        """Remove it, unless the click was meant for what stood there a moment ago."""
        has_stood = self._clock.now_ms() - self._moved_ms >= ARM_MS
        if has_stood and not self.wait.is_waiting:
            self.wait.begin(self._delete(login))

    async def _delete(self, login: SavedLogin) -> None:
        result = await self._logins.delete(login)
        if result.fault is not None:
            self.wait.end(fault_text(result.fault, result.where), "notice")
        else:
            self.wait.end(tr("Removed."), "dim")
