"""Actions for queued tasks."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from enigma_panel.services.container import Services
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.text.waiting import (
    QueueAction,
    offered,
    possible,
    queue_action_label,
    queue_action_tip,
)
from enigma_panel.ui.widgets.actions import make_action

SHORTCUTS = {
    QueueAction.START_NEXT: "Alt+Home",
    QueueAction.UP: "Alt+Up",
    QueueAction.REMOVE: "Del",
}


class QueueActions(QObject):
    """The actions for queued tasks; their shortcuts hold while the Tasks table has the focus."""

    def __init__(self, services: Services, app_actions: Actions, selection: Selection) -> None:
        super().__init__(selection)
        self._services = services
        self._app_actions = app_actions
        self._selection = selection
        self.actions = {verb: self._make(verb) for verb in QueueAction}
        selection.selection_changed.connect(self._enable)  # the queue's changes among them
        self._enable()

    def shown_actions(self) -> list[QAction]:
        """Return the actions for the selected tasks; empty where none of them is queued."""
        self._enable()
        return [action for action in self.actions.values() if action.isVisible()]

    # -- inside ------------------------------------------------------------------------------

    def _make(self, verb: QueueAction) -> QAction:
        return make_action(
            self._selection.tasks,
            queue_action_label(verb),
            lambda: self._app_actions.queued(self._selected(), verb),
            tip=queue_action_tip(verb),
            shortcut=SHORTCUTS.get(verb, ""),
            within=True,
        )

    def _selected(self) -> list[int]:
        queued = {entry.task_key for entry in self._services.queue.entries()}
        keys = self._selection.tasks.selected_keys() if queued else []
        return [key for key in keys if key in queued]

    def _enable(self) -> None:
        keys = self._selected()
        one = self._services.queue.entry(keys[0]) if len(keys) == 1 else None
        several = frozenset({QueueAction.REMOVE}) if len(keys) > 1 else None
        able, shown = several or possible(one), several or offered(one)
        for verb, action in self.actions.items():
            action.setEnabled(verb in able)
            action.setVisible(verb in shown)
