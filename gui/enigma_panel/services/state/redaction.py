"""Redaction of what the service tells, before it is kept: an agent may echo a password."""

import asyncio
from dataclasses import replace
from itertools import chain

from enigma_panel.core.models import Task
from enigma_panel.core.observation import OWN_CODES, Kind, Observation, ResultFile
from enigma_panel.core.redaction import MARK, Redactor

LONG_CHARS = 200_000
"""A shorter text passes in less time than a window takes to be drawn (16 ms)."""


async def redact_in_chunks(redactor: Redactor, observation: Observation) -> Observation:
    """The same fact; where its text and its addresses are long, they are redacted.

    One who is cancelled meanwhile gets it all the same, at once, and is cancelled where it waits
    next, at the latest in `cancel_now`: what the service told is handed to the ledger before the
    program ends.
    """
    text, network = observation.text, observation.network
    length = len(text or "") + sum(map(len, network))
    if observation.is_clean or length <= LONG_CHARS:
        return observation
    pieces = chain(redactor.pieces(text or ""), map(redactor.redact, network))
    cleaned: list[str] = []
    try:
        await asyncio.sleep(0)  # to read what is long took its time
        for piece in pieces:
            cleaned.append(piece)
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        cleaned += pieces
        _cancel_later()
    n = len(cleaned) - len(network)
    clean_text = None if text is None else "".join(cleaned[:n])
    return replace(observation, text=clean_text, network=tuple(cleaned[n:]), is_clean=True)


async def cancel_now() -> None:
    """For the end of what began with `redact_in_chunks`: a cancellation that was put off must not
    go past the time limit that asked for it and hit what comes after that.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        await asyncio.sleep(0)


def _cancel_later() -> None:
    """Once, and not twice: who asked for it may count (asyncio.timeout does)."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
        task.cancel()


class RedactionFilter:
    """Facts without secrets."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    async def redact_long(self, observation: Observation) -> Observation:
        """The fact with its text redacted, if it is a long one: that takes turns.

        Who decides by the records what a fact is about, does it after this.
        """
        return await redact_in_chunks(self._redactor, observation)

    def text_of(self, observation: Observation) -> str:
        """The text of a fact, redacted."""
        text = observation.text or ""
        return text if observation.is_clean else self._redactor.redact(text)

    def code_of(self, observation: Observation) -> str | None:
        """The code of a fact, redacted. Ours stay as they are: the program goes by them."""
        code = observation.code
        return code if not code or code in OWN_CODES else self._redactor.redact(code)

    def redact(self, observation: Observation, task: Task | None) -> Observation:
        """The fact, about that task, as it may be kept."""
        if observation.files or observation.network:
            observation = self._redact_lists(observation)
        if observation.code or observation.completed_at:
            told_at = observation.completed_at and self._redactor.redact(observation.completed_at)
            observation = replace(observation, code=self.code_of(observation), completed_at=told_at)
        question = task.question if task is not None and observation.kind is Kind.QUESTION else None
        if not observation.text or observation.text == question:  # that has passed it
            return observation
        text = self.text_of(observation)
        # What is asked again may hold what was answered meanwhile: it is the same question.
        return replace(observation, text=question if self._is_same(text, question) else text)

    def _redact_lists(self, observation: Observation) -> Observation:
        """An address that held a sent secret is none any more: better that than the secret. Else a
        file's stays as it is, in the ledger alone: it is fetched from there, and what opens it
        looks like a secret."""
        redact, redact_url = self._redactor.redact, self._redactor.redact_sent
        files = tuple(
            ResultFile(name=redact(file.name), url=redact_url(file.url), source=redact(file.source))
            for file in observation.files
        )
        network = observation.network
        network = network if observation.is_clean else tuple(map(redact, network))
        return replace(observation, files=files, network=network)

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
