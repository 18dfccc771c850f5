"""Reading single events: exact money, long and strange texts, and whatever else may come in."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.responses import MAX_QUESTION, read_poll
from enigma_panel.api.wire.socket_events import EVENTS, MAX_GRACE_MS, MAX_STEP, read_event
from enigma_panel.api.wire.values import CUT_MARK, LONGEST_RUN, NotJsonError, parse
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from tests.api.odd import FUZZ, ODD, as_json, check_figures
from tests.contract.test_events import FILES, read_event_file

NAMES = [*EVENTS, "task_completed", "error", "", "x" * 10_000]
TYPES = ["agent", "action", "response_update", "task_completed", "guardrail_trigger", "error"]


def step(text: object) -> str | None:
    observation = read_event("message", {"type": "agent", "content": text})
    assert observation is None or observation.kind is Kind.AGENT
    return None if observation is None else observation.text


def read(text: str, name: str = "message") -> Observation:
    """An event as it comes over the wire."""
    observation = read_event(name, parse(text.encode()))
    assert observation is not None
    return observation


@pytest.mark.parametrize("number", ["0.10", "0.1000000000000000055511151231257827", "12", '"0.10"'])
def test_money_keeps_its_digits_in_both_places(number: str) -> None:
    beside = read('{"type":"task_completed","usage":{"cost":N}}'.replace("N", number))
    inside = read('{"type":"task_completed","data":{"usage":{"cost":N}}}'.replace("N", number))
    assert str(beside.usage.cost) == str(inside.usage.cost) == number.strip('"')


def test_the_cost_beside_the_data_counts_where_both_are_told() -> None:
    body = '{"type":"task_completed","data":{"usage":{"cost":1}},"usage":{"cost":2}}'
    assert read(body).usage.cost == Decimal(2)


ECHO = "Tr0ub4dor&3"


def test_a_step_is_cut() -> None:
    assert step("x" * MAX_STEP) == "x" * MAX_STEP
    assert step("x" * (MAX_STEP + 1)) == "x" * (MAX_STEP - LONGEST_RUN) + CUT_MARK
    assert step("\0" * 10_000_000 + "never seen") == CUT_MARK.strip()


def test_an_action_is_cut() -> None:
    long = "y" * MAX_STEP
    observation = read_event("message", {"type": "action", "data": {"name": long, "target": long}})
    assert observation is not None
    assert observation.text == long[LONGEST_RUN:] + CUT_MARK


@pytest.mark.parametrize("broken", range(1, len(ECHO)))
def test_a_cut_leaves_no_piece_of_a_secret(broken: int) -> None:
    """Only a whole echo is found by redaction."""
    told = step("so it is ".ljust(MAX_STEP - broken) + ECHO + " now")
    assert told == "so it is" + CUT_MARK


def test_a_question_is_cut_as_a_poll_cuts_it() -> None:
    body = {"type": "guardrail_trigger", "data": {"value": "Which one? " * 500_000 + "hunter2"}}
    observation = read_event("message", body)
    assert observation is not None
    assert observation.kind is Kind.QUESTION
    assert observation.text is not None
    assert observation.text.startswith("Which one? ")
    assert observation.text.endswith(CUT_MARK)
    assert MAX_QUESTION - LONGEST_RUN <= len(observation.text) <= MAX_QUESTION + len(CUT_MARK)
    polled = read_poll(Answer(200, {}, json.dumps({"success": True, **body}).encode()), str)
    assert polled.text == observation.text


@pytest.mark.parametrize(
    "mark", ["\0", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\ufeff", "\u200b"]
)
def test_marks_that_mislead_go(mark: str) -> None:
    assert step(f"a{mark}b") == "ab"


def test_what_holds_letters_together_stays() -> None:
    family, persian = "\U0001f468\u200d\U0001f469", "می\u200cخواهم"
    assert step(f"{family} {persian}\n") == f"{family} {persian}"


@pytest.mark.parametrize(("told", "kept"), [(MAX_GRACE_MS, MAX_GRACE_MS), (MAX_GRACE_MS + 1, None)])
def test_the_grace_period_is_bounded(told: int, kept: int | None) -> None:
    observation = read_event("instance:disconnected", {"gracePeriod": told})
    assert observation is not None
    assert observation.grace_ms == kept


def check(observation: Observation | None) -> None:
    """What must hold for whatever came in."""
    if observation is None:
        return
    check_figures(observation)
    assert observation.grace_ms is None or 0 <= observation.grace_ms <= MAX_GRACE_MS
    if observation.kind in STEP_KINDS:
        assert observation.text
        assert len(observation.text) <= MAX_STEP + len(CUT_MARK)
        assert all(
            c.isprintable() or c in "\n\t\u200c\u200d" or ord(c) > 0x7F for c in observation.text
        )


FIELDS = [
    "type", "content", "data", "name", "target", "message", "value", "usage", "cost", "taskId",
    "sessionId", "error", "code", "reason", "gracePeriod", "result", "status", "success",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text() | st.sampled_from(TYPES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=20,
)


@FUZZ
@given(name=st.sampled_from(NAMES), payload=VALUES, type_=st.sampled_from([None, *TYPES]))
def test_anything_gives_a_sound_fact_or_none(name: str, payload: object, type_: str | None) -> None:
    if isinstance(payload, dict) and type_ is not None:
        payload = {**payload, "type": type_}
    check(read_event(name, payload))


@FUZZ
@given(data=st.data())
def test_documented_events_with_one_odd_value(data: st.DataObject) -> None:
    case = read_event_file(data.draw(st.sampled_from(FILES)))
    text = as_json(parse_plain(bytes(case.payload))).decode()
    spots = [i for i, c in enumerate(text) if c == ":"]
    if spots:
        spot = data.draw(st.sampled_from(spots))
        end = min(i for i in (text.find(c, spot) for c in ",}") if i > 0)
        text = f"{text[: spot + 1]}{data.draw(st.sampled_from(ODD))}{text[end:]}"
    try:
        payload = parse(text.encode())
    except NotJsonError:
        return
    check(read_event(case.event, payload))


def parse_plain(raw: bytes) -> object:
    """Without Decimals, which the standard library could not write again."""
    import json

    return json.loads(raw)
