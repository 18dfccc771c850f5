"""The sessions in the sheets that end them, a line each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from enigma_panel.ui.quit.text import Line
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import ElidedLabel

NAME_WIDTH = 200
"""The most width of a name: beside it there is room to say that a session may cost money."""


class SessionLines(QWidget):
    """Name of each session, and what is said. A line that stays keeps its labels."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[ElidedLabel, ElidedLabel]] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        while len(self._rows) < len(lines):
            self._add_row()
        for place, row in enumerate(self._rows):
            for label in row:
                label.setVisible(place < len(lines))
        for (name, text), line in zip(self._rows, lines, strict=False):
            name.show_text(line.name)
            text.show_text(line.text)

    def texts(self) -> list[tuple[str, str]]:
        return [(name.text(), text.text()) for name, text in self._rows if not name.isHidden()]

    def _add_row(self) -> None:
        name, text = ElidedLabel("figure", mode=Qt.TextElideMode.ElideMiddle), ElidedLabel()
        name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        name.setMaximumWidth(theme.scaled(NAME_WIDTH))
        for column, label in enumerate((name, text)):
            self._grid.addWidget(label, len(self._rows), column)
        self._rows.append((name, text))
