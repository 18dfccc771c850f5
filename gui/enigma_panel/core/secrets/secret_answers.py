"""The secret parts of an answer: they must not come back into a ledger, a log or a result."""

import re
from collections.abc import Iterable, Iterator

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.questions.kinds import QuestionKind, credentials_text

_SECRET_KINDS = frozenset({QuestionKind.CREDENTIALS, QuestionKind.CODE, QuestionKind.SECRET})
_MOST_PARTS = 60
"""Most secret parts of one answer; each costs time in every text that is redacted."""
_OUTER = " \t\n.,;:!?\"'()[]{}<>«»„“”‘’…"
"""Characters that may stand around a secret in a sentence."""
_DECLINES = lazy_compile(
    r"(?:yes|no|ok|okay|skip|cancel|stop|none|ja|nein|oui|non|s[ií])\W*", re.IGNORECASE
)
"""Answers to any question; if hidden, they would black out half of every text."""
_BETWEEN = lazy_compile(r",\s*password\s*:\s*", re.IGNORECASE)
"""Separator of the two in `credentials_text`, for a reader who is not strict."""
_CODE = lazy_compile(r"(?=\S*\d)[\w-]{4,64}")
_DIGITS = lazy_compile(r"(?<![\w])\d(?:[ .-]?\d){2,}(?![\w])")
_MONTH, _DAY, _YEAR = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])", "(?:19|20)[0-9]{2}"
_DATE = lazy_compile(rf"{_YEAR}-{_MONTH}-{_DAY}|{_DAY}\.{_MONTH}\.{_YEAR}")
"""Dates with a year of four digits: with two, they are written like a code of six digits."""
_LABELLED_PASSWORD = lazy_compile(
    r"\b(?:pass ?(?:word|wort|phrase|code)|kennwort|mot de passe|contraseña)\s*[:=]\s*(?=(\S.*))",
    re.IGNORECASE,
)
_LABELLED_CODE = lazy_compile(
    r"\b(?:code|pin|tan|otp|cvv|cvc|key|token|secret|schlüssel|clave|código|codice|clé|chiave)\b"
    r"\s*(?:[:=]|\b(?:is|ist|lautet|est|es|è)\b)\s*(\S.*)",
    re.IGNORECASE,
)
_VALUE = lazy_compile(r"(?:[:=]|\b(?:is|was|ist|lautet|est|es|è)\b)\s*(?=(\S.*))", re.IGNORECASE)
_ODD = lazy_compile(r"[^\w\s'’/.,:-]")
"""Characters that nobody writes within a word except in a secret or an address."""


def secrets_in(answer: str, kind: QuestionKind = QuestionKind.FREE_TEXT) -> list[str]:
    """The secret parts of an answer to a question of that kind.

    For a question that asks for a secret they are all of the answer, symbols and spaces included,
    and what is likely to be repeated alone: lines, what follows a label, what looks like a code.
    For other questions only codes, which a date is not, and what is labelled as a secret: an agent
    that got "MX Keys" as answer writes it into its result, and hiding it there would destroy what
    was paid for.
    """
    text = answer.strip()
    parts = [*_labelled(text), *_whole_code(text.strip(_OUTER))]
    if kind in _SECRET_KINDS and _DECLINES.fullmatch(text) is None:
        parts = [text, *parts, *_parts(text)]
    return _distinct(parts)


def login_secrets(username: str, password: str) -> list[str]:
    """The secret parts of an answer with these credentials.

    A username is none: it stands on every page. But where it can be misread, what one reader takes
    for the name is the password for another.
    """
    parts = [credentials_text(username, password), password]
    for field in (username, password):
        if can_be_misread(field):
            parts += [field, *_BETWEEN.split(field)]
    return _distinct(parts)


def can_be_misread(field: str) -> bool:
    """Whether a username or password holds what stands between the two in `credentials_text`."""
    return _BETWEEN.search(field) is not None


def _distinct(parts: Iterable[str]) -> list[str]:
    return [part for part in dict.fromkeys(parts) if part.strip()][:_MOST_PARTS]


def _labelled(text: str) -> Iterator[str]:
    """The parts that are called a password or a code by what stands before them."""
    for match in _LABELLED_PASSWORD.finditer(text):
        yield from _bare(match[1])
        yield from _bare(re.split(r"[,;]\s", match[1])[0])
    for match in _LABELLED_CODE.finditer(text):
        yield from _codes(match[1])


def _whole_code(text: str) -> Iterator[str]:
    if _DATE.fullmatch(text):
        return
    if _CODE.fullmatch(text):
        yield text
    if _DIGITS.fullmatch(text) and len(text) >= 4:
        yield from _digit_forms(text)


def _parts(text: str) -> Iterator[str]:
    yield text.strip(_OUTER)
    yield "".join(text.split())
    for line in text.splitlines():
        if len(line.strip(_OUTER)) > 2 and _DECLINES.fullmatch(line.strip()) is None:
            yield from _bare(line)
        for match in _VALUE.finditer(line):
            yield from _bare(match[1])
    yield from _codes(text)


def _bare(text: str) -> Iterator[str]:
    """The text as it is, and without what may stand around it."""
    yield text.strip()
    yield text.strip(_OUTER)


def _codes(text: str) -> Iterator[str]:
    for match in _DIGITS.finditer(text):
        yield from _digit_forms(match[0])
    for word in text.split():
        bare = word.strip(_OUTER)
        if len(bare) >= 4 and (re.search(r"\d", bare) or _ODD.search(bare)):
            yield bare


def _digit_forms(digits: str) -> Iterator[str]:
    """A code as written, in one piece, and in the groups in which such codes are written."""
    yield digits
    piece = re.sub(r"\D", "", digits)
    yield piece
    size = 3 if len(piece) == 6 else 4
    if len(piece) > size and len(piece) % size == 0:
        groups = [piece[at : at + size] for at in range(0, len(piece), size)]
        yield from (gap.join(groups) for gap in " -")
