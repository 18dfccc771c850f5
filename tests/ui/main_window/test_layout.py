"""How the window is shared: what the person gave a part, it keeps; nothing moves by itself."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSplitter

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.ui.main_window.layout import DETAILS_WIDTH, Sizes
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.card import MOST_ROWS
from enigma_panel.ui.text.problems import Notice
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import CTRL, ENTER, button, key, shown_texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def drag(splitter: QSplitter, by: QPoint) -> None:
    handle = splitter.handle(1)
    start = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(handle, start + by)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start + by)
    QApplication.processEvents()


def size(window: MainWindow, width: int, height: int) -> None:
    window.resize(width, height)
    QApplication.processEvents()


def restarted(services: Any, width: int, height: int) -> MainWindow:
    """The next run, on a screen of another size."""
    window = MainWindow(services, FakeDialogs())
    window.show()
    size(window, width, height)
    return window


def test_details_keeps_its_width_over_sizes_and_restarts(window: MainWindow, services: Any) -> None:
    assert window.details.width() == DETAILS_WIDTH
    drag(window.body.whole, QPoint(-120, 0))
    width = window.details.width()
    assert width == DETAILS_WIDTH + 120
    shown = [window]
    for again in ((1600, 900), (1010, 600), (640, 400), (1280, 800), (1900, 1000)):
        shown[-1].save_layout()
        shown[-1].close_for_good()
        shown.append(restarted(services, *again))
        if again[0] > 1010:
            assert shown[-1].details.width() == width, again
    size(shown[-1], 1100, 600)
    size(shown[-1], 1300, 600)
    assert shown[-1].details.width() == width
    shown[-1].close_for_good()


def test_in_a_narrow_window_it_stands_in_place_of_tasks_with_a_way_back(
    window: MainWindow, services: Any
) -> None:
    window.activateWindow()
    services.sessions.add(1)
    size(window, 900, 700)
    window.selection.tasks.select_key(1)
    window.selection.tasks.setFocus()
    key(window.selection.tasks, ENTER)
    QApplication.processEvents()
    assert not window.tasks_card.isVisible()
    assert window.sessions_card.isVisible()
    assert window.details.height() > 350
    assert window.details.page.hasFocus()
    for _ in range(30):  # round and round, the keyboard gets lost nowhere
        key(window.focusWidget() or window, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        assert focus is not None
        assert focus.isVisible()
    back = button(window.details, "Back to tasks")
    back.setFocus()
    key(back, ENTER)
    assert window.tasks_card.isVisible()
    assert not window.details.isVisible()
    assert window.selection.lead.hasFocus()
    window.body.set_details_open(True)
    key(window, Qt.Key.Key_F, CTRL)
    assert window.filter_bar.field.hasFocus()
    window.body.set_details_open(True)
    size(window, 1280, 800)
    assert window.tasks_card.isVisible()
    assert window.details.isVisible()
    assert not window.details.back.isVisible()


def test_in_place_of_tasks_it_keeps_its_height_apart(window: MainWindow) -> None:
    size(window, 900, 700)
    window.body.set_details_open(True)
    QApplication.processEvents()
    drag(window.body.whole, QPoint(0, 30))
    height = window.details.height()
    size(window, 1280, 800)
    assert window.details.width() == DETAILS_WIDTH
    size(window, 900, 800)
    assert window.details.height() == height


def rows_seen(window: MainWindow) -> int:
    table = window.selection.sessions
    return table.viewport().height() // table.row_height


@pytest.mark.parametrize(("at_once", "rows"), [(1, 3), (5, 5), (100, 6)])
def test_sessions_has_room_for_browsers_at_once_and_no_start_moves_tasks(
    window: MainWindow, services: Any, at_once: int, rows: int
) -> None:
    services.settings.change(browsers_at_once=at_once)
    size(window, 1280, 900)
    height = window.sessions_card.height()
    for count in range(1, 13):
        services.sessions.add(count)
        QApplication.processEvents()
        assert window.sessions_card.height() == height
        assert rows_seen(window) == rows
        scrolls = window.selection.sessions.verticalScrollBar().maximum() > 0
        assert scrolls is (count > rows)
        assert (f"{count} open" in shown_texts(window.sessions_card)) is scrolls
    services.settings.change(browsers_at_once=2)
    assert rows_seen(window) == MOST_ROWS, "those that are open stay in sight"
    for count in range(1, 13):
        services.sessions.change_session(count, phase=Phase.CLOSED, ended_ms=NOW)
    services.settings.change(browsers_at_once=2)
    assert rows_seen(window) == MOST_ROWS
    for height in (400, 520, 560):
        size(window, 1280, height)
        assert window.sessions_card.height() <= window.body.tables.height() // 2
        table = window.selection.sessions
        assert table.viewport().height() % table.row_height == 0, "no row is cut"


def test_nothing_below_the_top_bar_moves_by_itself(window: MainWindow, services: Any) -> None:
    """Neither for a question or a notice nor for a start, an end or a lost connection."""

    def places() -> list[QRect]:
        window.body.fit_sessions()  # as another size of the window does
        QApplication.processEvents()
        parts = [window.sessions_card, window.tasks_card, window.details, window.status_bar]
        tables = [window.selection.sessions.viewport(), window.selection.tasks.viewport()]
        return [QRect(w.mapTo(window, QPoint()), w.size()) for w in (*parts, *tables)]

    services.sessions.add(9, status=TaskStatus.DONE)
    services.sessions.change_session(9, phase=Phase.CLOSED, ended_ms=NOW - 60_000)
    for width in (1280, 760, 640):
        size(window, width, 800)
        before = places()
        services.sessions.add(1, status=TaskStatus.ASKS)
        for number in range(2, 6):
            services.sessions.add(number)
        services.inbox.ask(a_question(1, "Which one?", expires_ms=NOW + 161_000))
        window.question_strip.show_need("3 tasks queued", "Go on", lambda: None)
        assert places() == before
        window.notices.add(Notice(title=f"A start is unconfirmed ({width})."))
        services.health.lose(NOW)
        assert places() == before
        services.health.come_back()
        services.inbox.close(1)
        assert places() == before
        window.question_strip.show_need("", "", None)
        for number in range(1, 6):
            services.sessions.change_session(number, phase=Phase.CLOSED, ended_ms=NOW - 60_000)
        assert places() == before


def test_where_the_person_put_the_splitter_it_stays(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.sessions.add(1)
    qapp.processEvents()
    drag(window.body.tables, QPoint(0, 90))
    height = window.sessions_card.height()
    for count in range(2, 20):
        services.sessions.add(count)
    qapp.processEvents()
    assert window.sessions_card.height() == height
    window.save_layout()
    again = restarted(services, 1400, 900)
    assert again.sessions_card.height() == height
    again.close_for_good()


@pytest.mark.parametrize(
    "text", ["", str(DETAILS_WIDTH), "x|y|z", "-4|1e3|2.5", "AAAA/w==|dGVy", "9" * 99]
)
def test_what_means_nothing_is_ignored(services: Any, qapp: QApplication, text: str) -> None:
    services.settings.change(window_splitter=text)
    window = restarted(services, 1280, 800)
    assert window.details.width() == DETAILS_WIDTH
    assert window.body.sizes in {Sizes(), Sizes(details_width=DETAILS_WIDTH)}
    window.close_for_good()
