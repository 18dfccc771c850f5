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
    MARK = "mark"


class Glyph(StrEnum):
    """A small picture, drawn in a square of 16 units."""

    PLUS = "plus"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    TERMINATE = "terminate"
    QUESTION = "question"
    NEEDS_YOU = "needs_you"
    RUNNING = "running"
    QUEUED = "queued"
    BANG = "bang"
    DISC = "disc"
    RING = "ring"
    CHECK = "check"
    CROSS = "cross"
    CLOSE = "close"
    MENU = "menu"
    MORE = "more"
    SEND = "send"
    GLOBE = "globe"
    POINTER = "pointer"
    KEYBOARD = "keyboard"
    EYE = "eye"
    KEY = "key"
    PAGE = "page"
    THOUGHT = "thought"
    CLOCK = "clock"
    CHEVRON = "chevron"
    SEARCH = "search"
    BACK = "back"
    DOWN = "down"
    UP = "up"
    OPEN = "open"
    LEAVE = "leave"
    COPY = "copy"
    SAVE = "save"
    AGAIN = "again"


class Colours(Struct, frozen=True, kw_only=True):
    """The colours of a scheme.

    ground: of the window; card: of cards, sheets and fields; well: of chips and quiet boxes. line:
    between parts; button_line, edge: around buttons and fields. faint: text of what cannot be used.
    accent: of filled buttons, with on_accent as text; mark: bars, focus rings, tab lines and links.
    tint, related_tint: of the subject's row, and of the row that belongs to it. amber_bar,
    amber_tint, amber_line: beside, below and around what needs the person; red_tint: below what
    ends something, under the pointer. track: below time bars. shade, shadow: behind sheets.
    """

    name: str
    ground: str
    card: str
    well: str
    line: str
    button_line: str
    edge: str
    text: str
    dim: str
    faint: str
    hover: str
    accent: str
    on_accent: str
    mark: str
    tint: str
    related_tint: str
    amber: str
    amber_bar: str
    amber_tint: str
    amber_line: str
    red: str
    red_tint: str
    green: str
    track: str
    shade: str
    shadow: str
    toast: str
    toast_text: str
    toast_link: str

    def severity(self, severity: Severity) -> QColor:
        return _read(self.text if severity is Severity.PLAIN else getattr(self, severity.value))


@cache
def _read(colour: str) -> QColor:
    """Return a colour. Cells ask for a few of them all the time, and Qt would read each anew."""
    return QColor(colour)
