"""What the shown tasks cost together, and the selected ones."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.services.types import LedgerError
from enigma_panel.ui.text.sums import (
    selected_texts,
    shown_texts,
    spoken_selected,
    spoken_shown,
    sum_text,
    sum_tip,
)
from enigma_panel.ui.widgets.basics import make_label, make_row

GAP = 16
LARGE = TaskSum(cost=Decimal(8_888), unknown=1)
"""An amount for which there is always room."""


class TaskSums(QWidget):
    """'100 shown · $4.87' and, of several selected tasks, '13 selected · $0.2400 · 4:10 min'.

    It has the room that others leave, whatever it says, and stands on its right side; where there
    is little, the selected ones go first, in fewer words. summed: what the selected ones cost, None
    where there are not several or it is not known.
    """

    summed = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = services.task_search
        self._scope = services.scope
        self._keys: tuple[int, ...] = ()
        self._selected: TaskSum | None = None
        self._shown_label = make_label(role="dim")
        self._selected_label = make_label()
        self.setLayout(make_row(None, self._shown_label, self._selected_label, gap=GAP))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._search.counted.connect(self._follow)
        self._follow()

    def show_selected(self, keys: Sequence[int]) -> None:
        """Show the sum of these selected tasks; one alone has all its figures in its row."""
        keys = tuple(keys) if len(keys) > 1 else ()
        if keys == self._keys:
            return
        self._keys = keys
        self._put(None)
        self._ask()

    def _follow(self) -> None:
        self._fit()
        self._ask()

    def _ask(self) -> None:
        if self._keys:
            self._scope.spawn("sum of selected tasks", self._sum(self._keys))

    async def _sum(self, keys: tuple[int, ...]) -> None:
        try:
            total = await self._search.sum_of(keys)
        except LedgerError:
            total = None  # a newer search came between; `counted` follows
        if keys is self._keys:
            self._put(total)

    def _put(self, total: TaskSum | None) -> None:
        self._selected = total
        self._fit()
        self.summed.emit(total)

    def _fit(self) -> None:
        """Show the longest text that has room for the selected tasks, then for those shown.

        Where there is no task at all, the table says so.
        """
        figures, selected, room = self._search.figures, self._selected, self.width()
        texts = selected_texts(selected) if selected is not None else ()
        text = self._put_longest(self._selected_label, texts, room)
        if selected is not None:
            _describe(self._selected_label, spoken_selected(selected), sum_tip(selected))
        room -= self._width(text) + GAP if text else 0
        texts = shown_texts(figures.shown) if figures.total else ()
        if text:
            texts = texts[:1]  # two amounts without words could not be told apart
        self._put_longest(self._shown_label, texts, room)
        _describe(self._shown_label, spoken_shown(figures.shown), sum_tip(figures.shown))

    def _put_longest(self, label: QLabel, texts: Sequence[str], room: int) -> str:
        text = next((text for text in texts if self._width(text) <= room), "")
        label.setText(text)
        label.setVisible(bool(text))
        return text

    def _width(self, text: str) -> int:
        return self._selected_label.fontMetrics().horizontalAdvance(text) + 2

    # -- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(self._width(sum_text(LARGE)), self._shown_label.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _describe(label: QLabel, words: str, more: str) -> None:
    label.setAccessibleName(words)
    label.setAccessibleDescription(more)
    label.setToolTip("\n".join(filter(None, (words, more))))
