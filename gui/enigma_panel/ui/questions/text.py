"""Questions and answers as text; no widgets."""

import re

from enigma_panel.core.questions.kinds import credentials_text, is_about_money
from enigma_panel.ui.i18n import Translations, shorten, without_hidden
from enigma_panel.ui.questions.click_guard import MONEY_QUIET_MS, QUIET_MS

tr = Translations("Questions")

SHOWN_CHARS = 50_000
"""How many characters one widget shows without making the window stutter."""

READ_CHARS = 160
"""How much of an answer is repeated below it."""

STOP_TEXT = "Stop the task."
"""What goes with a stop, should the service want a text."""

DOT = "•"

_AMOUNT = re.compile(
    r"[$€£¥₹]\s?\d|\d\s?[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|JPY)\s?\d|\d\s?(?:USD|EUR|GBP|CHF|JPY)\b"
)


def quiet_ms_for(question: str) -> int:
    """How long the window has to stand still: longer where an answer may spend money."""
    costs = is_about_money(question) or _AMOUNT.search(question)
    return MONEY_QUIET_MS if costs else QUIET_MS


def shown_question(text: str) -> str:
    """A question as it is shown: without characters that hide or turn text, cut where enormous."""
    clean = without_hidden(text.replace("\r\n", "\n")).strip()
    if len(clean) > SHOWN_CHARS:
        return clean[:SHOWN_CHARS].rstrip() + " …"
    return clean


def single_line(text: str) -> str:
    """A text on one line, for headings and previews."""
    return " ".join(without_hidden(text).split())


def dotted(length: int) -> str:
    """Dots in the place of a secret of so many characters, 40 at most."""
    return DOT * min(length, 40)


def dotted_credentials(username: str, password_length: int) -> str:
    """The text of an answer with credentials, with dots in the password's place."""
    return credentials_text(username, dotted(password_length))


def preview_text(text: str) -> str:
    """What the agent reads, with dots for what is masked."""
    return shorten(text, READ_CHARS)


def as_typed_text() -> str:
    """Return that the agent reads a field as it stands."""
    return tr("exactly your text")


def misread_text() -> str:
    """Return the warning beside a username or password that contains the separator."""
    return tr("The agent may misread “, Password: ”.")
