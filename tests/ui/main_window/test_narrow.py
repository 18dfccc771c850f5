"""A small screen at 200 %: 640 × 400. Nothing that can be pressed or read is cut in two."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.models import TaskStatus
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import (
    LiveShare,
    ServiceStatus,
    WaitReason,
)
from enigma_panel.ui.main_window.money_figure import MoneyFigure
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.problems import Notice
from enigma_panel.ui.widgets.basics import ElidedLabel
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs

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
    services.spending.today = TaskSum(cost=Decimal(cost or 0), unknown=12, has_idle=True)
    bar = demo.top_bar
    for width in WIDTHS:
        resize(demo, qapp, width)
        demo._tick()
        qapp.processEvents()
        shown = [w for w in bar.findChildren(QWidget) if w.isVisible()]
        whole = [w for w in shown if isinstance(w, QAbstractButton | QLabel)]
        assert len(whole) >= (9 if n else 5)
        edge = 0
        for part in sorted(whole, key=lambda w: (w.mapTo(bar, QPoint()).x(), w.y())):
            left = part.mapTo(bar, QPoint()).x()
            if not isinstance(part.parentWidget(), MoneyFigure):  # its lines share a place
                assert left >= edge, part
            if not isinstance(part, ElidedLabel | QToolButton):
                assert part.width() >= part.sizeHint().width(), part
            edge = left + part.width()
        assert edge <= bar.width()


def test_the_money_gets_the_room_of_a_question_that_is_gone(
    demo: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.inbox.ask(a_question(1, "What is the code?", expires_ms=NOW + 161_000))
    services.spending.today = TaskSum(cost=Decimal("1234.56"), unknown=12, has_idle=True)
    demo._tick()
    resize(demo, qapp, 640)
    today = demo.money.today
    assert today.text() == "$1234.56 + idle today, 12 unknown"
    assert today.width() < today.sizeHint().width()
    services.inbox.close(1)
    qapp.processEvents()
    assert today.width() >= today.sizeHint().width()


def test_the_status_line_cuts_nothing_in_two(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.health.status = ServiceStatus.TROUBLED
    window.notices.add(Notice(title="Something happened."))
    services.live.shared = LiveShare(up=3, of=8, fault=LiveFault.LOST)
    services.sessions.add(1)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.BUDGET, due_ms=NOW + 12_000)
    for width in WIDTHS:
        resize(window, qapp, width)
        window._tick()
        qapp.processEvents()
        line = window.status_bar
        words = "The service's answers make no sense · partly live (3 of 8) · 1 command waits"
        assert line.words.text() == f"{words}, next 0:12"
        assert line.look.geometry().right() < line.width()
        assert line.look.width() >= line.look.sizeHint().width()


@pytest.mark.parametrize("is_crowded", [False, True])
def test_all_parts_stand_one_above_the_other_and_what_has_no_room_is_scrolled_to(
    window: MainWindow, services: Any, qapp: QApplication, is_crowded: bool
) -> None:
    services.sessions.add(1)
    resize(window, qapp, 640)
    window.body.set_details_open(True)
    if is_crowded:
        services.inbox.ask(a_question(1, "What is the code?"))
    qapp.processEvents()
    page = window.body.widget()
    cards = [window.sessions_card, window.details]
    edge = 0
    for part in cards:
        top = part.mapTo(page, part.rect().topLeft()).y()
        assert part.isVisible()
        assert top >= edge
        edge = top + part.height()
    assert edge <= page.height()
    assert all(card.height() >= card.minimumHeight() for card in cards)
    bar = window.body.verticalScrollBar()
    assert bar.maximum() == page.height() - window.body.viewport().height()
    bar.setValue(bar.maximum())
    bottom = window.details.mapTo(window, window.details.rect().bottomLeft()).y()
    assert bottom < window.status_bar.y()
    window.resize(1280, 800)
    qapp.processEvents()
    assert bar.maximum() == 0


def test_no_part_pushes_others_out_of_the_window(window: MainWindow, qapp: QApplication) -> None:
    """Rows that are still as wide as in a larger window get their width only after this turn."""
    resize(window, qapp, 640)
    window.tasks_card.setMinimumWidth(900)
    qapp.processEvents()
    qapp.processEvents()
    assert window.body.widget().width() == window.body.viewport().width()
