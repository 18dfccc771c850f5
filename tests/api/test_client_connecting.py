"""Before anything is sent: names, TLS, proxies, listeners."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

import pytest

from enigma_panel.api import client
from enigma_panel.api.client import HttpClient, Timeouts
from enigma_panel.api.errors import ApiError, NotConnectedError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.observation import Kind
from tests.api import loopback as lb
from tests.api.calls import CALLS, GOOD, KEY, SESSION, TASK, everything_in

SHORT = Timeouts(connect=2.0, long_poll_read=0.3, quick_read=0.2)


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
    return client.make_unused_context()


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


def test_one_tls_context_is_built_for_both_pools() -> None:
    built: list[ssl.SSLContext] = []

    async def make() -> ssl.SSLContext:
        built.append(await client.make_context_in_thread())
        return built[-1]

    async def call() -> None:
        client = HttpClient("https://127.0.0.1:1", KEY, make_tls=make)
        for verb in (ApiCall.POLL, ApiCall.NEW_TASK, ApiCall.POLL):
            with pytest.raises(NotConnectedError):
                await CALLS[verb](client)
        await client.aclose()

    asyncio.run(call())
    assert len(built) == 1
    assert built[0].verify_mode is ssl.CERT_REQUIRED
    assert built[0].check_hostname


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
        async with lb.loopback(lb.answer(GOOD[ApiCall.POLL])) as server:
            client = HttpClient(server.url, KEY)
            seen = await client.poll(SESSION, TASK)
            await client.aclose()
            return seen.kind

    assert asyncio.run(call()) is Kind.ACTIVE
