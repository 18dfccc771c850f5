"""A small screen at 200 %: 640 × 400. Nothing that can be pressed or read is cut in two."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.ui.main_window.money_figure import MoneyFigure
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.basics import ElidedLabel
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import button, shown_texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WIDTHS = [640, 700, 760, 820, 1000, 1280]


@pytest.fixture
def demo(services: Any) -> Iterator[MainWindow]:
    services.demo = True
    window = MainWindow(services, FakeDialogs())
    window.show()
    yield window
    window.close_for_good()
    window.deleteLater()


def resize(window: MainWindow, qapp: QApplication, width: int) -> None:
    window.resize(width, 400)
    qapp.processEvents()
    assert window.width() == width
    assert window.height() == 400


@pytest.mark.parametrize("cost", ["1234.56", None])
@pytest.mark.parametrize("n", [0, 12])
def test_the_top_bar_is_whole(
    demo: MainWindow, services: Any, qapp: QApplication, *, n: int, cost: str | None
) -> None:
    """Also with long words: the question's sentence alone gives way."""
    for key in range(1, n + 1):
        services.sessions.add(key, status=TaskStatus.ASKS)
        services.inbox.ask(a_question(key, "What is the code?", expires_ms=NOW + 161_000))
    spent = TaskSum(cost=Decimal(cost or 0), unknown=12, has_idle=True)
    services.task_search.tell_today(spent)
    bar = demo.top_bar
    for width in WIDTHS:
        resize(demo, qapp, width)
        demo._tick()
        qapp.processEvents()
        shown = [w for w in bar.findChildren(QWidget) if w.isVisible()]
        whole = [w for w in shown if isinstance(w, QAbstractButton | QLabel)]
        assert len(whole) >= (7 if n else 5)
        edge = 0
        for part in sorted(whole, key=lambda w: (w.mapTo(bar, QPoint()).x(), w.y())):
            left = part.mapTo(bar, QPoint()).x()
            if not isinstance(part.parentWidget(), MoneyFigure):  # its lines share a place
                assert left >= edge, part
            if not isinstance(part, ElidedLabel | QToolButton):
                assert part.width() >= part.sizeHint().width(), part
            edge = left + part.width()
        assert edge <= bar.width()


def test_demo_stays_beside_a_question_that_gives_way(
    demo: MainWindow, services: Any, qapp: QApplication
) -> None:
    spent = TaskSum(cost=Decimal("1234.56"), unknown=12, has_idle=True)
    services.task_search.tell_today(spent)
    services.inbox.ask(a_question(1, "What is the code?", expires_ms=NOW + 161_000))
    resize(demo, qapp, 640)
    demo._tick()
    qapp.processEvents()
    today = demo.money.today
    assert (button(demo.top_bar, "Demo").isVisible(), today.text()) == (True, "≥ $1234.56 today")
    assert today.accessibleName() == "At least $1234.56 today"
    assert today.width() >= today.sizeHint().width()
    assert shown_texts(demo.question_strip).split("\n") == ["Secret?", "2:41"]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (640, "Pay $49.99?"),
        (760, "Pay $49.99?, 1 of 3"),
        (1280, "shop.example 1, asks to buy for $49.99, 1 of 3"),
    ],
)
def test_what_is_asked_for_is_in_sight_at_every_width_and_who_asks_at_most(
    demo: MainWindow, services: Any, qapp: QApplication, width: int, shown: str
) -> None:
    words = "Do you want me to complete this purchase? The total is $49.99"
    for key in (1, 2, 3):
        services.sessions.add(key, status=TaskStatus.ASKS)
        services.inbox.ask(a_question(key, words, expires_ms=NOW + 161_000))
    services.task_search.tell_today(TaskSum(cost=Decimal("0.17")))
    resize(demo, qapp, width)
    demo._tick()
    qapp.processEvents()
    strip = demo.question_strip
    assert shown_texts(strip).split("\n") == [*shown.split(", "), "2:41"]
    assert strip._who.isHidden() or strip._who.is_whole
    assert strip._what.width() >= strip._what.sizeHint().width()
    assert button(demo.top_bar, "Demo").isVisible(), "pretend money would look real"
