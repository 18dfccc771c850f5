"""Money on its way from the wire: exact, or not told, or marked; never zero by mistake."""

import re
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given, strategies as st

from enigma_panel.core.money import exact_money, format_money, is_sane, sum_money, to_nano
from enigma_panel.core.observation import NO_USAGE, Usage
from enigma_panel.core.reducer import merge_usage
from tests.api.odd import DOCUMENTED, FUZZ, NUMBER, ODD, amounts_in, amounts_of, read_all, read_one
from tests.kit.rows import check_rows

# Where an amount may stand (api.md §1.4-1.6, §8.1, §9); {} is the JSON text of its value.
PLACES = {
    "poll": [
        '{{"type": "task_completed", "data": {{"message": "D"}}, "usage": {{"cost": {}}}}}',
        '{{"type": "task_completed", "data": {{"message": "D", "usage": {{"cost": {}}}}}}}',
        '{{"type": "task_completed", "data": {{"message": "D", "cost": {}}}}}',
        '{{"success": true, "status": "active", "pending": true, "usage": {{"cost": {}}}}}',
        '{{"success": false, "code": "TASK_TIMEOUT", "usage": {{"cost": {}}}}}',
        '{{"type": "failed", "error": "E", "usage": {{"cost": {}}}}}',
        '{{"status": "terminated", "usage": {{"cost": {}}}}}',
    ],
    "run-task": [
        '{{"taskId": "t", "result": {{"type": "task_completed", "usage": {{"cost": {}}}}}}}',
        '{{"success": true, "taskId": "t", "status": "complete", "usage": {{"cost": {}}}}}',
    ],
    "opened": ['{{"success": true, "sessionId": "s", "balance": {}}}'],
    "newTask": [
        '{{"success": false, "code": "INSUFFICIENT_BALANCE", "balance": {}}}',
        '{{"success": false, "code": "X", "details": {{"balance": {}, "required": 1}}}}',
    ],
}
EVERYWHERE = [(name, body) for name, bodies in PLACES.items() for body in bodies]

DIGITS = st.text("0123456789", min_size=1, max_size=60)
WHOLE = st.just("0") | st.from_regex(r"\A[1-9][0-9]{0,55}\Z")
PLAIN = st.builds(lambda whole, rest: f"{whole}.{rest}", WHOLE, DIGITS) | WHOLE
POWERS = st.integers(-10, 10) | st.integers(-400, 400) | st.integers(-(10**20), 10**20)
SIGNED = st.builds(lambda sign, number: sign + number, st.sampled_from(["", "", "-"]), PLAIN)
NUMBERS = SIGNED | st.builds(lambda number, power: f"{number}e{power}", SIGNED, POWERS)
TEXTS = st.builds(lambda number: f'"{number}"', NUMBERS)
VALUES = NUMBERS | TEXTS | st.sampled_from(ODD)

_ZERO = re.compile(r"[+-]?0+(?:\.0+)?(?:[eE][+-]?[0-9]+)?")
ZEROS = ["0", "0.0", "0.00", "-0", "-0.0", "0e0", "0E5", "0.0000000000", '"0"', '"0.00"']
NONSENSE = [
    "1e-51", "1e-400", "1e999999999999999999999", "NaN", "Infinity", '"NaN"', '"nan"', '"free"',
    '""', '" "', '"0x10"', '"$0.02"', '"1,50"', "true", "false", "null", "{}", "[]", "[0]",
    '{"amount": 0.02}', "9" * 51, '"1_000"',
]  # fmt: skip


def is_zero_text(value: str) -> bool:
    return _ZERO.fullmatch(value.strip('"')) is not None


def amount_told(name: str, body: str, status: int = 200) -> Decimal | None:
    """The one amount that a reader tells of a body; None where it tells none."""
    told = amounts_of(read_one(name, body.encode(), status, {}))
    assert len(told) <= 1
    return told[0] if told else None


@given(st.sampled_from(EVERYWHERE), VALUES)
@FUZZ
def test_an_amount_is_exact_or_not_told(place: tuple[str, str], value: str) -> None:
    name, body = place
    amount = amount_told(name, body.format(value))
    if amount is not None:
        number = value.strip('"').strip()
        assert re.fullmatch(NUMBER, number)
        assert amount == Decimal(number)
        assert (amount == 0) is is_zero_text(value)


@given(st.sampled_from(EVERYWHERE), st.decimals(0, 1_000_000, allow_nan=False, places=12))
@FUZZ
def test_every_sane_amount_is_told(place: tuple[str, str], amount: Decimal) -> None:
    name, body = place
    for value in (f"{amount:f}", f'"{amount:f}"'):
        told = amount_told(name, body.format(value))
        assert told is not None
        assert f"{told:f}" == f"{amount:f}"


def test_a_real_zero_stays_zero() -> None:
    def check(place: tuple[str, str], zero: str) -> None:
        name, body = place
        assert amount_told(name, body.format(zero)) == 0

    check_rows(product(EVERYWHERE, ZEROS), check)


def test_a_zero_with_a_large_exponent_is_a_short_one() -> None:
    name, body = EVERYWHERE[0]
    assert str(amount_told(name, body.format("0e99999999"))) == "0"


def test_what_is_no_amount_is_not_told() -> None:
    def check(place: tuple[str, str], value: str) -> None:
        name, body = place
        assert amount_told(name, body.format(value)) is None

    check_rows(product(EVERYWHERE, NONSENSE), check)


@pytest.mark.parametrize("value", ["1e309", "-1e309", "-0.01", "1000000.01", '"1e300"'])
def test_an_amount_that_cannot_be_is_marked_and_not_summed(value: str) -> None:
    cost = amount_told("poll", PLACES["poll"][0].format(value))
    assert cost is not None
    assert not is_sane(cost)
    assert format_money(cost).endswith("?")
    assert to_nano(cost) is None
    assert sum_money([Decimal("0.02"), cost]) == Decimal("0.02")


def test_nonsense_hides_no_amount_further_out() -> None:
    check_rows(product(NONSENSE), _check_amount_further_out)


def _check_amount_further_out(value: str) -> None:
    inner = f'{{"type": "task_completed", "usage": {{"cost": {value}}}}}'
    body = f'{{"taskId": "t", "result": {inner}, "usage": {{"cost": 0.0310}}}}'
    assert str(amount_told("run-task", body)) == "0.0310"
    body = f'{{"success": false, "code": "X", "balance": {value}, "details": {{"balance": 0.15}}}}'
    assert str(amount_told("opened", body, 402)) == "0.15"


@given(VALUES)
@FUZZ
def test_no_price_is_shown_as_nothing(value: str) -> None:
    """From the wire to the cell: only a zero reads as zero, and all of a price as it was told."""
    cost = amount_told("poll", PLACES["poll"][0].format(value))
    assume(cost is not None)
    assert cost is not None
    shown = format_money(cost)
    assert Decimal(exact_money(cost).strip("$")) == cost
    assert shown.endswith("?") is not is_sane(cost)
    assert (re.fullmatch(r"\$0\.0+", shown) is not None) is (cost == 0)
    nano = to_nano(cost)
    assert nano is None or abs(Decimal(nano) - cost * 10**9) <= Decimal("0.5")


@given(VALUES, st.booleans())
@FUZZ
def test_nonsense_does_not_wipe_out_a_figure(value: str, final: bool) -> None:
    cost = amount_told("poll", PLACES["poll"][0].format(value))
    before = Usage(cost=Decimal("0.02"))
    after = merge_usage(before, Usage(cost=cost), final=final)
    if cost is None:
        assert after == before
    assert merge_usage(NO_USAGE, Usage(cost=None), final=final).cost is None


@given(st.data(), st.sampled_from([200, 402, 429, 500, 503]))
@FUZZ
def test_documented_bodies_tell_only_amounts_that_stand_in_them(
    data: st.DataObject, status: int
) -> None:
    """Numbers are swapped in the text itself, so that no decoder of ours comes before."""
    text = data.draw(st.sampled_from(WITH_MONEY))
    spots = list(re.finditer(rf"(?<=[:\[ ]){NUMBER}(?=[,}}\]\s])", text))
    spot = data.draw(st.sampled_from(spots))
    text = text[: spot.start()] + data.draw(VALUES) + text[spot.end() :]
    body = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()
    allowed = amounts_in(body)
    for seen in read_all(body, status, {}):
        assert set(amounts_of(seen)) <= allowed


WITH_MONEY = [
    text
    for text in (body.decode() for body in DOCUMENTED)
    if re.search('"(cost|balance)": *[0-9]', text)
]


def test_there_are_documented_bodies_with_money() -> None:
    assert len(WITH_MONEY) >= 15
