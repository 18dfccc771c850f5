"""The guess of a question's kind, on the service's documented sample questions and others."""

import pytest

from enigma_panel.core.questions.kinds import (
    QuestionKind,
    credentials_text,
    guess_kind,
    is_about_money,
)

K = QuestionKind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("I need login credentials to proceed", K.CREDENTIALS),
        ("Please sign in: what is the password for maria?", K.CREDENTIALS),
        ("Do you want me to complete this purchase? The total is $49.99", K.PURCHASE),
        ("I encountered a security warning. Should I proceed?", K.YES_NO),
        ("A CAPTCHA is blocking me. Please solve it.", K.CAPTCHA),
        ("Which product should I select? I see 3 options…", K.FREE_TEXT),
        ("This action requires two-factor authentication code", K.CODE),
        ("What is the passphrase?", K.SECRET),
        ("", K.FREE_TEXT),
    ],
)
def test_the_kind_that_the_words_suggest(question: str, kind: QuestionKind) -> None:
    assert guess_kind(question) is kind


def test_money() -> None:
    assert is_about_money("Do you want me to complete this purchase?")
    assert not is_about_money("Which colour?")


def test_credentials_are_sent_in_the_documented_words() -> None:
    text = credentials_text("maria", "zebra, Password: x")
    assert text == "Username: maria, Password: zebra, Password: x"
