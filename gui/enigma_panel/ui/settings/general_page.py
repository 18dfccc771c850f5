"""Settings, page General: what is shown, what is told, and where the data is."""

from typing import Protocol

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox

from enigma_panel.services.container import Services
from enigma_panel.services.types import LEAVE, TERMINATE_IDLE
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import MARGIN, FieldGrid, NoticeLabel, make_button, make_column
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Settings")


class Autostart(Protocol):
    """Whether the desktop starts the program when the person logs in; see desktop.autostart."""

    def is_on(self) -> bool:
        """Whether it does."""
        ...

    def turn(self, *, on: bool) -> None:
        """Have it do so, or not. Raises OSError."""
        ...


class GeneralPage(SettingsPage):
    """The page. Choices hold at once.

    power_available: whether this computer says when it is about to sleep. autostart: None where the
    desktop starts nothing at a log-in.
    """

    def __init__(
        self,
        services: Services,
        *,
        power_available: bool = True,
        autostart: Autostart | None = None,
    ) -> None:
        super().__init__()
        self._autostart = autostart
        self._settings = services.settings
        self._folder = services.keep_folder
        self._build_parts(power_available=power_available)
        self._build_layout(power_available=power_available)
        self._connect()
        self.refresh()

    def _build_parts(self, *, power_available: bool) -> None:
        self.start_at_login = QCheckBox(tr("Start when I log in"))
        self.start_at_login.setVisible(self._autostart is not None)
        self.problem = NoticeLabel()
        self.before_sleep = QComboBox()
        for text, value in sleep_choices():
            self.before_sleep.addItem(text, value)
        self.before_sleep.setEnabled(power_available)
        self.folder = LineEdit()
        self.folder.setReadOnly(True)
        self.folder.setText(self._folder)
        self.copy_button = make_button(tr("Copy"))

    def _build_layout(self, *, power_available: bool) -> None:
        grid = FieldGrid()
        note = tr("The ledger: tasks, results and session IDs. Only you can read it.")
        grid.add_field(tr("Data folder"), self.folder, self.copy_button, note=note)
        sleep = tr("Idle and paused sessions cost money during sleep. Running ones stay open.")
        if not power_available:
            sleep = tr("Not possible: this computer does not announce sleep.")
        grid.add_field(tr("Before this computer sleeps"), self.before_sleep, note=sleep)
        grid.setVerticalSpacing(18)
        boxes = make_column(self.start_at_login, self.problem)
        layout = make_column(boxes, grid, None, gap=16)
        layout.setContentsMargins(0, MARGIN, 0, 0)
        self.setLayout(layout)

    def _connect(self) -> None:
        self.start_at_login.toggled.connect(self._change_start_at_login)
        self.before_sleep.currentIndexChanged.connect(self._change_before_sleep)
        self.copy_button.clicked.connect(self._copy_folder)
        self._settings.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what holds now."""
        value = self._settings.value
        self._show_start_at_login()
        self.before_sleep.setCurrentIndex(max(0, self.before_sleep.findData(value.before_sleep)))

    def _show_start_at_login(self) -> None:
        with QSignalBlocker(self.start_at_login):
            self.start_at_login.setChecked(self._autostart is not None and self._autostart.is_on())

    def _change_start_at_login(self, on: bool) -> None:
        if self._autostart is None:
            return
        try:
            self._autostart.turn(on=on)
        except OSError as error:
            reason = error.strerror or tr("no reason given")
            self.problem.show_text(tr("This could not be changed ({reason}).", reason=reason))
        else:
            self.problem.show_text("")
        self._show_start_at_login()

    def _change_before_sleep(self) -> None:
        value = self.before_sleep.currentData()
        if self._settings.value.before_sleep != value:
            self._settings.change(before_sleep=value)

    def _copy_folder(self) -> None:
        QGuiApplication.clipboard().setText(self._folder)


def sleep_choices() -> tuple[tuple[str, str], ...]:
    """What to do before the computer sleeps: words, and the value in the settings."""
    return (
        (tr("Leave sessions open"), LEAVE),
        (tr("Terminate idle and paused ones"), TERMINATE_IDLE),
    )
