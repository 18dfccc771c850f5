"""The exports feature: *Export…* in the menu of the program and in that of the selected tasks."""

from enigma_panel.features.exports.exporter import Exporter
from enigma_panel.features.exports.exports import Exports
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.actions import make_action

tr = Translations("Export")


def install(host: Host) -> None:
    """Make the service, and the commands that lead to it."""
    add_commands(host, Exports(host.services.store, host.services.redactor))


def add_commands(host: Host, exports: Exports) -> None:
    window, text, tip = host.window, tr("Export…"), tr("Saves tasks to a file.")
    exporter, tasks = Exporter(host.services, exports, window), window.selection.tasks
    shown = make_action(window, text, lambda: exporter.ask(tasks.rows.keys()), tip=tip)
    selected = make_action(window, text, lambda: exporter.ask(tasks.selected_keys()), tip=tip)
    window.add_command(shown, in_menu=True)
    window.menus.add_for_tasks(selected)


EXPORTS = Feature(name="exports", install=install)
