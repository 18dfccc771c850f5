"""The budget's pure rules: windows, the reserve, forecasts."""

import pytest
from hypothesis import given, settings, strategies as st

from enigma_panel.core.rate_limit import CallWindow, Endpoint, Rank, Slot

T0 = 1_700_000_000_000
MINUTE = 60_000
SEND = Endpoint.SEND_MESSAGE


def window(limit: int = 10, reserved: int = 3) -> CallWindow:
    return CallWindow(limit=limit, period_ms=MINUTE, reserved=reserved)


def call(to: CallWindow, rank: Rank, at: int) -> None:
    """A quick call that was sent and answered at once."""
    slot = to.acquire(SEND, rank)
    slot.send(at, MINUTE)
    slot.answered(at, MINUTE)


def test_ten_calls_and_then_none_for_a_minute() -> None:
    one = window()
    for n in range(10):
        assert one.has_room(Rank.TERMINATE, T0 + n)
        call(one, Rank.TERMINATE, T0 + n)
    assert not one.has_room(Rank.TERMINATE, T0 + MINUTE)
    assert one.has_room(Rank.TERMINATE, T0 + MINUTE + 100)
    assert one.used(T0 + MINUTE + 105) == 4


@pytest.mark.parametrize("rank", Rank)
def test_the_last_three_are_for_the_urgent(rank: Rank) -> None:
    one = window()
    for _ in range(7):
        call(one, Rank.PAUSE, T0)
    assert one.has_room(rank, T0) is (rank in {Rank.TERMINATE, Rank.STOP, Rank.ANSWER})


def test_urgent_calls_do_not_eat_the_reserve_for_others() -> None:
    one = window()
    for _ in range(3):
        call(one, Rank.TERMINATE, T0)
    for _ in range(4):
        assert one.has_room(Rank.NEW_TASK, T0)
        call(one, Rank.NEW_TASK, T0)
    assert not one.has_room(Rank.NEW_TASK, T0)
    assert one.has_room(Rank.STOP, T0)


def test_what_is_not_sent_has_no_end() -> None:
    one = window(limit=1, reserved=0)
    slot = one.acquire(SEND, Rank.NEW_TASK)
    assert not one.has_room(Rank.TERMINATE, T0 + 100 * MINUTE)
    one.drop(slot)
    one.drop(slot)
    assert one.has_room(Rank.TERMINATE, T0)


@pytest.mark.parametrize(
    ("rank", "sent", "heard", "ends"),
    [
        (Rank.STOP, 0, None, None),
        (Rank.STOP, 0, 9_000, 69_100),
        (Rank.NEW_TASK, 0, None, 61_000),
        (Rank.NEW_TASK, 0, 200, 60_300),
        (Rank.START, 0, 50_000, 61_000),
    ],
)
def test_when_a_slot_ends(rank: Rank, sent: int, heard: int | None, ends: int | None) -> None:
    slot = Slot(SEND, rank)
    slot.send(sent, MINUTE)
    if heard is not None:
        slot.answered(heard, MINUTE)
        slot.answered(heard + 5_000, MINUTE)  # repeated: changes nothing
    assert slot.ends_ms == ends


def test_the_forecast_counts_those_before_and_the_reserve() -> None:
    one = window()
    for n in range(10):
        call(one, Rank.PAUSE, T0 + 1000 * n)
    ranks = [Rank.TERMINATE] * 2 + [Rank.START]
    ends = [T0 + 1000 * n + MINUTE + 100 for n in range(10)]
    # The start needs the reserve untouched: two terminates took the places of two ended calls.
    assert one.forecast(ranks, T0 + 20_000) == [ends[0], ends[1], ends[5]]


def test_thirty_terminates_take_three_windows() -> None:
    due = window().forecast([Rank.TERMINATE] * 30, T0)
    assert due == [T0] * 10 + [T0 + MINUTE + 100] * 10 + [T0 + 2 * (MINUTE + 100)] * 10


@given(st.lists(st.sampled_from(Rank), max_size=30), st.lists(st.integers(0, 90_000), max_size=14))
@settings(max_examples=200, deadline=None)
def test_the_forecast_and_the_window_agree(ranks: list[Rank], calls: list[int]) -> None:
    """At its moment there is room; a millisecond before there is none."""
    one = window()
    for at in sorted(calls):
        call(one, Rank.TERMINATE, T0 + at)
    now = T0 + 90_000
    for rank in sorted(ranks):
        (due,) = one.forecast([rank], now)
        assert due >= now
        assert due == now or not one.has_room(rank, due - 1)
        assert one.has_room(rank, due)
        now = due
        call(one, rank, now)
