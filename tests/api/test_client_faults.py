"""What the network can do, and what each case means: was anything sent, and did anyone tell."""

import asyncio
import json
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import certifi
import httpx
import pytest

from enigma_panel.api import client as client_module
from enigma_panel.api import tls
from enigma_panel.api.client import HttpClient
from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
)
from enigma_panel.api.timeouts import Timeouts
from enigma_panel.api.verbs import Verb
from enigma_panel.core.observation import Kind
from tests.api import loopback as lb
from tests.api.calls import CALLS, GOOD, KEY, PASSWORD, SECRETS, SESSION, TASK

ALL_IS_WELL = json.dumps(
    {"success": True, "type": "task_completed", "sessionId": "s1", "taskId": "t1", "message": "Hi"}
    | {"data": [], "status": "healthy"}
)
SHORT = Timeouts(connect=2.0, held_read=0.3, quick_read=0.2)


def failure(
    play: lb.Play, verb: Verb = Verb.NEW_TASK, timeouts: Timeouts = SHORT
) -> tuple[ApiError, list[lb.Request]]:
    """The error of one call against a server that plays this."""

    async def call() -> tuple[ApiError, list[lb.Request]]:
        async with lb.loopback(play) as server:
            client = HttpClient(server.url, KEY, timeouts=timeouts)
            with pytest.raises(ApiError) as caught:
                await CALLS[verb](client)
            await client.aclose()
            return caught.value, server.requests

    return asyncio.run(call())


def mock_failure(handler: Callable[[httpx.Request], httpx.Response]) -> ApiError:
    """The error of a poll over a transport of the test."""

    async def call() -> ApiError:
        transport = httpx.MockTransport(handler)
        client = HttpClient("https://host", KEY, transport=transport)
        with pytest.raises(ApiError) as caught:
            await client.poll(SESSION, TASK)
        await client.aclose()
        return caught.value

    return asyncio.run(call())


def everything_in(error: BaseException | None) -> Iterator[str]:
    """All texts that an error and what led to it could bring into a log."""
    while error is not None:
        yield from (repr(error), str(error), repr(error.args), repr(vars(error)))
        request = getattr(error, "_request", None)
        yield repr(request and dict(request.headers))
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize(
    ("play", "kind"),
    [
        (lb.drop, InterruptedCallError),
        (lb.cut(GOOD[Verb.NEW_TASK]), InterruptedCallError),
        (lb.answer(f"<p>{KEY} {SESSION} {TASK}</p>", 500), ProtocolError),
        (lb.answer(f'{{"error": "no {KEY}"}}', 500), RejectedError),
        (lb.answer("", 307, Location="http://127.0.0.1:1/"), ProtocolError),
        (lb.answer(ALL_IS_WELL, 307, Location="http://127.0.0.1:1/"), ProtocolError),
        (lb.answer("", 204), ProtocolError),
    ],
    ids=["drop", "cut", "html", "echo", "redirect", "cheerful redirect", "empty"],
)
def test_faults_are_typed_tell_no_secret_and_cause_no_second_call(
    play: lb.Play, kind: type[ApiError], verb: Verb, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error, requests = failure(play, verb)
    assert isinstance(error, kind)
    assert not error.nothing_happened
    assert len(requests) == 1
    told = "\n".join([caplog.text, *everything_in(error), repr(getattr(error, "reply", ""))])
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize(
    ("verb", "own"),
    [
        (Verb.POLL, [KEY, SESSION, TASK]),
        (Verb.STATE, [SESSION]),
        (Verb.ANSWER, [PASSWORD, SESSION]),
    ],
)
def test_what_a_call_sent_is_not_in_its_error(verb: Verb, own: list[str]) -> None:
    echo = lb.answer(json.dumps({"error": " and ".join(own), "code": own[0]}), 500)
    error, _ = failure(echo, verb)
    told = "\n".join([*everything_in(error), repr(vars(error))])
    assert "[redacted]" in told
    assert [secret for secret in own if secret in told] == []


@pytest.mark.parametrize("verb", [Verb.NEW_TASK, Verb.POLL])
def test_a_silent_service_ends_in_a_timeout(verb: Verb) -> None:
    began = time.monotonic()
    error, _ = failure(lb.held(asyncio.Event(), ""), verb)
    assert isinstance(error, InterruptedCallError)
    assert error.reason == "timeout"
    assert time.monotonic() - began < 2.0


def test_a_dribbling_service_ends_in_a_timeout_too() -> None:
    limits = Timeouts(connect=0.1, held_read=0.2, quick_read=0.2)
    error, _ = failure(lb.dribble("x" * 1000, 0.02), Verb.POLL, limits)
    assert isinstance(error, InterruptedCallError)
    assert error.reason == "timeout"


def test_a_body_without_end_is_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client_module.MAX_BODY_BYTES == 32 * 1024 * 1024
    monkeypatch.setattr(client_module, "MAX_BODY_BYTES", 100_000)
    padding = " " * 200_000
    error, _ = failure(lb.answer(GOOD[Verb.NEW_TASK] + padding))
    assert isinstance(error, ProtocolError)
    assert len(error.excerpt) <= 200


def test_no_listener_is_refused() -> None:
    async def call() -> NotConnectedError:
        with socket.socket() as unheard:
            unheard.bind(("127.0.0.1", 0))
            client = HttpClient(f"http://127.0.0.1:{unheard.getsockname()[1]}", KEY)
            with pytest.raises(NotConnectedError) as caught:
                await client.health()
            await client.aclose()
            return caught.value

    error = asyncio.run(call())
    assert error.reason == "refused"
    assert error.nothing_happened


async def no_tls() -> ssl.SSLContext:
    return tls.make_unused_context()


def https_failure(url: str, make_tls: Callable[[], Awaitable[ssl.SSLContext]]) -> ApiError:
    """The error of a poll over the real transport."""

    async def call() -> ApiError:
        client = HttpClient(url, KEY, timeouts=SHORT, make_tls=make_tls)
        with pytest.raises(ApiError) as caught:
            await client.poll(SESSION, TASK)
        await client.aclose()
        return caught.value

    return asyncio.run(call())


def test_an_unknown_name_is_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = https_failure("https://no-such-host.invalid", no_tls)
    assert isinstance(error, NotConnectedError)
    assert error.reason == "dns"


def test_a_server_without_tls_is_tls() -> None:
    async def call() -> str:
        async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(lb.head("", 400))
            writer.close()

        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            client = HttpClient(url, KEY, timeouts=SHORT, make_tls=no_tls)
            with pytest.raises(NotConnectedError) as caught:
                await client.poll(SESSION, TASK)
            await client.aclose()
            return caught.value.reason

    assert asyncio.run(call()) == "tls"


def test_a_broken_certificate_store_is_tls() -> None:
    async def broken() -> ssl.SSLContext:
        return ssl.create_default_context(cafile="/nonexistent/certificates")

    error = https_failure("https://127.0.0.1:1", broken)
    assert isinstance(error, NotConnectedError)
    assert error.reason == "tls"


def test_one_tls_context_is_built_for_both_doors() -> None:
    built: list[ssl.SSLContext] = []

    async def make() -> ssl.SSLContext:
        built.append(await tls.make_context_in_thread())
        return built[-1]

    async def call() -> None:
        client = HttpClient("https://127.0.0.1:1", KEY, make_tls=make)
        for verb in (Verb.POLL, Verb.NEW_TASK, Verb.POLL):
            with pytest.raises(NotConnectedError):
                await CALLS[verb](client)
        await client.aclose()

    asyncio.run(call())
    assert len(built) == 1
    assert built[0].verify_mode is ssl.CERT_REQUIRED
    assert built[0].check_hostname


def test_trusted_certificates_come_from_certifi_where_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files: list[str | None] = []

    def note(*, cafile: str | None) -> None:
        files.append(cafile)

    system = ssl.DefaultVerifyPaths("/etc/certificates", None, "", "", "", "")
    for paths in (system, system._replace(cafile=None)):
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda paths=paths: paths)
        monkeypatch.setattr(ssl, "create_default_context", note)
        tls.make_context()
    assert files == [None, certifi.where()]


@pytest.mark.parametrize("value", ["socks5://user:pa55@127.0.0.1:1", "nonsense://x"])
def test_an_unusable_proxy_is_told_without_its_address(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    error = https_failure("https://host.invalid", no_tls)
    assert isinstance(error, NotConnectedError)
    assert error.reason == "proxy"
    assert not any("pa55" in text for text in everything_in(error))


def test_no_proxy_comes_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    async def call() -> object:
        async with lb.loopback(lb.answer(GOOD[Verb.POLL])) as server:
            client = HttpClient(server.url, KEY)
            seen = await client.poll(SESSION, TASK)
            await client.aclose()
            return seen.kind

    assert asyncio.run(call()) is Kind.ACTIVE


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (httpx.ConnectTimeout, NotConnectedError, "timeout"),
        (httpx.ConnectError, NotConnectedError, "refused"),
        (httpx.ProxyError, NotConnectedError, "proxy"),
        (httpx.ReadTimeout, InterruptedCallError, "timeout"),
        (httpx.WriteTimeout, InterruptedCallError, "timeout"),
        (httpx.ReadError, InterruptedCallError, "cut"),
        (httpx.WriteError, InterruptedCallError, "cut"),
        (httpx.CloseError, InterruptedCallError, "cut"),
        (httpx.RemoteProtocolError, InterruptedCallError, "cut"),
        (httpx.LocalProtocolError, InterruptedCallError, "cut"),
        (httpx.DecodingError, InterruptedCallError, "cut"),
        (ssl.SSLError, InterruptedCallError, "cut"),
        (ConnectionResetError, InterruptedCallError, "cut"),
    ],
)
def test_each_network_fault_means_one_thing(fault: Any, kind: type, reason: str) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise fault(f"bad {KEY}")

    error = mock_failure(broken)
    assert type(error) is kind
    assert vars(error)["reason"] == reason
    assert not any(KEY in text for text in everything_in(error))


def test_a_lost_pool_is_built_anew_once_and_logged(
    log_watch: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_watch.allow("the pool is built anew")
    calls = 0

    def first_fails(_request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise httpx.PoolTimeout("no place")
        return httpx.Response(200, text=GOOD[Verb.POLL])

    pools = 0
    build = httpx.AsyncClient.__init__

    def counted(self: httpx.AsyncClient, **arguments: Any) -> None:
        nonlocal pools
        pools += 1
        build(self, **arguments)

    monkeypatch.setattr(httpx.AsyncClient, "__init__", counted)

    async def call() -> object:
        client = HttpClient("https://host", KEY, transport=httpx.MockTransport(first_fails))
        seen = await client.poll(SESSION, TASK)
        await client.poll(SESSION, TASK)
        await client.aclose()
        return seen.kind

    assert asyncio.run(call()) is Kind.ACTIVE
    assert (calls, pools) == (3, 2)
    assert caplog.text.count("the pool is built anew") == 1


def test_a_pool_lost_twice_means_nothing_was_sent(log_watch: Any) -> None:
    log_watch.allow("the pool is built anew")

    def fails(_request: httpx.Request) -> httpx.Response:
        raise httpx.PoolTimeout("no place")

    error = mock_failure(fails)
    assert isinstance(error, NotConnectedError)
    assert error.reason == "timeout"


def test_closing_ends_calls_under_way_and_refuses_later_ones() -> None:
    async def call() -> list[str]:
        async with lb.loopback(lb.held(asyncio.Event(), "")) as server:
            client = HttpClient(server.url, KEY)
            waiting = [
                asyncio.ensure_future(CALLS[verb](client)) for verb in (Verb.NEW_TASK, Verb.POLL)
            ]
            await server.wait_for(2)
            began = time.monotonic()
            await client.aclose()
            assert time.monotonic() - began < 0.8
            ends = await asyncio.gather(*waiting, return_exceptions=True)
            with pytest.raises(NotConnectedError) as late:
                await client.health()
            await client.aclose()
            return [f"{type(end).__name__} {vars(end)['reason']}" for end in (*ends, late.value)]

    interrupted = "InterruptedCallError closed"
    assert asyncio.run(call()) == [interrupted, interrupted, "NotConnectedError closed"]


def test_a_cancelled_call_stays_cancelled() -> None:
    async def call() -> None:
        async with lb.loopback(lb.held(asyncio.Event(), "")) as server:
            client = HttpClient(server.url, KEY)
            waiting = asyncio.ensure_future(CALLS[Verb.POLL](client))
            await server.wait_for(1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await client.aclose()

    asyncio.run(call())
