"""The exports feature: *Export…* in the menu of the program and in that of the selected tasks."""

from functools import partial
from pathlib import Path

from enigma_panel.features.exports.dialog import ExportDialog, Rows
from enigma_panel.features.exports.exports import Exports
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.problems import Notice
from enigma_panel.ui.widgets.actions import make_action

tr = Translations("Export")


def install(host: Host) -> None:
    """Make the service, and the commands that lead to it."""
    add_commands(host, Exports(host.services.store, host.services.redactor))


def add_commands(host: Host, exports: Exports) -> None:
    """Add *Export…* for what is shown and for what is selected."""
    window, text = host.window, tr("Export…")
    shown = make_action(window, text, partial(_open, host, exports))
    selected = make_action(window, text, partial(_open, host, exports, of_selected=True))
    window.add_command(shown, in_menu=True)
    window.menus.for_tasks.append(selected)


def _open(host: Host, exports: Exports, *, of_selected: bool = False) -> None:
    def make() -> ExportDialog:
        table = host.window.selection.tasks
        dialog = ExportDialog(host.services, exports, host.window, table)
        dialog.reported.connect(partial(say, host.window))
        return dialog

    rows = Rows.SELECTED if of_selected else Rows.SHOWN
    host.dialogs.once(ExportDialog, make).ask(rows)


def say(window: MainWindow, text: str, path: Path | None) -> None:
    """Say that an export was made, or, without a file, that it failed while nobody saw it."""
    if path is None:
        window.notices.add(Notice(title=text))
    else:
        show = partial(window.app_actions.show_folder, path)
        window.toast.offer(text, tr("Show in folder"), show)


EXPORTS = Feature(name="exports", install=install)
