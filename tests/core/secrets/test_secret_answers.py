"""Which parts of an answer are secret, and that plain words of other answers are none."""

import pytest

from enigma_panel.core.questions.kinds import QuestionKind, credentials_text
from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.core.secrets.secret_answers import can_be_misread, login_secrets, secrets_in

K = QuestionKind


def redacted(text: str, secrets: list[str]) -> str:
    """What is left of a text in which an agent repeats an answer."""
    redactor = Redactor()
    for secret in secrets:
        redactor.add_secret(secret)
    return redactor.redact(text)


@pytest.mark.parametrize(
    "answer",
    [
        "MX Keys",
        "Yes",
        "The red one.\nOr blue.",
        "up to $60",
        "",
        "42",
        "2026-11-27",
        "27.11.2026.",
        "1.2.2027",
    ],
)
def test_plain_words_are_none_where_no_secret_is_asked_for(answer: str) -> None:
    assert secrets_in(answer) == []
    assert secrets_in(answer, K.YES_NO) == []


@pytest.mark.parametrize("code", ["12.34.56", "12.11.26", "1234-56-78", "2026-13-01", "32.1.2026"])
def test_what_only_looks_like_a_date_is_a_code(code: str) -> None:
    assert code in secrets_in(code)


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize(
    "answer",
    ["482913", " 482913 ", "482 913", "482-913", "482913.", "code: 482913.", "Code = 482 913",
     "the code is 482-913, I think", "PIN: 482913"],
)  # fmt: skip
def test_a_code_is_one_in_any_answer_and_in_each_way_to_write_it(answer: str, kind: K) -> None:
    secrets = secrets_in(answer, kind)
    for echo in ("482913", "482 913", "482-913"):
        assert redacted(f"I typed {echo} there.", secrets) == f"I typed {MARK} there.", echo


@pytest.mark.parametrize(
    ("answer", "echoes"),
    [
        ("correct horse, battery!", ["correct horse, battery!"]),
        ("The passphrase is correct horse battery", ["correct horse battery"]),
        ("It is “Zebra crossing”.", ["Zebra crossing"]),
        ("Rex", ["Rex"]),
        (" p@ss w0rd ", ["p@ss w0rd", "w0rd", "p@ss"]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("My pet was Rex, the PIN: 314.", ["314", "Rex, the PIN: 314"]),
        ("4111111111111111", ["4111 1111 1111 1111", "4111-1111-1111-1111"]),
        ("4111 1111 1111 1111, 12/27, 123", ["4111111111111111", "12/27", "123"]),
        ("AB12 CD34", ["AB12 CD34", "AB12CD34"]),
        ("maria: hun!ter", ["hun!ter"]),
    ],
)
@pytest.mark.parametrize("kind", [K.SECRET, K.CREDENTIALS])
def test_an_answer_to_a_question_for_a_secret_is_one(
    answer: str, echoes: list[str], kind: K
) -> None:
    secrets = secrets_in(answer, kind)
    assert answer.strip() in secrets
    for echo in echoes:
        assert redacted(f"I typed {echo} there", secrets) == f"I typed {MARK} there", echo


@pytest.mark.parametrize("answer", ["Yes", "no.", "Skip", "OK!"])
def test_who_gives_none_blacks_out_nothing(answer: str) -> None:
    assert secrets_in(answer, K.SECRET) == []


def test_words_around_a_secret_stay_readable() -> None:
    secrets = secrets_in("The code should be 482 913, it was in your mail", K.SECRET)
    text = "The code should be in the mail, your mail; it was 482913"
    assert redacted(text, secrets) == text.replace("482913", MARK)


def test_three_digits_are_hidden_as_a_whole_word_only() -> None:
    secrets = secrets_in("314", K.SECRET)
    assert redacted("314 of 3141 in 2314", secrets) == f"{MARK} of 3141 in 2314"


def test_a_long_answer_has_not_too_many_parts() -> None:
    assert len(secrets_in("\n".join(f"line {n}!" for n in range(5_000)), K.SECRET)) <= 60


def test_of_a_login_the_password_and_no_username() -> None:
    assert login_secrets("maria", "pw") == [credentials_text("maria", "pw"), "pw"]
    assert secrets_in(credentials_text("maria", "zebra crossing")) == ["zebra crossing"]
    assert not can_be_misread("maria")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("maria", "zebra, Password: crossing"),
        ("maria, Password: zebra", "crossing"),
        ("maria,password:zebra", "crossing"),
        ("maria", ", Password: zebra crossing"),
    ],
)
def test_a_login_that_can_be_read_in_two_ways_is_secret_in_both(
    username: str, password: str
) -> None:
    assert can_be_misread(username) or can_be_misread(password)
    secrets = login_secrets(username, password)
    whole = credentials_text(username, password)
    for at in range(len(whole)):  # whatever is taken for the password, from there to the end
        if whole[:at].lower().endswith("password: "):
            clean = redacted(f"I typed {whole[at:]} there", secrets)
            assert "zebra" not in clean
            assert "crossing" not in clean
