"""The agent's questions: guessing their kind, and the texts of the answers (api.md §3)."""

import re
from enum import StrEnum

from enigma_panel.core.secret_questions import asks_for_password, asks_for_secret, words_of

_LOGIN = re.compile(
    r"\b(log ?in|sign ?in|credential|user ?name|account details"
    r"|benutzername|zugangsdaten|anmeldedaten|einloggen|nom d'utilisateur|identifiants"
    r"|nombre de usuario|credenciales|iniciar sesion|nome utente|credenziali)",
    re.IGNORECASE,
)
_CAPTCHA = re.compile(r"\bcaptcha", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\W*(do|does|did|is|are|was|shall|should|can|could|may|would|will|have|has)\b"
    r"|\b(should i|shall i|do you want|may i|can i)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(which|what|who|where|when|how|options?)\b", re.IGNORECASE)
_MONEY = re.compile(r"\b(purchase|buy|pay|payment|order|checkout|total)\b", re.IGNORECASE)


class QuestionKind(StrEnum):
    """Kind of a question, guessed from its words.

    It decides which form is shown first, and whether any answer counts as a secret.
    """

    CREDENTIALS = "credentials"
    SECRET = "secret"  # noqa: S105 - the word
    YES_NO = "yes_no"
    FREE_TEXT = "free_text"


def guess_kind(question: str) -> QuestionKind:
    """The kind that the words of a question suggest."""
    words = words_of(question)
    if asks_for_secret(words):
        return QuestionKind.SECRET
    is_captcha = _CAPTCHA.search(question) is not None
    if _LOGIN.search(" ".join(words)) and not is_captcha:
        return QuestionKind.CREDENTIALS
    if asks_for_password(words):
        return QuestionKind.SECRET
    if _YES_NO.search(question) and not _OPEN.search(question) and not is_captcha:
        return QuestionKind.YES_NO
    return QuestionKind.FREE_TEXT


def may_ask_for_login(question: str) -> bool:
    """False of a captcha and nothing else: a login would be told to whoever shows it."""
    words = words_of(question)
    is_login = _LOGIN.search(" ".join(words)) is not None or asks_for_password(words)
    return is_login or _CAPTCHA.search(question) is None


def is_about_money(question: str) -> bool:
    """True where an answer may spend money: the dialog then arms itself more slowly."""
    return _MONEY.search(question) is not None


def credentials_text(username: str, password: str) -> str:
    """The text of an answer with credentials, in the wording that the service's pages use."""
    return f"Username: {username}, Password: {password}"
