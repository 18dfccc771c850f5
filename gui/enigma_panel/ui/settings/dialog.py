"""The sheet Settings: its pages."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.types import DARK, LIGHT, SYSTEM
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.account_page import AccountPage
from enigma_panel.ui.settings.fields import SettingChoice
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import FieldGrid, TabBar
from enigma_panel.ui.widgets.dialog import PADDING, Sheet
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Settings")


class SettingsPart(Struct, frozen=True, kw_only=True):
    """What a feature adds to the settings. page: the title of the page that it goes to, which it
    makes where there is none."""

    page: str
    make: Callable[[], QWidget]


class SettingsDialog(Sheet):
    """The sheet. parts: those of the features."""

    help_page = "data"

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        open_key: Callable[[], None],
        parts: Sequence[SettingsPart] = (),
    ) -> None:
        super().__init__(tr("Settings"), parent, width=680)
        colours = (tr("Follow the system"), SYSTEM), (tr("Light"), LIGHT), (tr("Dark"), DARK)
        self.appearance = SettingChoice(services.settings, "appearance", colours)
        self.account = AccountPage(services, open_key)
        self.tabs = QTabWidget()
        self.tabs.setTabBar(TabBar())
        self.tabs.setAccessibleName(tr("Settings"))
        self._columns: dict[str, QVBoxLayout] = {}
        self._add(tr("General"), self._general())
        self._add(tr("Account"), self.account)
        for part in parts:
            self._add(part.page, part.make())
        for column in self._columns.values():
            column.addStretch(1)
        grids = self.tabs.findChildren(FieldGrid)
        width = max(grid.label_width() for grid in grids)
        for grid in grids:  # so that all fields begin at one edge
            grid.setColumnMinimumWidth(0, width)
        self.body.setContentsMargins(0, 0, 0, PADDING)  # the line below the tabs is as wide as it
        self.body.addWidget(self.tabs, 1)

    def ask(self) -> None:
        self.present()

    def _general(self) -> QWidget:
        page, grid = QWidget(), FieldGrid()
        grid.add_field(tr("Appearance"), self.appearance)
        page.setLayout(grid)
        return page

    def _add(self, title: str, page: QWidget) -> None:
        if title not in self._columns:
            scroll = ScrollArea()
            scroll.column.setContentsMargins(PADDING, PADDING, PADDING, 0)
            scroll.column.setSpacing(18)
            self.tabs.addTab(scroll, title)
            self._columns[title] = scroll.column
        self._columns[title].addWidget(page)
        if isinstance(page, SettingsPage):
            page.grown.connect(self._grow)

    def _grow(self) -> None:
        if self.isVisible():
            self.fit(only_grow=True)

    def showEvent(self, event: QShowEvent) -> None:
        for page in self.findChildren(SettingsPage):
            page.refresh()
        super().showEvent(event)
