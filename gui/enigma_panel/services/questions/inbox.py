"""The agent's open questions, and answers to them: each is delivered at most once."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.attribution import is_disproved, may_be_of_another
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.questions.kinds import guess_kind
from enigma_panel.core.secrets.secret_answers import secrets_in
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import (
    Answer,
    AnswerOutcome,
    AnswerResult,
    AnswerWait,
    Diff,
    OpenQuestion,
    SessionEnder,
)

CHECK_S = 2.0
"""Longest check before sending, in seconds; one that fails does not stop the answer."""

_FAR = 1 << 62


class Inbox(QObject):
    """Open questions, least time left first. `waiting_changed` brings the key of a task."""

    changed = Signal()
    waiting_changed = Signal(object)

    def __init__(
        self, store: SessionStore, poller: Poller, answers: Answers, commands: SessionEnder
    ) -> None:
        super().__init__()
        self._store = store
        self._poller = poller
        self._answers = answers
        self._commands = commands
        self._open: dict[int, OpenQuestion] = {}
        self._sending: set[int] = set()
        self._takes: Callable[[OpenQuestion], bool] = lambda _question: False
        self._limit: Callable[[OpenQuestion], int | None] = lambda _question: None
        store.changed.connect(self._follow)
        answers.changed.connect(self.waiting_changed)

    def questions(self) -> list[OpenQuestion]:
        """Open questions, least time left first."""
        asked = (q for q in self._open.values() if q.task_key not in self._store.answering)
        return sorted(asked, key=lambda q: (q.expires_ms or _FAR, q.task_key))

    def offer_to(self, takes: Callable[[OpenQuestion], bool]) -> None:
        """Offer each question that comes from now on to takes, if it is certainly its task's first
        and was not answered; of one that it takes nobody is asked until `release`."""
        self._takes = takes

    def limit_by(self, limit: Callable[[OpenQuestion], int | None]) -> None:
        """Let a question end when limit says (epoch ms), if its browser does not end before."""
        self._limit = limit

    def refresh(self) -> None:
        """Look at all open questions again."""
        self._refresh_all(list(self._open))

    def release(self, task_key: int) -> None:
        """Ask the person the question that was taken, if it is still open."""
        self._store.stop_answering(task_key)
        self.changed.emit()

    def used_today(self) -> list[str]:
        """The amounts that were allowed today, as they were written."""
        return self._answers.used_today()

    def waiting(self, task_key: int) -> AnswerWait | None:
        """Why the answer to that task has not been sent yet; None when none waits."""
        return self._answers.waiting(task_key)

    def is_sending(self, task_key: int) -> bool:
        """Whether an answer to that task is on its way, or waits for that."""
        return task_key in self._sending

    def take_back(self, task_key: int) -> bool:
        """Do not send the answer that waits; False when there is none or it is being sent."""
        return self._answers.take_back(task_key)

    async def answer(
        self,
        question: OpenQuestion,
        text: str,
        verb: AnswerVerb,
        secrets: Sequence[str] | None = None,
        *,
        used: str = "",
    ) -> AnswerResult:
        """Send an answer, or stop the task by it. Raises LedgerError: then nothing was sent.

        secrets: parts of the text that must not come back; None: those that are found in it.
        used: see Answer.

        The task is asked for once before, so that no password goes to a task that asks no more.
        Waits for the calls of the minute and for a service that is busy: see `waiting`.
        """
        key = question.task_key
        text = _sendable(text)
        if key in self._sending:
            return AnswerResult(outcome=AnswerOutcome.GONE)
        self._sending.add(key)
        self.waiting_changed.emit(key)
        try:
            if verb is AnswerVerb.RESUME:
                await self._commands.take_stop_back(question.session_key, key)
            if verb is AnswerVerb.STOP:  # its text is ours
                secrets = ()
            elif secrets is None:
                secrets = secrets_in(text, question.kind)
            for secret in dict.fromkeys(map(_sendable, secrets)):
                self._store.redaction.remember(question.session_key, secret)
            await self._check(question)
            answer = Answer(text, verb, used)
            return await self._answers.send(
                key, answer, is_open=lambda: self._parts(question) is not None
            )
        finally:
            self._sending.discard(key)
            self.waiting_changed.emit(key)

    async def restore(self) -> None:
        """Restore with what questions were answered today in earlier runs. Raises LedgerError."""
        await self._answers.restore()

    async def _check(self, question: OpenQuestion) -> None:
        """Poll the task, which may ask no more; of an unknown asker, the session's current one."""
        session = self._store.session(question.session_key)
        key = session.current_task if session and question.is_asker_unknown else question.task_key
        try:
            async with asyncio.timeout(CHECK_S):
                await self._poller.poll_now(key or question.task_key)
        except TimeoutError:
            return  # slow is no reason to keep an answer back

    def _parts(self, question: OpenQuestion) -> tuple[Task, Session] | None:
        """Task and session while exactly this question is open."""
        task = self._store.task(question.task_key)
        session = self._store.session(question.session_key)
        if task is None or session is None or session.is_ended:
            return None
        same = task.status is TaskStatus.ASKS and task.question_n == question.question_n
        return (task, session) if same and not self._is_anothers(task) else None

    def _follow(self, diff: Diff) -> None:
        of_sessions = (self._store.session(key) for key in diff.sessions)
        keys = diff.tasks | {s.current_task for s in of_sessions if s and s.current_task}
        self._refresh_all(sorted(keys))

    def _refresh_all(self, keys: list[int]) -> None:
        before = dict(self._open)
        for key in keys:
            self._refresh(key)
        if self._open != before:
            self.changed.emit()

    def _refresh(self, key: int) -> None:
        task = self._store.task(key)
        session = self._store.session(task.session_key) if task else None
        asks = task is not None and task.status is TaskStatus.ASKS
        if task is None or session is None or not asks or session.is_ended:
            self._open.pop(key, None)
        else:
            is_known = key in self._open
            self._open[key] = self._question(session, task)
            is_certain = not is_known and self._is_certain(self._open[key], session, task)
            if is_certain and self._takes(self._open[key]):
                self._store.answering.add(key)

    def _question(self, session: Session, task: Task) -> OpenQuestion:
        text = task.question or ""
        question = OpenQuestion(
            task_key=task.key,
            session_key=session.key,
            question_n=task.question_n,
            text=text,
            asked_ms=task.asked_ms or task.since_ms,
            expires_ms=session.expires_ms,
            kind=guess_kind(text),
            maybe_answered=task.answer_unconfirmed,
            asked_again=task.asked_again,
            is_asker_unknown=self._is_asker_unknown(task),
        )
        ends = [ms for ms in (question.expires_ms, self._limit(question)) if ms is not None]
        return replace(question, expires_ms=min(ends, default=None))

    def _is_certain(self, question: OpenQuestion, session: Session, task: Task) -> bool:
        is_first = question.question_n == 1 and not question.maybe_answered
        may_be_a_texts = task.service_id is None and self._store.records.may_run_a_text(session)
        return is_first and not (question.is_asker_unknown or may_be_a_texts)

    def _is_asker_unknown(self, task: Task) -> bool:
        tasks = self._store.tasks_of(task.session_key)
        return task.service_id is None and may_be_of_another(task, tasks)

    def _is_anothers(self, task: Task) -> bool:
        tasks = self._store.tasks_of(task.session_key)
        return task.service_id is None and is_disproved(task, tasks)


def _sendable(text: str) -> str:
    """The text without halves of an emoji, which cannot be sent."""
    return text.encode(errors="replace").decode()
