"""The dialog Settings: its pages."""

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.account_page import AccountPage
from enigma_panel.ui.settings.appearance_page import AppearancePage
from enigma_panel.ui.settings.general_page import Autostart, GeneralPage
from enigma_panel.ui.settings.history_page import HistoryPage
from enigma_panel.ui.settings.logins_page import LoginsPage
from enigma_panel.ui.settings.questions_page import QuestionsPage
from enigma_panel.ui.widgets.basics import make_button
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Settings")


class SettingsDialog(ModelessDialog):
    """The window. power_available: whether this computer says when it is about to sleep;
    notices_shown: whether the desktop shows notices, as far as is known; tray_shown: whether it has
    a tray. autostart: how it starts the program at a log-in, None where that is not possible."""

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        open_key: Callable[[], None],
        *,
        power_available: bool = True,
        notices_shown: Callable[[], bool] = lambda: True,
        tray_shown: bool = False,
        autostart: Autostart | None = None,
    ) -> None:
        super().__init__(tr("Settings"), parent)
        self.general = GeneralPage(services, power_available=power_available, autostart=autostart)
        self.account = AccountPage(services, open_key)
        self.appearance = AppearancePage(services)
        self.history = HistoryPage(services)
        self.questions = QuestionsPage(services, notices_shown, tray_shown=tray_shown)
        self.logins = LoginsPage(services)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Settings"))
        pages = (
            (tr("General"), self.general),
            (tr("Account"), self.account),
            (tr("Appearance"), self.appearance),
            (tr("History"), self.history),
            (tr("Questions"), self.questions),
            (tr("Logins"), self.logins),
        )
        for title, page in pages:
            scroll = ScrollArea()
            scroll.column.addWidget(page)
            self.tabs.addTab(scroll, title)
        self.close_button = make_button(tr("Close"))
        self.body.addWidget(self.tabs, 1)
        self.add_buttons(None, self.close_button)
        self.setMinimumSize(600, 340)
        self.close_button.clicked.connect(self.reject)
        for page in (self.account, self.history, self.logins):
            page.grown.connect(self._grow)

    def ask(self) -> None:
        """Show it."""
        self.present(self.tabs)

    def _grow(self) -> None:
        if self.isVisible():
            self.fit(only_grow=True)

    def showEvent(self, event: QShowEvent) -> None:
        self.general.refresh()
        self.account.refresh()
        self.questions.refresh()
        self.history.refresh()
        super().showEvent(event)
