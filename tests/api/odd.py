"""What a careless, broken or hostile server may send, and what must hold for whatever it sends."""

import json
import re
import time
from collections.abc import Callable
from decimal import Decimal

from hypothesis import HealthCheck, settings, strategies as st

from enigma_panel.api.errors import ApiError, ProtocolError
from enigma_panel.api.protocols import HealthReply
from enigma_panel.api.wire import responses
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.excerpt import make_scrub
from enigma_panel.core.observation import Kind, Observation
from tests.contract.test_bodies import FILES, read_case

SCRUB = make_scrub("enig_fuzz")
LIMIT_S = 3.0
"""CPU time for one body. 10 MB take up to 0.5 s, so only a blow-up or a hang takes longer."""

READERS: dict[str, Callable[[Answer], object]] = {
    "opened": lambda a: responses.read_opened(a, SCRUB),
    "run-task": lambda a: responses.read_started(a, SCRUB, in_session=False),
    "newTask": lambda a: responses.read_started(a, SCRUB, in_session=True),
    "poll": lambda a: responses.read_poll(a, SCRUB),
    "delivered": lambda a: responses.read_delivered(a, SCRUB, Kind.PAUSE_SENT, "s"),
    "health": lambda a: responses.read_health(a, SCRUB),
    "models": lambda a: responses.check_models(a, SCRUB),
}

# Texts that JSON allows or that careless servers write, put in verbatim.
ODD = [
    "1e309", "-1e309", "1e999999999", "1e-999999999", "1E+99999999999999999999999", "NaN",
    "-Infinity", "Infinity", "9" * 5000, "0." + "1" * 3000, "-0", '"\\ud83d"', '"\\udc00x"',
    '"\\u0000\\u0007"', '"' + "x" * 100_000 + '"', "[" * 3000 + "]" * 3000, "true", '"true"',
    "null", '""', "{}", "[]", '"1e5"', '"12.50"', '"file:///x"', '".."', '"http://["',
]  # fmt: skip
STATUSES = [
    200, 201, 204, 299, 400, 401, 403, 404, 408, 409, 410, 425, 429, 499, 500, 502, 503, 504,
]  # fmt: skip
HEADERS = st.dictionaries(
    st.just("retry-after"),
    st.sampled_from(["30", "-1", "1e309", "Mon, 01 Jan 2024 00:00:12 GMT", "x", "", "9" * 400])
    | st.text(max_size=40),
)
FUZZ = settings(
    max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def documented() -> list[bytes]:
    """The bodies of tests/contract as they go over the wire, empty ones left out."""
    cases = [read_case(path) for path in FILES]
    found = [case.raw.encode() or bytes(case.body) for case in cases]
    return [body for body in found if body]


DOCUMENTED = documented()


def read_all(body: bytes, status: int, headers: dict[str, str]) -> list[object]:
    """Every reader on the same answer: the promise of the tests. Gives what was read."""
    return [
        observation
        for name in READERS
        if (observation := read_one(name, body, status, headers)) is not None
    ]


def read_one(name: str, body: bytes, status: int, headers: dict[str, str]) -> object:
    """What one reader makes of it, the ApiError included; anything else it raises is a failure."""
    began = time.thread_time()
    try:
        observation = READERS[name](Answer(status, headers, body))
    except ApiError as error:
        check_error(error, status, body)
        observation = error
    else:
        assert observation is None or isinstance(observation, Observation | HealthReply)
        check_figures(observation)
    assert time.thread_time() - began < LIMIT_S, f"{name}: slow"
    return observation


def check_error(error: ApiError, status: int, body: bytes) -> None:
    """Nothing can have happened only where the ledger-first rule says so."""
    if error.nothing_happened:
        assert status == 503 or 400 <= status < 500
        if status in {408, 409, 425, 499, 503}:
            assert not isinstance(error, ProtocolError)
        assert not isinstance(error, ProtocolError) or b"taskId" not in body
    if isinstance(error, ProtocolError):
        assert len(error.excerpt) <= 200
        assert error.excerpt.isprintable()


def check_figures(observation: object) -> None:
    """No float, no NaN, nothing below zero but money, and text that any file can hold."""
    if not isinstance(observation, Observation):
        return
    usage = observation.usage
    for amount in (usage.cost, observation.balance, usage.compute_s):
        assert amount is None or (type(amount) is Decimal and amount.is_finite())
    for count in (usage.tokens_in, usage.tokens_out, observation.expires_in_ms):
        assert count is None or (type(count) is int and count >= 0)
    for text in (observation.text, observation.code, observation.session_id, observation.task_id):
        assert text is None or text.encode() is not None


NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_TOLD = re.compile(rf'"(?:cost|balance)"\s*:\s*(?:({NUMBER})|"\s*({NUMBER})\s*")')


def amounts_in(body: bytes) -> set[Decimal]:
    """All amounts that stand behind the name of one, read without a JSON decoder."""
    text = body.decode("utf-8", "replace")
    literals = {number or quoted for number, quoted in _TOLD.findall(text)}
    return {Decimal(one) for one in literals if len(one) < 200 and is_in_range(one)}


def is_in_range(literal: str) -> bool:
    """Whether decimal can hold the exponent of a number's text."""
    exponent = re.split("[eE]", literal)[1:]
    return not exponent or abs(int(exponent[0])) < 10**18


def amounts_of(observation: object) -> list[Decimal]:
    told: list[Decimal | None] = []
    if isinstance(observation, Observation):
        told = [observation.usage.cost, observation.balance]
    reply = getattr(observation, "reply", None)
    if reply is not None:
        told.append(reply.balance)
    return [amount for amount in told if amount is not None]


def as_json(value: object) -> bytes:
    """JSON text; a lone surrogate becomes an escape, as JavaScript writes it."""
    return json.dumps(value).encode()
