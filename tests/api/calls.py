"""One call of each verb, with secrets that must turn up nowhere, and the answers they like."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest

from enigma_panel.api.client import HttpClient
from enigma_panel.api.errors import ApiError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Limits, TaskSpec
from enigma_panel.core.verbs import AnswerVerb, CommandVerb

KEY = "enig_K3yThatNobodySees"
SESSION = "s3ss10nThatNobodySees"
TASK = "t4skThatNobodySees"
PASSWORD = "hunter2-nobody-sees"
SECRETS = (KEY, SESSION, TASK, PASSWORD)

SPEC = TaskSpec(
    text="Look",
    starting_url="https://example.com",
    limits=Limits(max_duration_ms=60_000, max_input_tokens=0, avoid_domains=("a.example",)),
)

CALLS: dict[ApiCall, Callable[[HttpClient], Awaitable[object]]] = {
    ApiCall.START_SESSION: lambda c: c.start_session(SPEC),
    ApiCall.RUN_TASK: lambda c: c.run_task(SPEC),
    ApiCall.NEW_TASK: lambda c: c.new_task(SESSION, SPEC),
    ApiCall.STATE: lambda c: c.send_state(SESSION, CommandVerb.TERMINATE),
    ApiCall.ANSWER: lambda c: c.send_answer(SESSION, f"Password: {PASSWORD}", AnswerVerb.RESUME),
    ApiCall.POLL: lambda c: c.poll(SESSION, TASK),
    ApiCall.HEALTH: lambda c: c.health(),
    ApiCall.MODELS: lambda c: c.check_key(),
}

STARTED = '{"success": true, "sessionId": "s1", "taskId": "t1", "pending": true}'
DELIVERED = '{"success": true, "message": "Message sent successfully"}'
GOOD = {
    ApiCall.START_SESSION: '{"success": true, "sessionId": "s1"}',
    ApiCall.RUN_TASK: STARTED,
    ApiCall.NEW_TASK: STARTED,
    ApiCall.STATE: DELIVERED,
    ApiCall.ANSWER: DELIVERED,
    ApiCall.POLL: '{"success": true, "status": "active"}',
    ApiCall.HEALTH: '{"success": true, "status": "healthy"}',
    ApiCall.MODELS: '{"object": "list", "data": []}',
}


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
