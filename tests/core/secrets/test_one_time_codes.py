"""Codes out of the messages that bring them."""

import pytest

from enigma_panel.core.questions.kinds import QuestionKind, guess_kind
from enigma_panel.core.secrets.one_time_codes import code_in, codes_in


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("123456", "123456"),
        ("Your code is 123 456", "123456"),
        ("G-123456 is your code.", "123456"),
        (" 12-34-56 ", "123456"),
        ("１２３４５６", "123456"),
        ("F7K2D", "F7K2D"),
        ("12", "12"),
        ("It is 1.234.567", "It is 1.234.567"),
        ("code 1234 or 5678", "code 1234 or 5678"),
        ("1234, again: 1234", "1234"),
        ("Call 0800 1234567. Code: 123-456", "123456"),
        ("", ""),
    ],
)
def test_the_one_code_of_a_message(message: str, code: str) -> None:
    assert code_in(message) == code


def test_several_are_several() -> None:
    assert codes_in("code 1234 or 5678, not 1 234 567 890 123") == ["1234", "5678"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("This action requires two-factor authentication code", QuestionKind.CODE),
        ("Enter the code that was sent to your phone", QuestionKind.CODE),
        ("What is the verification code?", QuestionKind.CODE),
        ("Bitte den Bestätigungscode eingeben", QuestionKind.CODE),
        ("I need the one-time PIN", QuestionKind.CODE),
        # what is good for long is masked
        ("What is the door code?", QuestionKind.SECRET),
        ("Enter the security code of the card", QuestionKind.SECRET),
        ("What is your recovery code?", QuestionKind.SECRET),
        ("What is the PIN?", QuestionKind.SECRET),
    ],
)
def test_what_is_good_once_is_not_masked(question: str, kind: QuestionKind) -> None:
    assert guess_kind(question) is kind
