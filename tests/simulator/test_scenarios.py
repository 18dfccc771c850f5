"""The scenarios: which words start them, how long they take, what they ask and say."""

from __future__ import annotations

import pytest

from enigma_panel.simulator.scenarios import SCENARIOS, Scenario, help_table, scenario_for
from tests.simulator.world import World


def test_purchase_yes_and_no() -> None:
    for answer, expected in (("Yes, please", "Order number"), ("No, don't", "Did not buy")):
        world = World()
        sid = world.session()
        held = world.task(sid, "Buy a lamp")
        world.until_state(held, "asking")
        assert held.task.question == (
            "Do you want me to complete this purchase? The total is $49.99"
        )
        world.answer(sid, answer)
        world.until_state(held, "completed")
        assert expected in held.task.message


def test_a_limit_is_kept() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Buy a lamp")
    world.until_state(held, "asking")
    world.answer(sid, "Yes, complete this purchase, but only if the total is $45 or less.")
    world.until_state(held, "asking")
    assert "more than you allowed" in str(held.task.question)
    world.answer(sid, "Yes, complete this purchase, but only if the total is $49.99 or less.")
    world.until_state(held, "completed")
    assert "Order number" in held.task.message


def test_login_turns_a_wrong_password_down() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "log in to members.example")
    world.until_state(held, "asking")
    first = held.task.question
    world.answer(sid, "Username: ada, Password: WRONG-one")
    world.until_state(held, "asking")
    second = held.task.question
    world.answer(sid, "ada and secret")
    world.until_state(held, "asking")
    assert len({first, second, held.task.question}) == 3
    world.answer(sid, "Username: ada, Password: fine, with a comma")
    world.until_state(held, "completed")
    assert "comma" not in held.task.message


def test_two_questions_and_a_choice() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Book a flight")
    world.until_state(held, "asking")
    first = str(held.task.question)
    assert "3 options" in first
    second_option = first.partition("2) ")[2].partition("; 3)")[0]
    world.answer(sid, second_option)
    world.until_state(held, "asking")
    assert held.task.question == "This action requires two-factor authentication code"
    world.answer(sid, "123456")
    world.until_state(held, "completed")
    assert second_option in held.task.message


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_word_starts_its_scene_and_is_listed(scenario: Scenario) -> None:
    for word in scenario.words:
        assert scenario_for(f"Please {word.upper()} now") is scenario
        assert word in help_table()


def test_speed_scales_work_and_hold() -> None:
    slow, fast = World(3), World(3, speed=10.0)
    for world, factor in ((slow, 1), (fast, 10)):
        held = world.task(world.session(), "Research lamps")
        world.settle(held)
        assert world.time - 100 == pytest.approx(50 / factor)
        world.until_state(held, "completed")
    assert (slow.time - 100) / (fast.time - 100) == pytest.approx(10, rel=0.05)
