"""The client of the service over HTTP. The only module that imports httpx.

There is one request function, a time limit per verb, and two connection pools, so that a Terminate
never waits behind a long poll. No call is ever retried here: there is no idempotency key.
"""

import asyncio
import logging
import socket
import ssl
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit

import certifi
import httpx
import truststore
from msgspec import Struct
from msgspec.structs import replace

from enigma_panel import __version__
from enigma_panel.api.address import is_loopback, parse_base_url
from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError, ProtocolError
from enigma_panel.api.protocols import LONG_POLL, ApiCall, HealthReply
from enigma_panel.api.wire import requests, responses
from enigma_panel.api.wire.error_responses import Answer, undecodable
from enigma_panel.api.wire.excerpt import Scrub, make_excerpt, make_scrub
from enigma_panel.api.wire.reply_body import read_body
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import ANSWERS, COMMANDS, AnswerVerb, CommandVerb

log = logging.getLogger(__name__)

# httpx logs whole URLs (they hold session ids) and httpcore, at debug level, headers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
if find_spec("sniffio") is None:
    # httpcore asks for it five times a call, and each time Python would look through all folders.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

CONNECT_S = 10.0
LONG_POLL_READ_S = 70.0
"""Read limit of a long poll, in seconds: the service holds a start for 50 s (api.md §1.4)."""

QUICK_READ_S = 15.0

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Longest body of an answer, with and without its encoding; then ProtocolError, on the way."""

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
"""The window size by which zlib finds out which of the two formats it reads."""

YIELD_EVERY = 256
"""Chunks of a body that are read in one turn of the loop; ten thousand may come at once."""

KEEP_ALIVE_S = 4.0
"""Life of an idle connection, in seconds: less than the servers' 5 s, or a call meets its end."""

MOST_IDLE = 20
"""Most idle connections that are kept: httpcore looks at each of them twice a call."""

SYSTEM_VERIFIES = sys.platform in {"win32", "darwin"}
"""Whether the system itself looks at certificates; elsewhere OpenSSL reads the system's files."""

NETWORK_FAULTS = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    OSError,  # also TimeoutError and ssl.SSLError, which httpx lets through while reading
    RuntimeError,  # a client that was closed under a call
    MemoryError,  # no whole answer can be kept
)

MakeTls = Callable[[], Awaitable[ssl.SSLContext]]
"""Builds the TLS context; raises OSError where a certificate file cannot be used."""


class Timeouts(Struct, frozen=True):
    """Time limits in seconds; the reads: longest silence of the service."""

    connect: float = CONNECT_S
    long_poll_read: float = LONG_POLL_READ_S
    quick_read: float = QUICK_READ_S

    def read(self, *, long_poll: bool) -> float:
        """The read limit of a long poll or of a quick call, in seconds."""
        return self.long_poll_read if long_poll else self.quick_read

    def whole(self, *, long_poll: bool) -> float:
        """Limit of a call from end to end (s), against a service that sends a byte now and then."""
        return self.connect + 2 * self.read(long_poll=long_poll)


class HttpClient:
    """One account on one host in one dialect; implements `protocols.ServiceClient`.

    base_url: checked by `parse_base_url` (raises BadAddressError). key: printable ASCII, or "" for
    none (raises ValueError). transport: stands in for the network in tests. make_tls: by default
    `make_context_in_thread`. Nothing is opened before the first call; the
    object belongs to the event loop of that call.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        dialect: Dialect = Dialect.E,
        *,
        timeouts: Timeouts | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        make_tls: MakeTls | None = None,
    ) -> None:
        self._base_url = parse_base_url(base_url)
        if not (key.isascii() and key.isprintable()) or " " in key:
            # No header can carry it; httpx would raise with the key in its message.
            raise ValueError("the key holds characters that no key has")
        self._key = key
        self._writer = requests.WRITERS[dialect]
        self._timeouts = timeouts or Timeouts()
        self._transport = transport
        self._make_tls = make_tls or make_context_in_thread
        self._tls: ssl.SSLContext | None = None
        self._pools: dict[bool, httpx.AsyncClient] = {}  # by whether they are for long polls
        self._building = asyncio.Lock()
        self._under_way: set[asyncio.Timeout] = set()
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<HttpClient {self._base_url}>"

    @property
    def base_url(self) -> str:
        return self._base_url

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        """POST /start/start-session without the task."""
        body = self._writer.start_session(spec, text)
        scrub = make_scrub(self._key)
        answer = await self._request(ApiCall.START_SESSION, "/start/start-session", body, scrub)
        return responses.read_opened(answer, scrub)

    async def run_task(self, spec: TaskSpec) -> Observation:
        """POST /start/run-task."""
        scrub = make_scrub(self._key)
        body = self._writer.run_task(spec)
        answer = await self._request(ApiCall.RUN_TASK, "/start/run-task", body, scrub)
        return responses.read_started(answer, scrub, in_session=False)

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        """POST /start/send-message, actionType newTask."""
        scrub = make_scrub(self._key, session_id)
        body = self._writer.new_task(session_id, spec)
        answer = await self._send(ApiCall.NEW_TASK, body, scrub)
        return responses.read_started(answer, scrub, in_session=True)

    async def send_state(self, session_id: str, verb: CommandVerb) -> Observation:
        """POST /start/send-message, actionType state."""
        scrub = make_scrub(self._key, session_id)
        answer = await self._send(ApiCall.STATE, requests.state(session_id, verb), scrub)
        return responses.read_delivered(answer, scrub, COMMANDS[verb].sent, session_id)

    async def send_answer(self, session_id: str, text: str, verb: AnswerVerb) -> Observation:
        """POST /start/send-message, actionType guardrail. The text appears in no error."""
        scrub = make_scrub(self._key, session_id, text)
        body = self._writer.guardrail(session_id, text, verb)
        answer = await self._send(ApiCall.ANSWER, body, scrub)
        return responses.read_delivered(answer, scrub, ANSWERS[verb].sent, session_id)

    async def poll(self, session_id: str, task_id: str) -> Observation:
        """GET /task/:sessionId/:taskId, built from the ids; a pollUrl is never followed."""
        scrub = make_scrub(self._key, session_id, task_id)
        path = f"/task/{_segment(session_id)}/{_segment(task_id)}"
        return responses.read_poll(await self._request(ApiCall.POLL, path, None, scrub), scrub)

    async def health(self) -> HealthReply:
        """GET /start/health, without the key."""
        scrub = make_scrub(self._key)
        answer = await self._request(ApiCall.HEALTH, "/start/health", None, scrub)
        return responses.read_health(answer, scrub)

    async def check_key(self) -> None:
        """GET /v1/models."""
        scrub = make_scrub(self._key)
        responses.check_models(
            await self._request(ApiCall.MODELS, "/v1/models", None, scrub), scrub
        )

    async def aclose(self) -> None:
        """Close both pools. Calls under way end with InterruptedCallError("closed")."""
        self._is_closed = True
        now = asyncio.get_running_loop().time()
        for limit in self._under_way:
            if not limit.expired():
                limit.reschedule(now)
        for _ in range(200):
            if not self._under_way:
                break
            await asyncio.sleep(0.005)
        pools = list(self._pools.values())
        self._pools.clear()
        for pool in pools:
            await pool.aclose()

    async def _send(self, verb: ApiCall, body: bytes, scrub: Scrub) -> Answer:
        return await self._request(verb, "/start/send-message", body, scrub)

    async def _request(self, verb: ApiCall, path: str, body: bytes | None, scrub: Scrub) -> Answer:
        """The one request function: errors of the network become ours, without their texts."""
        began = time.monotonic()
        answer: Answer | None = None
        failure: ApiError | None = None
        try:
            answer = await self._exchange(verb, path, body, scrub)
            answer = _decoded(answer, scrub)
        except NETWORK_FAULTS as fault:
            failure = translate(fault, is_closed=self._is_closed)
        finally:
            status = answer.status if answer else None
            log.debug("%s: %s after %.3f s", verb.value, status, time.monotonic() - began)
        if failure is not None:
            # Raised out here: as a context, the fault would carry the request with key and ids.
            raise failure
        assert answer is not None
        if 300 <= answer.status < 400:
            # Never followed: the key belongs to this host alone.
            raise ProtocolError(answer.status, make_excerpt(answer.body, scrub))
        return answer

    async def _exchange(self, verb: ApiCall, path: str, body: bytes | None, scrub: Scrub) -> Answer:
        async with self._limited(verb):
            return await self._once(await self._pool(verb), verb, path, body, scrub)

    @asynccontextmanager
    async def _limited(self, verb: ApiCall) -> AsyncIterator[None]:
        """The time limit of a whole call, which `aclose` can pull to now."""
        if self._is_closed:
            raise NotConnectedError("closed")
        async with asyncio.timeout(self._timeouts.whole(long_poll=verb in LONG_POLL)) as limit:
            self._under_way.add(limit)
            try:
                yield
            finally:
                self._under_way.discard(limit)

    async def _once(
        self, pool: httpx.AsyncClient, verb: ApiCall, path: str, body: bytes | None, scrub: Scrub
    ) -> Answer:
        method = "GET" if body is None else "POST"
        headers = {} if body is None else {"Content-Type": "application/json"}
        if self._key and verb is not ApiCall.HEALTH:
            headers["Authorization"] = f"Bearer {self._key}"
        url = self._base_url + path
        async with pool.stream(method, url, content=body, headers=headers) as response:
            received = await _receive(response, scrub)
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, names, received)

    async def _pool(self, verb: ApiCall) -> httpx.AsyncClient:
        is_long_poll = verb in LONG_POLL
        async with self._building:
            if self._tls is None:
                self._tls = await self._context()
            if is_long_poll not in self._pools:
                self._pools[is_long_poll] = self._build(long_poll=is_long_poll, tls=self._tls)
            return self._pools[is_long_poll]

    async def _context(self) -> ssl.SSLContext:
        if self._base_url.startswith("http:") or self._transport is not None:
            return make_unused_context()
        try:
            return await self._make_tls()
        except OSError:  # an unreadable or broken certificate file; ssl.SSLError is an OSError
            raise NotConnectedError("tls") from None

    def _build(self, *, long_poll: bool, tls: ssl.SSLContext) -> httpx.AsyncClient:
        limits = self._timeouts
        read = limits.read(long_poll=long_poll)
        host = urlsplit(self._base_url).hostname or ""
        try:
            return httpx.AsyncClient(
                verify=tls,
                transport=self._transport,
                timeout=httpx.Timeout(read, connect=limits.connect, pool=limits.connect),
                # Starts get a connection of their own: a stale one would leave their outcome
                # unknown. No limit on connections: cancelled calls would use it up for ever.
                limits=httpx.Limits(
                    max_connections=None,
                    max_keepalive_connections=0 if long_poll else MOST_IDLE,
                    keepalive_expiry=KEEP_ALIVE_S,
                ),
                trust_env=not is_loopback(host),
                follow_redirects=False,
                headers={
                    "User-Agent": f"enigma-control-panel/{__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                },
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            # An unusable proxy in the environment; its address may hold a password.
            raise NotConnectedError("proxy") from None


async def _receive(response: httpx.Response, scrub: Scrub) -> bytes:
    """The body as it comes in: httpx would decode it without a limit."""
    body = bytearray()
    chunks = 0
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ProtocolError(response.status_code, make_excerpt(bytes(body[:4096]), scrub))
        chunks += 1
        if chunks % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    return bytes(body)


def _decoded(answer: Answer, scrub: Scrub) -> Answer:
    """The answer without its content encoding, which proxies add unasked. ProtocolError."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding == "identity" or not answer.body or read_body(answer.body) is not None:
        return answer
    stream, body = zlib.decompressobj(_GZIP_OR_ZLIB), b""
    with suppress(zlib.error):
        body = stream.decompress(answer.body, MAX_BODY_BYTES)
    if not stream.eof:  # damaged, cut off, too long, or of another encoding
        raise undecodable(answer, scrub)
    return replace(answer, body=body)


def _segment(id_: str) -> str:
    """One path segment: nothing in an id can lead to another path."""
    quoted = quote(id_, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def translate(
    fault: BaseException, *, is_closed: bool = False
) -> NotConnectedError | InterruptedCallError:
    """The error for a fault: NotConnectedError only where nothing can have been sent."""
    match fault:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return NotConnectedError("timeout")
        case httpx.ConnectError():
            return NotConnectedError(_connect_reason(fault))
        case httpx.ProxyError():
            return NotConnectedError("proxy")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return NotConnectedError("refused")
        case _ if is_closed:
            return InterruptedCallError("closed")
        case httpx.TimeoutException() | TimeoutError():
            return InterruptedCallError("timeout")
        case _:
            return InterruptedCallError("cut")


def _connect_reason(fault: BaseException) -> str:
    for cause in _chain(fault, set()):
        if isinstance(cause, socket.gaierror):
            return "dns"
        if isinstance(cause, ssl.SSLError | ssl.CertificateError):
            return "tls"
    return "refused"


def _chain(fault: BaseException, visited: set[int]) -> Iterator[BaseException]:
    """The fault and all that led to it, groups included."""
    if id(fault) in visited:
        return
    visited.add(id(fault))
    yield fault
    inner = fault.exceptions if isinstance(fault, BaseExceptionGroup) else ()
    for cause in (fault.__cause__, fault.__context__, *inner):
        if cause is not None:
            yield from _chain(cause, visited)


def make_context() -> ssl.SSLContext:
    """A TLS context by the system's trust, else certifi's; 10 ms: not for a GUI thread."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if SYSTEM_VERIFIES:
        return context
    # truststore would read the system's files for each connection again, in the loop's thread. The
    # context inside it holds them after the first one.
    bio = ssl.MemoryBIO()
    inner = context.wrap_bio(bio, bio, server_hostname="localhost").context
    folder = ssl.get_default_verify_paths().capath  # it is read during the handshake
    if not inner.cert_store_stats()["x509"] and not (folder and any(Path(folder).iterdir())):
        inner.load_verify_locations(certifi.where())
    return inner


async def make_context_in_thread() -> ssl.SSLContext:
    """Run `make_context` in the event loop's default executor."""
    return await asyncio.to_thread(make_context)


def make_unused_context() -> ssl.SSLContext:
    """A TLS context for plain HTTP to this machine: it costs nothing and trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
