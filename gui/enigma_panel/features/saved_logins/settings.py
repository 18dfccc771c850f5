"""Settings, page Logins: what is saved, without a password in sight."""

from collections.abc import Iterable
from enum import IntEnum

from PySide6.QtWidgets import QWidget

from enigma_panel.features.saved_logins.keychain_wait import KeychainWait
from enigma_panel.features.saved_logins.logins import Logins
from enigma_panel.features.saved_logins.text import fault_text, place_words
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import Clock
from enigma_panel.store.settings import SavedLogin
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.widgets.basics import Button, make_button, make_column, make_label
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold
from enigma_panel.ui.widgets.table.column_sizing import LEAD
from enigma_panel.ui.widgets.table.delegates import PAD
from enigma_panel.ui.widgets.table.model import ColumnDef, KeyedTableModel
from enigma_panel.ui.widgets.table.table import KeyedTable

tr = Translations("Logins")

LEAST_HEIGHT = 150


class Column(IntEnum):
    """Columns of Saved logins, from left to right."""

    SITE = 0
    ACCOUNT = 1
    REMOVE = 2


class LoginsModel(KeyedTableModel):
    """The saved logins as rows; each has a key of its own for as long as the model lives."""

    def __init__(self) -> None:
        super().__init__()
        self._logins: dict[int, SavedLogin] = {}
        self._known: dict[SavedLogin, int] = {}

    def make_columns(self) -> Iterable[ColumnDef[SavedLogin]]:
        return (
            ColumnDef(Column.SITE, tr("Site"), _site),
            ColumnDef(Column.ACCOUNT, tr("Account"), _account),
            # Its cells lie below buttons.
            ColumnDef(Column.REMOVE, "", lambda _: Cell(), width=(Cell(text=tr("Remove")),)),
        )

    def show_logins(self, logins: Iterable[SavedLogin]) -> None:
        shown = sorted(set(logins))
        keys = [self._known.setdefault(login, len(self._known) + 1) for login in shown]
        self._logins = dict(zip(keys, shown, strict=True))
        self.show_keys(keys)
        self.notify_changed(keys)

    def login(self, key: int) -> SavedLogin | None:
        return self._logins.get(key)

    def cell(self, key: int, column: int) -> Cell:
        login = self.login(key)
        return Cell() if login is None else self.columns[column].cell(login)


def _site(login: SavedLogin) -> Cell:
    return Cell(text=login.host)


def _account(login: SavedLogin) -> Cell:
    return Cell(text=shorten(login.account), copied=login.account)


class LoginsPage(SettingsPage):
    """The page: a table of what is saved, with a button in each row that removes it."""

    reach = LEAD + PAD

    def __init__(self, logins: Logins, clock: Clock, scope: TaskScope) -> None:
        super().__init__()
        self._logins = logins
        self._clock = clock
        self._scope = scope
        self._build_parts()
        self._build_layout()
        self._connect()
        self.refresh()
        self._moved_ms = -ARM_MS

    def _build_parts(self) -> None:
        self.model = LoginsModel()
        hold = PointerHold(self._clock.now_ms, self)
        self.table = KeyedTable(self.model, tr("Saved logins"), hold, self)
        hold.watch(self.table)
        self.table.setMinimumHeight(LEAST_HEIGHT)
        self.table.set_empty_text(
            tr("No saved logins.\nTo save one, tick Remember when the agent asks for a login.")
        )
        self.wait = KeychainWait(self._scope, lambda: self._logins.where)

    def _build_layout(self) -> None:
        self.about = make_label(role="dim", wrap=True)
        for part in (self.about, self.wait):
            part.setContentsMargins(self.reach, 0, self.reach, 0)
        column = make_column(self.about, self.table, self.wait, gap=12)
        column.setStretchFactor(self.table, 1)
        self.setLayout(column)

    def _connect(self) -> None:
        self._logins.changed.connect(self.refresh)
        self.model.arranged.connect(self._note_move)
        self.wait.turned.connect(self._follow_wait)
        self.wait.resized.connect(self.grown)

    # -- what is shown -------------------------------------------------------------------------

    def refresh(self) -> None:
        note = tr(
            "Passwords are kept in {place}. Site and account are in the settings file.",
            place=place_words(self._logins.where),
        )
        self.about.setText(note)
        self.about.setVisible(bool(self._logins.saved()))
        self.model.show_logins(self._logins.saved())
        before: QWidget = self.table
        for row, key in enumerate(self.model.keys()):
            place = self.model.index(row, Column.REMOVE)
            if self.table.indexWidget(place) is None:
                self.table.setIndexWidget(place, self._make_remover(key))
            remover = self.table.indexWidget(place)
            QWidget.setTabOrder(before, remover)
            before = remover
        self._follow_wait()

    def _note_move(self) -> None:
        self._moved_ms = self._clock.now_ms()

    def _make_remover(self, key: int) -> Button:
        button, login = make_button(tr("Remove"), "danger-link"), self.model.login(key)
        assert login is not None
        name = tr("Remove {account} at {site}", account=shorten(login.account), site=login.host)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: self._remove(key))
        return button

    def _follow_wait(self) -> None:
        for remover in self.table.viewport().findChildren(Button):
            remover.setEnabled(not self.wait.is_waiting)

    # -- doing ---------------------------------------------------------------------------------

    def _remove(self, key: int) -> None:
        login = self.model.login(key)
        if self._clock.now_ms() - self._moved_ms < ARM_MS:
            self.table.flash(key)  # meant for what stood there a moment ago
        elif login is not None:
            self.table.setFocus()  # not on to the next row's button
            self.wait.begin(self._delete(login))

    async def _delete(self, login: SavedLogin) -> None:
        result = await self._logins.delete(login)
        if result.fault is not None:
            self.wait.end(fault_text(result.fault, result.where), "notice")
        else:
            self.wait.end(tr("Removed."), "dim")
