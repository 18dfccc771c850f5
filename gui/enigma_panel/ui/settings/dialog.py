"""The dialog Settings: general choices, and the account."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.api.address import BadAddressError
from enigma_panel.core.service_rules import Dialect, dialect_of_host
from enigma_panel.services.container import Services
from enigma_panel.services.settings import choose_dialect, keeps_dialect
from enigma_panel.services.types import KeyState
from enigma_panel.store.settings import BROWSERS_AT_ONCE, LEAVE, TERMINATE_IDLE
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.key_dialog import check_text, key_state_text, removed_text
from enigma_panel.ui.text.check import address_text
from enigma_panel.ui.text.dialects import dialect_doubt, dialect_name, dialect_note, service_name
from enigma_panel.ui.widgets.basics import (
    MARGIN,
    FieldGrid,
    make_button,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Settings")


class SettingsDialog(ModelessDialog):
    """The window. Choices hold at once; the address holds when it is applied.

    power_available: whether this computer says when it is about to sleep.
    """

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        open_key: Callable[[], None],
        *,
        power_available: bool = True,
    ) -> None:
        super().__init__(tr("Settings"), parent)
        self._services = services
        self._power_available = power_available
        self._account = services.account
        self._open_key = open_key
        self._build_parts()
        self._build_layout()
        self._connect()
        self._show_settings()
        self._show_account()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.show_ended = QCheckBox(tr("Show ended sessions"))
        self.tell_when_done = QCheckBox(tr("Tell me when something is done"))
        tip = tr(
            "Only while another program has the focus, and only for tasks that took more than "
            "20 seconds."
        )
        self.tell_when_done.setToolTip(tip)
        self.tell_when_done.setAccessibleDescription(tip)
        self.before_sleep = QComboBox()
        for text, value in sleep_choices():
            self.before_sleep.addItem(text, value)
        self.before_sleep.setEnabled(self._power_available)
        self.at_once = QSpinBox()
        self.at_once.setRange(BROWSERS_AT_ONCE.start, BROWSERS_AT_ONCE.stop - 1)
        self.at_once.setKeyboardTracking(False)
        self.at_once.setFixedWidth(72)
        self.at_once.lineEdit().setTextMargins(6, 0, 0, 0)
        self.now_fewer = make_label(role="dim")
        self.folder = LineEdit()
        self.folder.setReadOnly(True)
        self.folder.setText(self._services.keep_folder)
        self.copy_button = make_button(tr("Copy"))
        self.dialect_box = QComboBox()
        for data in (None, *Dialect):
            self.dialect_box.addItem("" if data is None else dialect_name(data), data)
        self.dialect_note = make_label(role="dim", wrap=True)
        self.base_url = LineEdit(enter_moves_on=False)
        self.apply_button = make_button(tr("Apply"))
        self.key_state = make_label(wrap=True)
        self.key_outcome = make_label(role="dim", wrap=True)
        self.change_key_button = make_button(tr("Change key…"))
        self.test_key_button = make_button(tr("Test key"))
        self.remove_key_button = make_button(tr("Remove key"), "danger")
        self.close_button = make_button(tr("Close"))

    def _build_layout(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Settings"))
        self.tabs.addTab(self._general_page(), tr("General"))
        self.tabs.addTab(self._account_page(), tr("Account"))
        self.body.addWidget(self.tabs, 1)
        self.add_buttons(None, self.close_button)
        self.setMinimumSize(600, 340)

    def _general_page(self) -> QWidget:
        grid = FieldGrid()
        note = tr(
            "Tasks with their texts, results and session ids are kept here, readable by your user "
            "alone. The API key is not."
        )
        grid.add_field(tr("Data folder"), self.folder, self.copy_button, note=note)
        sleep = tr(
            "Idle and paused sessions cost money while it sleeps. Those at work always stay open."
        )
        if not self._power_available:
            sleep = tr("This computer does not say when it is about to sleep.")
        grid.add_field(tr("Before this computer sleeps"), self.before_sleep, note=sleep)
        grid.setVerticalSpacing(18)
        boxes = make_column(self.show_ended, self.tell_when_done)
        return _page(make_column(boxes, grid, None, gap=16))

    def _account_page(self) -> QWidget:
        grid = FieldGrid()
        note = tr("Your key is sent only here. Every address has a key of its own.")
        if self._services.demo:
            note = tr("The demo has an address, a key and a dialect of its own.")
        self._no_address = grid.add_field(
            tr("Service"), self.base_url, self.apply_button, note=note
        )
        self._dialect_doubt = grid.add_field(tr("Service dialect"), self.dialect_box)
        grid.add_below(self.dialect_note)
        at_once = tr(
            "The service allows 5 on most accounts. If it says no, the program lowers this by "
            "itself until one ends."
        )
        grid.add_field(tr("Browsers at once"), self.at_once, self.now_fewer, note=at_once)
        buttons = make_row(
            self.change_key_button, self.test_key_button, self.remove_key_button, None
        )
        key = make_column(self.key_state, buttons, self.key_outcome)
        row = grid.rowCount()
        grid.addWidget(make_label(tr("API key")), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(key, row, 1)
        grid.setVerticalSpacing(18)
        return _page(make_column(grid, None))

    def _connect(self) -> None:
        self.show_ended.toggled.connect(self._change_show_ended)
        self.tell_when_done.toggled.connect(self._change_tell_when_done)
        self.before_sleep.currentIndexChanged.connect(self._change_before_sleep)
        self.at_once.valueChanged.connect(self._change_at_once)
        self.dialect_box.currentIndexChanged.connect(self._change_dialect)
        self._services.queue.changed.connect(self._show_limit)
        self.copy_button.clicked.connect(self._copy_folder)
        self.apply_button.clicked.connect(self._apply_address)
        self.base_url.returnPressed.connect(self._apply_address)
        self.base_url.textChanged.connect(self._no_address.clear)
        self.change_key_button.clicked.connect(self._open_key)
        self.test_key_button.clicked.connect(self._test_key)
        self.remove_key_button.clicked.connect(self._remove_key)
        self.close_button.clicked.connect(self.reject)
        self._account.changed.connect(self._show_account)
        self._services.settings.changed.connect(self._show_settings)

    # -- showing -----------------------------------------------------------------------------

    def ask(self) -> None:
        """Show it."""
        self.present(self.tabs)

    def _show_settings(self) -> None:
        value = self._services.settings.value
        self.show_ended.setChecked(value.show_ended)
        self.tell_when_done.setChecked(value.tell_when_done)
        self.before_sleep.setCurrentIndex(max(0, self.before_sleep.findData(value.before_sleep)))
        if not self.at_once.hasFocus():
            self.at_once.setValue(value.browsers_at_once)
        self._show_limit()

    def _show_limit(self) -> None:
        """How many it really are, while the service allows fewer."""
        now, wanted = self._services.queue.limit, self._services.settings.value.browsers_at_once
        text = tr("At the moment {n}: the service refused more.", n=now) if now < wanted else ""
        self.now_fewer.setText(text)

    def _show_account(self) -> None:
        account = self._account
        if not self.base_url.isModified():
            self.base_url.setText(account.base_url)
        self._show_dialect()
        self.key_state.setText(key_state_text(account))
        self.key_outcome.setText(check_text(account.last_check))
        ready = account.state is KeyState.READY
        self.test_key_button.setEnabled(ready)
        self.remove_key_button.setEnabled(ready and not account.from_environment)
        fixed = (self.base_url, self.apply_button, self.change_key_button, self.dialect_box)
        for widget in fixed:
            widget.setEnabled(not self._services.demo)
        if self._services.demo:
            self.remove_key_button.setEnabled(False)

    def _show_dialect(self) -> None:
        account, settings = self._account, self._services.settings
        preset = service_name(dialect_of_host(account.host))
        self.dialect_box.setItemText(0, tr("By the address ({service})", service=preset))
        with QSignalBlocker(self.dialect_box):
            self.dialect_box.setCurrentIndex(self.dialect_box.findData(account.chosen_dialect))
        self._dialect_doubt.show_doubt(dialect_doubt(account.dialect, account.host))
        is_kept = keeps_dialect(settings, account) or self._services.demo
        note = dialect_note(is_for_run=account.is_dialect_for_run, is_kept=is_kept)
        self.dialect_note.setText(note)
        if self.isVisible():
            self.fit(only_grow=True)

    # -- doing -------------------------------------------------------------------------------

    def _change_dialect(self) -> None:
        choose_dialect(self._services.settings, self._account, self.dialect_box.currentData())

    def _change_show_ended(self, shown: bool) -> None:
        if self._services.settings.value.show_ended != shown:
            self._services.settings.change(show_ended=shown)

    def _change_tell_when_done(self, told: bool) -> None:
        if self._services.settings.value.tell_when_done != told:
            self._services.settings.change(tell_when_done=told)

    def _change_before_sleep(self) -> None:
        value = self.before_sleep.currentData()
        if self._services.settings.value.before_sleep != value:
            self._services.settings.change(before_sleep=value)

    def _change_at_once(self, n: int) -> None:
        if self._services.settings.value.browsers_at_once != n:
            self._services.settings.change(browsers_at_once=n)

    def _copy_folder(self) -> None:
        QGuiApplication.clipboard().setText(self._services.keep_folder)

    def _apply_address(self) -> None:
        self._services.scope.spawn("set address", self._apply_address_now(), exclusive=True)

    async def _apply_address_now(self) -> None:
        try:
            await self._account.set_base_url(self.base_url.text())
        except BadAddressError as error:
            self._no_address.show_text(address_text(error.problem))
            self.fit(only_grow=True)
            self.base_url.setFocus()
            return
        if not keeps_dialect(self._services.settings, self._account):
            # Neither what was chosen for the address before nor what the command line says.
            chosen = None if self._account.is_dialect_for_run else self._account.chosen_dialect
            self._services.settings.change(base_url=self._account.base_url, dialect=chosen or "")
        self.base_url.setModified(False)
        self._show_account()

    def _test_key(self) -> None:
        self.key_outcome.setText(tr("Asking the service …"))
        self._services.scope.spawn("test key", self._test_key_now(), exclusive=True)

    async def _test_key_now(self) -> None:
        await self._account.check()

    def _remove_key(self) -> None:
        self._services.scope.spawn("remove key", self._remove_key_now(), exclusive=True)

    async def _remove_key_now(self) -> None:
        result = await self._account.remove()
        self.key_outcome.setText(removed_text(result))

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self._show_settings()
        self._show_account()
        super().showEvent(event)


def sleep_choices() -> tuple[tuple[str, str], ...]:
    """What to do before the computer sleeps: words, and the value in the settings."""
    return (
        (tr("Leave sessions open"), LEAVE),
        (tr("Terminate idle and paused ones"), TERMINATE_IDLE),
    )


def _page(layout: QVBoxLayout) -> QWidget:
    page = QWidget()
    layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
    page.setLayout(layout)
    return page
