"""The selection of both tables, and what Details shows of it."""

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from enigma_panel.core.models import UNOPENED_PHASES
from enigma_panel.services.container import Services
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.types import Diff
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.sessions.model import SessionsModel
from enigma_panel.ui.sessions.table import SessionsTable
from enigma_panel.ui.tasks.model import TasksModel
from enigma_panel.ui.tasks.table import TasksTable
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table import KeyedTable

LIGHT_S = 0.008
"""A refresh that takes less is no burden; half a frame."""
REST = 4
"""After a longer one there is rest for so many times as long."""


class Selection(QObject):
    """The two models with their tables, and what follows from a selection."""

    selection_changed = Signal()
    details_wanted = Signal()

    def __init__(
        self,
        services: Services,
        app_actions: Actions,
        details: Details,
        hold: PointerHold,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._app_actions = app_actions
        self._details = details
        clock = services.clock
        self.session_rows = SessionsModel(services.sessions, services.live, clock, hold, self)
        self.task_rows = TasksModel(services.sessions, services.queue, clock, hold, self)
        self.queue_throttle = QueueThrottle(services.queue, self)
        self.sessions = SessionsTable(self.session_rows, app_actions, hold)
        self.tasks = TasksTable(self.task_rows, hold)
        self._connect()

    def show_session(self, key: int) -> None:
        """Select that session; one that has left the table is shown in Details alone."""
        if not self.sessions.select_key(key):
            self._details.show_session(key)
        self.details_wanted.emit()

    def show_task(self, key: int | None) -> None:
        """Select that task."""
        if key is not None:
            self.tasks.select_key(key)
            self.details_wanted.emit()

    def open_result(self, key: int) -> None:
        """Select that task, have Details show it, take it as seen, whatever was selected before."""
        self.details_wanted.emit()
        was_selected = self.tasks.selected_keys() == [key]
        has_row = self.tasks.select_key(key)
        if was_selected or not has_row:
            self._details.show_task(key)
            self._lead(self.tasks)
        self.tasks.setFocus()
        self._app_actions.mark_seen([key])
        if has_row:  # Details may take its place from the table a moment later
            QTimer.singleShot(0, self._scroll_to_result)

    def can_show_session(self, key: int) -> bool:
        """Whether anything is known of it; one that was never opened is nothing to show."""
        session = self._services.sessions.session(key)
        return session is not None and session.phase not in UNOPENED_PHASES

    def rename(self, key: int) -> None:
        """Edit the session's name in its row."""
        self.sessions.rename(key)

    def rename_selected(self) -> None:
        """F2."""
        keys = self.sessions.selected_keys()
        if len(keys) == 1:
            self.rename(keys[0])

    def tick(self) -> None:
        """A second went by: only visible rows change."""
        self.session_rows.tick(self.sessions.visible_rows())
        self.task_rows.tick(self.tasks.visible_rows())
        self._details.tick()

    def _connect(self) -> None:
        self.sessions.selected.connect(self._follow_sessions)
        self.tasks.selected.connect(self._follow_tasks)
        self.tasks.looked_at.connect(self._see_selected)
        self.sessions.verb_clicked.connect(lambda key, verb: self._app_actions.command([key], verb))
        self.sessions.undo_clicked.connect(lambda key: self._app_actions.undo([key]))
        self.sessions.tabbed_to.connect(self._follow_sessions)
        self.tasks.tabbed_to.connect(self._follow_tasks)
        self.queue_throttle.changed.connect(self.task_rows.follow_queue)
        self.queue_throttle.changed.connect(self._follow_queue)
        self.session_rows.renamed.connect(self._app_actions.rename)
        self._services.sessions.changed.connect(self._take)

    def _take(self, diff: Diff) -> None:
        self._details.apply_diff(diff.sessions, diff.tasks)
        if diff.tasks and self.tasks.isActiveWindow():
            self._see_selected()

    def _follow_sessions(self) -> None:
        keys = self.sessions.selected_keys()
        self.session_rows.set_pinned(frozenset(keys))
        if keys:
            self._details.show_session(keys[0])
            self._lead(self.sessions)
        elif self.tasks.selected_keys():
            self._show_tasks()
        self.selection_changed.emit()

    def _follow_tasks(self) -> None:
        keys = self.tasks.selected_keys()
        if keys:
            self._show_tasks()
            self._app_actions.mark_seen(keys)
        elif self.sessions.selected_keys():
            self._details.show_session(self.sessions.selected_keys()[0])
            self._lead(self.sessions)
        self.selection_changed.emit()

    def _show_tasks(self) -> None:
        self._details.show_task(self.tasks.selected_keys()[0])
        self._lead(self.tasks)

    def _lead(self, table: KeyedTable) -> None:
        """Details speaks of what is selected here."""
        for one in (self.sessions, self.tasks):
            one.set_lead(one is table)

    def _scroll_to_result(self) -> None:
        self.tasks.scrollTo(self.tasks.currentIndex())

    def _follow_queue(self) -> None:
        self._details.tick()
        self.selection_changed.emit()

    def _see_selected(self) -> None:
        """A result that comes in while its row is selected is new until the window is in use."""
        self._app_actions.mark_seen(self.tasks.selected_keys())


class QueueThrottle(QObject):
    """`changed` follows the queue's own at once, unless showing it takes long: then more rarely."""

    changed = Signal()

    def __init__(self, queue: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waits = False
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._rested)
        queue.changed.connect(self._follow_queue)

    def _follow_queue(self) -> None:
        if self._rest.isActive():
            self._waits = True
        else:
            self._emit()

    def _emit(self) -> None:
        self._waits = False
        began = perf_counter()
        self.changed.emit()
        spent = perf_counter() - began
        if spent > LIGHT_S:
            self._rest.start(round(spent * REST * 1000))

    def _rested(self) -> None:
        if self._waits:
            self._emit()
