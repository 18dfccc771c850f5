"""Settings, page Account: the service, its dialect, how many browsers, and the API key."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSpinBox

from enigma_panel.core.service_rules import Dialect, dialect_of_host
from enigma_panel.services.container import Services
from enigma_panel.services.settings import choose_dialect, use_address
from enigma_panel.services.types import MOST_BROWSERS, BadAddressError, KeyState
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.key_dialog import check_text, key_state_text, removed_text
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.text.check import address_text
from enigma_panel.ui.text.dialects import (
    dialect_doubt,
    dialect_name,
    dialect_note,
    key_doubt,
    key_service,
    service_name,
)
from enigma_panel.ui.widgets.basics import (
    FieldGrid,
    ProblemLabel,
    make_button,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.inputs import ChoiceBox, LineEdit

tr = Translations("Settings")


class AccountPage(SettingsPage):
    """The page. Choices hold at once; the address holds when it is applied."""

    def __init__(self, services: Services, open_key: Callable[[], None]) -> None:
        super().__init__()
        self._services = services
        self._account = services.account
        self._open_key = open_key
        self._build_parts()
        self._build_layout()
        self._connect()
        self.refresh()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.at_once = QSpinBox()
        self.at_once.setRange(1, MOST_BROWSERS)
        self.at_once.setKeyboardTracking(False)
        self.at_once.setFixedWidth(72)
        self.at_once.lineEdit().setTextMargins(6, 0, 0, 0)
        self.dialect_box = ChoiceBox((("", None), *((dialect_name(one), one) for one in Dialect)))
        self.dialect_note = make_label(role="dim", wrap=True)
        self.base_url = LineEdit(enter_moves_on=False)
        self.apply_button = make_button(tr("Apply"))
        self.key_state = make_label(wrap=True)
        self.key_outcome = make_label(role="dim", wrap=True)
        self.change_key_button = make_button(tr("Change key…"))
        self._key_doubt = ProblemLabel(self.change_key_button)
        self.test_key_button = make_button(tr("Test key"))
        self.remove_key_button = make_button(tr("Remove key"), "danger")

    def _build_layout(self) -> None:
        grid = FieldGrid()
        note = tr("Your key is sent only here. Each address has its own key.")
        if self._services.demo:
            note = tr("The demo has its own address, key and dialect.")
        self._no_address = grid.add_field(
            tr("Service"), self.base_url, self.apply_button, note=note
        )
        self._dialect_doubt = grid.add_field(tr("Service dialect"), self.dialect_box)
        grid.add_below(self.dialect_note)
        at_once = tr("Most accounts allow 5. Lowered automatically if the service refuses more.")
        beside = make_label()  # without it the short field would stand in the middle
        grid.add_field(tr("Browsers at once"), self.at_once, beside, note=at_once)
        buttons = make_row(
            self.change_key_button, self.test_key_button, self.remove_key_button, None
        )
        key = make_column(self.key_state, self._key_doubt, buttons, self.key_outcome)
        row = grid.rowCount()
        grid.addWidget(make_label(tr("API key")), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(key, row, 1)
        grid.setVerticalSpacing(18)
        self.setLayout(grid)

    def _connect(self) -> None:
        self.at_once.valueChanged.connect(self._change_at_once)
        self.dialect_box.currentIndexChanged.connect(self._change_dialect)
        self.apply_button.clicked.connect(self._apply_address)
        self.base_url.returnPressed.connect(self._apply_address)
        self.base_url.textChanged.connect(self._no_address.clear)
        self.change_key_button.clicked.connect(self._open_key)
        self.test_key_button.clicked.connect(self._test_key)
        self.remove_key_button.clicked.connect(self._remove_key)
        self._account.changed.connect(self.refresh)
        self._services.settings.changed.connect(self._show_at_once)

    # -- showing -----------------------------------------------------------------------------

    def refresh(self) -> None:
        account = self._account
        if not self.base_url.isModified():
            self.base_url.setText(account.base_url)
        self._show_at_once()
        is_given = account.from_environment and account.state is KeyState.READY
        service = key_service(account.key_prefix, account.host) if is_given else ""
        self._key_doubt.show_doubt(key_doubt(service))
        self._show_dialect()
        self.key_state.setText(key_state_text(account))
        self.key_outcome.setText(check_text(account.last_check))
        is_own, is_ready = not self._services.demo, account.state is KeyState.READY
        self.test_key_button.setEnabled(is_ready)
        self.remove_key_button.setEnabled(is_ready and is_own and not account.from_environment)
        for fixed in (self.base_url, self.apply_button, self.change_key_button, self.dialect_box):
            fixed.setEnabled(is_own)

    def _show_at_once(self) -> None:
        if not self.at_once.hasFocus():
            self.at_once.setValue(self._services.settings.value.browsers_at_once)

    def _show_dialect(self) -> None:
        account = self._account
        preset = service_name(dialect_of_host(account.host))
        self.dialect_box.setItemText(0, tr("Automatic ({service})", service=preset))
        with QSignalBlocker(self.dialect_box):
            self.dialect_box.setCurrentIndex(self.dialect_box.findData(account.chosen_dialect))
        self._dialect_doubt.show_doubt(dialect_doubt(account.dialect, account.host))
        self.dialect_note.setText(dialect_note(is_for_run=account.is_dialect_for_run))
        self.grown.emit()

    # -- doing -------------------------------------------------------------------------------

    def _change_dialect(self) -> None:
        choose_dialect(self._services.settings, self._account, self.dialect_box.currentData())

    def _change_at_once(self, n: int) -> None:
        if self._services.settings.value.browsers_at_once != n:
            self._services.settings.change(browsers_at_once=n)

    def _apply_address(self) -> None:
        self._services.scope.spawn("set address", self._apply_address_now(), exclusive=True)

    async def _apply_address_now(self) -> None:
        try:
            await use_address(self._services.settings, self._account, self.base_url.text())
        except BadAddressError as error:
            self._no_address.show_text(address_text(error.problem))
            self.grown.emit()
            self.base_url.setFocus()
            return
        self.base_url.setModified(False)
        self.refresh()

    def _test_key(self) -> None:
        self.key_outcome.setText(tr("Asking the service…"))
        self._services.scope.spawn("test key", self._account.check(), exclusive=True)

    def _remove_key(self) -> None:
        self._services.scope.spawn("remove key", self._remove_key_now(), exclusive=True)

    async def _remove_key_now(self) -> None:
        result = await self._account.remove()
        self.key_outcome.setText(removed_text(result))
