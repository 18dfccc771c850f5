"""Keeps tables, Details and the person's selection together."""

from PySide6.QtCore import QObject, Signal

from enigma_panel.services.bundle import Services
from enigma_panel.services.views import Diff
from enigma_panel.ui.main.acts import Acts
from enigma_panel.ui.main.details import Details
from enigma_panel.ui.main.sessions_model import SessionsModel
from enigma_panel.ui.main.sessions_table import SessionsTable
from enigma_panel.ui.main.tasks_model import TasksModel
from enigma_panel.ui.main.tasks_table import TasksTable


class Pilot(QObject):
    """The two models with their tables, and what follows from a selection."""

    selection_changed = Signal()
    details_wanted = Signal()

    def __init__(
        self, services: Services, acts: Acts, details: Details, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._acts = acts
        self._details = details
        self.session_rows = SessionsModel(services.fleet, services.clock, self)
        self.task_rows = TasksModel(services.fleet, services.clock, self)
        self.sessions = SessionsTable(self.session_rows, services.fleet)
        self.tasks = TasksTable(self.task_rows)
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

    def can_show_session(self, key: int) -> bool:
        """Whether anything is known of it."""
        return self._services.fleet.session(key) is not None

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
        self.sessions.held.connect(self.session_rows.set_held)
        self.tasks.held.connect(self.task_rows.set_held)
        self.sessions.selected.connect(self._follow_sessions)
        self.tasks.selected.connect(self._follow_tasks)
        self.tasks.looked_at.connect(self._see_selected)
        self.sessions.verb_clicked.connect(lambda key, verb: self._acts.command([key], verb))
        self.session_rows.renamed.connect(self._acts.rename)
        self._services.fleet.changed.connect(self._take)

    def _take(self, diff: Diff) -> None:
        self._details.take(diff.sessions, diff.tasks)
        if diff.tasks and self.tasks.isActiveWindow():
            self._see_selected()

    def _follow_sessions(self) -> None:
        keys = self.sessions.selected_keys()
        self.session_rows.set_pinned(frozenset(keys))
        if keys:
            self._details.show_session(keys[0])
        self.selection_changed.emit()

    def _follow_tasks(self) -> None:
        keys = self.tasks.selected_keys()
        if keys:
            self._details.show_task(keys[0])
            self._acts.mark_seen(keys)
        self.selection_changed.emit()

    def _see_selected(self) -> None:
        """A result that comes in while its row is selected is new until the window is in use."""
        self._acts.mark_seen(self.tasks.selected_keys())
