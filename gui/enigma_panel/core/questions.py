"""The agent's questions: guessing their kind, and the texts of the answers (api.md §3)."""

import re
from enum import StrEnum

_CREDENTIALS = re.compile(
    r"\b(log[\s-]?in|sign[\s-]?in|credential|password|username|user name|account details)",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(2fa|two[\s-]factor|one[\s-]time|verification code|captcha)", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\W*(do|does|did|is|are|was|shall|should|can|could|may|would|will|have|has)\b"
    r"|\b(should i|shall i|do you want|may i|can i)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(which|what|who|where|when|how|options?)\b", re.IGNORECASE)
_MONEY = re.compile(r"\b(purchase|buy|pay|payment|order|checkout|total)\b", re.IGNORECASE)
_CODE_ANSWER = re.compile(r"(?=\S*\d)[\w-]{4,64}")
_ANSWERED = re.compile(r"^Username: (?P<user>.*), Password: (?P<password>.*)$", re.DOTALL)


class QuestionKind(StrEnum):
    """Kind of a question, guessed from its words; it only decides which form is shown first."""

    CREDENTIALS = "credentials"
    YES_NO = "yes_no"
    FREE_TEXT = "free_text"


def guess_kind(question: str) -> QuestionKind:
    """The kind that the words of a question suggest."""
    if _CODE.search(question):
        return QuestionKind.FREE_TEXT
    if _CREDENTIALS.search(question):
        return QuestionKind.CREDENTIALS
    if _YES_NO.search(question) and not _OPEN.search(question):
        return QuestionKind.YES_NO
    return QuestionKind.FREE_TEXT


def is_about_money(question: str) -> bool:
    """True where an answer may spend money: the dialog then arms itself more slowly."""
    return _MONEY.search(question) is not None


def credentials_text(username: str, password: str) -> str:
    """The text of an answer with credentials, in the wording that the service's pages use."""
    return f"Username: {username}, Password: {password}"


def secrets_in(answer: str) -> list[str]:
    """The parts of an answer that must not come back in any log or result.

    Credentials, and what looks like a code. Plain words are none: an agent that was told "MX Keys"
    writes it into its result, and hiding it there would destroy what was paid for.
    """
    found = _ANSWERED.match(answer)
    if found:
        return [part for part in (answer, found["password"]) if part.strip()]
    code = answer.strip()
    return [code] if _CODE_ANSWER.fullmatch(code) else []
