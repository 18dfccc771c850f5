"""Actions for queued tasks, and the queue bar with what it shows."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from enigma_panel.core.models import Session, SessionState, Task, shown_state
from enigma_panel.services.container import Services
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.new_task.session_picker import is_at_work
from enigma_panel.ui.tasks.queue_bar import QueueBar, QueueBarAction, QueueState
from enigma_panel.ui.text.account_page import account_page, open_account_page
from enigma_panel.ui.text.waiting import (
    QueueAction,
    offered,
    possible,
    queue_action_label,
    queue_action_tip,
)
from enigma_panel.ui.widgets.actions import make_action
from enigma_panel.ui.widgets.pointer_hold import PointerHold

SHORTCUTS = {
    QueueAction.START_NEXT: "Alt+Home",
    QueueAction.UP: "Alt+Up",
    QueueAction.REMOVE: "Del",
    QueueAction.NEW_SESSION: "",
    QueueAction.EDIT: "",
}


class QueueActions(QObject):
    """The actions for queued tasks; their shortcuts hold while the Tasks table has the focus."""

    def __init__(
        self, services: Services, app_actions: Actions, selection: Selection, hold: PointerHold
    ) -> None:
        super().__init__(selection)
        self._services = services
        self._app_actions = app_actions
        self._selection = selection
        self._hold = hold
        self._shown_for: list[int] = []
        self.bar = QueueBar(self._state, hold)
        self.actions = {verb: self._make(verb) for verb in QueueAction}
        self._connect()
        self.refresh()

    def shown_actions(self) -> list[QAction]:
        """Return the actions for the selected tasks; empty where none of them is queued."""
        self._show_links()
        return [action for action in self.actions.values() if action.isVisible()]

    def refresh(self) -> None:
        """Bring the bar and the actions up to date."""
        self.bar.refresh()
        self._enable()

    # -- inside ------------------------------------------------------------------------------

    def _make(self, verb: QueueAction) -> QAction:
        return make_action(
            self._selection.tasks,
            queue_action_label(verb),
            lambda: self._app_actions.queued(self._selected(), verb),
            tip=queue_action_tip(verb),
            shortcut=SHORTCUTS[verb],
            within=True,
        )

    def _connect(self) -> None:
        self.bar.chosen.connect(self._choose)
        self.bar.remove_asked.connect(
            lambda keys: self._app_actions.queued(keys, QueueAction.REMOVE)
        )
        self._selection.selection_changed.connect(self._enable)
        self._hold.released.connect(self._enable)
        self._selection.queue_throttle.changed.connect(self.refresh)

    def _state(self) -> QueueState:
        queue, sessions = self._services.queue, self._services.sessions
        known = [s for s in map(sessions.session, sessions.session_keys()) if s is not None]
        open_now = [s for s in known if s.occupies_slot]
        all_ask = all(_asks(s, sessions.current_task(s)) for s in open_now)
        return QueueState(
            pause_reason=queue.pause_reason,
            limit=queue.limit,
            entries=queue.entries(),
            error=queue.pause_error,
            asking=len(open_now) if all_ask else 0,
            at_work=sum(is_at_work(sessions, session) for session in known),
            wants_browser=queue.wants_browser,
            has_page=account_page(self._services.account.base_url) is not None,
        )

    def _selected(self) -> list[int]:
        """Return the selected tasks that are queued."""
        queued = {entry.task_key for entry in self._services.queue.entries()}
        keys = self._selection.tasks.selected_keys() if queued else []
        return [key for key in keys if key in queued]

    def _enable(self) -> None:
        keys = self._selected()
        one = self._services.queue.entry(keys[0]) if len(keys) == 1 else None
        able = frozenset({QueueAction.REMOVE}) if len(keys) > 1 else possible(one)
        for verb, action in self.actions.items():
            action.setEnabled(verb in able)
        if not self._hold.is_held or self._selection.tasks.selected_keys() != self._shown_for:
            self._show_links()

    def _show_links(self) -> None:
        """Show the actions that suit the selection.

        A start changes them by itself: not while somebody aims at one.
        """
        keys = self._selected()
        one = self._services.queue.entry(keys[0]) if len(keys) == 1 else None
        shown = frozenset({QueueAction.REMOVE}) if len(keys) > 1 else offered(one)
        for verb, action in self.actions.items():
            action.setVisible(verb in shown)
        self._shown_for = self._selection.tasks.selected_keys()

    def _choose(self, action: QueueBarAction) -> None:
        queue = self._services.queue
        match action:
            case QueueBarAction.ANSWER:
                self._app_actions.dialogs.open_question(None)
            case QueueBarAction.GO_ON:
                queue.go_on()
            case QueueBarAction.TRY_NOW:
                queue.try_now()
            case QueueBarAction.FUNDS_ADDED:
                queue.funds_added()
            case QueueBarAction.ADD_FUNDS:
                open_account_page(self._services.account.base_url)
            case QueueBarAction.ENTER_KEY:
                self._app_actions.dialogs.open_key()
            case QueueBarAction.SETTINGS:
                self._app_actions.dialogs.open_settings()


def _asks(session: Session, task: Task | None) -> bool:
    """Return whether a session waits for an answer that was not given yet."""
    asks = shown_state(session, task) is SessionState.ASKS
    return asks and task is not None and task.answered_ms is None
