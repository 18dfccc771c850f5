"""A pool that gives no connection, and how a client is closed."""

import asyncio

import httpx
import pytest

from enigma_panel.api.client import QUICK_READ_S, HttpClient
from enigma_panel.api.errors import NotConnectedError
from enigma_panel.api.protocols import ApiCall
from tests.api import loopback as lb
from tests.api.calls import CALLS, KEY, mock_failure


def test_a_lost_pool_means_nothing_was_sent() -> None:
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
                asyncio.ensure_future(CALLS[verb](client))
                for verb in (ApiCall.NEW_TASK, ApiCall.POLL)
            ]
            await server.wait_for(2)
            async with asyncio.timeout(QUICK_READ_S / 2):  # they would be held for longer
                await client.aclose()
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
            waiting = asyncio.ensure_future(CALLS[ApiCall.POLL](client))
            await server.wait_for(1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await client.aclose()

    asyncio.run(call())
