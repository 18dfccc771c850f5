"""Whatever arrives, only an Observation, a Health, or an ApiError comes out, and soon."""

import faulthandler
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, strategies as st

from enigma_panel.api.errors import ProtocolError
from enigma_panel.api.wire import responses
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.core.observation import Kind
from tests.api.odd import (
    DOCUMENTED,
    FUZZ,
    HEADERS,
    ODD,
    SCRUB,
    STATUSES,
    as_json,
    check_figures,
    read_all,
)
from tests.kit.rows import check_rows

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
SURROGATES = st.text(st.characters(categories=["Cs", "L", "So"]), max_size=8)
JSON = st.recursive(
    LEAVES | SURROGATES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | SURROGATES, inner),
    max_leaves=15,
)
NAMES = st.sampled_from(
    ["success", "status", "type", "pending", "result", "data", "usage", "error", "message", "code",
     "sessionId", "taskId", "details", "cost", "value", "balance", "expiresIn", "streaming"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["task_completed", "guardrail_trigger", "failed", "pending", "active", "complete", "terminated",
     "Session not found", "Task not found", "SESSION_NOT_FOUND", "TASK_TIMEOUT"]
)  # fmt: skip
SHAPED = st.recursive(
    LEAVES | WORDS, lambda inner: st.dictionaries(NAMES, inner, max_size=6), max_leaves=12
)
MARKS = st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \n"])
DEEP = [
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 2000 + b"]" * 2000,
    b'{"data":' * 900,
    b'{"result":' * 600 + b"1" + b"}" * 600,
    b'{"success":true,"data":{"message":' + b'[{"a":' * 700 + b"1" + b"}]" * 700 + b"}}",
]


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """A hang in C code listens to no signal: it ends the process, with the place where it hung."""
    faulthandler.dump_traceback_later(120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@given(JSON | SHAPED, MARKS, st.sampled_from(STATUSES), HEADERS)
@FUZZ
def test_json(value: object, mark: bytes, status: int, headers: dict[str, str]) -> None:
    read_all(mark + as_json(value), status, headers)


@given(st.data(), st.sampled_from(STATUSES), HEADERS)
@FUZZ
def test_documented_bodies_with_one_thing_changed(
    data: st.DataObject, status: int, headers: dict[str, str]
) -> None:
    body = json.loads(data.draw(st.sampled_from(READABLE)))
    text = json.dumps(mutated(body, data))
    if "@ODD@" in text:
        text = text.replace('"@ODD@"', data.draw(st.sampled_from(ODD)))
    read_all(data.draw(MARKS) + text.encode(), status, headers)


def is_readable(body: bytes) -> bool:
    """Whether the standard library reads it; some documented answers are no JSON on purpose."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


READABLE = [body for body in DOCUMENTED if is_readable(body)]


def mutated(value: Any, data: st.DataObject) -> Any:
    """The value with one node somewhere in it replaced, doubled in depth, or taken away."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        if data.draw(st.integers(0, 5)) == 0:
            return {other: each for other, each in value.items() if other != name}
        return {**value, name: mutated(value[name], data)}
    return data.draw(st.sampled_from(["@ODD@", "@ODD@", [value], {"data": value}]) | JSON | WORDS)


PLACES = [
    '{"type": "task_completed", "data": {"message": "Done"}, "usage": {"cost": @}}',
    '{"type": "task_completed", "data": {"message": "Done", "prompt_tokens": @}}',
    '{"type": "task_completed", "data": {"message": "Done", "completion_time": @}}',
    '{"type": "task_completed", "data": {"message": "Done"}, "taskId": @}',
    '{"type": "task_completed", "data": {"message": "Done"}, "extra": @}',
]


def test_an_odd_figure_loses_no_paid_result() -> None:
    check_rows(product(ODD, PLACES), _check_odd_figure)


def _check_odd_figure(odd: str, place: str) -> None:
    answer = Answer(200, {}, place.replace("@", odd).encode())
    if odd.startswith("[["):
        try:
            observation = responses.read_poll(answer, SCRUB)
        except ProtocolError:
            return  # too deep for either decoder
    else:
        observation = responses.read_poll(answer, SCRUB)
    assert (observation.kind, observation.text) == (Kind.COMPLETED, "Done")
    check_figures(observation)


@pytest.mark.parametrize("raw", DEEP, ids=lambda raw: raw[:12].decode())
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "after-a-mark"])
def test_deep_nesting_is_an_error_and_no_crash(raw: bytes, mark: bytes) -> None:
    read_all(mark + raw, 200, {})


def test_two_byte_order_marks_lose_neither_result_nor_cost() -> None:
    """A file with one that was put together with another one."""
    body = b'{"type": "task_completed", "data": {"message": "Done"}, "usage": {"cost": 0.30}}'
    observation = responses.read_poll(Answer(200, {}, b"\xef\xbb\xbf" * 2 + body), SCRUB)
    assert (observation.kind, str(observation.usage.cost)) == (Kind.COMPLETED, "0.30")
