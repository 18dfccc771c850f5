"""What each verb sends, through which pool and with which time limit."""

import asyncio
import json
import logging

import httpx
import pytest

from enigma_panel import __version__
from enigma_panel.api.address import BadAddressError
from enigma_panel.api.client import MOST_IDLE, HttpClient, Timeouts
from enigma_panel.api.protocols import LONG_POLL, ApiCall
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Kind
from enigma_panel.core.verbs import CommandVerb
from tests.api.calls import CALLS, GOOD, KEY, PASSWORD, SECRETS, SESSION, TASK
from tests.api.loopback import Request, answer, held, loopback
from tests.kit.wait import until

TASK_FIELDS = {
    "taskDetails": "Look",
    "startingUrl": "https://example.com",
    "maxDuration": 60_000,
    "maxInputTokens": 0,
    "avoidDomains": ["a.example"],
}
MESSAGES = {
    ApiCall.NEW_TASK: {
        "actionType": "newTask",
        "newState": "start",
        **TASK_FIELDS,
        "terminateOnCompletion": True,
    },
    ApiCall.STATE: {"actionType": "state", "newState": "terminate"},
    ApiCall.ANSWER: {
        "actionType": "guardrail",
        "taskDetails": f"Password: {PASSWORD}",
        "newState": "resume",
    },
}
BODIES = {
    ApiCall.START_SESSION: {"startingUrl": "https://example.com", "maxDuration": 60_000},
    ApiCall.RUN_TASK: TASK_FIELDS,
    **{verb: {"sessionId": SESSION, "message": said} for verb, said in MESSAGES.items()},
}
PATHS = {
    ApiCall.START_SESSION: "/start/start-session",
    ApiCall.RUN_TASK: "/start/run-task",
    ApiCall.NEW_TASK: "/start/send-message",
    ApiCall.STATE: "/start/send-message",
    ApiCall.ANSWER: "/start/send-message",
    ApiCall.POLL: f"/task/{SESSION}/{TASK}",
    ApiCall.HEALTH: "/start/health",
    ApiCall.MODELS: "/v1/models",
}


def sent(verb: ApiCall) -> Request:
    async def call() -> Request:
        async with loopback(answer(GOOD[verb])) as server:
            client = HttpClient(server.url, KEY)
            await CALLS[verb](client)
            await client.aclose()
            return server.requests[0]

    return asyncio.run(call())


@pytest.mark.parametrize("verb", ApiCall)
def test_each_verb_sends_what_the_contract_says(verb: ApiCall) -> None:
    request = sent(verb)
    assert request.path == PATHS[verb]
    assert request.method == ("POST" if verb in BODIES else "GET")
    assert (json.loads(request.body) if request.body else None) == BODIES.get(verb)
    key = None if verb is ApiCall.HEALTH else f"Bearer {KEY}"
    assert request.headers.get("authorization") == key
    assert request.headers["user-agent"] == f"enigma-control-panel/{__version__}"
    assert request.headers["accept"] == "application/json"
    content_type = "application/json" if verb in BODIES else None
    assert request.headers.get("content-type") == content_type


@pytest.mark.parametrize("verb", ApiCall)
def test_each_verb_has_its_time_limit(verb: ApiCall) -> None:
    limits: list[dict[str, float]] = []

    def take(request: httpx.Request) -> httpx.Response:
        limits.append(request.extensions["timeout"])
        return httpx.Response(200, stream=httpx.ByteStream(GOOD[verb].encode()))

    client = HttpClient("https://host", KEY, transport=httpx.MockTransport(take))
    asyncio.run(_call_and_close(verb, client))
    read = {ApiCall.START_SESSION: 70.0, ApiCall.RUN_TASK: 70.0, ApiCall.NEW_TASK: 70.0}.get(
        verb, 15.0
    )
    assert limits == [{"connect": 10.0, "read": read, "write": read, "pool": 10.0}]


async def _call_and_close(verb: ApiCall, client: HttpClient) -> None:
    await CALLS[verb](client)
    await client.aclose()


def test_a_whole_call_may_take_two_silences_and_the_connecting() -> None:
    small = Timeouts(1.0, 7.0, 1.5)
    assert (small.whole(long_poll=True), small.whole(long_poll=False)) == (15.0, 4.0)


@pytest.mark.parametrize("verb", sorted(LONG_POLL))
def test_a_held_call_blocks_no_terminate(verb: ApiCall) -> None:
    async def call() -> object:
        release = asyncio.Event()
        async with loopback(held(release, GOOD[verb])) as server:
            client = HttpClient(server.url, KEY)
            waiting = [asyncio.ensure_future(CALLS[verb](client)) for _ in range(20)]
            await server.wait_for(20)
            server.play = answer(GOOD[ApiCall.STATE])
            seen = await client.send_state(SESSION, CommandVerb.TERMINATE)
            assert not any(task.done() for task in waiting)
            release.set()
            await asyncio.gather(*waiting)
            await client.aclose()
            return seen.kind

    assert asyncio.run(call()) is Kind.TERMINATE_SENT


def test_polls_share_a_connection_and_starts_get_their_own() -> None:
    async def call() -> list[int]:
        async with loopback(answer(GOOD[ApiCall.POLL])) as server:
            client = HttpClient(server.url, KEY)
            await client.poll(SESSION, TASK)
            await client.poll(SESSION, TASK)
            server.play = answer(GOOD[ApiCall.NEW_TASK])
            await client.new_task(SESSION, TaskSpec(text="Look"))
            await client.new_task(SESSION, TaskSpec(text="Look"))
            await client.aclose()
            return [request.connection for request in server.requests]

    assert asyncio.run(call()) == [1, 1, 2, 3]


def test_many_polls_at_once_leave_few_connections_open() -> None:
    """Each costs time in every call that follows."""

    async def call() -> tuple[int, int]:
        release = asyncio.Event()
        async with loopback(held(release, GOOD[ApiCall.POLL])) as server:
            client = HttpClient(server.url, KEY)
            polls = [asyncio.create_task(client.poll(SESSION, TASK)) for _ in range(2 * MOST_IDLE)]
            await server.wait_for(len(polls))
            release.set()
            await asyncio.gather(*polls)
            await client.poll(SESSION, TASK)
            await until(lambda: len(server.tasks) <= MOST_IDLE)
            await client.poll(SESSION, TASK)
            opened = server.connections
            await client.aclose()
            return len(polls), opened

    polls, opened = asyncio.run(call())
    assert opened == polls, "those that are left are used again"


def test_an_id_cannot_lead_elsewhere() -> None:
    async def call() -> list[str]:
        async with loopback(answer(GOOD[ApiCall.POLL])) as server:
            client = HttpClient(server.url, KEY)
            await client.poll("../../v1", "x?a=b#c")
            await client.poll("..", "//evil.example/ä")
            await client.aclose()
            return [request.path for request in server.requests]

    assert asyncio.run(call()) == [
        "/task/..%2F..%2Fv1/x%3Fa%3Db%23c",
        "/task/%2E%2E/%2F%2Fevil.example%2F%C3%A4",
    ]


def test_nothing_is_logged_that_is_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for verb in ApiCall:
        sent(verb)
    assert "poll: 200" in caplog.text
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize("key", ["with space", "line\nbreak", "schlüssel", "nul\0"])
def test_a_key_that_no_header_carries_is_refused_unspoken(key: str) -> None:
    with pytest.raises(ValueError, match="characters") as caught:
        HttpClient("https://host", key)
    assert key not in str(caught.value)


def test_the_address_is_checked_and_the_key_shows_nowhere() -> None:
    with pytest.raises(BadAddressError):
        HttpClient("http://example.com", KEY)
    client = HttpClient("https://Example.com/", KEY)
    assert client.base_url == "https://example.com"
    assert KEY not in repr(client)
    assert KEY not in str(client)
