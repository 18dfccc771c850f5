"""The options that a question names."""

import pytest
from hypothesis import given, strategies as st

from enigma_panel.core.questions.options import MOST, options_in, without_options


@pytest.mark.parametrize(
    ("question", "options"),
    [
        (
            "Which product should I select? I see 3 options: 1) Lamp A - $20.00; 2) Lamp, B; 3) C",
            ("Lamp A - $20.00", "Lamp, B", "C"),
        ),
        ("Which one?\n1. First, or so\n2. Second.\nTell me.", ("First, or so", "Second.")),
        ("Pick one:\n- red\n- green\n* blue", ("red", "green", "blue")),
        ("Which size: (a) small, (b) medium or (c) large?", ("small", "medium", "large")),
        ("Which one? A) Foo, bar B) Baz", ("Foo, bar", "Baz")),
        ("Which colour do you prefer: black, white or blue?", ("black", "white", "blue")),
        ("What shall I choose, A or I. Options: 1) red 2) blue", ("red", "blue")),
        ("Which one? 1) red 2) blue\nBoth are sold.\nTell me.", ("red", "blue")),
        ("Options: PayPal and credit card.", ("PayPal", "credit card")),
        ("Select: Basic ($5), Pro ($10), or Max ($20)?", ("Basic ($5)", "Pro ($10)", "Max ($20)")),
        ("Which flight: 06:05, 09:20 or 11:45?", ("06:05", "09:20", "11:45")),
        ("Welche Farbe: rot oder blau?", ("rot", "blau")),
        # none to be sure of
        ("Which product should I select? I see 3 options…", ()),
        ("Should I take the red or the blue one?", ()),
        ("I see: a banner, a form, and a button. What now?", ()),
        ("The page says: press 1) or 2) to choose", ()),
        ("It shows 1) a form and 3) a button. Which?", ()),
        ("1. Only one\n", ()),
        ("Which: red", ()),
        ("Which one: that of the first shop, which has many reviews and is cheap, or not?", ()),
        ("Which colour: red or b\u202elu\u202ce?", ()),
        ("", ()),
        ("\n".join(f"{n}. item" + "x" * n for n in range(1, MOST + 2)), ()),
    ],
)  # fmt: skip
def test_the_options(question: str, options: tuple[str, ...]) -> None:
    assert options_in(question) == options


@given(st.text(alphabet=" \n1)2.)ab-*:;,?or", max_size=200))
def test_each_is_a_part_of_the_question(question: str) -> None:
    options = options_in(question)
    assert len(options) != 1
    assert all(option and option in question for option in options)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which? I see 3 options: 1) Lamp - $20.00; 2) Lamp, B; 3) C.", "Which? I see 3 options:"),
        ("Which size: (a) small, (b) medium or (c) large?", "Which size:"),
        ("Which option A: black, white or blue?", "Which option A:"),
        ("Pick one:\n- red\n* blue\n", "Pick one:"),
    ],
)
def test_a_question_without_its_options(question: str, words: str) -> None:
    assert without_options(question) == words


@pytest.mark.parametrize(
    "question",
    [
        "Which one?\n1. First\n2. Second.\nBoth cost $5.",
        "Which one?\n1. First\nwhich costs $5\n2. Second",
        "1) yes 2) no",
        "Shall I go on?",
    ],
)
def test_no_other_words_are_left_out(question: str) -> None:
    assert without_options(question) == question
