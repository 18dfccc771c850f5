"""Bodies of 10 MB: read or refused in the time that their length takes, and no longer."""

import faulthandler
import json
from collections.abc import Iterator

import pytest

from enigma_panel.api.wire import responses
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.values import CUT_MARK, LONGEST_RUN, MAX_TEXT
from enigma_panel.core.observation import Kind, Observation
from tests.api.odd import READERS, SCRUB, read_all, read_one
from tests.conftest import first_and_weekly_each

LENGTH = 10_000_000
DONE = '{"success": true, "type": "task_completed", "data": {"message": "Done"}, %s}'
RESULT = (
    '{"success": true, "type": "task_completed", "data": {"message": %s}, "usage": {"cost": 1}}'
)


def quoted(part: str) -> str:
    """A JSON string of 10 MB that repeats a part, which is put in as it stands."""
    return f'"{part * (LENGTH // len(part))}"'


# Built one by one: all of them at once would take 200 MB.
BIG = {
    "result": lambda: RESULT % quoted("x"),
    "halves of emojis": lambda: RESULT % quoted(r"\ud83d"),
    "control characters": lambda: RESULT % quoted(r"\u0007"),
    "structured result": lambda: RESULT % ('{"a":' + quoted("x") + "}"),
    "list of zeros": lambda: RESULT % ("[" + "0," * (LENGTH // 2) + "0]"),
    "error": lambda: '{"success": false, "error": ' + quoted("x ") + "}",
    "error with ids": lambda: '{"success": false, "message": ' + quoted("id=a1b2c3d4e5f6 ") + "}",
    "code": lambda: '{"success": false, "code": ' + quoted("C") + "}",
    "status": lambda: '{"success": true, "status": ' + quoted("s") + "}",
    "id": lambda: DONE % ('"taskId": ' + quoted("a")),
    "address": lambda: '{"sessionId": "s", "socketURL": ' + quoted("http://a.") + "}",
    "cost as text": lambda: DONE % ('"usage": {"cost": ' + quoted("9") + "}"),
    "cost after spaces": lambda: DONE % ('"usage": {"cost": ' + quoted(" ")[:-1] + '1"}'),
    "cost of many digits": lambda: DONE % ('"usage": {"cost": ' + "9" * LENGTH + "}"),
    "cost of many places": lambda: DONE % ('"usage": {"cost": 0.' + "9" * LENGTH + "}"),
    "many names": lambda: json.dumps({"result": {f"k{n}": n for n in range(LENGTH // 16)}}),
    "letters": lambda: "x" * LENGTH,
    "ids without end": lambda: "id=1" * (LENGTH // 4),
    "page": lambda: "<a href=http://x/y?id=123>" * (LENGTH // 26),
    "open brackets": lambda: "[" * LENGTH,
    "open braces": lambda: '{"a":' * (LENGTH // 5),
    "spaces": lambda: " " * LENGTH,
    "zero bytes": lambda: "\0" * LENGTH,
    "bytes that are no text": lambda: '{"message": "' + "\xff" * LENGTH,
}


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """A hang in C code listens to no signal: it ends the process, with the place where it hung."""
    faulthandler.dump_traceback_later(120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@first_and_weekly_each("name", BIG)
def test_ten_megabytes(name: str) -> None:
    body = BIG[name]().encode("latin-1")
    assert len(read_all(body, 200, {})) >= len(READERS) - 1


@first_and_weekly_each("name", BIG)
def test_ten_megabytes_for_the_second_decoder(name: str) -> None:
    """A byte order mark makes the first one refuse."""
    body = b"\xef\xbb\xbf" + BIG[name]().encode("latin-1")
    for reader_name, status in (("poll", 200), ("run-task", 503)):
        assert read_one(reader_name, body, status, {}) is not None


def test_a_long_result_is_kept_up_to_its_limit_and_its_cost_with_it() -> None:
    observation = responses.read_poll(Answer(200, {}, (RESULT % quoted("x")).encode()), SCRUB)
    assert isinstance(observation, Observation)
    assert (observation.kind, str(observation.usage.cost)) == (Kind.COMPLETED, "1")
    assert observation.text == "x" * (MAX_TEXT - LONGEST_RUN) + CUT_MARK
