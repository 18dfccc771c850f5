"""What a table cell shows, as one plain record that a delegate paints and a screen reader hears."""

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import Qt

from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.status_words import Severity

_FIRST = int(Qt.ItemDataRole.UserRole)


class Role(IntEnum):
    """Our own roles: the whole record of a row, its key, its cell, and a plain value to sort by."""

    RECORD = _FIRST + 1
    KEY = _FIRST + 2
    CELL = _FIRST + 3
    SORT = _FIRST + 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """text in its tone, a glyph before it, a dimmed tail behind it, a bar (0…1) before all that.

    steady: the tail changes often, so where it begins depends on the text before it alone.
    said: what is spoken where it is not the text; sort: int, float or str. tip: all of it, where
    there may be no room. hint: what it means; shown as a tip and described to a screen reader.
    """

    text: str = ""
    tail: str = ""
    steady: bool = False
    glyph: Glyph | None = None
    mark: Severity = Severity.DIM
    severity: Severity = Severity.PLAIN
    bold: bool = False
    right: bool = False
    bar: float | None = None
    said: str | None = None
    sort: int | float | str = 0
    tip: str = ""
    hint: str = ""

    @property
    def spoken(self) -> str:
        """The words for a screen reader."""
        return self.text if self.said is None else self.said

    @property
    def tool_tip(self) -> str:
        """What is shown when the pointer rests on it."""
        return "\n".join(part for part in (self.tip, self.hint) if part)


NO_CELL = Cell()
