"""What can be ordered of the live channel, and what reordering does to events."""

from __future__ import annotations

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from enigma_panel.simulator.socket_faults import (
    Item,
    Mode,
    Push,
    Reorderer,
    read_mode,
    read_order,
    read_reordering,
)


def test_modes() -> None:
    assert [read_mode(word).kind for word in ("up", "off", "refuse", "freeze")] == [
        "up", "off", "refuse", "freeze",
    ]  # fmt: skip
    assert read_mode("drop:0.5") == Mode("drop", 0.5)
    for bad in ("", "drop", "drop:", "drop:0", "drop:-1", "drop:nan", "drop:x", "up:5", "down"):
        with pytest.raises(ValueError, match=r"."):
            read_mode(bad)


def test_kinds_of_reordering() -> None:
    assert read_reordering([]) == read_reordering([""]) == frozenset()
    assert read_reordering(["reorder", "duplicate"]) == {"reorder", "duplicate"}
    with pytest.raises(ValueError, match="lose"):
        read_reordering(["lose"])


def test_orders() -> None:
    assert read_order(b"{}") == read_order(b'{"cut": false}')
    full = {"mode": "drop:1", "garble": [], "cut": True, "ping": [1, 2]}
    order = read_order(json.dumps(full).encode())
    assert (order.mode, order.reordering, order.cut) == (Mode("drop", 1.0), frozenset(), True)
    assert order.ping == (1.0, 2.0)
    push = {"payload": {"a": "x{n}"}, "sessionId": "s", "times": 3, "every": 0.5}
    read = read_order(json.dumps({"push": push}).encode()).push
    assert read == Push("message", {"a": "x{n}"}, frozenset({"s"}), 3, 0.5)
    assert [read.copy(number) for number in (1, 2)] == [{"a": "x1"}, {"a": "x2"}]
    several = {"push": {"sessionId": ["a", "b"], "name": "other"}}
    assert read_order(json.dumps(several).encode()).push == Push("other", None, frozenset("ab"))


@pytest.mark.parametrize(
    "bad",
    [
        [], {"mod": "up"}, {"mode": 5}, {"garble": ["x"]}, {"garble": 5}, {"ping": 5},
        {"ping": [0, 1]}, {"push": []}, {"push": {"time": 1}}, {"push": {"times": "x"}},
        {"push": {"sessionId": 5}},
    ],
)  # fmt: skip
def test_orders_that_make_no_sense(bad: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_order(json.dumps(bad).encode())


class Timers:
    """Timers that go off when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._cancelled: set[int] = set()
        self._number = 0

    def later(self, wait: float, call: Callable[[], None]) -> _Timer:
        self._number += 1
        heapq.heappush(self._due, (self.now + wait, self._number, call))
        return _Timer(self._cancelled, self._number)

    def run(self, until: float) -> None:
        while self._due and self._due[0][0] <= until:
            self.now, number, call = heapq.heappop(self._due)
            if number not in self._cancelled:
                call()
        self.now = until


class _Timer:
    def __init__(self, cancelled: set[int], number: int) -> None:
        self._cancelled, self._number = cancelled, number

    def cancel(self) -> None:
        self._cancelled.add(self._number)


def reordered(
    kinds: frozenset[str], gaps: list[float], seed: int, finish: bool
) -> list[tuple[float, Item]]:
    """Send numbered events with these gaps between them; give what came and when."""
    timers, came = Timers(), []
    reorderer = Reorderer(
        lambda item: came.append((timers.now, item)), timers.later, random.Random(seed)
    )
    for number, gap in enumerate(gaps):
        timers.run(timers.now + gap)
        reorderer.put((str(number), timers.now), kinds)
    if finish:
        reorderer.finish()
    timers.run(timers.now + 10)
    return came


GAPS = st.lists(st.floats(0.0, 3.0), min_size=1, max_size=40)


@given(gaps=GAPS, seed=st.integers(), finish=st.booleans())
def test_without_reordering_all_is_as_it_was(gaps: list[float], seed: int, finish: bool) -> None:
    came = reordered(frozenset(), gaps, seed, finish)
    assert [item[0] for _, item in came] == [str(number) for number in range(len(gaps))]
    assert all(at == item[1] for at, item in came)


@given(gaps=GAPS, seed=st.integers(), finish=st.booleans())
def test_reordering_swaps_neighbours_and_loses_nothing(
    gaps: list[float], seed: int, finish: bool
) -> None:
    came = reordered(frozenset({"reorder"}), gaps, seed, finish)
    numbers = [int(item[0]) for _, item in came]
    assert sorted(numbers) == list(range(len(gaps)))
    assert all(abs(number - place) <= 1 for place, number in enumerate(numbers))
    assert all(0 <= at - item[1] <= 1.0001 for at, item in came)


@given(gaps=GAPS, seed=st.integers(), finish=st.booleans())
def test_a_second_copy_comes_within_two_seconds(gaps: list[float], seed: int, finish: bool) -> None:
    came = reordered(frozenset({"duplicate"}), gaps, seed, finish)
    counts = Counter(item[0] for _, item in came)
    assert len(counts) == len(gaps)
    assert set(counts.values()) <= {1, 2}
    assert all(0 <= at - item[1] <= 2.0001 for at, item in came)


def test_both_happen() -> None:
    came = reordered(frozenset({"duplicate", "reorder"}), [0.1] * 400, 1, True)
    numbers = [int(item[0]) for _, item in came]
    firsts = list(dict.fromkeys(numbers))
    swapped = sum(number != place for place, number in enumerate(firsts)) / 2
    assert 40 < len(numbers) - 400 < 160
    assert 40 < swapped < 160
