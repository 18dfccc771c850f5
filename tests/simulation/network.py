"""The network: the program's real wire code on one side, the service's model on the other.

Only the bytes' way is made up here. What is written, how answers are read and which error comes of
them is the program's own code (api.client, api.wire).
"""

import asyncio
import gzip
import json
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from enigma_panel.api.client import HttpClient, Timeouts, _decoded
from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError
from enigma_panel.api.protocols import LONG_POLL, ApiCall
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.excerpt import Scrub
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from tests.simulation.calls import Sent, Verdict, mark_of
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from tests.simulation.life import Life

T = TypeVar("T")
LIMITS = Timeouts()
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_STATUS = {Kind.LIMITED: 429, Kind.LIMITED_FOR: 429, Kind.FULL: 503, Kind.BROKEN: 500}
_TEXT = {429: "Rate limit exceeded.", 503: "No available instances.", 500: "Server error"}


class SimClient(HttpClient):
    """`protocols.ServiceClient` of one process over the simulated network."""

    def __init__(self, life: "Life", base_url: str, key: str, dialect: Dialect) -> None:
        super().__init__(base_url, key, dialect)
        self._life = life
        self._sent: dict[asyncio.Task[Any] | None, Sent] = {}
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._closed = False
        self._meant = 0

    async def aclose(self) -> None:
        """Calls under way end with InterruptedCallError."""
        self._closed = True
        for future in self._waiting.values():
            fail(future, InterruptedCallError("closed"))
        await asyncio.sleep(0)

    async def _request(self, verb: ApiCall, path: str, body: bytes | None, scrub: Scrub) -> Answer:
        if self._closed:
            raise NotConnectedError("closed")
        key = "" if verb is ApiCall.HEALTH else self._key
        meant, self._meant = self._meant, 0
        sent, future = self._life.world.link.send(
            self._life, verb, path, body, (key, self.base_url), meant=meant
        )
        self._sent[asyncio.current_task()] = sent
        self._waiting[id(future)] = future
        try:
            answer = await future
        finally:
            del self._waiting[id(future)]
        return _decoded(answer, scrub)

    # What the program concludes is noted for each call that costs or changes something.

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        self._meant = mark_of(spec)  # the request is made before anything else can happen
        return await self._judged(super().start_session(spec, text))

    async def run_task(self, spec: TaskSpec) -> Observation:
        return await self._judged(super().run_task(spec))

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        return await self._judged(super().new_task(session_id, spec))

    async def send_state(self, session_id: str, verb: CommandVerb) -> Observation:
        return await self._judged(super().send_state(session_id, verb))

    async def send_answer(self, session_id: str, text: str, verb: AnswerVerb) -> Observation:
        return await self._judged(super().send_answer(session_id, text, verb))

    async def _judged(self, call: Coroutine[Any, Any, T]) -> T:
        task = asyncio.current_task()
        try:
            observation = await call
        except ApiError as error:
            known = Verdict.REFUSED if error.nothing_happened else Verdict.UNKNOWN
            self._note(task, known, error)
            raise
        self._note(task, Verdict.KNOWN, None)
        return observation

    def _note(
        self, task: asyncio.Task[Any] | None, failure: Verdict, error: ApiError | None
    ) -> None:
        sent = self._sent.pop(task, None)
        if sent is not None and not self._life.loop.dead:
            self._life.world.link.judge(sent, failure, error)


def fail(future: "asyncio.Future[Answer]", error: ApiError) -> None:
    if not future.done():
        future.set_exception(error)


def own_answer(fate: Fate) -> Answer:
    """What stands between us and the service answers in its place."""
    if fate.gateway is not None:
        return Answer(fate.gateway.status, {}, fate.gateway.body.encode())
    if fate.kind is Kind.HTML:
        return Answer(502, {"content-type": "text/html"}, _PAGE)
    status = _STATUS[fate.kind]
    told = {"retry-after": str(fate.retry_after)} if fate.kind is Kind.LIMITED_FOR else {}
    body = {"success": False, "message": _TEXT[status]}
    return Answer(status, told, json.dumps(body).encode())


def compressed(answer: Answer) -> Answer:
    """A reply as a proxy sends it that always compresses."""
    headers = {**answer.headers, "content-encoding": "gzip"}
    return replace(answer, headers=headers, body=gzip.compress(answer.body, 1, mtime=0))


def damaged(fate: Fate, answer: Answer) -> Answer | ApiError:
    """A reply as it comes in after what the network did to it."""
    match fate.kind:
        case Kind.GATEWAY_AFTER:
            return own_answer(fate)
        case Kind.UNDECODABLE:
            packed = compressed(answer)
            is_plain = fate.retry_after % 2  # "gzip" over what is none, as some proxies make it
            body = answer.body if is_plain else packed.body[: len(packed.body) // 2]
            return replace(packed, body=body)
        case Kind.DROPPED_AFTER:
            return InterruptedCallError("cut")
        case Kind.TRUNCATED if fate.retry_after % 2:  # the length was told: the client notices
            return InterruptedCallError("cut")
        case Kind.TRUNCATED:
            return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        case Kind.NOT_JSON:
            return Answer(answer.status, {}, b"OK, done.")
    return answer


def read_limit(verb: ApiCall) -> float:
    """Seconds of silence after which the client gives up."""
    return LIMITS.read(long_poll=verb in LONG_POLL)
