"""All words that a person reads pass through here, so that they can be translated."""

from PySide6.QtCore import QCoreApplication

CONTEXT = "Enigma"


def tr(text: str, /, **values: object) -> str:
    """The words in the person's language, with {names} filled in.

    What the service or a person wrote comes in by `values` only: it is never read as a pattern.
    """
    words = QCoreApplication.translate(CONTEXT, text)
    return words.format(**values) if values else words


def tr_n(one: str, many: str, n: int, /, **values: object) -> str:
    """As `tr`, with the words for one thing or for many; {n} is the number."""
    return tr(one if n == 1 else many, n=n, **values)


def one_line(text: str, limit: int = 300) -> str:
    """The beginning of a text as one line, with a mark where something was left out."""
    head = " ".join(text[: limit * 2].split())
    if len(head) > limit:
        return head[: limit - 1].rstrip() + "…"
    return head if len(text) <= limit * 2 else head + "…"
