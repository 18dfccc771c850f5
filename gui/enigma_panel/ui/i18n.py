"""Translation: every text of the window passes through `tr` or `tr_n`.

A language is a file `enigma_<locale>.qm`, made by `pyside6-lrelease` and listed in
`resources/app.qrc` under `/i18n`. There is none yet: the texts in the code are shown.
"""

import re
from html import escape

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtGui import Qt

CONTEXT = "Enigma"

# Control characters, and the marks that turn the reading direction: they could make a text look
# like another one.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def install_language(
    app: QCoreApplication, locale: QLocale | None = None, folder: str = ":/i18n"
) -> None:
    """Translate into the desktop's language, or that one, where the folder has its file."""
    translator = QTranslator(app)
    if translator.load(locale or QLocale(), "enigma", "_", folder):
        app.installTranslator(translator)


def tr(text: str, /, **values: object) -> str:
    """The words in the person's language, with {names} filled in.

    What the service or a person wrote comes in by `values` only: it is never read as a pattern.
    """
    translated = QCoreApplication.translate(CONTEXT, text)
    return translated.format(**values) if values else translated


def tr_n(one: str, many: str, n: int, /, **values: object) -> str:
    """As `tr`, with the words for one thing or for many; {n} is the number."""
    return tr(one if n == 1 else many, n=n, **values)


def shorten(text: str, limit: int = 300) -> str:
    """The beginning of a text as one line, with a mark where something was left out, and spaces in
    the place of what hides or turns parts of it."""
    head = " ".join(_HIDDEN.sub(" ", text[: limit * 2]).split())
    if len(head) > limit:
        return head[: limit - 1].rstrip() + "…"
    return head if len(text) <= limit * 2 else head + "…"


def without_hidden(text: str) -> str:
    """A text with a visible sign in the place of what hides or turns parts of it."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_tip(text: str) -> str:
    """The same text for a tool tip, which has no way to be told that it is no HTML."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<span>{escape(text)}</span>".replace("\n", "<br>")
