"""A channel that is up: what comes in, in which order, and what goes out."""

import asyncio
import logging
import time

import pytest
from aiohttp import WSMsgType, web

from enigma_panel.api.protocols import LiveError, LiveFault
from enigma_panel.api.socketio_client import EMIT_S
from enigma_panel.api.wire.requests import state
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from tests.api import live_peers as lp
from tests.api.live_peers import ID, Seen, step
from tests.conftest import LogWatch


async def test_it_says_who_it_is_and_hears_all_kinds() -> None:
    observation = Seen()
    async with lp.service() as service, lp.connector() as connector:
        await connector.connect(ID, service.url, service.url, observation)
        await service.tell({"type": "agent", "content": "one"})
        await service.tell({"gracePeriod": 300_000}, "instance:disconnected")
        await service.tell({}, "instance:reconnected")
        await service.tell({"type": "task_completed", "data": {}, "usage": {"cost": 0.1}})
        await service.tell({"reason": "completed"}, "end_session")
        await observation.wait(5)
        assert service.auths == [{"sessionId": ID}]
    assert [one.kind for one in observation] == [
        Kind.AGENT,
        Kind.ORPHANED,
        Kind.RECONNECTED,
        Kind.COMPLETED,
        Kind.SESSION_ENDED,
    ]
    assert str(observation[3].usage.cost) == "0.1"


async def test_the_order_is_kept_and_others_get_their_turn() -> None:
    async def play(ws: web.WebSocketResponse) -> None:
        await lp.welcome(ws)
        for number in range(10_000):
            await ws.send_str(step(str(number)))
        await lp.stay(ws)

    observation = Seen()
    tasks = 0
    async with lp.hand_made(play) as url, lp.connector() as connector:
        await connector.connect(ID, url, url, observation)
        turns = 0
        while len(observation) < 10_000:
            await asyncio.sleep(0.001)  # with 0 the loop has timers alone, and sockets starve
            turns += 1
            tasks = max(tasks, len(asyncio.all_tasks()))
    assert observation.texts == [str(number) for number in range(10_000)]
    assert turns > 20  # fewer on a fast machine
    assert tasks < 20


async def test_what_is_about_another_session_is_left_out() -> None:
    observation = Seen()
    own = f'42["message",{{"type":"task_completed","sessionId":"{ID}","taskId":"t"}}]'
    play = lp.frames(own.replace(ID, "sess-other"), own, step("end"))
    async with lp.hand_made(play) as url, lp.connector() as connector:
        await connector.connect(ID, url, url, observation)
        await observation.wait(2)
    assert observation == [Observation(kind=Kind.COMPLETED, task_id="t"), observation[1]]
    assert all(one.session_id is None for one in observation)


ODD = [
    "", "4", "42", "42{}", '42"x"', "42[]", "42[null]", '42[["message"]]', '42[{"a":1},2]',
    "42[1,2]",
    '42["message"]', '42["message",1,2,3]', '42["message",{"type":"agent"', "42[" * 50_000,
    '42["message",{"type":"agent","content":"\\ud83d"', '42["disconnect"]', '42["connect"]',
    '42["connect_error","no"]', '42["__disconnect_final"]', '42["*",{}]', "42NaN", "42[NaN]",
    '42["message",' + "[" * 100_000 + "]" * 100_000 + "]", '42["message",1e999999999999]',
    '42["message",' + "9" * 5_000 + "]", '42/other,["message",{"type":"agent","content":"no"}]',
    "41/other,", "40", "40[1]", "40/other,{}", '44/other,"no"', "43", "431[]", "43x", "47", "49",
    '451-["message",{"_placeholder":true,"num":0}]', '4599999999-["message",{}]', "461-[]",
    '42' + "9" * 200 + '["message",{}]', "5", "6", "3", "3probe", "2", "2\u00e9", "2{}",
    '2{"a":[]}', "b4AAAA", "bAAAA", "42\ufeff[]",
]  # fmt: skip


@pytest.mark.parametrize("frame", ODD, ids=range(len(ODD)))
async def test_an_odd_frame_costs_itself_alone(frame: str) -> None:
    """Those that no engine would send may cost the channel, but no more than that."""
    observation = Seen()
    async with lp.hand_made(lp.frames(frame, step("after"))) as url, lp.connector() as connector:
        connection = await connector.connect(ID, url, url, observation)
        async with asyncio.timeout(60):
            lost = asyncio.ensure_future(connection.until_lost())
            came = asyncio.ensure_future(observation.wait(1))
            await asyncio.wait({lost, came}, return_when=asyncio.FIRST_COMPLETED)
            if frame[:1] == "4":
                assert observation.texts == ["after"]
            for waiting in (lost, came):
                waiting.cancel()


async def test_binary_frames_cost_themselves_alone() -> None:
    async def play(ws: web.WebSocketResponse) -> None:
        await lp.welcome(ws)
        await ws.send_str(
            '451-["message",{"type":"agent","content":{"_placeholder":true,"num":0}}]'
        )
        await ws.send_bytes(b"\x00\xff")
        await ws.send_bytes(b"")
        await ws.send_str(step("after"))
        await lp.stay(ws)

    observation = Seen()
    async with lp.hand_made(play) as url, lp.connector() as connector:
        await connector.connect(ID, url, url, observation)
        await observation.wait(1)
    assert observation.texts == ["after"]


async def test_an_event_that_asks_for_a_receipt_gets_one() -> None:
    receipts: asyncio.Queue[tuple[object, ...]] = asyncio.Queue()
    async with lp.service() as service, lp.connector() as connector:
        observation = Seen()
        await connector.connect(ID, service.url, service.url, observation)

        async def receipt(*data: object) -> None:
            await receipts.put(data)

        payload = {"type": "agent", "content": "x"}
        await service.sio.emit("message", payload, to=service.sids[0], callback=receipt)
        assert await receipts.get() == ()
        assert observation.texts == ["x"]


async def test_more_than_sixteen_megabytes_break_the_channel_alone() -> None:
    observation = Seen()
    async with lp.service() as service, lp.connector() as connector:
        big = await connector.connect(ID, service.url, service.url, observation)
        first = service.sids[0]
        await connector.connect(ID, service.url, service.url, observation)
        payload = {"type": "agent", "content": "x" * 17_000_000}
        await service.sio.emit("message", payload, to=first)
        async with asyncio.timeout(60):
            await big.until_lost()
        await service.tell({"type": "agent", "content": "after"})
        await observation.wait(1)
        with pytest.raises(LiveError):
            await big.send_state(CommandVerb.PAUSE)
    assert observation.texts == ["after"]


async def test_a_compressed_event_breaks_the_channel_and_is_not_looked_into() -> None:
    """We offer no compression, whatever the server says of it: a bomb is small on the wire."""
    observation = Seen()

    async def serve(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        ws.headers["Sec-WebSocket-Extensions"] = "permessage-deflate"
        await ws.prepare(request)
        await lp.welcome(ws)
        assert ws._writer is not None
        await ws._writer.send_frame(step("x" * 10_000).encode(), WSMsgType.TEXT, compress=15)
        await lp.stay(ws)
        return ws

    app = web.Application()
    app.router.add_get("/socket.io/", serve)
    async with lp.listening(app) as url, lp.connector() as connector:
        channel = await connector.connect(ID, url, url, observation)
        async with asyncio.timeout(60):
            await channel.until_lost()
    assert observation == []


async def test_a_listener_that_fails_costs_its_event_alone(log_watch: LogWatch) -> None:
    log_watch.allow("could not be handed on")
    observation = Seen()

    def listen(one: Observation) -> None:
        if one.text == "bad":
            raise TypeError
        observation(one)

    async with (
        lp.hand_made(lp.frames(step("bad"), step("good"))) as url,
        lp.connector() as connector,
    ):
        await connector.connect(ID, url, url, listen)
        await observation.wait(1)
    assert observation.texts == ["good"]
    assert len(log_watch.lines) == 1


async def test_what_is_sent_is_the_inner_message_of_the_other_door() -> None:
    import json

    async with lp.service() as service, lp.connector() as connector:
        channel = await connector.connect(ID, service.url, service.url, Seen())
        for verb in CommandVerb:
            await channel.send_state(verb)
        while len(service.heard) < len(CommandVerb):
            service.hears.clear()
            await service.hears.wait()
    bodies = [state(ID, verb) for verb in CommandVerb]
    assert service.heard == [json.loads(body)["message"] for body in bodies]


async def test_a_server_that_takes_nothing_holds_no_message_up() -> None:
    until = asyncio.Event()

    async def play(ws: web.WebSocketResponse) -> None:
        await lp.welcome(ws)
        await until.wait()

    async with lp.hand_made(play) as url, lp.connector() as connector:
        channel = await connector.connect(ID, url, url, Seen())
        text, began = "x" * 2_000_000, time.monotonic()
        with pytest.raises(LiveError) as caught:  # noqa: PT012 - how many fit in is not ours
            for _ in range(20):
                await channel._emit({"text": text})
        assert caught.value.fault is LiveFault.LOST
        assert time.monotonic() - began > EMIT_S - 0.3
        await channel.until_lost()
        until.set()


async def test_no_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.Logger.manager.loggerDict):
        if name.startswith(("engineio.client", "socketio.client", "enigma_panel")):
            caplog.set_level(logging.DEBUG, logger=name)
    async with lp.service() as service, lp.connector() as connector:
        channel = await connector.connect(ID, service.url, service.url, Seen())
        await channel.send_state(CommandVerb.PAUSE)
        await service.sio.disconnect(service.sids[0])
        await channel.until_lost()
        faults = []
        for refusal in ("hunter2", None):
            service.refusal = refusal or f"no session {ID}"
            with pytest.raises(LiveError) as caught:
                await connector.connect(ID, service.url, service.url, Seen())
            faults.append(caught.value)
        told = repr(channel) + repr(connector) + repr(faults) + "".join(map(str, faults))
    assert all(fault.__context__ is None and fault.__cause__ is None for fault in faults)
    for text in (caplog.text, told):
        assert ID not in text
        assert "hunter2" not in text
        assert "127.0.0.1:" not in text


async def test_the_librarys_json_of_others_is_left_alone() -> None:
    import engineio.packet
    import socketio.packet

    before = socketio.packet.Packet.json, engineio.packet.Packet.json
    async with lp.service() as service, lp.connector() as connector:
        await connector.connect(ID, service.url, service.url, Seen())
        assert (socketio.packet.Packet.json, engineio.packet.Packet.json) == before
