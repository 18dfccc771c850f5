"""The agent's questions: guessing their kind, and the texts of the answers (api.md §3)."""

import re
from enum import StrEnum
from functools import lru_cache

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.questions.options import options_in
from enigma_panel.core.secrets.secret_questions import (
    asks_for_one_time_code,
    asks_for_password,
    asks_for_secret,
    words_of,
)

_LOGIN = lazy_compile(
    r"\b(log ?in|sign ?in|credential|user ?name|account details"
    r"|benutzername|zugangsdaten|anmeldedaten|einloggen|nom d'utilisateur|identifiants"
    r"|nombre de usuario|credenciales|iniciar sesion|nome utente|credenziali)",
    re.IGNORECASE,
)
_CAPTCHA = lazy_compile(r"\bcaptcha", re.IGNORECASE)
_YES_NO = lazy_compile(
    r"(?:^|[.!?…:]\s)\W*(do|does|did|is|are|was|shall|should|can|could|may|would|will|have|has)\b"
    r"|\b(should i|shall i|do you want|may i|can i)\b",
    re.IGNORECASE,
)
_OPEN = lazy_compile(r"\b(which|what|who|where|when|how|options?)\b", re.IGNORECASE)
_PURCHASE = lazy_compile(
    r"\b(?:purchas(?:e|es|ing)|buy|buying|check ?out|pay|paying|payment|subscri(?:be|ption)"
    r"|(?:place|complete|confirm|submit|finali[sz]e|send) (?:the|this|an|your|my) order"
    r"|order (?:it|this|them)|book (?:it|this|them|the)|donat\w+"
    r"|kaufen?|bestell\w+|bezahlen|acheter|commander|payer|comprar|pagar|acquist\w+|pagare)\b",
    re.IGNORECASE,
)
_APPROVAL = lazy_compile(
    r"\?|\b(?:confirm|approv\w+|permission|go ahead|proceed|authori[sz]\w+)\b", re.IGNORECASE
)
_MONEY = lazy_compile(r"\b(purchase|buy|pay|payment|order|checkout|total)\b", re.IGNORECASE)


LOGIN_USED = "login "
CHOSEN_LOGIN_USED = "chosen login "
"""Prefixes of the account's name in a login that was used, by a person or as it was chosen with the
task; others are amounts."""


class QuestionKind(StrEnum):
    """Kind of a question, guessed from its words: which form is shown first, what is a secret."""

    CREDENTIALS = "credentials"
    CODE = "code"
    CHOICE = "choice"
    PURCHASE = "purchase"
    CAPTCHA = "captcha"
    SECRET = "secret"  # noqa: S105 - the word
    YES_NO = "yes_no"
    FREE_TEXT = "free_text"


@lru_cache(64)
def guess_kind(question: str) -> QuestionKind:
    """The kind that the words of a question suggest."""
    words = words_of(question)
    if asks_for_secret(words):
        return QuestionKind.CODE if asks_for_one_time_code(words) else QuestionKind.SECRET
    is_captcha = _CAPTCHA.search(question) is not None
    if _LOGIN.search(" ".join(words)) and not is_captcha:
        return QuestionKind.CREDENTIALS
    if asks_for_password(words):
        return QuestionKind.SECRET
    if is_captcha:
        return QuestionKind.CAPTCHA
    if options_in(question):
        return QuestionKind.CHOICE
    return _kind_of_plain(question)


def _kind_of_plain(question: str) -> QuestionKind:
    if _OPEN.search(question):
        return QuestionKind.FREE_TEXT
    if _PURCHASE.search(question) and _APPROVAL.search(question):
        return QuestionKind.PURCHASE
    return QuestionKind.YES_NO if _YES_NO.search(question) else QuestionKind.FREE_TEXT


def kinds_for(question: str) -> frozenset[QuestionKind]:
    """The kinds of answer that make sense, whatever the question is taken for."""
    words, kind = words_of(question), guess_kind(question)
    is_login = _LOGIN.search(" ".join(words)) is not None or asks_for_password(words)
    is_captcha = _CAPTCHA.search(question) is not None
    fits = {
        # A question about nothing but a captcha must not get a login as its answer.
        QuestionKind.CREDENTIALS: is_login or not is_captcha,
        QuestionKind.CODE: asks_for_secret(words),
        QuestionKind.CHOICE: bool(options_in(question)),
        QuestionKind.PURCHASE: is_about_money(question),
        QuestionKind.CAPTCHA: is_captcha,
    }
    return frozenset(each for each in QuestionKind if fits.get(each, True)) | {kind}


def is_about_money(question: str) -> bool:
    """True where an answer may spend money: the dialog then arms itself more slowly."""
    return _MONEY.search(question) is not None


def credentials_text(username: str, password: str) -> str:
    """The text of an answer with credentials, in the wording that the service's pages use."""
    return f"Username: {username}, Password: {password}"


def approval_text(amount: str) -> str:
    """The text of an answer that allows to spend that amount and no more."""
    return (
        f"Yes, complete this purchase, but only if the total is {amount} or less."
        " If it is more, ask me again."
    )


DECLINE_TEXT = "Do not buy. Leave the cart as it is and report what you found."
WITHOUT_CAPTCHA_TEXT = (
    "I cannot solve it for you. Go on without it if there is a way, else report what you found."
)
"""Texts for the agent, so they are not translated."""
