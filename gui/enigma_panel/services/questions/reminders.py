"""When the person is to be told of the open questions: what was learnt, and what is wished."""

import asyncio
from enum import Enum

from PySide6.QtCore import QObject, Signal

from enigma_panel.core.escalation import (
    LAST_CALL_MS,
    Attention,
    Learnt,
    Level,
    WaitingQuestion,
    level_at,
    next_level_ms,
)
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.types import QuestionId

QUIET_MS = 1_800_000
KEPT_MS = 3_600_000
"""So long it is kept in mind that a question was learnt."""


class Reminder(Enum):
    """When to come back to a question."""

    IN_1_MINUTE = 60_000
    IN_2_MINUTES = 120_000
    AT_LAST_CALL = 0


class Reminders(QObject):
    """changed: another question is open, one has become more urgent, or something else is wished.

    learnt: of all questions of the last hour, in order of time.
    """

    changed = Signal()

    def __init__(
        self, inbox: Inbox, settings: SettingsBook, clock: Clock, scope: TaskScope
    ) -> None:
        super().__init__()
        self._inbox = inbox
        self._settings = settings
        self._clock = clock
        self._scope = scope
        self._waiting: dict[QuestionId, WaitingQuestion] = {}
        self._remind_ms: dict[QuestionId, int] = {}
        self._quiet_ms = -1
        self._other = asyncio.Event()
        self.learnt: list[Learnt] = []
        inbox.changed.connect(self._follow)
        settings.changed.connect(self._tell)

    # -- what there is -------------------------------------------------------------------------

    def waiting(self) -> list[WaitingQuestion]:
        """The open questions."""
        return list(self._waiting.values())

    def attention(self, seen_ms: int = -1) -> Attention:
        """What is wished. seen_ms: when somebody last looked."""
        last_call = self._settings.value.question_last_call
        return Attention(seen_ms=seen_ms, quiet_ms=self._quiet_ms, last_call=last_call)

    def level(self, question: QuestionId) -> Level | None:
        """How urgent that question is now; None while nothing is to be said of it."""
        waiting = self._waiting.get(question)
        if waiting is None:
            return None
        return level_at(waiting, self._clock.now_ms(), self.attention())

    @property
    def quiet_until_ms(self) -> int | None:
        """Until when it is quiet (epoch ms), None where it is not."""
        return self._quiet_ms if self._quiet_ms > self._clock.now_ms() else None

    # -- what is wished ------------------------------------------------------------------------

    def be_quiet(self, *, quiet: bool) -> None:
        """Tell of nothing but last calls and reminders for half an hour, or end that."""
        self._quiet_ms = self._clock.now_ms() + QUIET_MS if quiet else -1
        self._tell()

    def remind(self, question: QuestionId, reminder: Reminder) -> None:
        """Tell of it once more then, and not half-way before."""
        waiting = self._waiting.get(question)
        if waiting is None:
            return
        at_ms = self._clock.now_ms() + reminder.value
        if waiting.ends_ms is not None:
            last_ms = waiting.ends_ms - LAST_CALL_MS
            at_ms = last_ms if reminder is Reminder.AT_LAST_CALL else min(at_ms, last_ms)
        self._remind_ms[question] = at_ms
        self._follow()

    # -- inside --------------------------------------------------------------------------------

    def _follow(self) -> None:
        now, before = self._clock.now_ms(), self._waiting
        self._waiting = {}
        for question in self._inbox.questions():
            key = question.id
            known = before.get(key)
            self._waiting[key] = WaitingQuestion(
                key=key,
                asked_ms=question.asked_ms,
                learnt_ms=now if known is None else known.learnt_ms,
                ends_ms=question.expires_ms,
                remind_ms=self._remind_ms.get(key),
            )
            if known is None:
                self.learnt.append(Learnt(key, now))
        self.learnt = [one for one in self.learnt if now - one.at_ms < KEPT_MS]
        self._remind_ms = {key: at for key, at in self._remind_ms.items() if key in self._waiting}
        self._tell()

    def _tell(self) -> None:
        self._follow_time()
        self.changed.emit()

    def _follow_time(self) -> None:
        self._other.set()
        self._scope.spawn("reminders", self._watch(), exclusive=True)

    async def _watch(self) -> None:
        """Tell when time alone changes something."""
        while True:
            self._other.clear()
            now = self._clock.now_ms()
            due_ms = next_level_ms(self._waiting.values(), now, self.attention())
            if due_ms is None:
                return
            await self._clock.wait(self._other, min(due_ms, now + FAR_MS))
            if not self._other.is_set():
                self.changed.emit()
