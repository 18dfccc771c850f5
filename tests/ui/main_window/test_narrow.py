"""A small screen at 200 %: 640 × 400. Nothing that can be pressed or read is cut in two."""

from itertools import product
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import (
    KeyState,
    LiveShare,
    NoticeKind,
    ServiceNotice,
    ServiceStatus,
    WaitReason,
)
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.basics import ElidedLabel
from tests.kit.builders import a_question
from tests.kit.clock import NOW

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WIDTHS = [640, 700, 760, 820, 1000, 1280]


def resize(window: MainWindow, qapp: QApplication, width: int) -> None:
    window.resize(width, 400)
    qapp.processEvents()
    assert window.width() == width
    assert window.height() == 400


def test_the_tool_bar_is_whole(window: MainWindow, services: Any, qapp: QApplication) -> None:
    for key in range(1, 13):
        services.sessions.add(key, status=TaskStatus.ASKS)
        services.inbox.ask(a_question(key, "What is the code?"))
    services.sessions.set_pending(3, CommandVerb.TERMINATE, WaitReason.UNDO, due_ms=NOW + 3_000)
    for width, wanted in product(WIDTHS, (0, 2)):  # once with Undo
        window.selection.sessions.select_key(services.sessions.session_keys()[wanted])
        resize(window, qapp, width)
        bar = window.tool_bar
        buttons = [b for b in bar.findChildren(QPushButton) if b.isVisible()]
        assert len(buttons) >= 6
        edge = 0
        for button in sorted(buttons, key=lambda b: b.mapTo(bar, b.rect().topLeft()).x()):
            left = button.mapTo(bar, button.rect().topLeft()).x()
            assert left >= edge
            assert button.width() >= button.sizeHint().width(), button.text()
            edge = left + button.width()
        assert edge <= bar.width()


def test_the_tool_bar_gets_its_air_back(window: MainWindow, qapp: QApplication) -> None:
    before = [b.sizeHint() for b in window.tool_bar.findChildren(QPushButton)]
    resize(window, qapp, 640)
    assert [b.sizeHint() for b in window.tool_bar.findChildren(QPushButton)] != before
    resize(window, qapp, 1280)
    assert [b.sizeHint() for b in window.tool_bar.findChildren(QPushButton)] == before


def labels(window: MainWindow) -> list[QLabel]:
    line = window.status_bar
    return [label for label in line.findChildren(QLabel) if label.isVisible()]


def test_the_status_line_cuts_nothing_in_two(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.health.status = ServiceStatus.TROUBLED
    services.account.from_environment = True
    services.live.shared = LiveShare(up=3, of=8, fault=LiveFault.LOST)
    services.sessions.add(1)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.BUDGET, due_ms=NOW + 12_000)
    for width in WIDTHS:
        resize(window, qapp, width)
        window._tick()
        qapp.processEvents()
        for label in labels(window):
            assert label.geometry().right() < window.status_bar.width()
            if not isinstance(label, ElidedLabel):
                assert label.width() >= label.sizeHint().width(), label.text()
        words = " | ".join(label.text() for label in labels(window))
        assert "the service answers in a way that makes no sense" in words
        assert "partly live (3 of 8)" in words
        assert "1 command waits" in words
        assert ("API key" in words) is (width == 1280)
        elided = window.status_bar.findChild(ElidedLabel)
        assert elided is not None
        assert elided.toolTip() == ("" if width >= 1000 else elided.text())


def test_a_key_that_does_not_work_goes_before_figures(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.account.state = KeyState.ABSENT
    services.live.shared = LiveShare(up=3, of=8)
    services.sessions.add(1)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.BUDGET, due_ms=NOW + 12_000)
    resize(window, qapp, 760)
    window._tick()
    qapp.processEvents()
    assert "no API key" in [label.text() for label in labels(window)]


def test_the_summary_of_sessions_ends_between_two_parts(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    statuses = (TaskStatus.ASKS, TaskStatus.WORKING, TaskStatus.PAUSED, TaskStatus.STARTING)
    for key, status in enumerate((*statuses, TaskStatus.DONE), start=1):
        services.sessions.add(key, status=status)
    summary = window.sessions_card._summary
    whole = "5: 1 asks you · 1 working · 1 idle · 1 paused? · 1 starting"
    resize(window, qapp, 1280)
    assert "1 starting" in summary.text()
    assert summary.toolTip() == ""
    resize(window, qapp, 640)
    assert "1 asks you" in summary.text()
    assert summary.text().endswith("…")
    assert "1 starting" not in summary.text()
    assert summary.accessibleName() == summary.toolTip() == whole
    assert summary.textFormat() is Qt.TextFormat.RichText
    assert summary.sizeHint().width() <= summary.width()


@pytest.mark.parametrize("is_crowded", [False, True])
def test_all_parts_stand_one_above_the_other_and_what_has_no_room_is_scrolled_to(
    window: MainWindow, services: Any, qapp: QApplication, is_crowded: bool
) -> None:
    services.sessions.add(1)
    resize(window, qapp, 640)
    window.body.set_details_open(True)
    if is_crowded:
        services.inbox.ask(a_question(1, "What is the code?"))
        services.sessions.said.emit(ServiceNotice(kind=NoticeKind.LEDGER_FAILED))
    qapp.processEvents()
    page = window.body.widget()
    cards = [window.sessions_card, window.tasks_card, window.details]
    banners = [window.question_room, window.notice_bar] if is_crowded else []
    edge = 0
    for part in (*banners, *cards):
        top = part.mapTo(page, part.rect().topLeft()).y()
        assert part.isVisible()
        assert top >= edge
        edge = top + part.height()
    assert edge <= page.height()
    table = window.selection.tasks
    assert all(card.height() >= card.minimumHeight() for card in cards)
    assert table.viewport().height() >= 20
    bar = window.body.verticalScrollBar()
    assert bar.maximum() == page.height() - window.body.viewport().height()
    bar.setValue(bar.maximum())
    bottom = window.details.mapTo(window, window.details.rect().bottomLeft()).y()
    assert bottom < window.statusBar().y()
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
