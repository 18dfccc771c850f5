"""The sessions in the sheets that end them, a line each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from enigma_panel.ui.quit.text import Line
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label

LEAST = 160
"""The least width of a task: with less room it begins another line."""


class SessionLines(QWidget):
    """Name of each session, what is said, and what has room of its task.

    A line that stays keeps its labels.
    """

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._lines: Sequence[Line] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        while len(self._rows) < len(lines):
            self._add_row()
        for place, row in enumerate(self._rows):
            for label in row:
                label.setVisible(place < len(lines))
        for (name, _), line in zip(self._rows, lines, strict=False):
            name.setText(line.name)
        self._fit()

    def texts(self) -> list[tuple[str, str]]:
        return [(name.text(), text.text()) for name, text in self._rows if not name.isHidden()]

    def _add_row(self) -> None:
        row = (make_label(role="figure"), make_label(wrap=True))
        for column, label in enumerate(row):
            self._grid.addWidget(label, len(self._rows), column, Qt.AlignmentFlag.AlignTop)
        self._rows.append(row)

    def _fit(self) -> None:
        self._grid.activate()  # the longest name decides what room is left
        for (_, label), line in zip(self._rows, self._lines, strict=False):
            label.setText(_cut(line, label))
            label.setAccessibleName(line.text(line.task))

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _cut(line: Line, label: QLabel) -> str:
    metrics, elide = label.fontMetrics(), Qt.TextElideMode.ElideRight
    room = label.width() - metrics.horizontalAdvance(line.text(" "))
    return line.text(metrics.elidedText(line.task, elide, max(room, theme.scaled(LEAST))))
