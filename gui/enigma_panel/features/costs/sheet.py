"""The sheet *Costs*: today, 30 days, each day, what became of the tasks, and the caps."""

import asyncio
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QWidget

from enigma_panel.core.task_filter import TaskFilter, TaskSum
from enigma_panel.features.costs.balance import balance_text
from enigma_panel.features.costs.bars import Bar, DayBars
from enigma_panel.features.costs.caps import CapFields
from enigma_panel.features.costs.table import FigureTable, Row
from enigma_panel.features.costs.text import (
    UNDER_WAY,
    Outcome,
    day_label,
    day_tip,
    may_have_cost,
    outcomes,
    sum_cell,
)
from enigma_panel.services.clock import local_day
from enigma_panel.services.container import Services
from enigma_panel.services.spending import Price
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.task_reader import Day, DayCosts
from enigma_panel.ui.i18n import Translations, number_text
from enigma_panel.ui.text.money import enough_text, left_out_text, left_text, spoken_money
from enigma_panel.ui.text.states import ELLIPSIS
from enigma_panel.ui.text.sums import cost_text, sum_tip
from enigma_panel.ui.widgets.basics import (
    NoticeLabel,
    make_button,
    make_column,
    make_label,
    show_text,
)
from enigma_panel.ui.widgets.dialog import Sheet
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Costs")

DAYS = 30
WIDTH = 832
GAP, FIGURES_GAP, SPACING = 8, 32, 16
SLOW_S = 0.5
"""The longest that opening waits for the figures, in s; without them it says "…"."""
TODAY = 1
"""The column of what became of today's tasks."""


class CostsSheet(Sheet):
    """The sheet. It follows the ledger while it is open.

    show_tasks: filters Tasks to what was clicked.
    """

    help_page = "money"

    def __init__(
        self, services: Services, parent: QWidget | None, show_tasks: Callable[[TaskFilter], None]
    ) -> None:
        super().__init__(tr("Costs"), parent, width=WIDTH)
        self._services = services
        self._show_tasks = show_tasks
        self._days: Sequence[DayCosts] = ()
        self._all = Outcome(tr("All tasks"))
        self._outcomes: Sequence[Outcome] = ()
        self._listed: Sequence[int] = ()
        self._is_stale = False
        self._build()
        self._connect()

    def ask(self) -> None:
        self.caps.refresh()
        self._show_left()
        self._services.scope.spawn("open costs", self._open(), exclusive=True)

    async def _open(self) -> None:
        if (reading := self._ask_ledger()) is not None:
            await asyncio.wait({reading}, timeout=SLOW_S)
        self.present()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.today, self.month = _Figure(tr("today")), _Figure(tr("last 30 days"))
        self.left = _Figure()
        self.chart, self.table = make_button(tr("Chart"), "chip"), make_button(tr("Table"), "chip")
        self._views = QButtonGroup(self)
        for button in (self.chart, self.table):
            button.setCheckable(True)
            self._views.addButton(button)
            self.head.insertWidget(self.head.count() - 1, button)
        self.chart.setChecked(True)
        self.bars = DayBars(tr("Cost per day"))
        self.by_day = FigureTable(tr("Cost per day"))
        self.by_outcome = FigureTable(tr("Where it went"))
        self.gaps = make_label(role="dim", wrap=True)
        self.balance = make_label(wrap=True)
        self.caps = CapFields(self._services)
        self.balance.setTextFormat(Qt.TextFormat.RichText)
        self.notice = NoticeLabel()
        self.by_day.hide()
        scroll = ScrollArea()
        scroll.column.setSpacing(SPACING)
        scroll.column.addLayout(FlowLayout(self.today, self.month, self.left, gap=GAP))
        for part in (self.balance, self.bars, self.by_day, self.by_outcome, self.gaps, self.notice):
            scroll.column.addWidget(part)
        scroll.column.addWidget(self.caps)
        scroll.column.addStretch(1)
        self.body.addWidget(scroll, 1)

    def _connect(self) -> None:
        services = self._services
        self._views.buttonClicked.connect(self._show_view)
        self.bars.chosen.connect(self._choose_day)
        self.by_day.chosen.connect(lambda row, _column: self._choose_listed(row))
        self.by_outcome.chosen.connect(self._choose_outcome)
        self.caps.resized.connect(self._refit)
        services.task_search.counted.connect(self._follow)
        services.health.left_changed.connect(self._show_left)

    # -- following ---------------------------------------------------------------------------

    def _follow(self) -> None:
        if self.isVisible():
            self._ask_ledger()

    def _refit(self) -> None:
        if self.isVisible():
            self.fit()

    def _ask_ledger(self) -> asyncio.Task[None] | None:
        self._is_stale = True
        return self._services.scope.spawn("costs", self._read(), exclusive=True)

    async def _read(self) -> None:
        search, clock = self._services.task_search, self._services.clock
        account = self._services.account
        while self._is_stale:
            self._is_stale = False
            try:
                self._days = await search.costs_of(last_days(clock.now_ms()))
                of_account = (account.base_url, account.key_fingerprint)
                tasks = await search.tasks_of_account(*of_account, self._days[-1].day[0])
            except LedgerError as error:
                text = tr("The history could not be read ({reason}).", reason=error.reason)
                self.notice.show_text(text)
            else:
                self.notice.show_text("")
                self._show()
                show_text(self.balance, balance_text(tasks, clock.now_ms()))
            self._refit()

    # -- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        days, today, whole = self._days, self._days[-1:], self._all
        n = Outcome("", UNDER_WAY).sum_of(today).count
        unfinished = tr("{n} not finished", n=n) if n else ""
        each = self._services.spending.price()
        self.today.show_sum(whole.sum_of(today), each, tr("today"), unfinished)
        month = whole.sum_of(days)
        tasks = tr.plural("1 task", "{n} tasks", month.count)
        self.month.show_sum(month, each, tr("last 30 days"), tasks)
        show_text(self.gaps, left_out_text(month))
        self.caps.show_spent()
        self._show_days()
        self._show_outcomes()

    def _show_left(self) -> None:
        left = self._services.health.left
        self.left.setVisible(left is not None)
        if left is not None:
            enough = enough_text(self._services.spending.forecast(left))
            self.left.show_texts(left_text(self._services.health), tr("left"), enough)

    def _show_days(self) -> None:
        bars, rows, listed = [], [], list[int]()
        each = self._services.spending.price()
        for n, day in enumerate(self._days):
            total, label = self._all.sum_of([day]), day_label(self._days, n)
            bars.append(Bar(label, day_tip(label, total), total.cost))
            if total.count:
                count = number_text(total.count)
                rows.append(Row([(label, ""), (count, ""), sum_cell(total, each)]))
                listed.append(n)
        self._listed = listed[::-1]
        self.by_day.show_rows([tr("Cost per day"), tr("Tasks"), tr("Cost")], rows[::-1])
        self.bars.show_bars(bars)

    def _show_outcomes(self) -> None:
        days, today = self._days, self._days[-1:]
        shown = [one for one in outcomes() if may_have_cost(one.sum_of(days))]
        self._outcomes = [*shown, self._all]
        each, rows = self._services.spending.price(), list[Row]()
        # Beside gaps the total estimates nothing, so its rows don't either: they add up to it.
        columns = [(of, None if self._all.sum_of(of).has_gaps else each) for of in (today, days)]
        for one in self._outcomes:
            sums = (sum_cell(one.sum_of(of), price) for of, price in columns)
            rows.append(Row([(one.label, ""), *sums], is_total=one is self._all))
        self.by_outcome.show_rows([tr("Where it went"), tr("Today"), tr("30 days")], rows)

    def _show_view(self) -> None:
        self.bars.setVisible(self.chart.isChecked())
        self.by_day.setVisible(self.table.isChecked())
        self.fit()

    # -- leading on --------------------------------------------------------------------------

    def _choose_day(self, n: int) -> None:
        self._lead_to(self._all, self._days[n : n + 1])

    def _choose_listed(self, row: int) -> None:
        if 0 <= row < len(self._listed):
            self._choose_day(self._listed[row])

    def _choose_outcome(self, row: int, column: int) -> None:
        if 0 <= row < len(self._outcomes):
            days = self._days[-1:] if column == TODAY else self._days
            self._lead_to(self._outcomes[row], days)

    def _lead_to(self, outcome: Outcome, days: Sequence[DayCosts]) -> None:
        (from_ms, _), (_, to_ms) = days[0].day, days[-1].day
        self.accept()
        self._show_tasks(TaskFilter(groups=outcome.groups, from_ms=from_ms, to_ms=to_ms))


class _Figure(QWidget):
    """A large amount, and below it what it is."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.amount, self.words = make_label(ELLIPSIS, "sum"), make_label(words, "dim")
        column = make_column(self.amount, self.words, gap=4)
        column.setContentsMargins(0, 0, FIGURES_GAP, 0)
        self.setLayout(column)

    def show_sum(self, total: TaskSum, each: Price | None, *words: str) -> None:
        text = cost_text(total, each, is_narrow=True)
        self.show_texts(text[0].upper() + text[1:], *words)
        self.amount.setToolTip(sum_tip(total, each))

    def show_texts(self, amount: str, *words: str) -> None:
        self.amount.setText(amount)
        self.amount.setAccessibleName(spoken_money(amount))
        self.words.setText(", ".join(filter(None, words)))


def last_days(now_ms: int) -> list[Day]:
    """Return the last days, today at the end."""
    days: list[Day] = []
    for _ in range(DAYS):
        days.append(local_day(now_ms))
        now_ms = days[-1][0] - 1
    return days[::-1]
