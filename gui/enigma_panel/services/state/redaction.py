"""Redaction of texts of the service before they are kept: an agent may echo a password."""

from msgspec.structs import replace

from enigma_panel.core.models import Task
from enigma_panel.core.observation import OWN_CODES, STEP_KINDS, Kind, Observation, ResultFile
from enigma_panel.core.secrets.redaction import MARK, Redactor, redact_shapes

_LATER = STEP_KINDS | {Kind.QUESTION}


class RedactionFilter:
    """Facts without secrets. Each text passes once: a fact that `is_clean` has passed."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def clean(self, observation: Observation) -> Observation:
        """The fact as it may be kept.

        Questions are left to `redact`, which knows those that have passed, and steps to the
        Timeline, which redacts many at once.
        """
        return observation if observation.kind in _LATER else self.redact(observation)

    def redact(self, observation: Observation, task: Task | None = None) -> Observation:
        """The fact, about that task, as it may be kept.

        Our own codes stay: the program goes by them. An address that held a sent secret is none any
        more: better that than the secret. Else a file's stays as it is, in the ledger alone: it is
        fetched from there, and what opens it looks like a secret.
        """
        if observation.is_clean:
            return observation
        redact, redact_url = self._redactor.redact, self._redactor.redact_sent
        text, code = observation.text, observation.code
        question = task.question if task is not None and observation.kind is Kind.QUESTION else None
        if text and text != question:  # that has passed it
            text = redact(text)
            # What is asked again may hold what was answered meanwhile: it is the same question.
            text = question if self.is_same(text, question) else text
        files = tuple(
            ResultFile(name=redact(file.name), url=redact_url(file.url), source=redact(file.source))
            for file in observation.files
        )
        return replace(
            observation,
            text=text,
            code=redact(code) if code and code not in OWN_CODES else code,
            files=files,
            is_clean=True,
        )

    def is_same(self, redacted: str, before: str | None) -> bool:
        """Whether a text that passed before is this one; a secret in it may be known only now."""
        if before is None or redacted == before:
            return before is not None
        if self._passed_by_shape(redacted, before):
            return True
        clear, mark, _ = redacted.partition(MARK)  # most others need not be redacted anew
        is_likely = bool(mark) and before.startswith(clear)
        return is_likely and redacted == self._redactor.redact(before)

    def _passed_by_shape(self, redacted: str, before: str) -> bool:
        """Whether the text passed while nobody could recognise the secret in it."""
        clear, mark, _ = before.partition(MARK)
        is_likely = bool(mark) and redacted.startswith(clear)
        return is_likely and redact_shapes(redacted) == before
