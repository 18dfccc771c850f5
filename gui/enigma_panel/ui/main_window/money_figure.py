"""The money in the top bar: what today cost and, below it, what is left."""

from decimal import Decimal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QLabel, QLayout, QSizePolicy

from enigma_panel.core.money import MoneyKind
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations, sentence
from enigma_panel.ui.text.money import enough_text, exact_text, left_text, spoken_money
from enigma_panel.ui.text.states import local_moment
from enigma_panel.ui.text.sums import sum_tip, today_text
from enigma_panel.ui.widgets.basics import Button, make_column, make_label, set_role, show_text

tr = Translations("Main window")

SIDE = 4
"""Distance of the words from the ring of focus."""
FEW_TASKS = 5
"""The number of tasks that a balance must allow not to be amber."""
USUAL = TaskSum(cost=Decimal("8.88"), unknown=1)


class MoneyFigure(Button):
    """A button with today's cost and the balance in two decimals; its tip has all of it and the
    forecast.

    Empty until the ledger has answered; without a known balance there is no second line.
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._is_narrow = False
        self._opener: QAction | None = None
        self.today = make_label(role="heading")
        self.left = make_label(role="dim")
        self._lines: QLayout = make_column(None, self.today, self.left, None, gap=0)
        self._lines.setContentsMargins(SIDE, SIDE, SIDE, SIDE)
        for label in (self.today, self.left):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(self._lines)
        set_role(self, "plain")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # as long as it opens nothing
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        services.task_search.counted.connect(self.show_now)
        services.health.left_changed.connect(self.show_now)
        self.show_now()

    def set_opener(self, opener: QAction) -> None:
        """Let a click open what there is to say about the money."""
        self._opener = opener
        self.clicked.connect(opener.trigger)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_now()

    def set_narrow(self, is_narrow: bool) -> None:
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self.updateGeometry()
            self.show_now()

    def room_for_words(self) -> int:
        """Return the width of the words, or of the usual ones where they need more.

        So what comes and goes in them moves nothing.
        """
        usual = today_text(USUAL, None, is_narrow=self._is_narrow)
        width = self.today.fontMetrics().horizontalAdvance
        return max(width(self.today.text()), width(usual))

    def show_now(self) -> None:
        """Show what is known now, once a second, too; only what changed is set."""
        opens = self._opener.toolTip() if self._opener is not None else ""
        tip = "\n".join(filter(None, (self._show_today(), self._show_left(), opens)))
        if tip != self.accessibleDescription():
            self.setToolTip(tip)
            self.setAccessibleDescription(tip)
        spoken = [label.accessibleName() for label in (self.today, self.left)]
        name = ", ".join(filter(None, spoken)) or tr("Costs")
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def _show_today(self) -> str:
        """Show what today cost; return what its tip says."""
        search = self._services.task_search
        today = search.figures.day
        if search.problem is not None or today is None:
            return _put(self.today)
        each = self._services.spending.price()
        text = today_text(today, each, is_narrow=self._is_narrow)
        lines = tr("All tasks started here today."), sum_tip(today, each)
        return _put(self.today, text, spoken_money(today_text(today, each)), *lines)

    def _show_left(self) -> str:
        """Show the balance, amber where it allows few tasks; return what its tip says."""
        health, spending = self._services.health, self._services.spending
        balance, left, at_ms = health.balance, health.left, health.balance_ms
        if balance is None or left is None or at_ms is None:
            return _put(self.left)
        tasks = spending.forecast(left)
        is_used_up = left.is_finite() and left <= 0
        is_low = is_used_up or (tasks is not None and tasks < FEW_TASKS)
        set_role(self.left, "amber" if is_low else "dim")
        amount = left_text(health)
        spoken = tr("{amount} left", amount=spoken_money(amount))
        time = local_moment(at_ms, self._services.clock.now_ms())
        lines = [tr("Balance reported at {time}.", time=time)]
        lines.append(exact_text(balance, MoneyKind.BALANCE))
        if tasks:
            lines.append(sentence(enough_text(tasks)))
        return _put(self.left, tr("{amount} left", amount=amount), spoken, *lines)

    # -- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        room = QSize(self.room_for_words() + 2 * SIDE, 0)
        return self._lines.sizeHint().expandedTo(room)

    def minimumSizeHint(self) -> QSize:
        return self._lines.minimumSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self.width() >= self._lines.sizeHint().width()
        for label in (self.today, self.left):  # where they have none, the amount stays in sight
            flags = Qt.AlignmentFlag
            label.setAlignment(flags.AlignRight if has_room else flags.AlignLeft)


def _put(label: QLabel, text: str = "", spoken: str = "", *lines: str) -> str:
    """Show words and what a screen reader says, or take no room; return the lines as one tip."""
    tip = "\n".join(filter(None, lines))
    show_text(label, text)
    if (label.accessibleName(), label.accessibleDescription()) != (spoken, tip):
        label.setAccessibleName(spoken)
        label.setAccessibleDescription(tip)
    return tip
