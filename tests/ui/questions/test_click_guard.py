"""When a question's actions act: the pure clockwork."""

import pytest

from enigma_panel.ui.questions.click_guard import MONEY_QUIET_MS, MOST_MS, QUIET_MS, QuietPeriod
from tests.kit.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def arming(clock: FakeClock) -> QuietPeriod:
    arming = QuietPeriod(clock.now_ms)
    arming.begin()
    return arming


def pass_time(arming: QuietPeriod, clock: FakeClock, ms: int) -> None:
    """Time with its beats."""
    while ms > 0:
        clock.pass_ms(min(ms, 500))
        arming.beat()
        ms -= 500


def test_nothing_acts_before_it_was_shown(clock: FakeClock) -> None:
    assert not QuietPeriod(clock.now_ms).is_armed()


def test_it_acts_after_its_quiet_time_and_not_a_moment_before(
    arming: QuietPeriod, clock: FakeClock
) -> None:
    clock.pass_ms(QUIET_MS - 1)
    assert not arming.is_armed()
    assert arming.left_ms() == 1
    clock.pass_ms(1)
    assert arming.is_armed()


def test_money_takes_longer(arming: QuietPeriod, clock: FakeClock) -> None:
    arming.begin(MONEY_QUIET_MS)
    clock.pass_ms(QUIET_MS)
    assert not arming.is_armed()
    clock.pass_ms(MONEY_QUIET_MS - QUIET_MS)
    assert arming.is_armed()


def test_a_disturbance_counts_anew(arming: QuietPeriod, clock: FakeClock) -> None:
    pass_time(arming, clock, 2_000)
    assert arming.is_armed()
    arming.disturb()
    assert not arming.is_armed()
    clock.pass_ms(QUIET_MS)
    assert arming.is_armed()


def test_disturbances_without_end_disarm_for_five_seconds_at_most(
    arming: QuietPeriod, clock: FakeClock
) -> None:
    for _ in range(MOST_MS // 100 - 1):
        clock.pass_ms(100)
        arming.disturb()
        assert not arming.is_armed()
    clock.pass_ms(100)
    assert arming.is_armed()
    arming.disturb()
    assert arming.is_armed()


def test_after_a_rest_the_five_seconds_count_anew(arming: QuietPeriod, clock: FakeClock) -> None:
    pass_time(arming, clock, 60_000)
    arming.disturb()
    assert not arming.is_armed()


def test_another_question_begins_anew_even_at_the_cap(
    arming: QuietPeriod, clock: FakeClock
) -> None:
    for _ in range(MOST_MS // 100):
        clock.pass_ms(100)
        arming.disturb()
    arming.begin()
    assert not arming.is_armed()


def test_hidden_means_disarmed(arming: QuietPeriod, clock: FakeClock) -> None:
    pass_time(arming, clock, 2_000)
    arming.end()
    assert not arming.is_armed()
    arming.disturb()
    clock.pass_ms(QUIET_MS)
    assert not arming.is_armed()


def test_after_the_machine_slept_it_has_to_be_looked_at_again(
    arming: QuietPeriod, clock: FakeClock
) -> None:
    pass_time(arming, clock, 2_000)
    clock.pass_ms(3_600_000)
    assert not arming.is_armed()
    arming.beat()
    assert not arming.is_armed()
    clock.pass_ms(QUIET_MS)
    assert arming.is_armed()


def test_a_disturbance_at_waking_does_not_arm(arming: QuietPeriod, clock: FakeClock) -> None:
    clock.pass_ms(3_600_000)
    arming.disturb()
    assert not arming.is_armed()
