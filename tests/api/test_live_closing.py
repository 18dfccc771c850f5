"""The end of a channel, wanted or not: in time, noticed, and nothing left behind."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from engineio import base_client

from enigma_panel.api import socketio_client
from enigma_panel.api.protocols import LiveError, LiveFault
from enigma_panel.api.socketio_client import Channel, SocketConnector
from enigma_panel.core.verbs import CommandVerb
from tests.api import live_peers as lp
from tests.api.child_live import child
from tests.api.live_peers import HELD_UP_S, ID, Seen
from tests.api.relay import relay
from tests.conftest import LogWatch

FREEZES = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no way to freeze a process")


async def soon(wanted: Awaitable[object]) -> None:
    """Await it; nothing may hold it up."""
    async with asyncio.timeout(HELD_UP_S):
        await wanted


def nothing_is_left() -> None:
    """Neither tasks, nor entries in the library's lists, nor anything that warns when collected."""
    assert lp.library_tasks() == []
    assert base_client.connected_clients == []
    gc.collect()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def is_down(channel: Channel) -> None:
    with pytest.raises(LiveError) as caught:
        await channel.send_state(CommandVerb.PAUSE)
    assert caught.value.fault is LiveFault.LOST
    await soon(channel.aclose())
    await soon(channel.until_lost())


async def test_closing_says_goodbye() -> None:
    async with lp.service() as service, lp.connector() as connector:
        gone = asyncio.Event()
        service.sio.on("disconnect", lambda *_: gone.set())
        channel = await connector.connect(ID, service.url, service.url, Seen())
        await soon(channel.aclose())
        await soon(gone.wait())
        await is_down(channel)
        nothing_is_left()


async def test_closing_twice_at_once_and_while_someone_waits() -> None:
    async with lp.service() as service, lp.connector() as connector:
        channel = await connector.connect(ID, service.url, service.url, Seen())
        await asyncio.gather(
            channel.until_lost(), channel.aclose(), channel.aclose(), connector.aclose()
        )
        nothing_is_left()


@pytest.mark.process
@FREEZES
async def test_a_frozen_server_holds_no_end_up() -> None:
    with child() as peer:
        connector = SocketConnector()
        opened = [connector.connect(f"{ID}{n}", peer.url, peer.url, Seen()) for n in range(40)]
        channels = await asyncio.gather(*opened)
        os.kill(peer.process.pid, signal.SIGSTOP)
        await channels[0].send_state(CommandVerb.STOP)
        await soon(channels[0].aclose())
        await soon(connector.aclose())
        nothing_is_left()


async def test_a_message_that_is_not_taken_holds_no_end_up() -> None:
    until = asyncio.Event()

    async def play(ws: web.WebSocketResponse) -> None:
        await lp.welcome(ws)
        await until.wait()

    async with lp.hand_made(play) as url, lp.connector() as connector:
        channel = await connector.connect(ID, url, url, Seen())
        message: dict[str, object] = {"text": "x" * 30_000_000}
        sending = [asyncio.ensure_future(channel._emit(message)) for _ in range(2)]
        await asyncio.sleep(0.3)
        await soon(channel.aclose())
        ends = await asyncio.gather(*sending, return_exceptions=True)
        assert [type(end) for end in ends] == [LiveError, LiveError]
        nothing_is_left()
        until.set()


@pytest.mark.process
@FREEZES
async def test_a_frozen_server_is_noticed_by_its_missing_pings() -> None:
    with child(1, 0.5) as peer:  # the server tells whole seconds of its interval
        async with lp.connector() as connector:
            channel = await connector.connect(ID, peer.url, peer.url, Seen())
            await asyncio.sleep(2.5)
            await channel.send_state(CommandVerb.PAUSE)  # it lived on pings so far
            os.kill(peer.process.pid, signal.SIGSTOP)
            await soon(channel.until_lost())
            await is_down(channel)
            nothing_is_left()


async def test_a_dead_connection_that_looks_open_is_noticed_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socketio_client, "PING_S", 0.4)
    async with lp.service() as service, relay(service.url) as way, lp.connector() as connector:
        seen = Seen()
        channel = await connector.connect(ID, way.url, way.url, seen)
        await asyncio.sleep(1.5)  # it lives on pongs, which are no events
        await channel.send_state(CommandVerb.STOP)
        await soon(service.hears.wait())
        way.is_deaf = True
        await channel.send_state(CommandVerb.PAUSE)  # the system takes it, and nobody hears it
        await soon(channel.until_lost())
        assert len(service.heard) == 1
        await is_down(channel)
        nothing_is_left()


@pytest.mark.parametrize("goodbye", ["41", "1", ""], ids=["session", "engine", "socket"])
async def test_every_way_to_hang_up_is_understood(goodbye: str) -> None:
    async def play(ws: web.WebSocketResponse) -> None:
        await lp.welcome(ws)
        await (ws.send_str(goodbye) if goodbye else ws.close())
        if goodbye:
            await lp.stay(ws)

    async with lp.hand_made(play) as url, lp.connector() as connector:
        channel = await connector.connect(ID, url, url, Seen())
        await soon(channel.until_lost())
        await is_down(channel)
        nothing_is_left()


async def test_a_ping_that_cannot_be_answered_ends_it_and_leaves_nothing() -> None:
    """It breaks the loop in which the library writes, which nobody but us looks at."""
    async with lp.hand_made(lp.frames('2"\\ud83d"')) as url, lp.connector() as connector:
        channel = await connector.connect(ID, url, url, Seen())
        await soon(channel.until_lost())
        await is_down(channel)
        nothing_is_left()


async def hold(ws: web.WebSocketResponse) -> None:
    await lp.stay(ws)


async def open_and_hold(ws: web.WebSocketResponse) -> None:
    await ws.send_str(lp.OPEN)
    await lp.stay(ws)


STAGES = pytest.mark.parametrize("play", [None, hold, open_and_hold])


async def stuck(
    play: lp.Play | None, act: Callable[[SocketConnector, str], Awaitable[None]]
) -> None:
    """Do it with a server that leaves a connect hanging: before, in or after the handshake."""
    if play is not None:
        async with lp.hand_made(play) as url:
            await act(SocketConnector(), url)
        return
    with socket.socket() as listener:  # the system accepts for it, and nobody answers
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        await act(SocketConnector(), f"http://127.0.0.1:{listener.getsockname()[1]}")


@STAGES
async def test_a_connect_that_hangs_ends(
    play: lp.Play | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socketio_client, "CONNECT_S", 0.4)

    async def act(connector: SocketConnector, url: str) -> None:
        began = time.monotonic()
        with pytest.raises(LiveError) as caught:
            await connector.connect(ID, url, url, Seen())
        assert caught.value.fault is LiveFault.UNREACHABLE
        assert caught.value.__context__ is None
        assert 0.3 < time.monotonic() - began < HELD_UP_S
        nothing_is_left()
        await connector.aclose()

    await stuck(play, act)


@STAGES
async def test_closing_the_door_ends_a_connect(play: lp.Play | None) -> None:
    async def act(connector: SocketConnector, url: str) -> None:
        connecting = asyncio.ensure_future(connector.connect(ID, url, url, Seen()))
        await asyncio.sleep(0.2)
        await soon(connector.aclose())
        with pytest.raises(LiveError):
            await connecting
        nothing_is_left()

    await stuck(play, act)


async def test_a_connect_can_be_cancelled_at_any_moment() -> None:
    async with lp.service() as service, lp.connector() as connector:
        for ticks in range(40):
            connecting = asyncio.ensure_future(
                connector.connect(ID, service.url, service.url, Seen())
            )
            for _ in range(ticks):
                await asyncio.sleep(0)
            connecting.cancel()
            await asyncio.wait([connecting])
            if not connecting.cancelled():
                await connecting.result().aclose()
            assert lp.library_tasks() == []
        nothing_is_left()  # once: it collects all garbage of a process that ran thousands of tests


@pytest.mark.parametrize("by_limit", [True, False])
async def test_an_end_that_the_library_swallows_while_connecting_counts(
    monkeypatch: pytest.MonkeyPatch, *, by_limit: bool
) -> None:
    """The connect comes back as if nothing had been, with its two loops running."""
    loops: list[asyncio.Task[None]] = []

    async def connect(client: Any, *_args: object, **_options: object) -> None:
        loops[:] = [asyncio.ensure_future(asyncio.sleep(60)) for _ in range(2)]
        client.eio.read_loop_task, client.eio.write_loop_task = loops
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    monkeypatch.setattr(socketio_client._Client, "connect", connect)
    monkeypatch.setattr(socketio_client, "CONNECT_S", 0.2 if by_limit else 60)
    async with lp.connector() as connector:
        url = "http://127.0.0.1:9"
        opening = asyncio.ensure_future(connector.connect(ID, url, url, Seen()))
        await asyncio.sleep(0.1)
        if not by_limit:
            opening.cancel()
        await soon(asyncio.wait({opening}))
        assert opening.cancelled() is not by_limit
        assert by_limit is isinstance(
            None if opening.cancelled() else opening.exception(), LiveError
        )
        assert [loop.cancelled() for loop in loops] == [True, True]
        nothing_is_left()


async def test_one_channel_that_cannot_be_closed_keeps_no_other_open(
    monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    log_watch.allow("a live channel could not be closed: RuntimeError")
    async with lp.service() as service, lp.connector() as connector:
        url = service.url
        first, second = [await connector.connect(ID, url, url, Seen()) for _ in range(2)]
        closed = []
        real = Channel.aclose

        async def aclose(channel: Channel) -> None:
            if channel is first:
                raise RuntimeError(ID)
            await asyncio.sleep(0.05)
            await real(channel)
            closed.append(channel)

        monkeypatch.setattr(Channel, "aclose", aclose)
        await connector.aclose()
        assert closed == [second]
        await real(first)
        monkeypatch.undo()
    assert ID not in repr(log_watch.lines)


async def test_a_closed_door_opens_nothing() -> None:
    async with lp.service() as service:
        connector = SocketConnector()
        await connector.aclose()
        with pytest.raises(LiveError):
            await connector.connect(ID, service.url, service.url, Seen())
        assert service.auths == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts files by /proc")
async def test_many_losses_leave_no_socket_open() -> None:
    async with lp.service() as service, lp.connector() as connector:
        counts = []
        for _ in range(30):
            channel = await connector.connect(ID, service.url, service.url, Seen())
            await service.sio.disconnect(service.sids.pop())
            await channel.until_lost()
            await asyncio.sleep(0.02)
            counts.append(open_files())
        assert counts[-1] <= counts[4] + 1
        nothing_is_left()
