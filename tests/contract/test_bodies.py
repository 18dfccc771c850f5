"""Each JSON file beside this one is an answer of the service and what the client makes of it.

A file holds: name, source (the page that documents it, or "none" for a tolerated variant; E- and
SEED are pages of docs.enigma.click, W- of docs.webrun.ai, GLAMA is a public tool listing), call,
status, headers, body (JSON, taken byte for byte) or raw (text that is no JSON), and expect: either
the fields of the result (money and seconds as text, digits included; a field not named must be
untold) or `error` with the fields of the error.
"""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from enigma_panel.api import errors
from enigma_panel.api.client import HttpClient
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Observation
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from tests.kit.rows import check_rows

FOLDER = Path(__file__).parent / "bodies"
FILES = sorted(FOLDER.glob("*.json"))
SESSION, TASK = "sess-of-the-call", "task-of-the-call"


class Case(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    source: str
    call: str
    status: int
    expect: dict[str, object]
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw(b"")
    raw: str = ""


CALLS: dict[str, Callable[[HttpClient], Awaitable[object]]] = {
    "poll": lambda c: c.poll(SESSION, TASK),
    "new_task": lambda c: c.new_task(SESSION, TaskSpec(text="Look")),
    "run_task": lambda c: c.run_task(TaskSpec(text="Look")),
    "start_session": lambda c: c.start_session(TaskSpec(text="Look")),
    "send_message": lambda c: c.send_state(SESSION, CommandVerb.PAUSE),
    "send_message:terminate": lambda c: c.send_state(SESSION, CommandVerb.TERMINATE),
    "send_message:answer": lambda c: c.send_answer(SESSION, "hunter2", AnswerVerb.RESUME),
    "health": lambda c: c.health(),
    "models": lambda c: c.check_key(),
}


def read_case(path: Path) -> Case:
    return msgspec.json.decode(path.read_bytes(), type=Case)


async def outcome(case: Case) -> object:
    """What the client returns or raises for the answer."""
    content = case.raw.encode() or bytes(case.body)
    answer = httpx.Response(case.status, headers=case.headers, stream=httpx.ByteStream(content))
    transport = httpx.MockTransport(lambda _request: answer)
    client = HttpClient("https://connect.enigma.click", "enig_test", transport=transport)
    try:
        return await CALLS[case.call](client)
    except errors.ApiError as error:
        return error
    finally:
        await client.aclose()


def plain(value: object) -> object:
    """A result as JSON-like values without untold fields; exact numbers as text."""
    match value:
        case Observation():
            told = asdict(value)
            assert not told.pop("is_clean"), "nothing has been redacted yet"
            assert not told.pop("is_late"), "the client does not know who looked before"
            return plain(told)
        case Struct():
            return plain(asdict(value))
        case errors.ApiError():
            told = {"error": type(value).__name__, **vars(value)}
            return plain({"nothing_happened": value.nothing_happened, **told})
        case dict():
            kept = {name: plain(each) for name, each in value.items()}
            return {name: each for name, each in kept.items() if each not in (None, {}, [])}
        case Decimal():
            return str(value)
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return value


def test_every_body_becomes_what_its_file_says() -> None:
    def check(name: str) -> None:
        case = read_case(FOLDER / name)
        assert plain(asyncio.run(outcome(case))) == (case.expect or None)

    check_rows([(path.name,) for path in FILES], check)


def test_there_are_files_and_their_names_are_unique() -> None:
    cases = [read_case(path) for path in FILES]
    names = [(case.call, case.name) for case in cases]
    assert len(names) >= 45
    assert len(set(names)) == len(names)
