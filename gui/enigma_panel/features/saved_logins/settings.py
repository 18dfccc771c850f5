"""Settings, page Logins: what is saved, without a password in sight."""

from collections.abc import Callable, Coroutine, Iterable
from enum import IntEnum
from typing import Any

from PySide6.QtWidgets import QWidget

from enigma_panel.features.saved_logins.keychain_wait import KeychainWait
from enigma_panel.features.saved_logins.logins import MOST_CHARS, LoginResult, Logins
from enigma_panel.features.saved_logins.sites import registrable
from enigma_panel.features.saved_logins.text import check_text, fault_text, keychain_words
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import Clock
from enigma_panel.store.settings import SavedLogin
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.text.states import NONE, dated_moment, local_moment, usual_moments
from enigma_panel.ui.widgets.basics import (
    Button,
    FieldGrid,
    make_button,
    make_column,
    make_label,
)
from enigma_panel.ui.widgets.inputs import LineEdit
from enigma_panel.ui.widgets.pointer_hold import ARM_MS, PointerHold
from enigma_panel.ui.widgets.table.column_sizing import LEAD
from enigma_panel.ui.widgets.table.delegates import PAD
from enigma_panel.ui.widgets.table.model import ColumnDef, KeyedTableModel
from enigma_panel.ui.widgets.table.table import KeyedTable

tr = Translations("Logins")

LEAST_HEIGHT = 150

Call = Callable[[], Coroutine[Any, Any, LoginResult]]


class Column(IntEnum):
    """Columns of Saved logins, from left to right."""

    SITE = 0
    ACCOUNT = 1
    USED = 2
    REMOVE = 3


class LoginsModel(KeyedTableModel):
    """The saved logins as rows; each has a key of its own for as long as the model lives."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._logins: dict[int, SavedLogin] = {}
        self._known: dict[tuple[str, str], int] = {}

    def make_columns(self) -> Iterable[ColumnDef[SavedLogin]]:
        used = tuple(Cell(text=text) for text in usual_moments())
        return (
            ColumnDef(Column.SITE, tr("Site"), _site),
            ColumnDef(Column.ACCOUNT, tr("Account"), _account),
            ColumnDef(Column.USED, tr("Last used"), self._used, width=used),
            # Its cells lie below buttons.
            ColumnDef(Column.REMOVE, "", lambda _: Cell(), width=(Cell(text=tr("Remove")),)),
        )

    def show_logins(self, logins: Iterable[SavedLogin]) -> None:
        by_name = {(one.host, one.account): one for one in logins}
        keys = [self._known.setdefault(name, len(self._known) + 1) for name in sorted(by_name)]
        self._logins = dict(zip(keys, (by_name[name] for name in sorted(by_name)), strict=True))
        self.show_keys(keys)
        self.notify_changed(keys)

    def login(self, key: int) -> SavedLogin | None:
        return self._logins.get(key)

    def cell(self, key: int, column: int) -> Cell:
        login = self.login(key)
        return Cell() if login is None else self.columns[column].cell(login)

    def _used(self, login: SavedLogin) -> Cell:
        if not login.used_ms:
            return Cell(text=NONE)
        text = local_moment(login.used_ms, self._clock.now_ms())
        return Cell(text=text, copied=dated_moment(login.used_ms))


def _site(login: SavedLogin) -> Cell:
    if not login.whole_domain:
        return Cell(text=login.host)
    return Cell(text=tr("all of {domain}", domain=registrable(login.host)), tip=login.host)


def _account(login: SavedLogin) -> Cell:
    return Cell(text=shorten(login.account), copied=login.account)


class LoginsPage(SettingsPage):
    """The page: a table of what is saved, a button in each row that removes it, and what else can
    be done with the selected one.
    """

    reach = LEAD + PAD

    def __init__(self, logins: Logins, clock: Clock, scope: TaskScope) -> None:
        super().__init__()
        self._logins = logins
        self._clock = clock
        self._scope = scope
        self._shown: tuple[str, str] | None = None
        self._build_parts()
        self._build_layout()
        self._connect()
        self.refresh()
        self._moved_ms = -ARM_MS

    def _build_parts(self) -> None:
        self.model = LoginsModel(self._clock)
        hold = PointerHold(self._clock.now_ms, self)
        self.table = KeyedTable(self.model, tr("Saved logins"), hold, self)
        hold.watch(self.table)
        self.table.setMinimumHeight(LEAST_HEIGHT)
        self.table.set_empty_text(
            tr("No saved logins.\nTo save one, tick Remember when the agent asks for a login.")
        )
        self.account = LineEdit(enter_moves_on=False)
        self.account.setMaxLength(MOST_CHARS)
        self.rename_button = make_button(tr("Rename"))
        self.test_button = make_button(tr("Test"))
        self.wait = KeychainWait(self._scope, lambda: self._logins.where)

    def _build_layout(self) -> None:
        grid = FieldGrid()
        beside = self.rename_button, self.test_button
        self.problem = grid.add_field(tr("Account"), self.account, *beside)
        self.chosen = QWidget()
        policy = self.chosen.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the table does not move
        self.chosen.setSizePolicy(policy)
        self.chosen.setLayout(grid)
        self.about = make_label(role="dim", wrap=True)
        for part in (self.about, self.chosen, self.wait):
            part.setContentsMargins(self.reach, 0, self.reach, 0)
        column = make_column(self.about, self.table, self.chosen, self.wait, gap=12)
        column.setStretchFactor(self.table, 1)
        self.setLayout(column)

    def _connect(self) -> None:
        self._logins.changed.connect(self.refresh)
        self.model.arranged.connect(self._note_move)
        self.table.selected.connect(self._follow_selection)
        self.account.returnPressed.connect(self._rename)
        self.account.textChanged.connect(self.problem.clear)
        self.rename_button.clicked.connect(self._rename)
        self.test_button.clicked.connect(self._test)
        self.wait.turned.connect(self._follow_selection)
        self.wait.resized.connect(self.grown)

    # -- what is shown -------------------------------------------------------------------------

    def refresh(self) -> None:
        note = tr(
            "Passwords are only in {keychain}. Site, account and last use are in the settings "
            "file. Nothing is filled in without a click.",
            keychain=keychain_words(self._logins.where),
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
        self._follow_selection()

    def _note_move(self) -> None:
        self._moved_ms = self._clock.now_ms()

    def _make_remover(self, key: int) -> Button:
        button, login = make_button(tr("Remove"), "danger-link"), self.model.login(key)
        assert login is not None
        name = tr("Remove {account} at {site}", account=shorten(login.account), site=login.host)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: self._remove(key))
        return button

    def _selected(self) -> SavedLogin | None:
        keys = self.table.selected_keys()
        return self.model.login(keys[0]) if len(keys) == 1 else None

    def _follow_selection(self) -> None:
        login = self._selected()
        shown = (login.host, login.account) if login is not None else None
        if shown != self._shown:  # what somebody types about it stays
            self._shown = shown
            self.account.setText(login.account if login is not None else "")
        for part in (self.chosen, *self.table.viewport().findChildren(Button)):
            part.setEnabled(not self.wait.is_waiting)
        self.chosen.setVisible(login is not None)

    # -- doing ---------------------------------------------------------------------------------

    def _rename(self) -> None:
        login, account = self._selected(), self.account.text().strip()
        if login is None or account == login.account:
            return
        others = {one.account for one in self._logins.saved() if one.host == login.host}
        if not account:
            self.problem.show_text(tr("Enter the account."))
        elif account in others:
            self.problem.show_text(tr("This site already has that account."))
        else:
            self._run(lambda: self._logins.rename(login, account), lambda _: tr("Renamed."))

    def _test(self) -> None:
        login = self._selected()
        if login is not None:
            self._run(lambda: self._logins.check(login), check_text)

    def _remove(self, key: int) -> None:
        login = self.model.login(key)
        if self._clock.now_ms() - self._moved_ms < ARM_MS:
            self.table.flash(key)  # meant for what stood there a moment ago
        elif login is not None:
            self.table.setFocus()  # not on to the next row's button
            self._run(lambda: self._logins.delete(login), lambda _: tr("Removed."))

    def _run(self, call: Call, text: Callable[[LoginResult], str]) -> None:
        if not self.wait.is_waiting:
            self.wait.begin(self._do(call, text))

    async def _do(self, call: Call, text: Callable[[LoginResult], str]) -> None:
        result = await call()
        if result.fault is not None:
            self.wait.end(fault_text(result.fault, result.where), "notice")
        else:
            self.wait.end(text(result), "dim")
