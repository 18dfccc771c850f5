"""Redaction of texts of the service before they are kept: an agent may echo a password."""

import json
from collections.abc import Iterable

from msgspec.structs import replace

from enigma_panel.core.models import Task
from enigma_panel.core.observation import OWN_CODES, STEP_KINDS, Kind, Observation, ResultFile
from enigma_panel.core.secrets.redaction import MARK, Redactor, redact_shapes


class RedactionFilter:
    """Redaction of facts by the secrets and ids of their session.

    Each text passes once: a fact that is `is_clean` has passed.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._tokens: dict[int, list[int]] = {}  # by session: the secrets that were sent there
        self._id_tokens: dict[int, dict[str, int]] = {}  # by session: its ids
        self._earlier: frozenset[int] = frozenset()

    def note_earlier(self, session_keys: Iterable[int]) -> None:
        """Hide from now on what is called a password in texts of these sessions.

        An earlier run opened them: nobody knows any more what it sent.
        """
        self._earlier = frozenset(session_keys)

    def session_keys(self) -> set[int]:
        """Sessions of which an id or a secret is known."""
        return {*self._tokens, *self._id_tokens}

    def know_id(self, session_key: int, service_id: str | None) -> None:
        """Keep the id of this session out of all texts from now on; harmless when repeated."""
        known = self._id_tokens.setdefault(session_key, {})
        if service_id and service_id not in known:
            known[service_id] = self._redactor.add_id(service_id)

    def remember(self, session_key: int, text: str) -> None:
        """Keep a text that is sent to this session out of all that leaves us, until it is over."""
        tokens = self._tokens.setdefault(session_key, [])
        tokens += map(self._redactor.add_secret, _forms(text))

    def forget(self, session_key: int) -> None:
        """Forget the secrets and ids of this session: no text that holds them comes any more."""
        ids = self._id_tokens.pop(session_key, {})
        for token in (*self._tokens.pop(session_key, ()), *ids.values()):
            self._redactor.forget(token)

    def clean(self, session_key: int, observation: Observation) -> Observation:
        """The fact about that session as it may be kept.

        Questions are left to `redact`, which knows the questions that have passed, and steps to the
        Timeline, which redacts many steps at once, but knows no sessions.
        """
        is_step = observation.kind in STEP_KINDS and session_key not in self._earlier
        if is_step or observation.kind is Kind.QUESTION:
            return observation
        return self.redact(session_key, observation)

    def redact(
        self, session_key: int, observation: Observation, task: Task | None = None
    ) -> Observation:
        """The fact about that session, and about that task, as it may be kept.

        Our own codes stay: the program goes by them. The address of a file that held a sent secret
        is no address any more, which is better than the secret. Other addresses stay as they are,
        in the ledger alone: the file is fetched from there, and its token looks like a secret.
        """
        if observation.is_clean:
            return observation

        def redact(text: str) -> str:
            text = self._redactor.redact(text)
            return redact_shapes(text) if session_key in self._earlier else text

        question = task.question if task is not None and observation.kind is Kind.QUESTION else None
        text, code, redact_url = observation.text, observation.code, self._redactor.redact_sent
        if text and text != question:  # that has passed it
            text = redact(text)
            # What is asked again may hold what was answered meanwhile: it is the same question.
            if question and _is_likely(text, question) and text == redact(question):
                text = question
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


def _is_likely(redacted: str, before: str) -> bool:
    """Whether a text may be the one that passed before; most texts need not be redacted anew."""
    clear, mark, _ = redacted.partition(MARK)
    return bool(mark) and before.startswith(clear)


def _forms(text: str) -> list[str]:
    """The text as it is, and as JSON writes it: agents write secrets down so, too."""
    as_json = (json.dumps(text, ensure_ascii=is_ascii)[1:-1] for is_ascii in (False, True))
    return list(dict.fromkeys((text, *as_json)))
