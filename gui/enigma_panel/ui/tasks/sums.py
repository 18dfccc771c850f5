"""What the tasks cost together that are shown, and those that are selected."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.text.sums import (
    selected_texts,
    shown_text,
    spoken_selected,
    spoken_shown,
    sum_text,
    sum_tip,
)
from enigma_panel.ui.widgets.basics import make_label, make_row

GAP = 16
LARGE = TaskSum(cost=Decimal(8_888), untold=1)
"""There is room at least for an amount like this."""


class TaskSums(QWidget):
    """'100 shown · $4.87' and, of several that are selected, '13 selected · $0.2400 · 4:10 min'.

    It has the room that others leave, whatever it says, and stands on the right of it; where that
    is little, what is selected goes first, in fewer words. summed: what the selected ones cost,
    None where there are not several or it cannot be told.
    """

    summed = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = services.task_search
        self._scope = services.scope
        self._keys: tuple[int, ...] = ()
        self._selected: TaskSum | None = None
        self._has_tasks = False
        self._shown_label = make_label(role="dim")
        self._selected_label = make_label()
        self.setLayout(make_row(None, self._shown_label, self._selected_label, gap=GAP))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._search.counted.connect(self._follow)
        self._follow()

    def show_selected(self, keys: Sequence[int]) -> None:
        """These are selected; one alone has all its figures in its row."""
        keys = tuple(keys) if len(keys) > 1 else ()
        if keys == self._keys:
            return
        self._keys = keys
        self._put(None)
        self._ask()

    def _follow(self) -> None:
        """Where there is no task at all, the table says so."""
        figures = self._search.figures
        shown = figures.shown
        self._has_tasks = figures.total > 0
        _say(self._shown_label, shown_text(shown), spoken_shown(shown), sum_tip(shown))
        self._ask()
        self._fit()

    def _ask(self) -> None:
        if self._keys:
            self._scope.spawn("sum of selected tasks", self._sum(self._keys))

    async def _sum(self, keys: tuple[int, ...]) -> None:
        try:
            total = await self._search.sum_of(keys)
        except LedgerError:
            total = None  # where a newer question came between, `counted` follows
        if keys is self._keys:
            self._put(total)

    def _put(self, total: TaskSum | None) -> None:
        self._selected = total
        self._fit()
        self.summed.emit(total)

    def _fit(self) -> None:
        """The longest text of what is selected that has room; then what is shown, if it has."""
        total, room = self._selected, self.width()
        texts = selected_texts(total) if total is not None else ("",)
        widths = [self._width(text) for text in texts]
        fitting = [text for text, width in zip(texts, widths, strict=True) if width <= room]
        text = fitting[0] if fitting else ""
        if total is not None:
            _say(self._selected_label, text, spoken_selected(total), sum_tip(total))
        self._selected_label.setVisible(bool(text))
        taken = self._width(text) + GAP if text else 0
        has_room = taken + self._width(self._shown_label.text()) <= room
        self._shown_label.setVisible(self._has_tasks and has_room)

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


def _say(label: QLabel, text: str, spoken: str, tip: str) -> None:
    label.setText(text)
    label.setAccessibleName(spoken)
    label.setToolTip(tip)
    label.setAccessibleDescription(tip)
