"""The help feature: *Help* in the menu, F1, and a "?" in the sheets that have a page about them."""

from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.help.sheet import HelpSheet
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.actions import make_action
from enigma_panel.ui.widgets.basics import make_tool
from enigma_panel.ui.widgets.dialog import Sheet

tr = Translations("Help")


def install(host: Host) -> None:
    window, dialogs = host.window, host.dialogs
    menu = window.main_menu

    def make_sheet() -> HelpSheet:
        return HelpSheet(window, (menu.folder, menu.diagnostics))

    def open_page(name: str = "") -> None:
        dialogs.once(HelpSheet, make_sheet).ask(name)

    def open_fitting() -> None:
        """Open the page about the sheet that stands there."""
        sheets = window.findChildren(Sheet)
        open_page(next((one.help_page for one in sheets if one.isVisible() and one.help_page), ""))

    def add_button(sheet: object) -> None:
        if isinstance(sheet, Sheet) and sheet.help_page:
            button = make_tool(tr("Help (F1)"))
            button.setText("?")
            button.setAccessibleName(tr("Help"))
            button.clicked.connect(lambda: open_page(sheet.help_page))
            sheet.head.insertWidget(sheet.head.count() - 1, button)

    opener = make_action(window, tr("Help"), open_fitting, shortcut="F1")
    window.add_command(opener)
    menu.menu.insertAction(menu.shortcuts, opener)
    dialogs.dialog_made.connect(add_button)
    for sheet in window.findChildren(Sheet):
        add_button(sheet)


HELP = Feature(name="help", install=install)
