"""News of the line at a pace that leaves the window free, however long the line is."""

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from enigma_panel.services.queue.task_queue import TaskQueue

LIGHT_S = 0.008
"""A refresh that takes less is no burden; half a frame."""

REST = 4
"""After a longer one there is rest for so many times as long."""


class QueueChanges(QObject):
    """`changed` follows the line's own at once, unless showing it takes long: then more rarely."""

    changed = Signal()

    def __init__(self, line: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waits = False
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._rested)
        line.changed.connect(self._hear)

    def _hear(self) -> None:
        if self._rest.isActive():
            self._waits = True
        else:
            self._tell()

    def _tell(self) -> None:
        self._waits = False
        began = perf_counter()
        self.changed.emit()
        spent = perf_counter() - began
        if spent > LIGHT_S:
            self._rest.start(round(spent * REST * 1000))

    def _rested(self) -> None:
        if self._waits:
            self._tell()
