"""How many tasks are shown and what they cost together, or the selected ones."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.services.types import LedgerError
from enigma_panel.ui.tasks.filter_text import problem_texts
from enigma_panel.ui.text.sums import selected_texts, shown_texts, sum_tip
from enigma_panel.ui.widgets.basics import set_role


class TaskSums(QLabel):
    """'100 tasks · $4.87' or, of several selected ones, '13 tasks selected · $0.24'.

    It has the room that others leave, and says less where that is little. tells_selected: whether
    the selected ones are marked and nothing else tells of them. summed: what these cost, None
    where there are not several or it is not known.
    """

    summed = Signal(object)

    def __init__(self, services: Services, tells_selected: Callable[[], bool]) -> None:
        super().__init__()
        self._tells_selected = tells_selected
        self._search = services.task_search
        self._spending = services.spending
        self._scope = services.scope
        self._keys: tuple[int, ...] = ()
        self._selected: TaskSum | None = None
        self._texts: Sequence[str] = ()
        set_role(self, "dim")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._search.counted.connect(self._follow)
        self._follow()

    def refresh(self) -> None:
        """Show the selected tasks, else those that match; nothing where there is no task."""
        figures, selected, problem = self._search.figures, self._selected, self._search.problem
        each = self._spending.price()
        if problem is not None:
            self._texts, tip = problem_texts(problem.reason), ""
        elif selected is not None and self._tells_selected():
            self._texts, tip = selected_texts(selected, each), sum_tip(selected, each)
        else:
            is_empty = not figures.total and self._search.filter.is_empty
            self._texts = () if is_empty else shown_texts(figures.shown, figures.total, each)
            tip = sum_tip(figures.shown, each)
        whole = self._texts[0] if self._texts else ""
        self.setAccessibleName(whole)
        self.setAccessibleDescription(tip)
        self.setToolTip("\n".join(filter(None, (whole, tip))))
        self._fit()

    def show_selected(self, keys: Sequence[int]) -> None:
        """Show the sum of these selected tasks; one alone has all its figures in its row."""
        keys = tuple(sorted(keys)) if len(keys) > 1 else ()  # rows that move change no sum
        if keys == self._keys:
            return
        self._keys = keys
        self._put(None)
        self._ask()

    def _follow(self) -> None:
        self.refresh()
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
        self.refresh()
        self.summed.emit(total)

    def _fit(self) -> None:
        self.setText(next((t for t in self._texts if self._width(t) <= self.width()), ""))

    def _width(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 2

    # -- Qt ------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        least = self._width(self._texts[-1]) if self._texts else 0
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
