"""Bodies that are encoded, damaged or without end: what each is, and what it costs."""

import asyncio
import gzip
import json
import sys
from typing import Any

import pytest

from enigma_panel.api.client import HttpClient, Timeouts
from enigma_panel.api.errors import ApiError, InterruptedCallError, ProtocolError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.observation import Observation
from tests.api import loopback as lb
from tests.api.bodies import BODIES, COSTLY, bomb, encoded, packed, without_end
from tests.api.calls import CALLS, KEY
from tests.api.child_bodies import measure_in_child
from tests.kit.rows import check_rows

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="what it costs is read from /proc")
SMALL_LIMIT = 1024 * 1024

PUSH_ROUNDS, WEEKLY_ROUNDS = 4, 200
MEMORY_BAR_MB = 5.0
BOMB_BAR_MB = 64.0


def outcomes(names: list[str]) -> dict[str, list[str]]:
    told = {name: BODIES[name][1] for name in names}
    return {n: [o.__name__ if isinstance(o, type) else str(o)] for n, o in told.items()}


@only_linux
@pytest.mark.process
@pytest.mark.parametrize(
    "rounds", [PUSH_ROUNDS, pytest.param(WEEKLY_ROUNDS, marks=pytest.mark.weekly)]
)
def test_each_is_what_the_table_says_and_leaves_nothing_behind(rounds: int) -> None:
    names = list(BODIES)
    assert len(names) * WEEKLY_ROUNDS > 10_000
    found = measure_in_child(*names, rounds=rounds, limit=SMALL_LIMIT)
    assert found["outcomes"] == outcomes(names)
    assert found["descriptors"] <= 0
    assert found["grown_mb"] < MEMORY_BAR_MB


@only_linux
@pytest.mark.process
def test_no_reply_costs_much_memory() -> None:
    found = measure_in_child(*COSTLY, rounds=1)
    assert {name: found["outcomes"][name] for name in COSTLY} == outcomes(COSTLY)
    assert found["peak_mb"] <= BOMB_BAR_MB


def test_a_bomb_of_the_smallest_kind_grows_a_million_times() -> None:
    assert len(packed(bomb(1_600))) < 5_000


def call(play: lb.Play, verb: ApiCall, **options: Any) -> object:
    async def run() -> object:
        async with lb.loopback(play) as server:
            client = HttpClient(server.url, KEY, **options)
            try:
                return await CALLS[verb](client)
            except ApiError as error:
                return error
            finally:
                await client.aclose()

    return asyncio.run(run())


OPENED = b'{"success": true, "sessionId": "s1", "balance": 12.50}'


def test_an_id_is_not_lost_to_an_encoding_that_nobody_asked_for() -> None:
    def check(body: bytes, encoding: str) -> None:
        opened = call(encoded(body, encoding), ApiCall.START_SESSION)
        assert getattr(opened, "session_id", None) == "s1", opened
        refused = call(encoded(body, encoding, 500), ApiCall.START_SESSION)
        assert isinstance(refused, ApiError)
        assert refused.session_id == "s1"

    check_rows([(packed(OPENED), "gzip"), (OPENED, "gzip"), (OPENED, "br")], check)


def test_what_cannot_be_decoded_proves_nothing_whatever_its_status() -> None:
    def check(status: int) -> None:
        error = call(encoded(packed(OPENED)[:-9], "gzip", status), ApiCall.START_SESSION)
        assert isinstance(error, ProtocolError), error
        assert not error.nothing_happened
        assert error.status == status

    check_rows([(status,) for status in (200, 400, 401, 402, 404, 422, 429, 500, 503)], check)


def test_a_body_of_nothing_is_nothing_whatever_its_encoding() -> None:
    error = call(encoded(b"", "gzip", 400), ApiCall.START_SESSION)
    assert isinstance(error, ProtocolError)
    assert error.nothing_happened


def test_headers_count_also_where_the_body_cannot_be_decoded() -> None:
    play = lb.answer(b"\x0b\x12", 429, Content_Encoding="br", Retry_After="7")
    error = call(play, ApiCall.NEW_TASK)
    assert isinstance(error, ProtocolError)
    assert error.reply is not None
    assert error.reply.retry_after_s == 7


def test_a_long_reply_is_whole() -> None:
    message = " ".join(f"row {number} costs {number * 37 % 1009}" for number in range(300_000))
    body = json.dumps({"success": True, "status": "completed", "message": message}).encode()
    done = call(encoded(gzip.compress(body, 1), "gzip"), ApiCall.POLL)
    assert isinstance(done, Observation)
    assert done == call(lb.answer(body), ApiCall.POLL)


def test_promises_of_a_reply_without_end_are_a_timeout() -> None:
    limits = Timeouts(connect=0.1, quick_read=0.2)
    play = without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n")
    error = call(play, ApiCall.POLL, timeouts=limits)
    assert isinstance(error, InterruptedCallError)
    assert error.reason == "timeout"
