"""The menu of the program, at the right end of the top bar, and the windows that it opens."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from enigma_panel.services.container import Services
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.pages import account_page
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.widgets.actions import make_action, rename_action
from enigma_panel.ui.widgets.menu import Menu

if TYPE_CHECKING:
    from enigma_panel.ui.main_menu.about import AboutDialog
    from enigma_panel.ui.main_menu.command_list import GetGroups
    from enigma_panel.ui.main_menu.commands import CommandPalette
    from enigma_panel.ui.main_menu.shortcuts import ShortcutsDialog

tr = Translations("Menu")


class MainMenu(QObject):
    """The menu with all its actions. groups: the window's; all_groups: with context menus'."""

    def __init__(
        self,
        owner: QWidget,
        services: Services,
        app_actions: Actions,
        groups: "GetGroups",
        all_groups: "GetGroups",
        *,
        copy_diagnostics: Callable[[], None],
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._services = services
        self._groups = groups
        self._all_groups = all_groups
        self.menu = Menu(owner)
        self.menu.setAccessibleName(tr("Menu"))
        self.button: QWidget | None = None
        self.opener = make_action(owner, tr("Menu"), self.show, shortcut="F10")
        self.shortcuts = make_action(
            owner, tr("Keyboard shortcuts"), self._show_shortcuts, shortcut="Ctrl+?"
        )
        self.commands = make_action(owner, tr("Commands"), self._show_commands, shortcut="Ctrl+K")
        self.account_page = make_action(owner, tr("Account page"), app_actions.open_account_page)
        self.diagnostics = make_action(owner, tr("Copy diagnostics"), copy_diagnostics)
        self.folder = make_action(
            owner,
            tr("Open data folder"),
            lambda: app_actions.open_folder(Path(services.keep_folder)),
        )
        self.quiet = make_action(
            owner,
            tr("Quiet for 30 minutes"),
            self._turn_quiet,
            tip=tr("Questions come up only in their last minute."),
        )
        self.quiet.setCheckable(True)
        self.ended = make_action(
            owner,
            tr("Show ended sessions"),
            lambda: services.settings.change(show_ended=self.ended.isChecked()),
            tip=tr("Lists them below the open ones."),
            shortcut="Ctrl+H",
        )
        self.ended.setCheckable(True)
        self.folder.setVisible(not services.demo)  # the demo's is thrown away
        self.about = make_action(owner, tr("About"), self._show_about)
        services.account.changed.connect(self._follow_account)
        services.urgency.changed.connect(self._show_quiet)
        services.settings.changed.connect(self._follow_settings)
        self._follow_account()
        self._follow_settings()

    def fill(self, *groups: list[QAction]) -> None:
        """Put these actions into the menu, a line between two groups."""
        for group in groups:
            self.menu.addActions(group)
            if group is not groups[-1]:
                self.menu.addSeparator()

    def show(self) -> None:
        self._show_quiet()
        at = QPoint(0, 0)
        if self.button is not None:
            width = self.menu.sizeHint().width()
            corner = self.button.rect().bottomRight() - QPoint(width - 1, -2)
            at = self.button.mapToGlobal(corner)
        self.menu.popup(at)
        if self.button is None or not self.button.underMouse():  # opened by a key
            self.menu.setActiveAction(self.menu.actions()[0])

    @cached_property
    def _shortcuts_dialog(self) -> "ShortcutsDialog":
        from enigma_panel.ui.main_menu.shortcuts import ShortcutsDialog  # noqa: PLC0415 - small

        return ShortcutsDialog(self._owner, self._groups)

    @cached_property
    def _palette(self) -> "CommandPalette":
        from enigma_panel.ui.main_menu.commands import CommandPalette  # noqa: PLC0415 - small

        without = (self.opener, self.commands)
        return CommandPalette(self._owner, self._all_groups, without)

    @cached_property
    def _about_dialog(self) -> "AboutDialog":
        from enigma_panel.ui.main_menu.about import AboutDialog  # noqa: PLC0415 - small

        return AboutDialog(self._owner, self._services)

    def _show_shortcuts(self) -> None:
        self._shortcuts_dialog.ask()

    def _show_commands(self) -> None:
        self._palette.ask()

    def _show_about(self) -> None:
        self._about_dialog.ask()

    def _turn_quiet(self) -> None:
        self._services.urgency.be_quiet(quiet=self._services.urgency.quiet_until_ms is None)

    def _show_quiet(self) -> None:
        until_ms = self._services.urgency.quiet_until_ms
        text = tr("Quiet for 30 minutes")
        if until_ms is not None:
            text = tr("Quiet until {time}", time=local_time(until_ms))
        self.quiet.setChecked(until_ms is not None)
        rename_action(self.quiet, text)

    def _follow_settings(self) -> None:
        self.ended.setChecked(self._services.settings.value.show_ended)

    def _follow_account(self) -> None:
        page = account_page(self._services.account.base_url)
        self.account_page.setVisible(page is not None)
