"""The money in the top bar: what today cost and, below it, what is left."""

from decimal import Decimal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from enigma_panel.core.money import MoneyKind, format_money
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import (
    exact_text,
    forecast_text,
    spoken_money,
)
from enigma_panel.ui.text.states import local_moment
from enigma_panel.ui.text.sums import has_gaps, known_text, sum_tip
from enigma_panel.ui.widgets.basics import make_column, make_label, set_role, show_text

tr = Translations("Main window")

FEW_TASKS = 5
"""The number of tasks that a balance must allow not to be amber."""
USUAL = TaskSum(cost=Decimal("8.88"), unknown=1)


def today_text(total: TaskSum, *, is_more_to_come: bool, is_narrow: bool = False) -> str:
    """Return what today cost, '$0.26 today so far' while more is to come, else '$0.26 today' or,
    where a part is unknown, 'At least $0.26 today'."""
    known = known_text(total)
    if not known:
        if not is_more_to_come:
            return tr("Cost unknown")
        return tr("Not known yet") if is_narrow else tr("Cost not known yet")
    if is_narrow and (is_more_to_come or has_gaps(total)):
        return tr("≥ {amount} today", amount=known)
    if is_more_to_come:
        return tr("{amount} today so far", amount=known)
    if has_gaps(total):
        return tr("At least {amount} today", amount=known)
    return tr("{amount} today", amount=known)


class MoneyFigure(QWidget):
    """Today's cost and the balance in two decimals; the tool tip has all of it and the forecast.

    Empty until the ledger has answered; without a known balance there is no second line.
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._is_narrow = False
        self._opener: QAction | None = None
        self.today = make_label(role="heading")
        self.left = make_label(role="dim")
        self.setLayout(make_column(None, self.today, self.left, None, gap=0))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        services.task_search.counted.connect(self.show_now)
        services.health.changed.connect(self.show_now)
        self.show_now()

    def set_opener(self, opener: QAction) -> None:
        """Let a click open what there is to say about the money."""
        self._opener = opener
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_now()

    def set_narrow(self, is_narrow: bool) -> None:
        """Say it in fewer words."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self.updateGeometry()
            self.show_now()

    def room_for_words(self) -> int:
        """Return the width of the words, or of the usual ones where they need more.

        So what comes and goes in them moves nothing.
        """
        usual = today_text(USUAL, is_more_to_come=False, is_narrow=self._is_narrow)
        width = self.today.fontMetrics().horizontalAdvance
        return max(width(self.today.text()), width(usual))

    def show_now(self) -> None:
        """Show what is known now, once a second, too; only what changed is set."""
        opens = self._opener.toolTip() if self._opener is not None else ""
        tip = "\n".join(filter(None, (self._show_today(), self._show_left(), opens)))
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _show_today(self) -> str:
        """Show what today cost; return what its tip says."""
        search = self._services.task_search
        today = search.figures.day
        if search.problem is not None or today is None:
            return _put(self.today)
        more = bool(self._services.sessions.terminable_keys())
        spoken = spoken_money(today_text(today, is_more_to_come=more))
        text = today_text(today, is_more_to_come=more, is_narrow=self._is_narrow)
        return _put(self.today, text, spoken, tr("All tasks started here today."), sum_tip(today))

    def _show_left(self) -> str:
        """Show the balance, amber where it allows few tasks; return what its tip says."""
        health, spending = self._services.health, self._services.spending
        balance, at_ms = health.balance, health.balance_ms
        if balance is None or at_ms is None:
            return _put(self.left)
        forecast = spending.forecast(balance)
        is_used_up = balance.is_finite() and balance <= 0
        is_low = is_used_up or (forecast is not None and forecast.tasks < FEW_TASKS)
        set_role(self.left, "amber" if is_low else "dim")
        amount = format_money(balance, MoneyKind.BALANCE)
        spoken = tr("{amount} left", amount=spoken_money(amount))
        time = local_moment(at_ms, self._services.clock.now_ms())
        exact = exact_text(balance, MoneyKind.BALANCE)
        lines = [tr("Balance reported at {time}.", time=time), exact]
        if forecast is not None:
            lines.append(forecast_text(forecast))
        return _put(self.left, tr("{amount} left", amount=amount), spoken, *lines)

    # -- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(self.room_for_words(), 0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_meant = event.button() is Qt.MouseButton.LeftButton
        if (
            self._opener is not None
            and is_meant
            and self.rect().contains(event.position().toPoint())
        ):
            self._opener.trigger()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self.width() >= super().sizeHint().width()
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
