"""The wall in front of the ledger: an agent may echo a password, so what the service tells passes
here before it is kept."""

from dataclasses import replace

from enigma_panel.core.models import Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.redaction import MARK, Redactor
from enigma_panel.services.long_texts import redact_in_chunks


class RedactionFilter:
    """Facts without secrets."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    async def clean(self, seen: Observation) -> Observation:
        """The fact with a text that has passed the wall, if it is a long one: that takes turns.

        Who decides by the records what a fact is about, does it after this.
        """
        return await redact_in_chunks(self._redactor, seen)

    def text_of(self, seen: Observation) -> str:
        """The text of a fact, which has passed the wall."""
        text = seen.text or ""
        return text if seen.is_clean else self._redactor.redact(text)

    def passed(self, seen: Observation, task: Task | None) -> Observation:
        """The fact, about that task, as it may be kept."""
        if seen.kind is Kind.FAILED and seen.code:
            seen = replace(seen, code=self._redactor.redact(seen.code))
        question = task.question if task is not None and seen.kind is Kind.QUESTION else None
        if not seen.text or seen.text == question:  # that has passed it
            return seen
        text = self.text_of(seen)
        # What is asked again may hold what was answered meanwhile: it is the same question.
        return replace(seen, text=question if self._is_same(text, question) else text)

    def is_question_of(self, task: Task, text: str) -> bool:
        """Whether that is what the task asked last."""
        question = task.question
        if question is None or text == question:
            return question is not None
        return self._is_same(self._redactor.redact(text), question)

    def _is_same(self, redacted: str, question: str | None) -> bool:
        if question is None or redacted == question:
            return question is not None
        return MARK in redacted and redacted == self._redactor.redact(question)
