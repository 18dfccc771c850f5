"""Loads the steps of one task into their model: the newest, all when asked, new ones at once."""

import asyncio

from PySide6.QtCore import QObject, Signal

from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.types import LedgerError, Step
from enigma_panel.ui.steps.model import StepsModel

NEWEST = 500
"""How many steps are read when a task is first shown."""
ALL = 11_000
"""Most steps that are shown: no task has as many in its five minutes, at 20 a second."""
CHUNK = 250
"""How many rows go into the list at a time; the window stays responsive in between."""


class StepsLoader(QObject):
    """Loads a task's steps. changed: it reads, has read, failed to, or there is more."""

    changed = Signal()

    def __init__(
        self,
        timeline: Timeline,
        scope: TaskScope,
        model: StepsModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.task_key: int | None = None
        self.has_older = False
        self.has_failed = False
        self._timeline = timeline
        self._scope = scope
        self._model = model
        self._turn = 0
        self._limit = 0  # how many are being read
        timeline.grown.connect(self._add_new)

    @property
    def is_reading(self) -> bool:
        """Whether steps that were asked for are not in the list yet."""
        return self._limit > 0

    @property
    def is_reading_all(self) -> bool:
        return self._limit == ALL

    def turn_to(self, task_key: int | None) -> None:
        """Show another task's steps; later answers about the one before are ignored."""
        self._turn += 1
        self.task_key = task_key
        self.has_older = self.has_failed = False
        self._limit = 0
        self._model.clear()
        if task_key is not None:
            self._read(task_key, NEWEST)
        self.changed.emit()

    def read_all(self) -> None:
        """Read the steps that are older than those shown, too."""
        if self.task_key is not None and self.has_older and not self.is_reading:
            self._read(self.task_key, ALL)
            self.changed.emit()

    # -- inside --------------------------------------------------------------------------------

    def _read(self, task_key: int, limit: int) -> None:
        self._limit = limit
        self._scope.spawn(f"steps of task {task_key}", self._fetch(self._turn, task_key, limit))

    async def _fetch(self, turn: int, task_key: int, limit: int) -> None:
        """Read the steps; one more than wanted is asked for, to learn whether there are more."""
        steps: list[Step] = []
        has_older, has_failed = self.has_older, False
        try:
            steps = await self._timeline.steps(task_key, limit + 1)
            has_older = len(steps) > limit
        except LedgerError:
            has_failed = True
        rest = steps[-limit:]
        while rest and turn == self._turn:
            self._model.add(rest[-CHUNK:], older=True)  # the newest, above what is shown
            del rest[-CHUNK:]
            if rest:
                await asyncio.sleep(0)
        if turn == self._turn:
            self._limit = 0
            self.has_older, self.has_failed = has_older, has_failed
            self.changed.emit()

    def _add_new(self, task_key: int, steps: list[Step]) -> None:
        if task_key == self.task_key:
            self._model.add(steps)
