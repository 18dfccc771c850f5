"""The model of the steps of one task, in the order of their times. New ones never reset it."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from enigma_panel.services.types import Step
from enigma_panel.ui.i18n import plain_tip
from enigma_panel.ui.text.steps import TIP_CHARS, spoken_step, whole_text
from enigma_panel.ui.widgets.table.model import NO_PARENT, Index, Role

_Content = tuple[int, str, str]


class StepsModel(QAbstractListModel):
    """Steps by time, each once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: list[Step] = []
        self._keys: set[int] = set()
        self._unkeyed: Counter[_Content] = Counter()

    # -- reading -----------------------------------------------------------------------------

    def step(self, row: int) -> Step | None:
        """Return the step of a row, None where there is no such row."""
        return self._steps[row] if 0 <= row < len(self._steps) else None

    def steps(self) -> list[Step]:
        return list(self._steps)

    # -- changing ----------------------------------------------------------------------------

    def clear(self) -> None:
        """Remove all rows, before another task is shown."""
        self.beginResetModel()
        self._steps = []
        self._keys.clear()
        self._unkeyed.clear()
        self.endResetModel()

    def show(self, steps: Sequence[Step]) -> None:
        """Show these alone, in this order. Rows that stay keep their selection."""
        stay = set(steps)
        for row in reversed(range(len(self._steps))):
            if self._steps[row] not in stay:
                self._remove(row)
        for row, step in enumerate(steps):
            if row == len(self._steps):
                self._insert(row, list(steps[row:]))
                break
            if self._steps[row] != step:
                self._insert(row, [step])
        for row in reversed(range(len(steps), len(self._steps))):
            self._remove(row)

    def add(self, steps: Sequence[Step], *, older: bool = False) -> None:
        """Insert steps that are not there yet, by time; older: before others of the same time."""
        new = sorted((step for step in steps if self._note(step)), key=attrgetter("at_ms"))
        find = bisect_left if older else bisect_right
        rows = [find(self._steps, step.at_ms, key=attrgetter("at_ms")) for step in new]
        end = len(new)
        while end:  # all that goes to one place goes there at once, from the bottom to the top
            row = rows[end - 1]
            start = rows.index(row)
            self._insert(row, new[start:end])
            end = start

    # -- inside ------------------------------------------------------------------------------

    def _note(self, step: Step) -> bool:
        """Note a step as present; returns whether it was not there yet."""
        if not step.key:
            self._unkeyed[_content(step)] += 1
            return True
        if step.key in self._keys:
            return False
        self._keys.add(step.key)
        if not self._unkeyed[_content(step)]:
            return True
        self._unkeyed[_content(step)] -= 1  # it came as news before it was written
        return False

    def _insert(self, row: int, steps: list[Step]) -> None:
        self.beginInsertRows(NO_PARENT, row, row + len(steps) - 1)
        self._steps[row:row] = steps
        self.endInsertRows()

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(NO_PARENT, row, row)
        del self._steps[row]
        self.endRemoveRows()

    # -- Qt ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._steps)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        step = self.step(index.row()) if index.isValid() else None
        if step is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return spoken_step(step)
            case Qt.ItemDataRole.ToolTipRole:
                text = whole_text(step)
                return plain_tip(text if len(text) <= TIP_CHARS else text[:TIP_CHARS] + "…")
            case Role.RECORD:
                return self._steps[index.row()]
            case _:
                return None


def _content(step: Step) -> _Content:
    return step.at_ms, step.kind, step.text
