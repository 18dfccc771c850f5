"""Translation: every text of the window passes through the `Translations` of its screen.

A language is a file `resources/i18n/enigma_<locale>.ts`: `python resources/translations.py` makes
it and brings it up to date, `python resources/compile_resources.py` puts it into `resources_rc.py`.
There is none yet: the texts in the code are shown.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from typing import Any, TypeVar

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import Qt

from enigma_panel.core.lazy_pattern import lazy_compile

WIDE_CHARS = 100
"""How long a line of a tool tip may be before it is broken into several."""
# Control characters, and the marks that turn the reading direction: they could make a text look
# like another one. And halves of letters: Qt drops them, and every place behind them is another.
_HIDDEN = lazy_compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff]"
)
Table = TypeVar("Table", bound=Mapping[Any, tuple[str, ...]])
ENGLISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
"""The language of the texts in the code."""
MAX_PLURAL = 2**31 - 1
"""The largest number whose forms Qt knows; the service may send any."""


def install_language(
    app: QCoreApplication, locale: QLocale | None = None, folder: str = ":/i18n"
) -> None:
    """Translate texts, numbers and dates into the first of these languages that there is."""
    QLocale.setDefault(ENGLISH)
    ours, qts = QTranslator(app), QTranslator(app)  # qts: the buttons of Qt's own dialogs
    for language in map(QLocale, (locale or QLocale.system()).uiLanguages()):
        if language.language() is QLocale.Language.English:
            return
        if ours.load(language, "enigma", "_", folder):
            at = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            qts.load(language, "qtbase", "_", at)
            for translator in (qts, ours):
                app.installTranslator(translator)
            QLocale.setDefault(language)
            return


class Translations(Struct, frozen=True):
    """The texts of one screen. context: what it is called in the file that a translator gets."""

    context: str

    def __call__(self, text: str, /, **values: object) -> str:
        """Return the words in the language of the window, with {names} filled in.

        What the service or a person wrote comes in by `values` only: it is never read as a pattern.
        Whole numbers are written as the language does. Without values a pattern stays one.
        """
        return _filled(QCoreApplication.translate(self.context, text), values)

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the same in the language's form for n things; {n} is the number."""
        form = QCoreApplication.translate(self.context, many, None, min(n, MAX_PLURAL))
        is_english = form == many
        return _filled(one if is_english and n == 1 else form, {"n": n, **values})

    def mark(self, table: Table) -> Table:
        """Mark pairs of forms (see `plural`) that are translated when they are used."""
        return table


def _filled(pattern: str, values: dict[str, object]) -> str:
    texts = {name: number_text(v) if type(v) is int else v for name, v in values.items()}
    return pattern.format(**texts) if texts else pattern


def number_text(n: int) -> str:
    """Return a number of any length as the language writes it: '12,450'."""
    text = f"{n:,}"
    return text.replace(",", QLocale().groupSeparator()) if "," in text else text


def read_number(text: str) -> Decimal | None:
    """Read a typed number, None for none: '1,000' is a thousand, '0,05' five hundredths."""
    text, group = text.strip(), re.escape(QLocale().groupSeparator())
    grouped = re.match(rf"[1-9][0-9]{{0,2}}((?:{group}|\s)[0-9]{{3}})+(?![0-9])", text)
    if grouped:
        rest = text[grouped.end() :]
        if group and re.match(group, rest):
            return None
        text = re.sub("[^0-9]", "", grouped[0]) + rest
    is_number = re.fullmatch(r"[0-9]{1,20}(?:[.,][0-9]{0,20})?|[.,][0-9]{1,20}", text)
    return Decimal(text.replace(",", ".")) if is_number else None


def sentence(text: str) -> str:
    """Return the words of a cell as a sentence: 'All 5 browsers are in use.'"""
    return f"{text[:1].upper()}{text[1:]}."


def short_month(month: int) -> str:
    """Return the short name of a month: 'Nov' for 11."""
    return QLocale().monthName(month, QLocale.FormatType.ShortFormat)


def shorten(text: str, limit: int = 300) -> str:
    """Return a text's beginning as one line without what hides or turns parts of it."""
    head = " ".join(_HIDDEN.sub(" ", text[: limit * 2]).split())
    if len(head) > limit:
        return head[: limit - 1].rstrip() + "…"
    return head if len(text) <= limit * 2 else head + "…"


def without_hidden(text: str) -> str:
    """Return a text with a visible sign in the place of what hides or turns parts of it."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_tip(text: str) -> str:
    """Return a text as a tool tip's HTML, the only text whose long lines Qt breaks."""
    is_wide = any(len(line) > WIDE_CHARS for line in text.splitlines())
    if not is_wide and not Qt.mightBeRichText(text):
        return text
    return f"<span>{escape(text)}</span>".replace("\n", "<br>")
