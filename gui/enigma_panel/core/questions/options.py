"""The options that a question names, where they can be told from its other words."""

import re
from collections.abc import Iterable, Sequence

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.secrets.hidden_marks import has_hidden_marks

MOST = 12
"""Most options that become buttons; more are a list to read."""
LONGEST = 160
"""Longest option, in characters."""
MOST_CHARS = 5_000
"""Longest question that is searched, in characters: a longer one is a page."""
_LINE = lazy_compile(r"^\s*(?:[-*•–]|\(?(?P<mark>[0-9]{1,2}|[A-Za-z])[.):])\s+(?P<text>\S.*)$")
_MARK = lazy_compile(r"(?:^|(?<=[\s,;:]))\(?(?P<mark>[0-9]{1,2}|[A-Za-z])[.)]\s+")
_CHOOSES = lazy_compile(
    r"\b(?:which|options?|choices?|choose|select|pick|prefer|welche[rsn]?|optionen|quel(?:le)?s?"
    r"|cu[aá]l|qual[ei]?)\b",
    re.IGNORECASE,
)
_COLON_LIST = lazy_compile(r":\s+(?P<list>(?:[^:\n]|:(?!\s))+?)(?:[?.!…]\s*|$)(?=\s|$)")
_PARTED = lazy_compile(r"\s*[,;|]\s*(?:(?:or|and|oder|und|ou|et|o|y|e)\s+)?|\s+(?:or|oder|ou|o)\s+")
_JOINED = lazy_compile(r"\s+(?:and|und|et|y|e)\s+")
_BETWEEN = lazy_compile(
    r"[\s,;|.]*(?:(?:or|and|oder|und|ou|et|o|y|e)\s+)?(?:[-*•–]|\(?(?:[0-9]{1,2}|[A-Za-z])[.):])?\s*"
)
"""What parts two options; no words of the question."""
_FIRST_MARK = lazy_compile(r"(?:^|(?<=[\s,;:]))(?:[-*•–]|\(?(?:1|[aA])[.)])\s+$")
_ENDS = " \n,;.?!…"
_LIST_WORDS = 6
"""Most words of an option in a plain sentence; what has more is a sentence itself."""
_TAIL = " \t,;"
_LAST_WORDS = lazy_compile(r"(?:^|[\s,;]+)(?:or|and|oder|und|ou|et)$", re.IGNORECASE)


def options_in(question: str) -> tuple[str, ...]:
    """The options in their order, each as it is written; () where there are none to be sure of.

    Found are lines with marks or bullets, marks within a line ('1) … 2) …'), and what stands behind
    a colon in a question about a choice ('Which colour: black or white?').
    """
    if len(question) > MOST_CHARS or has_hidden_marks(question):
        return ()
    for found in (_in_lines(question), _behind_marks(question), _behind_colon(question)):
        options = tuple(dict.fromkeys(filter(None, found)))
        if 2 <= len(options) <= MOST and all(len(option) <= LONGEST for option in options):
            return options
    return ()


def without_options(question: str) -> str:
    """The words before the options, where nothing else stands around them; else all of it."""
    first = end = -1
    for option in options_in(question):
        at = question.find(option, max(end, 0))
        if at < 0 or (first >= 0 and not _BETWEEN.fullmatch(question, end, at)):
            return question
        first, end = (at if first < 0 else first), at + len(option)
    if first < 0 or question[end:].strip(_ENDS):
        return question
    return _FIRST_MARK.sub("", question[:first]).rstrip() or question


def _in_lines(question: str) -> list[str]:
    lines = [match for match in map(_LINE.match, question.splitlines()) if match]
    marks = [match["mark"] for match in lines if match["mark"]]
    if marks and (len(marks) < len(lines) or not _is_sequence(marks)):
        return []
    return [match["text"].strip(_TAIL) for match in lines]


def _behind_marks(question: str) -> list[str]:
    marks = list(_MARK.finditer(question))
    while marks and marks[0]["mark"].lower() not in {"1", "a"}:  # 'I', in a sentence before them
        del marks[0]
    if not _is_sequence([match["mark"] for match in marks]):
        return []
    ends = [match.start() for match in marks[1:]] + [len(question)]
    pairs = zip(marks, ends, strict=True)
    texts = [_bare(question[match.end() : end]) for match, end in pairs]
    if texts and "\n" in texts[-1]:
        texts[-1] = _bare(texts[-1].split("\n")[0])
    return [*texts[:-1], *(text.rstrip("?.!") for text in texts[-1:])]


def _behind_colon(question: str) -> Sequence[str]:
    match = _COLON_LIST.search(question)
    if match is None or not _CHOOSES.search(question):
        return []
    texts = [text.strip() for text in _PARTED.split(match["list"])]
    if len(texts) == 1:
        texts = _JOINED.split(texts[0])
    is_plain = all(map(_is_plain, texts))
    return texts if is_plain else []


def _is_plain(option: str) -> bool:
    return len(option.split()) <= _LIST_WORDS and option.count("(") == option.count(")")


def _bare(text: str) -> str:
    return _LAST_WORDS.sub("", text.strip(_TAIL + "\n")).strip(_TAIL)


def _is_sequence(marks: Sequence[str]) -> bool:
    """Whether the marks count up from 1 or a without a gap."""
    if not marks:
        return False
    wanted: Iterable[str] = map(str, range(1, len(marks) + 1))
    if marks[0].isalpha():
        wanted = (chr(ord(marks[0]) + at) for at in range(len(marks)))
    return marks[0] in {"1", "a", "A"} and list(marks) == list(wanted)
