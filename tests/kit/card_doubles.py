"""Services for cards and notices: the window's doubles, and acts that are only noted."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from enigma_panel.services.types import Diff, PauseReason, QueueEntry, WaitReason
from tests.kit import doubles

NOW = doubles.NOW


def set_asking(services: Any, *keys: int) -> None:
    """The service has not answered about these yet."""
    sessions = services.sessions
    changed = sessions.asking.symmetric_difference(keys)
    sessions.asking = set(keys)
    sessions.changed.emit(Diff(sessions=frozenset(changed)))


def set_line(
    services: Any, waiting: int, pause_reason: PauseReason = PauseReason.NONE, limit: int = 5
) -> None:
    """So many tasks wait in line."""
    services.queue.limit = limit
    entries = [
        QueueEntry(task_key=900 + n, position=n + 1, why=WaitReason.TURN) for n in range(waiting)
    ]
    services.queue.set(*entries, pause_reason=pause_reason)


class Acts(QObject):
    """Notes what the card or the notices want done."""

    trouble = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []
        self.dialogs = doubles.Dialogs()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments: self.calls.append((name, *arguments))
