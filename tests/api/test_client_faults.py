"""What the network can do, and what each case means: was anything sent, and did anyone tell."""

import asyncio
import json
import logging
import ssl
from typing import Any

import httpx
import pytest

from enigma_panel.api import client as client_module
from enigma_panel.api.client import HttpClient, Timeouts
from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
)
from enigma_panel.api.protocols import ApiCall
from tests.api import loopback as lb
from tests.api.calls import (
    CALLS,
    GOOD,
    KEY,
    PASSWORD,
    SECRETS,
    SESSION,
    TASK,
    everything_in,
    mock_failure,
)

ALL_IS_WELL = json.dumps(
    {"success": True, "type": "task_completed", "sessionId": "s1", "taskId": "t1", "message": "Hi"}
    | {"data": [], "status": "healthy"}
)
SHORT = Timeouts(connect=2.0, long_poll_read=0.3, quick_read=0.2)


def failure(
    play: lb.Play, verb: ApiCall = ApiCall.NEW_TASK, timeouts: Timeouts = SHORT
) -> tuple[ApiError, list[lb.Request]]:
    async def call() -> tuple[ApiError, list[lb.Request]]:
        async with lb.loopback(play) as server:
            client = HttpClient(server.url, KEY, timeouts=timeouts)
            with pytest.raises(ApiError) as caught:
                await CALLS[verb](client)
            await client.aclose()
            return caught.value, server.requests

    return asyncio.run(call())


@pytest.mark.parametrize("verb", ApiCall)
@pytest.mark.parametrize(
    ("play", "kind"),
    [
        (lb.drop, InterruptedCallError),
        (lb.cut(GOOD[ApiCall.NEW_TASK]), InterruptedCallError),
        (lb.answer(f"<p>{KEY} {SESSION} {TASK}</p>", 500), ProtocolError),
        (lb.answer(f'{{"error": "no {KEY}"}}', 500), RejectedError),
        (lb.answer("", 307, Location="http://127.0.0.1:1/"), ProtocolError),
        (lb.answer(ALL_IS_WELL, 307, Location="http://127.0.0.1:1/"), ProtocolError),
        (lb.answer("", 204), ProtocolError),
    ],
    ids=["drop", "cut", "html", "echo", "redirect", "cheerful redirect", "empty"],
)
def test_faults_are_typed_tell_no_secret_and_cause_no_second_call(
    play: lb.Play, kind: type[ApiError], verb: ApiCall, caplog: pytest.LogCaptureFixture
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
        (ApiCall.POLL, [KEY, SESSION, TASK]),
        (ApiCall.STATE, [SESSION]),
        (ApiCall.ANSWER, [PASSWORD, SESSION]),
    ],
)
def test_what_a_call_sent_is_not_in_its_error(verb: ApiCall, own: list[str]) -> None:
    echo = lb.answer(json.dumps({"error": " and ".join(own), "code": own[0]}), 500)
    error, _ = failure(echo, verb)
    told = "\n".join([*everything_in(error), repr(vars(error))])
    assert "[redacted]" in told
    assert [secret for secret in own if secret in told] == []


@pytest.mark.parametrize("verb", [ApiCall.NEW_TASK, ApiCall.POLL])
def test_a_silent_service_ends_in_a_timeout(verb: ApiCall) -> None:
    error, _ = failure(lb.held(asyncio.Event(), ""), verb)
    assert isinstance(error, InterruptedCallError)
    assert error.reason == "timeout"


def test_a_dribbling_service_ends_in_a_timeout_too() -> None:
    limits = Timeouts(connect=0.1, long_poll_read=0.2, quick_read=0.2)
    error, _ = failure(lb.dribble("x" * 1000, 0.02), ApiCall.POLL, limits)
    assert isinstance(error, InterruptedCallError)
    assert error.reason == "timeout"


def test_a_body_without_end_is_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client_module.MAX_BODY_BYTES == 32 * 1024 * 1024
    monkeypatch.setattr(client_module, "MAX_BODY_BYTES", 100_000)
    padding = " " * 200_000
    error, _ = failure(lb.answer(GOOD[ApiCall.NEW_TASK] + padding))
    assert isinstance(error, ProtocolError)
    assert len(error.excerpt) <= 200


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
        (MemoryError, InterruptedCallError, "cut"),
    ],
)
def test_each_network_fault_means_one_thing(fault: Any, kind: type, reason: str) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise fault(f"bad {KEY}")

    error = mock_failure(broken)
    assert type(error) is kind
    assert vars(error)["reason"] == reason
    assert not any(KEY in text for text in everything_in(error))
