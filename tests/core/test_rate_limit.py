"""The budget's pure rules: windows, the reserve, forecasts, and what reply headers teach."""

import pytest
from hypothesis import given, settings, strategies as st

from enigma_panel.core.rate_limit import Buckets, CallWindow, Endpoint, Rank, RateHeaders, Slot

T0 = 1_700_000_000_000
MINUTE = 60_000
SEND, START, RUN = Endpoint.SEND_MESSAGE, Endpoint.START_SESSION, Endpoint.RUN_TASK


def window(limit: int = 10, reserved: int = 3) -> CallWindow:
    return CallWindow(limit=limit, period_ms=MINUTE, reserved=reserved)


def call(to: CallWindow, rank: Rank, at: int, endpoint: Endpoint = SEND) -> Slot:
    """A quick call that was sent and answered at once."""
    slot = to.acquire(endpoint, rank)
    slot.send(at, MINUTE)
    slot.answered(at, MINUTE)
    return slot


def buckets() -> Buckets:
    return Buckets(limit=10, period_ms=MINUTE, reserved=3)


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
        assert one.has_room(rank, due)
        assert due == now or not one.has_room(rank, due - 1)
        now = due
        call(one, rank, now)


def test_a_told_limit_replaces_ours_and_a_wait_is_bounded() -> None:
    of = buckets()
    of.learn(SEND, RateHeaders(limit=4, remaining=4), T0)
    assert of[SEND].limit == 4
    assert of[SEND].capacity(Rank.START) == 1
    assert of[START].limit == 10
    of.learn(SEND, RateHeaders(limit=0, retry_after_s=1e9), T0)
    assert of[SEND].limit == 1
    assert of[SEND].forecast([Rank.TERMINATE], T0) == [T0 + MINUTE]


def test_a_full_house_is_no_rate_limit() -> None:
    of = buckets()
    of.learn(START, RateHeaders(limit=10, remaining=8, retry_after_s=30), T0)
    assert of[START].has_room(Rank.START, T0)


def test_a_429_blocks_all_ranks_for_as_long_as_it_says() -> None:
    of = buckets()
    of.refuse(SEND, 12.0, T0)
    assert not of[SEND].has_room(Rank.TERMINATE, T0 + 11_999)
    assert of[SEND].has_room(Rank.TERMINATE, T0 + 12_000)
    assert of[START].has_room(Rank.START, T0)
    of.refuse(SEND, None, T0 + 20_000)
    assert of[SEND].forecast([Rank.STOP], T0 + 20_000) == [T0 + 25_000]


def test_calls_of_others_take_room() -> None:
    of = buckets()
    call(of[SEND], Rank.STOP, T0)
    of.learn(SEND, RateHeaders(remaining=5), T0)
    assert of[SEND].used(T0) == 5
    of.learn(SEND, RateHeaders(remaining=2), T0)
    assert not of[SEND].has_room(Rank.PAUSE, T0)
    assert of[SEND].has_room(Rank.STOP, T0)
    of.learn(SEND, RateHeaders(remaining=9), T0)
    assert of[SEND].used(T0) == 1


def test_with_nothing_left_the_first_foreign_call_ends_when_the_service_says() -> None:
    of = buckets()
    of.learn(SEND, RateHeaders(remaining=0, reset_in_s=20), T0)
    assert of[SEND].forecast([Rank.TERMINATE] * 2, T0) == [T0 + 20_000, T0 + MINUTE]


def test_our_own_oldest_call_may_be_what_the_reset_speaks_of() -> None:
    of = buckets()
    call(of[SEND], Rank.STOP, T0)
    of.learn(SEND, RateHeaders(remaining=0, reset_in_s=20), T0 + 40_000)
    due = of[SEND].forecast([Rank.TERMINATE] * 2, T0 + 40_000)
    assert due == [T0 + MINUTE + 100, T0 + 40_000 + MINUTE]


def test_what_a_held_reply_tells_is_too_old() -> None:
    of = buckets()
    of.learn(SEND, RateHeaders(remaining=0, took_s=50), T0)
    assert of[SEND].used(T0) == 0


def shared_after(own: int, others: int, counted: int) -> bool:
    """`own` calls to send-message and `others` to start; a reply then says so many are counted."""
    of = buckets()
    for _ in range(own):
        call(of[SEND], Rank.STOP, T0)
    for _ in range(others):
        call(of[START], Rank.START, T0, START)
    of.learn(SEND, RateHeaders(remaining=10 - counted), T0 + 10)
    return of.is_shared


def test_one_bucket_is_recognized_by_its_count_and_only_by_that() -> None:
    assert shared_after(2, 3, 5)
    assert not shared_after(2, 3, 2)
    assert not shared_after(2, 3, 4)  # fewer than ours: somebody else's
    assert not shared_after(2, 3, 6)  # more than ours: somebody else's
    assert not shared_after(2, 0, 3)


def test_a_shared_bucket_has_one_room_and_a_reserve_and_can_be_unlearned() -> None:
    of = buckets()
    for _ in range(4):
        call(of[SEND], Rank.STOP, T0)
    for _ in range(3):
        call(of[START], Rank.START, T0, START)
    of.learn(SEND, RateHeaders(remaining=3), T0 + 10)
    assert of.is_shared
    assert of[RUN] is of[SEND]
    assert not of[RUN].has_room(Rank.START, T0 + 10)
    assert of[SEND].has_room(Rank.STOP, T0 + 10)
    of.learn(START, RateHeaders(remaining=7), T0 + 20)
    assert not of.is_shared
    assert (of[SEND].used(T0 + 20), of[START].used(T0 + 20), of[RUN].used(T0 + 20)) == (4, 3, 0)


def test_a_429_that_our_calls_explain_in_one_bucket_shows_that_it_is_one() -> None:
    of = buckets()
    for _ in range(6):
        call(of[SEND], Rank.STOP, T0)
    for _ in range(5):
        call(of[START], Rank.START, T0, START)
    of.refuse(START, 10.0, T0)
    assert of.is_shared
    assert of[SEND].blocked_ms == T0 + 10_000


def test_a_refused_call_is_no_proof_against_one_bucket() -> None:
    """It may not have been counted: then a count without it fits one bucket all the same."""
    of = buckets()
    for n in range(6):
        call(of[SEND], Rank.STOP, T0 + n)
    for n in range(5):
        call(of[START], Rank.START, T0 + n, START)
    of.refuse(START, 0.0, T0 + 10)
    of.learn(SEND, RateHeaders(remaining=0), T0 + 20)
    assert of.is_shared


def test_what_was_told_outlives_that_it_is_one_bucket_and_that_it_is_none() -> None:
    of = buckets()
    of.learn(SEND, RateHeaders(limit=8, remaining=6), T0)
    for _ in range(3):
        call(of[START], Rank.START, T0, START)
    of.learn(START, RateHeaders(limit=10, remaining=7, retry_after_s=None), T0)
    of[START].block(T0 + 20_000)
    of._share()
    assert (of[RUN].limit, of[RUN].used(T0), of[RUN].blocked_ms) == (8, 5, T0 + 20_000)
    of._split()
    assert (of[START].limit, of[START].used(T0), of[RUN].blocked_ms) == (8, 3, T0 + 20_000)


def test_a_429_that_our_calls_explain_is_no_news_of_others() -> None:
    of = buckets()
    for n in range(11):
        call(of[SEND], Rank.STOP, T0 + n)
    of.refuse(SEND, 1.0, T0 + 20)
    assert not of.is_shared


def test_an_absurd_limit_is_not_believed() -> None:
    of = buckets()
    of.learn(SEND, RateHeaders(limit=10**15, remaining=0), T0)
    assert of[SEND].used(T0) == of[SEND].limit <= 100_000


def test_a_call_of_a_minute_ago_is_no_proof_against_one_bucket() -> None:
    of = buckets()
    of._share()
    call(of[SEND], Rank.STOP, T0)
    of.learn(SEND, RateHeaders(remaining=10), T0 + MINUTE + 50)
    assert of.is_shared


def test_calls_of_others_were_made_before_the_reply_was_sent() -> None:
    of = buckets()
    of.learn(SEND, RateHeaders(remaining=0, took_s=2.0), T0)
    assert of[SEND].forecast([Rank.TERMINATE], T0) == [T0 + MINUTE - 2_000]


def test_each_refusal_doubts_a_call_of_its_own() -> None:
    one = window()
    for n in range(3):
        call(one, Rank.STOP, T0 + n)
    for _ in range(2):
        one.doubt_last(SEND)
    assert one.at_least(T0 + 100, T0 + 100) == 1
