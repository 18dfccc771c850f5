"""The scenarios: which words start them, how long they take, what they ask and say."""

from __future__ import annotations

import random

import pytest

from enigma_panel.simulator.scenarios import ANYTHING, SCENARIOS, Scenario, help_table, scenario_for
from enigma_panel.simulator.task import TaskState
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


def test_every_text_plays() -> None:
    assert scenario_for("") is scenario_for("Tidy the page") is ANYTHING


def play_through(world: World, text: str) -> tuple[float, str]:
    held = world.task(world.session(), text)
    while not held.task.over:
        if held.task.state is TaskState.ASKING:
            world.answer(held.task.session_id, "Username: a, Password: b yes 1")
        world.wait(0.5)
    world.state(held.task.session_id, "terminate")
    return held.task.seconds(world.time), held.task.message


def test_lengths_and_variety() -> None:
    messages = set()
    for seed in range(25):
        length, message = play_through(World(seed), "Search for a lamp")
        assert 9 <= length <= 41
        messages.add(message)
        assert 60 < play_through(World(seed), "Research lamps")[0] < 200
    assert len(messages) > 20


def test_the_same_seed_plays_the_same() -> None:
    for text in ("Search for a lamp", "Book a flight", "choose", "Extract all", "x"):
        assert play_through(World(3), text) == play_through(World(3), text)


def test_speed_scales_work_and_hold() -> None:
    slow, fast = World(3), World(3, speed=10.0)
    for world, factor in ((slow, 1), (fast, 10)):
        held = world.task(world.session(), "Research lamps")
        world.settle(held)
        assert world.time - 100 == pytest.approx(50 / factor)
        world.until_state(held, "completed")
    assert (slow.time - 100) / (fast.time - 100) == pytest.approx(10, rel=0.05)


def test_the_random_source_is_the_only_randomness() -> None:
    random.seed(1)
    one = play_through(World(5), "Search")
    random.seed(2)
    assert play_through(World(5), "Search") == one
