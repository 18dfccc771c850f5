"""Sending an answer: intent, call, outcome. One that may have arrived is never sent again."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import Signal

from enigma_panel.api.errors import ApiError, FailureKind, SessionGoneError
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.core.models import Session, Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.questions.kinds import CHOSEN_LOGIN_USED, LOGIN_USED
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.clock import local_day
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.rate_limiter import Pass
from enigma_panel.services.retry_policy import TRIES, WAITS, classify, retry_after_ms
from enigma_panel.services.types import Answer, AnswerOutcome, AnswerResult, AnswerWait, WaitReason
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger

_BUSY = frozenset({FailureKind.LIMITED, FailureKind.NO_BROWSER})
_MAY_HAVE_ARRIVED = frozenset({AnswerOutcome.DELIVERED, AnswerOutcome.UNCONFIRMED})
_OF_QUESTION = frozenset({Kind.ANSWER_SENT, Kind.ANSWER_UNCONFIRMED})
"""Kinds that are no fact about the question that was asked meanwhile."""
_GONE = AnswerResult(outcome=AnswerOutcome.GONE)
_TAKEN_BACK = AnswerResult(outcome=AnswerOutcome.TAKEN_BACK)


class Answers(Service):
    """Answers on their way. `changed` brings the key of the task whose wait changed."""

    changed = Signal(object)

    def __init__(self, context: ServiceContext, poller: Poller) -> None:
        super().__init__(context)
        self._poller = poller
        self._waits: dict[int, AnswerWait] = {}
        self._taken_back: dict[int, asyncio.Event] = {}
        self._used: list[tuple[int, str]] = []

    def waiting(self, task_key: int) -> AnswerWait | None:
        """Why the answer to that task has not been sent yet; None when none waits."""
        wait = self._waits.get(task_key)
        if wait is None or wait.why is not WaitReason.BUDGET:
            return wait
        return AnswerWait(why=wait.why, due_ms=self._rate_limiter.due_of(("answer", task_key)))

    def take_back(self, task_key: int) -> bool:
        """Do not send the answer that waits; False when there is none or it is being sent."""
        if task_key not in self._waits:
            return False
        self._taken_back[task_key].set()
        return True

    def used_today(self) -> list[str]:
        """The amounts that were allowed today by answers that may have arrived."""
        since_ms, _ = local_day(self._clock.now_ms())
        used_today = [used for at_ms, used in self._used if at_ms >= since_ms]
        logins = (LOGIN_USED, CHOSEN_LOGIN_USED)
        return [used for used in used_today if not used.startswith(logins)]

    async def restore(self) -> None:
        """Restore what earlier runs allowed today, and what they may have stopped. LedgerError."""
        since_ms, _ = local_day(self._clock.now_ms())
        live = [task.key for task in self._store.tasks() if not task.is_final]

        def read(ledger: Ledger) -> tuple[list[tuple[int, str]], dict[int, int]]:
            return ledger.used_since(since_ms), ledger.unsure_stops(live)

        self._used[:0], stops = await self._store.read(read)
        self._store.unsure_stops.update(stops)

    async def send(
        self, task_key: int, answer: Answer, *, is_open: Callable[[], bool]
    ) -> AnswerResult:
        """Send an answer while it is asked, to a busy service three times. LedgerError: unsent."""
        self._taken_back[task_key] = asyncio.Event()
        self._store.unsure_stops.pop(task_key, None)
        refusal: ApiError | None = None
        try:
            for tries in range(1, TRIES + 1):
                result = await self._send_once(task_key, answer, is_open)
                if result.outcome is AnswerOutcome.GONE:
                    return replace(result, error=refusal)
                failure = classify(result.error) if result.error is not None else FailureKind.FAIL
                refused = result.outcome is AnswerOutcome.FAILED and failure in _BUSY
                if not refused or tries == TRIES or result.error is None:
                    break
                refusal = result.error
                due = self._clock.now_ms() + retry_after_ms(result.error, failure, tries)
                await self._wait(task_key, WAITS[failure], due, tries)
            if answer.used and result.outcome in _MAY_HAVE_ARRIVED:
                self._used.append((self._clock.now_ms(), answer.used))
            return result
        finally:
            del self._taken_back[task_key]

    async def _send_once(
        self, task_key: int, answer: Answer, is_open: Callable[[], bool]
    ) -> AnswerResult:
        if self._taken_back[task_key].is_set():
            return _TAKEN_BACK
        taken = self._rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, Rank.ANSWER)
        taken = taken or await self._turn(task_key)
        if taken is None:
            return _TAKEN_BACK
        with taken:  # given back where nothing is sent
            task = self._store.task(task_key)
            session = self._store.session(task.session_key) if task is not None else None
            if task is None or session is None or not is_open():
                return _GONE
            return await self._call(session, task, answer, taken, is_open=is_open)

    async def _drop(self, intent: Intent) -> None:
        await self._store.settle(intent, Outcome.REFUSED, Observation(kind=Kind.DELIVERED))

    async def _call(
        self,
        session: Session,
        task: Task,
        answer: Answer,
        taken: Pass,
        *,
        is_open: Callable[[], bool],
    ) -> AnswerResult:
        client = self._account.client_for(session)
        if client is None or session.service_id is None:
            return _GONE
        intent = await self._intend(session, task, answer)
        if not is_open():
            return await self._too_late(intent)
        if answer.verb is AnswerVerb.STOP:  # the task may end by it, also where its reply is lost
            self._store.unsure_stops[task.key] = task.question_n
        try:
            with taken.calling():
                observation = await client.send_answer(session.service_id, answer.text, answer.verb)
        except ApiError as error:
            if error.nothing_happened:
                self._store.unsure_stops.pop(task.key, None)
            return await self._fail(intent, error, client)
        await self._store.settle(intent, Outcome.KNOWN, self._of_question(intent, observation))
        self._poller.note_delivered(session.key)
        return AnswerResult(outcome=AnswerOutcome.DELIVERED)

    async def _intend(self, session: Session, task: Task, answer: Answer) -> Intent:
        return await self._store.intend(
            IntentKind.ANSWER, session, task, answer.verb, used=answer.used
        )

    async def _too_late(self, intent: Intent) -> AnswerResult:
        """Settle an answer whose question went while the ledger wrote: the next must not get it."""
        await self._drop(intent)
        return _GONE

    def _of_question(self, intent: Intent, observation: Observation) -> Observation:
        """The fact as it concerns the open question: a slow reply must not answer the next one."""
        task = self._store.task(intent.task.key) if intent.task is not None else None
        moved_on = task is not None and task.question_n != intent.question_n
        if moved_on and observation.kind in _OF_QUESTION:
            observation = Observation(kind=Kind.DELIVERED)
        return replace(observation, text=intent.used)  # not what the service says to every answer

    async def _fail(self, intent: Intent, error: ApiError, client: ServiceClient) -> AnswerResult:
        """Settle a failed answer: no more follows from it than that it may have arrived."""
        self._account.note_error(error, client)
        if error.nothing_happened:
            await self._drop(intent)
        else:
            unconfirmed = Observation(kind=Kind.ANSWER_UNCONFIRMED)
            await self._store.settle(
                intent, Outcome.UNKNOWN, self._of_question(intent, unconfirmed)
            )
        if isinstance(error, SessionGoneError):
            await self._poller.note_session_gone(intent.session.key)
        failed = AnswerOutcome.FAILED if error.nothing_happened else AnswerOutcome.UNCONFIRMED
        return AnswerResult(outcome=failed, error=error)

    # -- waiting -----------------------------------------------------------------------------

    async def _turn(self, task_key: int) -> Pass | None:
        """The right to one call, or None where the answer was taken back meanwhile."""
        if self._taken_back[task_key].is_set():
            return None
        self._set(task_key, AnswerWait(why=WaitReason.BUDGET))
        tag = ("answer", task_key)
        turn = self._rate_limiter.turn(Endpoint.SEND_MESSAGE, Rank.ANSWER, tag=tag)
        granted = self._scope.spawn(f"turn of answer {task_key}", turn)
        back = self._scope.spawn(f"answer {task_key} back", self._taken_back[task_key].wait())
        if granted is None or back is None:  # the program is leaving
            return None
        try:
            await asyncio.wait({granted, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            back.cancel()
            if not granted.done():
                granted.cancel()
            self._set(task_key, None)
        if not granted.done() or granted.cancelled():
            return None
        if self._taken_back[task_key].is_set():  # in the very moment of its turn
            granted.result().give_back()
            return None
        return granted.result()

    async def _wait(self, task_key: int, why: WaitReason, due_ms: int, attempt: int) -> None:
        """Wait before another try; taking it back ends the wait."""
        self._set(task_key, AnswerWait(why=why, due_ms=due_ms, attempt=attempt))
        try:
            await self._clock.wait(self._taken_back[task_key], due_ms)
        finally:
            self._set(task_key, None)

    def _set(self, task_key: int, wait: AnswerWait | None) -> None:
        if wait is None:
            self._waits.pop(task_key, None)
        else:
            self._waits[task_key] = wait
        self.changed.emit(task_key)
