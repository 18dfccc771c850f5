"""The deletion feature: *Delete…* in the menu of tasks."""

from functools import partial

from enigma_panel.features.deletion.deletions import Deletions
from enigma_panel.features.deletion.dialog import DeletionDialog
from enigma_panel.features.feature import Feature, Host
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.actions import make_action

tr = Translations("Deletion")


def install(host: Host) -> None:
    """Make the service, and add the command that leads to it."""
    services = host.services
    add_command(host, Deletions(services.store, services.task_search, services.clock))


def add_command(host: Host, deletions: Deletions) -> None:
    selection = host.window.selection
    delete = make_action(
        selection.tasks,
        tr("Delete…"),
        partial(_ask, host, deletions),
        tip=tr("Deletes ended tasks for good (asks first)."),
        shortcut="Shift+Del",
        within=True,
    )

    def enable(_diff: object = None) -> None:
        """Whether one of the tasks that are selected and shown may go."""
        keys, shown = selection.subject.tasks, selection.tasks.selected_count()
        delete.setEnabled(bool(keys and shown) and deletions.may_delete_any(keys))

    selection.selection_changed.connect(enable)
    host.services.sessions.changed.connect(enable)
    enable()
    host.window.menus.add_for_tasks(delete)


def _ask(host: Host, deletions: Deletions) -> None:
    window = host.window
    make = partial(DeletionDialog, host.services, deletions, window.app_actions, window)
    keys = window.selection.tasks.selected_keys()
    if keys:
        host.dialogs.once(DeletionDialog, make).ask(keys)


DELETION = Feature(name="deletion", install=install)
