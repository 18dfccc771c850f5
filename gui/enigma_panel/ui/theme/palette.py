"""The names of the look: the colours of a scheme, severities and glyphs."""

from enum import StrEnum
from functools import cache

from msgspec import Struct
from PySide6.QtGui import QColor


class Severity(StrEnum):
    """What a colour means: amber costs you something or needs you, red failed, all else grey."""

    PLAIN = "plain"
    DIM = "dim"
    AMBER = "amber"
    RED = "red"
    GREEN = "green"


class Glyph(StrEnum):
    """A small picture, drawn in a square of 16 units."""

    PLUS = "plus"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    TERMINATE = "terminate"
    QUESTION = "question"
    BANG = "bang"
    DISC = "disc"
    DOT = "dot"
    RING = "ring"
    CHECK = "check"
    CROSS = "cross"
    CLOSE = "close"
    MENU = "menu"
    CLOCK = "clock"


class Colours(Struct, frozen=True, kw_only=True):
    """The colours of a scheme. on_accent: text on the accent. amber_ground: below amber text."""

    name: str
    ground: str
    card: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    amber: str
    amber_ground: str
    red: str
    green: str
    faint: str
    selection: str
    hover: str

    def severity(self, severity: Severity) -> QColor:
        """Return the colour of a severity."""
        return _read(self.text if severity is Severity.PLAIN else getattr(self, severity.value))


@cache
def _read(colour: str) -> QColor:
    """Return a colour. Cells ask for a few of them all the time, and Qt would read each anew."""
    return QColor(colour)
