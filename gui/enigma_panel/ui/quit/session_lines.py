"""The sessions in the sheets that end them, a line each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from enigma_panel.ui.quit.text import Line
from enigma_panel.ui.widgets.basics import ElidedLabel, make_label


class SessionLines(QWidget):
    """Name, what is said, and task of each session; a line that stays keeps its labels."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 3)
        self._grid.setColumnStretch(2, 1)
        self._rows: list[tuple[QLabel, QLabel, ElidedLabel]] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        while len(self._rows) < len(lines):
            self._add_row()
        for place, row in enumerate(self._rows):
            is_used = place < len(lines)
            for label in row:
                label.setVisible(is_used)
            if is_used:
                name, text, task = row
                name.setText(lines[place][0])
                text.setText(lines[place][1])
                task.show_text(lines[place][2])

    def texts(self) -> list[Line]:
        shown = [row for row in self._rows if not row[0].isHidden()]
        return [(name.text(), text.text(), task.text()) for name, text, task in shown]

    def _add_row(self) -> None:
        row = (make_label(role="figure"), make_label(wrap=True), ElidedLabel("dim"))
        for column, label in enumerate(row):
            self._grid.addWidget(label, len(self._rows), column, Qt.AlignmentFlag.AlignTop)
        row[2].setMinimumHeight(row[0].fontMetrics().height())  # its face is smaller
        self._rows.append(row)
