"""Standby: whether the program may look after everything less often than each second."""

from PySide6.QtCore import QObject, Signal

from enigma_panel.services.clock import Clock
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore

TICK_MS, STANDBY_TICK_MS = 1_000, 10_000
LINGER_MS = 60_000
"""Time from the last change to standby: what ended or was said leaves the window meanwhile."""


class Standby(QObject):
    """Whether nothing is open or queued: a look every ten seconds will do. ended: something is."""

    ended = Signal()

    def __init__(self, store: SessionStore, writer: LedgerWriter, clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._writer = writer
        self._clock = clock
        self._busy_until_ms = clock.now_ms() + LINGER_MS
        self._was_on = False
        store.changed.connect(self.note_change)

    def is_on(self) -> bool:
        """Whether nothing is open, queued or unwritten, and nothing changed for a minute."""
        now = self._clock.now_ms()
        if now >= self._busy_until_ms and self._is_busy():
            self._busy_until_ms = now + LINGER_MS
        self._was_on = now >= self._busy_until_ms
        return self._was_on

    def interval_ms(self) -> int:
        """Time until the next look."""
        return STANDBY_TICK_MS if self.is_on() else TICK_MS

    def note_change(self, *_of_signal: object) -> None:
        """Records changed, or the window shows something for a while. Takes any signal."""
        self._busy_until_ms = self._clock.now_ms() + LINGER_MS
        if self._was_on:
            self._was_on = False
            self.ended.emit()

    def _is_busy(self) -> bool:
        """What is queued has a session, too: a planned one."""
        return self._writer.is_behind or not all(s.is_ended for s in self._store.sessions())
