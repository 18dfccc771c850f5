"""The sessions in the sheets that end them, a line each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from enigma_panel.ui.quit.text import Line
from enigma_panel.ui.widgets.basics import ElidedLabel, make_label


class SessionLines(QWidget):
    """Name of each session, and what is said. A line that stays keeps its labels."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, ElidedLabel]] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        while len(self._rows) < len(lines):
            self._add_row()
        for place, row in enumerate(self._rows):
            for label in row:
                label.setVisible(place < len(lines))
        for (name, text), line in zip(self._rows, lines, strict=False):
            name.setText(line.name)
            text.show_text(line.text)

    def texts(self) -> list[tuple[str, str]]:
        return [(name.text(), text.text()) for name, text in self._rows if not name.isHidden()]

    def _add_row(self) -> None:
        row = (make_label(role="figure"), ElidedLabel())
        for column, label in enumerate(row):
            self._grid.addWidget(label, len(self._rows), column, Qt.AlignmentFlag.AlignTop)
        self._rows.append(row)
