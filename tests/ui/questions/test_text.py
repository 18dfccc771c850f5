"""Questions and answers as text."""

import pytest

from enigma_panel.ui.questions.click_guard import MONEY_QUIET_MS, QUIET_MS
from enigma_panel.ui.questions.text import (
    SHOWN_CHARS,
    dotted_credentials,
    quiet_ms_for,
    shown_question,
)


@pytest.mark.parametrize(
    ("question", "quiet_ms"),
    [
        ("Do you want me to complete this purchase?", MONEY_QUIET_MS),
        ("Shall I go on? It says €12.50.", MONEY_QUIET_MS),
        ("It would be 40 USD, fine?", MONEY_QUIET_MS),
        ("Which of the two colours?", QUIET_MS),
        ("I need login credentials to proceed.", QUIET_MS),
    ],
)
def test_money_needs_a_longer_look(question: str, quiet_ms: int) -> None:
    assert quiet_ms_for(question) == quiet_ms


def test_a_password_is_dots() -> None:
    assert dotted_credentials("maria", 4) == "Username: maria, Password: ••••"


def test_dots_do_not_grow_without_end() -> None:
    assert len(dotted_credentials("", 100_000)) < 100


def test_characters_that_turn_or_hide_text_are_shown_as_such() -> None:
    shown = shown_question("Pay \u202e05$\u202c now?\x07\r\nPlease.")
    bad = "\N{REPLACEMENT CHARACTER}"
    assert shown == f"Pay {bad}05${bad} now?{bad}\nPlease."


def test_an_enormous_question_is_cut_and_says_so() -> None:
    shown = shown_question("a" * 1_000_000)
    assert len(shown) == SHOWN_CHARS + 2
    assert shown.endswith("…")
