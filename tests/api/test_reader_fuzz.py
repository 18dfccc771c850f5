"""Whatever arrives, only an Observation, a Health, or an ApiError comes out, and soon."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enigma_panel.api.errors import ApiError, ProtocolError
from enigma_panel.api.ports import Health
from enigma_panel.api.wire import reader
from enigma_panel.api.wire.answer import Answer
from enigma_panel.api.wire.excerpt import make_scrub
from enigma_panel.core.observation import Kind, Observation

FOLDER = Path(__file__).parents[1] / "contract" / "bodies"
DOCUMENTED = [json.loads(path.read_text()).get("body") for path in sorted(FOLDER.glob("*.json"))]
SCRUB = make_scrub("enig_fuzz")

READERS: dict[str, Callable[[Answer], object]] = {
    "opened": lambda a: reader.read_opened(a, SCRUB),
    "run-task": lambda a: reader.read_started(a, SCRUB, in_session=False),
    "newTask": lambda a: reader.read_started(a, SCRUB, in_session=True),
    "poll": lambda a: reader.read_poll(a, SCRUB),
    "delivered": lambda a: reader.read_delivered(a, SCRUB, Kind.PAUSE_SENT),
    "health": lambda a: reader.read_health(a, SCRUB),
    "models": lambda a: reader.check_models(a, SCRUB),
}

# Texts that JSON allows or that careless servers write, put in verbatim.
ODD = [
    "1e309", "-1e309", "1e999999999", "1e-999999999", "1E+99999999999999999999999", "NaN",
    "-Infinity", "Infinity", "9" * 5000, "0." + "1" * 3000, "-0", '"\\ud83d"', '"\\udc00x"',
    '"\\u0000\\u0007"', '"' + "x" * 100_000 + '"', "[" * 3000 + "]" * 3000, "true", '"true"',
    "null", '""', "{}", "[]", '"1e5"', '"12.50"', '"file:///x"', '".."', '"http://["',
]  # fmt: skip
STATUSES = [200, 201, 204, 299, 400, 401, 403, 404, 408, 409, 410, 429, 500, 502, 503, 504]
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-reset", "date"]),
    st.sampled_from(["30", "-1", "1e309", "Mon, 01 Jan 2024 00:00:12 GMT", "x", "", "9" * 400])
    | st.text(max_size=40),
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=15
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
FUZZ = settings(
    max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def read_all(body: bytes, status: int, headers: dict[str, str]) -> None:
    """Every reader on the same answer: the promise of this file."""
    for read in READERS.values():
        try:
            seen = read(Answer(status, headers, body))
        except ApiError as error:
            check_error(error, status, body)
        else:
            assert seen is None or isinstance(seen, Observation | Health)
            check_figures(seen)


def check_error(error: ApiError, status: int, body: bytes) -> None:
    """Nothing can have happened only where the ledger-first rule says so."""
    if error.nothing_happened:
        assert status == 503 or (400 <= status < 500 and status != 408)
        assert not isinstance(error, ProtocolError) or b"taskId" not in body
    if isinstance(error, ProtocolError):
        assert len(error.excerpt) <= 200
        assert error.excerpt.isprintable()


def check_figures(seen: object) -> None:
    """No float, no NaN, nothing below zero but money, and text that any file can hold."""
    if not isinstance(seen, Observation):
        return
    usage = seen.usage
    for amount in (usage.cost, seen.balance, usage.compute_s):
        assert amount is None or (type(amount) is Decimal and amount.is_finite())
    for count in (usage.tokens_in, usage.tokens_out, seen.expires_in_ms):
        assert count is None or (type(count) is int and count >= 0)
    for text in (seen.text, seen.code, seen.session_id, seen.task_id, seen.completed_at):
        assert text is None or text.encode() is not None


@given(st.binary(max_size=300), st.sampled_from(STATUSES), HEADERS)
@FUZZ
def test_bytes(body: bytes, status: int, headers: dict[str, str]) -> None:
    read_all(body, status, headers)


@given(JSON | SHAPED, st.sampled_from(STATUSES), HEADERS)
@FUZZ
def test_json(value: object, status: int, headers: dict[str, str]) -> None:
    read_all(json.dumps(value).encode(), status, headers)


@given(st.data(), st.sampled_from(STATUSES), HEADERS)
@FUZZ
def test_documented_bodies_with_one_thing_changed(
    data: st.DataObject, status: int, headers: dict[str, str]
) -> None:
    body = data.draw(st.sampled_from([each for each in DOCUMENTED if each]))
    text = json.dumps(mutated(body, data))
    if "@ODD@" in text:
        text = text.replace('"@ODD@"', data.draw(st.sampled_from(ODD)))
    if data.draw(st.integers(0, 9)) == 0:
        text = text[: data.draw(st.integers(0, len(text)))]
    prefix = data.draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \n"]))
    read_all(prefix + text.encode(), status, headers)


def mutated(value: Any, data: st.DataObject) -> Any:
    """The value with one node somewhere in it replaced, doubled in depth, or taken away."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        if data.draw(st.integers(0, 5)) == 0:
            return {other: each for other, each in value.items() if other != name}
        return {**value, name: mutated(value[name], data)}
    return data.draw(st.sampled_from(["@ODD@", "@ODD@", [value], {"data": value}]) | JSON | WORDS)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:20])
@pytest.mark.parametrize(
    "place",
    [
        '{"type": "task_completed", "data": {"message": "Done"}, "usage": {"cost": @}}',
        '{"type": "task_completed", "data": {"message": "Done", "prompt_tokens": @}}',
        '{"type": "task_completed", "data": {"message": "Done", "completion_time": @}}',
        '{"type": "task_completed", "data": {"message": "Done"}, "taskId": @}',
        '{"type": "task_completed", "data": {"message": "Done"}, "extra": @}',
    ],
    ids=["cost", "tokens", "seconds", "id", "extra"],
)
def test_an_odd_figure_loses_no_paid_result(odd: str, place: str) -> None:
    answer = Answer(200, {}, place.replace("@", odd).encode())
    if odd.startswith("[["):
        try:
            seen = reader.read_poll(answer, SCRUB)
        except ProtocolError:
            return  # too deep for either decoder
    else:
        seen = reader.read_poll(answer, SCRUB)
    assert (seen.kind, seen.text) == (Kind.COMPLETED, "Done")
    check_figures(seen)


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 2000 + b"]" * 2000, b'{"data":' * 900]
)
def test_deep_nesting_is_an_error_and_no_crash(raw: bytes) -> None:
    read_all(raw, 200, {})
