"""Which open questions are in their last minute, and whether the person wants quiet."""

import asyncio

from PySide6.QtCore import QObject, Signal

from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.types import OpenQuestion

LAST_MINUTE_MS = 60_000
"""How long before its deadline a question becomes urgent, in ms."""
QUIET_MS = 1_800_000


class Urgency(QObject):
    """Watches the deadlines of questions; no other service does.

    changed: other questions are open, the last minute of one began, or quiet began or ended.
    """

    changed = Signal()

    def __init__(self, inbox: Inbox, clock: Clock, scope: TaskScope) -> None:
        super().__init__()
        self._inbox = inbox
        self._clock = clock
        self._scope = scope
        self._quiet_until_ms = -1
        self._rescheduled = asyncio.Event()
        inbox.changed.connect(self._notify)

    def is_last_minute(self, question: OpenQuestion) -> bool:
        """Whether the question's last minute has begun; never where its deadline is unknown."""
        deadline_ms = question.expires_ms
        return deadline_ms is not None and self._clock.now_ms() >= deadline_ms - LAST_MINUTE_MS

    def is_wanted(self, question: OpenQuestion) -> bool:
        """Whether the person wants to hear of the question now: quiet lets last minutes through."""
        return self.quiet_until_ms is None or self.is_last_minute(question)

    @property
    def quiet_until_ms(self) -> int | None:
        """When quiet ends (epoch ms), None where it is not quiet."""
        return self._quiet_until_ms if self._quiet_until_ms > self._clock.now_ms() else None

    def be_quiet(self, *, quiet: bool) -> None:
        """Begin half an hour of quiet, or end it."""
        self._quiet_until_ms = self._clock.now_ms() + QUIET_MS if quiet else -1
        self._notify()

    def _notify(self) -> None:
        self._follow_time()
        self.changed.emit()

    def _follow_time(self) -> None:
        self._rescheduled.set()
        self._scope.spawn("question deadlines", self._watch(), exclusive=True)

    async def _watch(self) -> None:
        """Emit `changed` when a last minute begins and when quiet ends."""
        while (due_ms := self._next_ms()) is not None:
            self._rescheduled.clear()
            await self._clock.wait(self._rescheduled, due_ms)
            if not self._rescheduled.is_set():
                self.changed.emit()

    def _next_ms(self) -> int | None:
        now = self._clock.now_ms()
        deadlines = [q.expires_ms for q in self._inbox.questions() if q.expires_ms is not None]
        times = [self._quiet_until_ms, *(at_ms - LAST_MINUTE_MS for at_ms in deadlines)]
        due_ms = min((at_ms for at_ms in times if at_ms > now), default=None)
        return None if due_ms is None else min(due_ms, now + FAR_MS)
