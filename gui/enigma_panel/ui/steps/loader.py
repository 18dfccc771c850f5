"""Loads the steps of one task into their model, and new ones at once."""

from PySide6.QtCore import QObject, Signal

from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.types import LedgerError, Step
from enigma_panel.ui.steps.model import StepsModel

MOST = 11_000
"""Most steps that are shown, the newest: no task has as many in its five minutes."""


class StepsLoader(QObject):
    """Loads a task's steps. changed: it reads, has read, or failed to."""

    changed = Signal()

    def __init__(
        self, timeline: Timeline, scope: TaskScope, model: StepsModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.task_key: int | None = None
        self.has_failed = False
        self.is_reading = False
        self._timeline = timeline
        self._scope = scope
        self._model = model
        self._turn = 0
        timeline.grown.connect(self._add_new)

    def turn_to(self, task_key: int | None) -> None:
        """Show another task's steps; later answers about the one before are ignored."""
        self._turn += 1
        self.task_key = task_key
        self.has_failed = False
        self.is_reading = task_key is not None
        self._model.clear()
        if task_key is not None:
            self._scope.spawn(f"steps of task {task_key}", self._fetch(self._turn, task_key))
        self.changed.emit()

    # -- inside --------------------------------------------------------------------------------

    async def _fetch(self, turn: int, task_key: int) -> None:
        steps: list[Step] = []
        has_failed = False
        try:
            steps = await self._timeline.steps(task_key, MOST)
        except LedgerError:
            has_failed = True
        if turn == self._turn:
            self._model.add(steps, older=True)
            self.is_reading, self.has_failed = False, has_failed
            self.changed.emit()

    def _add_new(self, task_key: int, steps: list[Step]) -> None:
        if task_key == self.task_key:
            self._model.add(steps)
