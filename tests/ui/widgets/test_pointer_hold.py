"""The hold by itself: when it begins and ends."""

from typing import Any

import pytest

from enigma_panel.ui.widgets.pointer_hold import ACT_MS, AIM_MS, PointerHold


@pytest.fixture
def released(hold: PointerHold) -> list[bool]:
    """What `is_held` was each time that it said to be released."""
    told: list[bool] = []
    hold.released.connect(lambda: told.append(hold.is_held))
    return told


def pass_ms(services: Any, hold: PointerHold, ms: int) -> None:
    services.clock.now += ms
    hold.refresh()  # as its timer does


def test_it_ends_when_the_pointer_leaves(hold: PointerHold, released: list[bool]) -> None:
    assert not hold.is_held
    hold.leave()
    assert released == []
    hold.aim()
    assert hold.is_held
    hold.leave()
    assert released == [False]


def test_a_pointer_that_rests_for_30_s_aims_at_nothing(
    services: Any, hold: PointerHold, released: list[bool]
) -> None:
    hold.aim()
    pass_ms(services, hold, AIM_MS - 1)
    assert hold.is_held
    hold.aim()
    pass_ms(services, hold, AIM_MS - 1)
    assert hold.is_held
    pass_ms(services, hold, 1)
    assert not hold.is_held
    assert released == [False]


def test_for_a_second_after_a_click_it_holds_wherever_the_pointer_is(
    services: Any, hold: PointerHold, released: list[bool]
) -> None:
    hold.aim()
    hold.act()
    hold.leave()
    pass_ms(services, hold, ACT_MS - 1)
    assert hold.is_held
    pass_ms(services, hold, 1)
    assert released == [False]


def test_a_window_that_is_not_in_use_holds_nothing(hold: PointerHold, released: list[bool]) -> None:
    hold.aim()
    hold.act()
    hold.end()
    assert released == [False]


def test_it_ends_by_itself(hold: PointerHold, services: Any, qtbot: Any) -> None:
    hold.act()
    services.clock.now += ACT_MS - 5
    hold.refresh()
    services.clock.now += 5
    with qtbot.waitSignal(hold.released, timeout=5_000):
        pass


def test_a_key_after_the_pointer_left_holds_for_a_second_only(
    hold: PointerHold, services: Any, qtbot: Any
) -> None:
    hold.aim()
    hold.leave()
    with qtbot.waitSignal(hold.released, timeout=5_000):
        hold.act()
        services.clock.now += ACT_MS
