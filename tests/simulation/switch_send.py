"""Switch-offs of sending: what may be sent again."""

from collections.abc import Callable
from typing import Any

from enigma_panel.api.errors import FailureKind
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.queue.starter import Starter
from enigma_panel.services.retry_policy import Refusal
from enigma_panel.services.types import AnswerOutcome
from enigma_panel.store.ledger.intents import Outcome

Patches = list[tuple[Any, Any, Any]]


def unknown_start_is_retried() -> Patches:
    """A start of unknown fate goes back into the queue."""
    real = Starter._fail

    async def fail(self: Any, intent: Any, error: Any, keeps: Any, client: Any) -> Any:
        if error.nothing_happened:
            return await real(self, intent, error, keeps, client)
        back = Observation(kind=Kind.BACK_IN_QUEUE)
        await self._store.settle(intent, Outcome.UNKNOWN, back)
        return Refusal(failure=FailureKind.CONNECTION, error=error, kept=True)

    return [(Starter, "_fail", fail)]


def unknown_answer_is_repeated() -> Patches:
    """An answer that may have arrived is sent again."""
    real = Answers._send_once

    async def send(self: Any, *args: Any) -> Any:
        result = await real(self, *args)
        if result.outcome is AnswerOutcome.UNCONFIRMED:
            return await real(self, *args)
        return result

    return [(Answers, "_send_once", send)]


def answers_go_to_any_question() -> Patches:
    """Whether the question is still open is not looked at before sending."""

    def parts(self: Any, question: Any) -> Any:
        task = self._store.task(question.task_key)
        return task, self._store.session(question.session_key)

    return [(Inbox, "_parts", parts)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "start of unknown fate tried again": unknown_start_is_retried,
    "answer again after unknown": unknown_answer_is_repeated,
    "answer to whatever is asked": answers_go_to_any_question,
}
