"""Questions that nobody answers: at their time the task fails and its browser is closed."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject

from enigma_panel.core.observation import UNANSWERED, Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.features.unanswered.settings import MINUTES, UnansweredSettings
from enigma_panel.services.container import Services
from enigma_panel.services.types import NoticeKind, OpenQuestion, QuestionId, ServiceNotice

LATE_MS = 5_000
"""A time that is over for so long came while the computer slept, or was set afterwards."""


class Unanswered(QObject):
    """Ends tasks at the time of their question. is_begun: whether anything is typed for it.

    A question is the person's once they have begun to answer it: then it waits for the browser's
    end. After a restart and a sleep its time begins anew.
    """

    def __init__(self, services: Services, is_begun: Callable[[OpenQuestion], bool]) -> None:
        super().__init__()
        self._services = services
        self._is_begun = is_begun
        self._since_ms = services.clock.now_ms()
        self._waits_on: set[QuestionId] = set()
        self._again = asyncio.Event()
        services.inbox.limit_by(self.due_ms)
        services.inbox.changed.connect(self._follow)
        services.settings.changed.connect(services.inbox.refresh)
        services.sessions.said.connect(self._follow_sleep)
        services.inbox.refresh()

    def due_ms(self, question: OpenQuestion) -> int | None:
        """When its task is ended (epoch ms), None where only its browser's life ends it."""
        minutes = self._services.settings.section(UnansweredSettings).minutes
        tasks = self._services.store.tasks_of(question.session_key)
        is_last = all(task.is_final for task in tasks if task.key != question.task_key)
        if minutes not in MINUTES or question.id in self._waits_on or not is_last:
            return None
        return max(question.asked_ms, self._since_ms) + minutes * 60_000

    def _follow_sleep(self, notice: ServiceNotice) -> None:
        if notice.kind is NoticeKind.WENT_TO_SLEEP:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._since_ms = self._services.clock.now_ms()
        self._services.inbox.refresh()

    def _follow(self) -> None:
        self._again.set()
        self._services.scope.spawn("unanswered questions", self._watch(), exclusive=True)

    async def _watch(self) -> None:
        clock = self._services.clock
        while dues := [(ms, q) for q in self._services.inbox.questions() if (ms := self.due_ms(q))]:
            due_ms, question = min(dues, key=lambda due: due[0])
            self._again.clear()
            await clock.wait(self._again, due_ms)
            if self._again.is_set():
                continue
            if clock.now_ms() - due_ms > LATE_MS:
                self._begin_anew()
            else:
                self._end(question)

    def _end(self, question: OpenQuestion) -> None:
        """End it, or let it wait on: then this is asked no more."""
        services, key = self._services, question.session_key
        self._waits_on.add(question.id)
        is_answered = services.inbox.is_sending(question.task_key) or question.maybe_answered
        can = services.sessions.can(key, CommandVerb.TERMINATE)
        if is_answered or self._is_begun(question) or not can:
            services.inbox.refresh()
            return
        failed = Observation(kind=Kind.FAILED, code=UNANSWERED)
        ending = services.sessions.command([key], CommandVerb.TERMINATE)
        services.scope.spawn("end of an unanswered task", ending)
        services.scope.spawn("unanswered", services.store.record(key, question.task_key, failed))
