"""The verbs of dialect E over one abstract request: what is sent where and who reads the answer.

Knows neither sockets nor a library for them.
"""

from abc import ABC, abstractmethod
from urllib.parse import quote

from enigma_panel.api.ports import HealthReply
from enigma_panel.api.verb import Verb
from enigma_panel.api.wire import reader, writer_e
from enigma_panel.api.wire.answer import Answer
from enigma_panel.api.wire.excerpt import Scrub, make_scrub
from enigma_panel.core.models import AnswerVerb, StateVerb, TaskSpec
from enigma_panel.core.observation import Kind, Observation

STATE_KINDS = {
    StateVerb.PAUSE: Kind.PAUSE_SENT,
    StateVerb.RESUME: Kind.RESUME_SENT,
    StateVerb.STOP: Kind.STOP_SENT,
    StateVerb.TERMINATE: Kind.TERMINATE_SENT,
}
ANSWER_KINDS = {AnswerVerb.RESUME: Kind.ANSWER_SENT, AnswerVerb.STOP: Kind.ANSWER_STOP_SENT}


class Verbs(ABC):
    """All calls of `ports.ServiceClient` but `aclose`. key: the API key, "" for none."""

    def __init__(self, key: str) -> None:
        self._key = key

    @abstractmethod
    async def _request(self, verb: Verb, path: str, body: bytes | None, scrub: Scrub) -> Answer:
        """POST where there is a body, else GET; raises only `errors.ApiError`."""

    async def start_session(self, *, max_duration_ms: int | None) -> Observation:
        """POST /start/start-session with an empty task."""
        body = writer_e.start_session(max_duration_ms=max_duration_ms)
        scrub = make_scrub(self._key)
        answer = await self._request(Verb.START_SESSION, "/start/start-session", body, scrub)
        return reader.read_opened(answer, scrub)

    async def run_task(self, spec: TaskSpec) -> Observation:
        """POST /start/run-task."""
        scrub = make_scrub(self._key)
        body = writer_e.run_task(spec)
        answer = await self._request(Verb.RUN_TASK, "/start/run-task", body, scrub)
        return reader.read_started(answer, scrub, in_session=False)

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        """POST /start/send-message, actionType newTask."""
        scrub = make_scrub(self._key, session_id)
        answer = await self._send(Verb.NEW_TASK, writer_e.new_task(session_id, spec), scrub)
        return reader.read_started(answer, scrub, in_session=True)

    async def send_state(self, session_id: str, verb: StateVerb) -> Observation:
        """POST /start/send-message, actionType state."""
        scrub = make_scrub(self._key, session_id)
        answer = await self._send(Verb.STATE, writer_e.state(session_id, verb), scrub)
        return reader.read_delivered(answer, scrub, STATE_KINDS[verb])

    async def send_answer(self, session_id: str, text: str, verb: AnswerVerb) -> Observation:
        """POST /start/send-message, actionType guardrail. The text appears in no error."""
        scrub = make_scrub(self._key, session_id, text)
        answer = await self._send(Verb.ANSWER, writer_e.guardrail(session_id, text, verb), scrub)
        return reader.read_delivered(answer, scrub, ANSWER_KINDS[verb])

    async def poll(self, session_id: str, task_id: str) -> Observation:
        """GET /task/:sessionId/:taskId, built from the ids; a pollUrl is never followed."""
        scrub = make_scrub(self._key, session_id, task_id)
        path = f"/task/{_segment(session_id)}/{_segment(task_id)}"
        return reader.read_poll(await self._request(Verb.POLL, path, None, scrub), scrub)

    async def health(self) -> HealthReply:
        """GET /start/health, without the key."""
        scrub = make_scrub(self._key)
        answer = await self._request(Verb.HEALTH, "/start/health", None, scrub)
        return reader.read_health(answer, scrub)

    async def check_key(self) -> None:
        """GET /v1/models."""
        scrub = make_scrub(self._key)
        reader.check_models(await self._request(Verb.MODELS, "/v1/models", None, scrub), scrub)

    async def _send(self, verb: Verb, body: bytes, scrub: Scrub) -> Answer:
        return await self._request(verb, "/start/send-message", body, scrub)


def _segment(id_: str) -> str:
    """One path segment: nothing in an id can lead to another path."""
    quoted = quote(id_, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")
