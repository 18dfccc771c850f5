"""The status line: what is left, how far that goes, and what today has cost."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import LiveShare, WaitReason
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.basics import ElidedLabel
from tests.kit.clock import NOW

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def label(window: MainWindow, begins: str) -> QLabel:
    """The part of the line that is shown and begins so."""
    parts = [part for part in window.status_bar.findChildren(QLabel) if part.isVisible()]
    found = [part for part in parts if part.text().startswith(begins)]
    assert len(found) == 1, [part.text() for part in parts]
    return found[0]


def is_shown(window: MainWindow, begins: str) -> bool:
    parts = window.status_bar.findChildren(QLabel)
    return any(part.isVisible() and part.text().startswith(begins) for part in parts)


@pytest.mark.parametrize(
    ("total", "text", "spoken", "more"),
    [
        (TaskSum(), "$0.0000", "$0.0000", ""),
        (TaskSum(cost=Decimal("0.24")), "$0.2400", "$0.2400", ""),
        (TaskSum(cost=Decimal("4.8712")), "$4.87", "$4.87", "Exactly $4.8712."),
        (TaskSum(cost=Decimal("1E-7")), "< $0.0001", "less than $0.0001", "Exactly $0.0000001."),
        (
            TaskSum(cost=Decimal("4.87"), unknown=1),
            "$4.87 + ?",
            "$4.87 and what is not known",
            "What 1 task cost is not known.",
        ),
        (TaskSum(unknown=2), "?", "not known", "What 2 tasks cost is not known."),
    ],
)
def test_it_tells_what_today_has_cost(
    window: MainWindow, services: Any, *, total: TaskSum, text: str, spoken: str, more: str
) -> None:
    assert not is_shown(window, "today")  # the ledger has not told it
    services.spending.today = total
    window._tick()
    today = label(window, "today")
    assert today.text() == f"today, from here {text}"
    assert today.accessibleName() == f"today, from here {spoken}"
    what = "What the tasks cost that were started today in this program."
    assert today.toolTip() == "\n".join(filter(None, (what, more)))
    assert today.accessibleDescription() == today.toolTip()


def test_it_asks_once_a_second(window: MainWindow, services: Any) -> None:
    asked = services.spending.asked
    window._tick()
    assert services.spending.asked > asked


@pytest.mark.parametrize(
    ("balance", "costs", "text", "spoken"),
    [
        ("7.41", [], "", ""),
        ("7.41", ["0"] * 20, "", ""),
        ("7.41", ["0.0823"] * 20, "≈ 90 tasks like your last 20", "about 90 tasks"),
        ("0.10", ["0.0823"] * 3, "≈ 1 task like your last 3", "about 1 task"),
        ("1000", ["0.05"], "≈ 20,000 tasks like your last one", "about 20,000 tasks"),
        ("0", ["0.05"] * 2, "≈ 0 tasks like your last 2", "about 0 tasks"),
        ("-3", ["0.05"] * 2, "", ""),
    ],
)
def test_it_tells_how_far_the_balance_goes(
    window: MainWindow, services: Any, *, balance: str, costs: list[str], text: str, spoken: str
) -> None:
    services.health.balance = Decimal(balance)
    services.spending.costs = [Decimal(cost) for cost in costs]
    window.resize(1280, 800)
    window._tick()
    assert is_shown(window, "≈") is bool(text)
    if text:
        assert label(window, "≈").text() == text
        assert label(window, "≈").accessibleName().startswith(spoken)


@pytest.mark.parametrize(
    ("balance", "role"), [("0.50", "dim"), ("0.49", "amber"), ("0", "amber"), ("-2", "amber")]
)
def test_a_balance_for_fewer_than_five_tasks_is_amber(
    window: MainWindow, services: Any, balance: str, role: str
) -> None:
    services.health.balance = Decimal(balance)
    services.spending.costs = [Decimal("0.10")] * 20
    window._tick()
    assert label(window, "balance").property("role") == role
    services.health.balance = Decimal(50)
    window._tick()
    assert label(window, "balance").property("role") == "dim"


def test_the_balance_says_all_of_it_and_what_a_task_costs(
    window: MainWindow, services: Any
) -> None:
    services.health.balance = Decimal("7.41234")
    services.spending.costs = [Decimal("0.08"), Decimal("0.09")]
    window._tick()
    balance = label(window, "balance")
    assert balance.text().startswith("balance $7.41 (")
    assert balance.toolTip() == "Exactly $7.41234.\nYour last 2 tasks cost ~$0.0850 each."
    assert balance.accessibleDescription() == balance.toolTip()


def test_what_has_no_room_gives_way_whole(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.account.from_environment = True
    services.live.shared = LiveShare(up=3, of=8, fault=LiveFault.LOST)
    services.sessions.add(1)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.BUDGET, due_ms=NOW + 12_000)
    services.spending.today = TaskSum(cost=Decimal("4.87"), unknown=3)
    room = {640: 0, 700: 0, 760: 1, 820: 1, 1000: 2, 1280: 3}
    for cost, urgent in (("0.0823", ("balance", "today", "≈")), ("4", ("balance", "≈", "today"))):
        services.spending.costs = [Decimal(cost)] * 20
        for width, count in room.items():
            window.resize(width, 400)
            window._tick()
            qapp.processEvents()
            check_line(window)
            names = ("balance", "today", "≈", "API key")
            shown = {name for name in names if is_shown(window, name)}
            assert shown == set(urgent[:count]), "the least urgent gives way first"


def check_line(window: MainWindow) -> None:
    """Nothing in the status line is cut but what shows that it is."""
    line = window.status_bar
    for part in line.findChildren(QLabel):
        if part.isVisible():
            assert part.geometry().right() < line.width()
            if not isinstance(part, ElidedLabel):
                assert part.width() >= part.sizeHint().width(), part.text()


def test_a_small_window_has_room_for_both_amounts(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.spending.today = TaskSum(cost=Decimal("4.87"))
    services.spending.costs = [Decimal("0.0823")] * 20
    window.resize(640, 400)
    window._tick()
    qapp.processEvents()
    assert is_shown(window, "balance")
    assert is_shown(window, "today")
    assert not is_shown(window, "≈")
