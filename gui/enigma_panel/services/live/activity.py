"""Activity of each session's agent: one line of text that stays long enough to be read."""

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.services.clock import Clock
from enigma_panel.services.state.timeline import LIVE_KINDS, WRITE_AFTER_MS
from enigma_panel.store.ledger.intents import Step

LEAST_SHOWN_MS = 1_500
"""How long a line stays at least, in ms."""


class _Line(Struct):
    text: str = ""
    since_ms: int = 0
    task_key: int = 0
    next: str = ""


class Activity(QObject):
    """Lines of the sessions. changed: session key whose line is another now."""

    changed = Signal(int)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lines: dict[int, _Line] = {}

    def doing(self, session_key: int, task_key: int) -> str:
        """The line of a session while it works on that task, "" where nothing is known."""
        line = self._lines.get(session_key)
        return line.text if line is not None and line.task_key == task_key else ""

    def note_steps(self, session_key: int, task_key: int, steps: Sequence[Step]) -> None:
        """Take steps that came in: the last one is what the agent does now."""
        last = next((step for step in reversed(steps) if step.kind in LIVE_KINDS), None)
        if last is None:
            return
        line = self._lines.setdefault(session_key, _Line())
        if line.task_key != task_key:
            line.task_key, line.since_ms = task_key, 0
        line.next = last.text
        self._move(session_key, line)

    def tick(self) -> None:
        """Show the lines that have waited long enough."""
        for key, line in list(self._lines.items()):
            self._move(key, line)

    def forget(self, session_key: int) -> None:
        """Drop the line of this session."""
        if self._lines.pop(session_key, None) is not None:
            self.changed.emit(session_key)

    def _move(self, key: int, line: _Line) -> None:
        now = self._clock.now_ms()
        if line.next == line.text or now - line.since_ms < LEAST_SHOWN_MS - WRITE_AFTER_MS // 2:
            return
        line.text, line.since_ms = line.next, now
        self.changed.emit(key)
