"""The money in the top bar: what today cost, what is left, and how far that goes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.store.ledger.errors import CorruptLedgerError
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.sums import sum_tip

FOUR = Decimal("4.8712")


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (TaskSum(cost=FOUR), "$4.87 today"),
        (TaskSum(cost=FOUR, unknown=1), "At least $4.87 today"),
        (TaskSum(cost=Decimal("4.878"), has_idle=True), "At least $4.87 today"),
        (TaskSum(unknown=2), "Cost unknown"),
        (TaskSum(cost=FOUR, running=1), "$4.87 today so far"),
        (TaskSum(cost=FOUR, running=1, unknown=1), "At least $4.87 today"),
        (TaskSum(running=1, unreported=1), "Cost not known yet"),
    ],
)
def test_it_says_what_today_cost_and_never_0_for_what_is_unknown(
    window: MainWindow, services: Any, *, total: TaskSum, text: str
) -> None:
    today = window.money.today
    assert not today.isVisible()  # the ledger has not answered
    services.task_search.tell_today(total)
    assert today.text() == today.accessibleName() == text
    assert sum_tip(total) in today.accessibleDescription()
    assert today.accessibleDescription() in window.money.accessibleDescription()
    services.task_search.problem = CorruptLedgerError(Path("ledger"), "disk I/O error")
    services.task_search.counted.emit()
    assert not today.isVisible()


def test_it_is_a_button_that_says_all_of_it_and_opens_the_costs_by_enter(
    window: MainWindow, services: Any
) -> None:
    opened: list[bool] = []
    costs = QAction("Costs", window)
    costs.triggered.connect(lambda: opened.append(True))
    window.money.set_opener(costs)
    services.task_search.tell_today(TaskSum(cost=FOUR))
    reader = QAccessible.queryAccessibleInterface(window.money)
    assert reader.role() is QAccessible.Role.Button
    assert reader.text(QAccessible.Text.Name) == "$4.87 today, about $7.41 left"
    window.money.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.money.hasFocus()
    QTest.keyClick(window.money, Qt.Key.Key_Return)
    assert len(opened) == 1


def test_another_day_is_followed_also_while_nobody_can_see_it(
    window: MainWindow, services: Any
) -> None:
    window.hide()
    window._tick()
    assert services.task_search.days_followed == 1


def test_without_a_balance_there_is_no_second_line(window: MainWindow, services: Any) -> None:
    assert window.money.left.text() == "≈ $7.41 left"
    services.health.balance = services.health.balance_ms = None
    services.health.left_changed.emit()
    assert not window.money.left.isVisible()


@pytest.mark.parametrize(
    ("balance", "costs", "words"),
    [
        ("7.41", [], ""),
        ("7.41", ["0"] * 20, ""),
        ("7.41", ["0.0823"] * 20, "Enough for about 90 tasks."),
        ("0.10", ["0.0823"] * 3, "Enough for about 1 task."),
        ("1000", ["0.05"], "Enough for about 20,000 tasks."),
        ("0", ["0.05"] * 2, ""),
        ("-3", ["0.05"] * 2, ""),
    ],
)
def test_its_tip_says_how_far_the_balance_goes(
    window: MainWindow, services: Any, *, balance: str, costs: list[str], words: str
) -> None:
    services.health.balance = Decimal(balance)
    services.spending.costs = [Decimal(cost) for cost in costs]
    window._tick()
    for tip in (window.money.accessibleDescription(), window.money.left.accessibleDescription()):
        assert words in tip
        assert ("Enough" in tip) is bool(words)


@pytest.mark.parametrize(
    ("balance", "role"), [("0.50", "dim"), ("0.49", "amber"), ("0", "amber"), ("-2", "amber")]
)
def test_a_balance_for_fewer_than_five_tasks_is_amber(
    window: MainWindow, services: Any, balance: str, role: str
) -> None:
    services.health.balance = Decimal(balance)
    services.spending.costs = [Decimal("0.10")] * 20
    window._tick()
    assert window.money.left.property("role") == role
    services.health.balance = Decimal(50)
    window._tick()
    assert window.money.left.property("role") == "dim"


def test_the_balance_says_all_of_it_and_of_when_it_is(window: MainWindow, services: Any) -> None:
    services.health.balance = Decimal("7.41234")
    window._tick()
    tip = window.money.left.accessibleDescription()
    assert tip.startswith("Balance reported at ")
    assert tip.endswith("Exactly $7.41234.")
