"""What the client tells of the rate limit, for every reply."""

import asyncio
from contextlib import suppress

import pytest

from enigma_panel.api.client import HttpClient
from enigma_panel.api.errors import ApiError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.api.wire.error_responses import Answer, rate_headers
from enigma_panel.core.observation import Kind
from enigma_panel.core.rate_limit import RateHeaders
from tests.api.calls import CALLS, GOOD, KEY
from tests.api.loopback import Play, answer, cut, drop, loopback
from tests.conftest import LogWatch

DATE = "Mon, 01 Jan 2024 00:00:00 GMT"
AT = 1_704_067_200
HEADERS = {
    "Date": DATE,
    "X_RateLimit_Limit": "10",
    "X_RateLimit_Remaining": "3",
    "X_RateLimit_Reset": str(AT + 20),
}


def told(verb: ApiCall, play: Play) -> list[tuple[ApiCall, RateHeaders]]:
    """What the hook hears of one call, good or bad."""
    heard: list[tuple[ApiCall, RateHeaders]] = []

    async def call() -> None:
        async with loopback(play) as server:
            client = HttpClient(server.url, KEY, on_rate=lambda *it: heard.append(it))
            with suppress(ApiError):
                await CALLS[verb](client)
            await client.aclose()

    asyncio.run(call())
    return heard


@pytest.mark.parametrize("verb", ApiCall)
def test_every_reply_is_told(verb: ApiCall) -> None:
    [(of, rate)] = told(verb, answer(GOOD[verb], 200, **HEADERS))
    assert of is verb
    assert (rate.limit, rate.remaining, rate.reset_in_s, rate.retry_after_s) == (10, 3, 20.0, None)
    assert 0 <= rate.took_s < 5


@pytest.mark.parametrize("status", [301, 400, 401, 402, 429, 500, 503])
def test_a_refusal_is_told_and_only_a_429_says_how_long_to_wait(status: int) -> None:
    body = '{"success": false, "message": "no"}'
    [(_, rate)] = told(ApiCall.STATE, answer(body, status, **HEADERS, Retry_After="7"))
    assert rate.remaining == 3
    assert rate.retry_after_s == (7.0 if status == 429 else None)


def test_a_body_that_makes_no_sense_is_told() -> None:
    [(_, rate)] = told(ApiCall.STATE, answer("<html>", 502, **HEADERS))
    assert rate.limit == 10


@pytest.mark.parametrize("play", [drop, cut(GOOD[ApiCall.STATE])])
def test_no_whole_reply_tells_nothing(play: Play) -> None:
    assert told(ApiCall.STATE, play) == []


def test_a_broken_hook_costs_no_answer(log_watch: LogWatch) -> None:
    log_watch.allow("hook for statistics failed")

    def broken(_verb: ApiCall, _told: RateHeaders) -> None:
        raise ZeroDivisionError

    async def call() -> object:
        async with loopback(answer(GOOD[ApiCall.NEW_TASK], 200, **HEADERS)) as server:
            client = HttpClient(server.url, KEY, on_rate=broken)
            seen = await CALLS[ApiCall.NEW_TASK](client)
            await client.aclose()
        return seen

    assert getattr(asyncio.run(call()), "kind", None) is Kind.ACCEPTED
    assert len(log_watch.lines) == 1


@pytest.mark.parametrize(
    ("headers", "limit", "remaining", "reset"),
    [
        ({}, None, None, None),
        ({"limit": "10", "remaining": "0", "reset": str(AT)}, 10, 0, 0.0),
        ({"limit": " 10 ", "remaining": "-1", "reset": str(AT + 3600)}, 10, None, 60.0),
        ({"limit": "ten", "remaining": "1.5", "reset": "soon"}, None, None, None),
        ({"limit": "1" * 30, "remaining": "٣", "reset": str(AT - 50)}, None, None, 0.0),
        ({"limit": "10, 10", "remaining": "", "reset": "1e9"}, None, None, None),
    ],
)
def test_what_cannot_be_read_is_not_told(
    headers: dict[str, str], limit: int | None, remaining: int | None, reset: float | None
) -> None:
    names = {f"x-ratelimit-{name}": value for name, value in headers.items()}
    rate = rate_headers(Answer(200, {"date": DATE, **names}), 0.5)
    assert rate == RateHeaders(limit=limit, remaining=remaining, reset_in_s=reset, took_s=0.5)


def test_without_a_date_the_reset_means_nothing() -> None:
    headers = {"x-ratelimit-reset": str(AT), "retry-after": "9"}
    rate = rate_headers(Answer(429, headers), 0.0)
    assert (rate.reset_in_s, rate.retry_after_s) == (None, 9.0)
