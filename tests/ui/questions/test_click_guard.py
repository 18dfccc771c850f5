"""When a question's actions act: the pure clockwork."""

import pytest

from enigma_panel.ui.questions.click_guard import MONEY_QUIET_MS, MOST_MS, QUIET_MS, QuietPeriod
from tests.kit.clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def quiet(clock: HandClock) -> QuietPeriod:
    quiet = QuietPeriod(clock.now_ms)
    quiet.begin()
    return quiet


def test_nothing_acts_before_it_was_shown(clock: HandClock) -> None:
    assert not QuietPeriod(clock.now_ms).is_armed()


def test_it_acts_after_its_quiet_time_and_not_a_moment_before(
    quiet: QuietPeriod, clock: HandClock
) -> None:
    clock.pass_ms(QUIET_MS - 1)
    assert not quiet.is_armed()
    assert quiet.left_ms() == 1
    clock.pass_ms(1)
    assert quiet.is_armed()


def test_money_takes_longer(quiet: QuietPeriod, clock: HandClock) -> None:
    quiet.begin(MONEY_QUIET_MS)
    clock.pass_ms(QUIET_MS)
    assert not quiet.is_armed()
    clock.pass_ms(MONEY_QUIET_MS - QUIET_MS)
    assert quiet.is_armed()


def test_a_disturbance_counts_anew(quiet: QuietPeriod, clock: HandClock) -> None:
    clock.pass_ms(2_000)
    assert quiet.is_armed()
    quiet.disturb()
    assert not quiet.is_armed()
    clock.pass_ms(QUIET_MS)
    assert quiet.is_armed()


def test_disturbances_without_end_disarm_for_five_seconds_at_most(
    quiet: QuietPeriod, clock: HandClock
) -> None:
    for _ in range(MOST_MS // 100 - 1):
        clock.pass_ms(100)
        quiet.disturb()
        assert not quiet.is_armed()
    clock.pass_ms(100)
    assert quiet.is_armed()
    quiet.disturb()
    assert quiet.is_armed()


def test_after_a_rest_the_five_seconds_count_anew(quiet: QuietPeriod, clock: HandClock) -> None:
    clock.pass_ms(60_000)
    quiet.disturb()
    assert not quiet.is_armed()


def test_another_question_begins_anew_even_at_the_cap(quiet: QuietPeriod, clock: HandClock) -> None:
    for _ in range(MOST_MS // 100):
        clock.pass_ms(100)
        quiet.disturb()
    quiet.begin()
    assert not quiet.is_armed()


def test_hidden_means_disarmed(quiet: QuietPeriod, clock: HandClock) -> None:
    clock.pass_ms(2_000)
    quiet.end()
    assert not quiet.is_armed()
    quiet.disturb()
    clock.pass_ms(QUIET_MS)
    assert not quiet.is_armed()
