"""The agent's open questions, and answers to them: each is delivered at most once."""

import asyncio

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError, SessionGoneError
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.questions import guess_kind, secrets_in
from enigma_panel.core.records import AnswerVerb, Session, StateVerb, Task, TaskStatus
from enigma_panel.core.redact import Redactor
from enigma_panel.services.account import Account
from enigma_panel.services.poller import Poller
from enigma_panel.services.registry import Registry
from enigma_panel.services.views import AnswerOutcome, AnswerResult, Diff, OpenQuestion
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

CHECK_S = 2.0
"""So long the check before sending may take; one that fails does not stop the answer."""

_FAR = 1 << 62


class Inbox(QObject):
    """Open questions, least time left first."""

    changed = Signal()

    def __init__(
        self, registry: Registry, account: Account, poller: Poller, redactor: Redactor
    ) -> None:
        super().__init__()
        self._registry = registry
        self._account = account
        self._poller = poller
        self._redactor = redactor
        self._open: dict[int, OpenQuestion] = {}
        self._sending: set[int] = set()
        registry.changed.connect(self._follow)

    def questions(self) -> list[OpenQuestion]:
        """Open questions, least time left first."""
        return sorted(self._open.values(), key=lambda q: (q.expires_ms or _FAR, q.task_key))

    async def answer(self, question: OpenQuestion, text: str, verb: AnswerVerb) -> AnswerResult:
        """Send an answer, or stop the task by it. Raises LedgerError: then nothing was sent.

        The task is asked for once before, so that no password goes to a task that asks no more.
        """
        key = question.task_key
        text = text.encode(errors="replace").decode()  # half an emoji cannot be sent
        if key in self._sending:
            return AnswerResult(outcome=AnswerOutcome.GONE)
        self._sending.add(key)
        try:
            await self._check(key)
            task = self._registry.task(key)
            session = self._registry.session(question.session_key)
            if task is None or session is None or not _still_open(task, session, question):
                return AnswerResult(outcome=AnswerOutcome.GONE)
            return await self._send(session, task, text, verb)
        finally:
            self._sending.discard(key)

    async def _check(self, task_key: int) -> None:
        try:
            async with asyncio.timeout(CHECK_S):
                await self._poller.poll_now(task_key)
        except TimeoutError:
            return  # slow is no reason to keep an answer back

    async def _send(
        self, session: Session, task: Task, text: str, verb: AnswerVerb
    ) -> AnswerResult:
        client = self._account.client_for(session)
        if client is None or session.service_id is None:
            return AnswerResult(outcome=AnswerOutcome.GONE)
        for secret in secrets_in(text):
            self._redactor.add_secret(secret)
        intent = await self._registry.intend(IntentKind.ANSWER, session, task, verb)
        if verb is AnswerVerb.STOP:
            self._registry.ending[session.key] = StateVerb.STOP
        try:
            seen = await client.send_answer(session.service_id, text, verb)
        except ApiError as error:
            return await self._fail(intent, error)
        finally:
            self._registry.ending.pop(session.key, None)
        await self._registry.settle(intent, Outcome.KNOWN, seen)
        self._poller.wake(session.key)
        return AnswerResult(outcome=AnswerOutcome.DELIVERED)

    async def _fail(self, intent: Intent, error: ApiError) -> AnswerResult:
        """No fact about the task follows from a failed answer, but one about its session may."""
        self._account.note_error(error)
        gone = isinstance(error, SessionGoneError)
        seen = Observation(kind=Kind.SESSION_GONE if gone else Kind.DELIVERED)
        outcome = Outcome.REFUSED if error.nothing_happened else Outcome.UNKNOWN
        await self._registry.settle(intent, outcome, seen)
        if gone:
            return AnswerResult(outcome=AnswerOutcome.GONE, error=error)
        failed = AnswerOutcome.FAILED if error.nothing_happened else AnswerOutcome.UNCONFIRMED
        return AnswerResult(outcome=failed, error=error)

    def _follow(self, diff: Diff) -> None:
        before = dict(self._open)
        of_sessions = (self._registry.session(key) for key in diff.sessions)
        keys = diff.tasks | {s.current_task for s in of_sessions if s and s.current_task}
        for key in keys:
            self._refresh(key)
        if self._open != before:
            self.changed.emit()

    def _refresh(self, key: int) -> None:
        task = self._registry.task(key)
        session = self._registry.session(task.session_key) if task else None
        asks = task is not None and task.status is TaskStatus.ASKS
        if task is None or session is None or not asks or session.is_ended:
            self._open.pop(key, None)
        else:
            self._open[key] = _question(session, task)


def _question(session: Session, task: Task) -> OpenQuestion:
    text = task.question or ""
    return OpenQuestion(
        task_key=task.key,
        session_key=session.key,
        question_n=task.question_n,
        text=text,
        asked_ms=task.asked_ms or task.since_ms,
        expires_ms=session.expires_ms,
        kind=guess_kind(text),
    )


def _still_open(task: Task, session: Session, question: OpenQuestion) -> bool:
    return (
        task.status is TaskStatus.ASKS
        and task.question_n == question.question_n
        and not session.is_ended
    )
