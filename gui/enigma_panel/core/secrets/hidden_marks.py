"""Marks that turn or hide parts of a text: nobody sees it as it is written."""

from enigma_panel.core.lazy_pattern import lazy_compile

_MARKS = lazy_compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def has_hidden_marks(text: str) -> bool:
    """Whether a text holds soft hyphens, joiners, or marks that change the direction of reading."""
    return _MARKS.search(text) is not None
