"""Why there is no channel: each way to fail has its fault, and the id goes nowhere else."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from enigma_panel.api import client
from enigma_panel.api.protocols import LiveError, LiveFault
from tests.api import live_peers as lp, loopback as lb
from tests.api.bodies import bomb, encoded
from tests.api.live_peers import ID, OPEN, Seen
from tests.kit.certificates import Certificates, make_certificates


async def fault(url: str, base_url: str = "", **options: Any) -> LiveFault:
    """Why a channel to a URL is not there; nothing else is told."""
    async with lp.connector(**options) as connector:
        with pytest.raises(LiveError) as caught:
            await connector.connect(ID, url, base_url or url, Seen())
        assert caught.value.__context__ is None
        assert repr(caught.value) == f"LiveError('{caught.value.fault}')"
        return caught.value.fault


async def hand_made_fault(play: lp.Play) -> LiveFault:
    """The fault for a played web socket; the answer comes at once, not by a time limit."""
    async with lp.hand_made(play) as url, asyncio.timeout(lp.HELD_UP_S):
        return await fault(url)


async def http_fault(play: lb.Play) -> LiveFault:
    """The fault for a server that answers the handshake over HTTP."""
    async with lb.loopback(play) as server:
        return await fault(server.url)


async def test_nobody_listens() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        assert await fault(url) is LiveFault.UNREACHABLE


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, LiveFault.PROTOCOL),
        (204, LiveFault.PROTOCOL),
        (400, LiveFault.PROTOCOL),
        (404, LiveFault.PROTOCOL),
        (401, LiveFault.REFUSED),
        (403, LiveFault.REFUSED),
        (429, LiveFault.UNREACHABLE),
        (502, LiveFault.UNREACHABLE),
        (503, LiveFault.UNREACHABLE),
    ],
)
async def test_an_http_answer(status: int, expected: LiveFault) -> None:
    body = "" if status == 204 else "<html>hello</html>"
    assert await http_fault(lb.answer(body, status, Content_Type="text/html")) is expected


async def test_an_http_answer_whose_body_is_a_bomb() -> None:
    assert await http_fault(encoded(bomb(160), "gzip")) is LiveFault.PROTOCOL


async def test_a_server_that_closes_or_talks_nonsense() -> None:
    async def nonsense(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()
        writer.close()

    async def half(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101 Switching")
        await writer.drain()
        writer.close()

    async def wrong_key(writer: asyncio.StreamWriter) -> None:
        writer.write(lb.head("", 101, Upgrade="websocket", Connection="Upgrade"))
        await writer.drain()

    assert await http_fault(lb.drop) is LiveFault.UNREACHABLE
    assert await http_fault(half) in {LiveFault.UNREACHABLE, LiveFault.PROTOCOL}
    assert await http_fault(nonsense) is LiveFault.PROTOCOL
    assert await http_fault(wrong_key) is LiveFault.PROTOCOL


@pytest.mark.parametrize(
    "greeting",
    [
        *("hello", "", "0", "0{}", "0[", "1", "2", "6", "40", "0" + "[" * 100_000),
        '0{"sid":"e","upgrades":[],"pingInterval":"x"}',
    ],
    ids=lambda text: text[:12],
)
async def test_another_language(greeting: str) -> None:
    async def play(ws: web.WebSocketResponse) -> None:
        await ws.send_str(greeting)
        await lp.stay(ws)

    assert await hand_made_fault(play) is LiveFault.PROTOCOL


async def test_engine_io_3() -> None:
    """It takes the handshake for its own, greets at once, and waits for the client's pings."""

    async def play(ws: web.WebSocketResponse) -> None:
        await ws.send_str(OPEN)
        await ws.send_str("40")
        await lp.stay(ws)

    assert await hand_made_fault(play) is LiveFault.PROTOCOL


async def test_a_server_that_closes_after_the_handshake() -> None:
    async def at_once(_ws: web.WebSocketResponse) -> None:
        return

    async def after_its_greeting(ws: web.WebSocketResponse) -> None:
        await ws.send_str(OPEN)

    async def after_ours(ws: web.WebSocketResponse) -> None:
        await ws.send_str(OPEN)
        await ws.receive_str()

    for play in (at_once, after_its_greeting, after_ours):
        assert await hand_made_fault(play) is LiveFault.UNREACHABLE


@pytest.mark.parametrize(
    "said", ["", '{"message":"no"}', '"no"', "[]", '{"message":"Socket.IO 2"}']
)
async def test_a_no_in_any_form(said: str) -> None:
    async def play(ws: web.WebSocketResponse) -> None:
        await ws.send_str(OPEN)
        await ws.receive_str()
        await ws.send_str(f"44{said}")
        await lp.stay(ws)

    assert await hand_made_fault(play) is LiveFault.REFUSED


async def test_a_no_of_the_library() -> None:
    async with lp.service() as service:
        service.refusal = "session not found"
        assert await fault(service.url) is LiveFault.REFUSED


async def test_another_host_sees_no_connection() -> None:
    async with lb.loopback() as other, lp.service() as service:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        assert await fault(elsewhere, service.url) is LiveFault.ADDRESS
        assert await fault(f"{other.url}/x", service.url) is LiveFault.ADDRESS
        await asyncio.sleep(0.05)
        assert other.connections == 0
        assert service.auths == []


async def test_a_redirect_is_not_followed() -> None:
    async with lp.service() as other:
        target = f"{other.url}/socket.io/?transport=websocket&EIO=4"
        play = lb.answer("", 302, Location=target)
        assert await http_fault(play) is LiveFault.PROTOCOL
        assert other.auths == []


async def test_no_cookie_of_one_session_goes_out_with_another() -> None:
    cookies: list[str | None] = []

    async def serve(request: web.Request) -> web.WebSocketResponse:
        cookies.append(request.headers.get("Cookie"))
        ws = web.WebSocketResponse()
        ws.set_cookie("io", "one")
        await ws.prepare(request)
        await lp.welcome(ws)
        await lp.stay(ws)
        return ws

    app = web.Application()
    app.router.add_get("/socket.io/", serve)
    async with lp.listening(app) as url, lp.connector() as connector:
        by_name = url.replace("127.0.0.1", "localhost")
        for _ in range(2):
            await connector.connect(ID, by_name, by_name, Seen())
    assert cookies == [None, None]


@asynccontextmanager
async def secure(folder: Path, *, trusted: bool) -> AsyncIterator[tuple[str, Any, Certificates]]:
    """A service by TLS on this machine, by name."""
    certificates = make_certificates(folder, "localhost")
    context = certificates.trusted if trusted else certificates.self_signed
    async with lp.service(tls=context) as service:
        yield service.url.replace("127.0.0.1", "localhost"), service, certificates


async def test_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    async with secure(tmp_path, trusted=True) as (url, service, certificates):
        made: list[ssl.SSLContext] = []

        def make_tls() -> ssl.SSLContext:
            made.append(certificates.client_context())
            return made[-1]

        async with lp.connector(make_tls=make_tls) as connector:
            seen = Seen()
            await connector.connect(ID, url, url, seen)
            await connector.connect(ID, url, url, seen)
            await service.tell({"type": "agent", "content": "x"})
            await seen.wait(2)
        assert len(made) == 1


async def test_a_certificate_that_nobody_trusts_gets_no_id(tmp_path: Path) -> None:
    async with secure(tmp_path, trusted=False) as (url, service, certificates):
        made = certificates.client_context
        assert await fault(url, make_tls=made) is LiveFault.UNREACHABLE
        assert await fault(url) is LiveFault.UNREACHABLE
        by_number = url.replace("localhost", "127.0.0.1")
        assert await fault(by_number, make_tls=made) is LiveFault.UNREACHABLE
        assert service.auths == []


async def test_tls_to_a_server_without_it() -> None:
    async with lp.service() as service:
        url = service.url.replace("http:", "https:")
        assert await fault(url, make_tls=client.make_unused_context) is LiveFault.UNREACHABLE


async def test_certificates_that_cannot_be_read_or_are_not_needed() -> None:
    def broken() -> ssl.SSLContext:
        raise FileNotFoundError("/etc/ssl/cert.pem")

    async with lp.service() as service:
        url = service.url.replace("http:", "https:")
        assert await fault(url, make_tls=broken) is LiveFault.UNREACHABLE
        async with lp.connector(make_tls=broken) as connector:
            await connector.connect(ID, service.url, service.url, Seen())
