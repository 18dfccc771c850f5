"""The recovery card: true by itself, settled row by row, out of the way when nothing is left."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QVBoxLayout, QWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import PauseReason, Recovered, WaitReason
from enigma_panel.ui.recovery.card import RecoveryCard
from enigma_panel.ui.recovery.rows import MOST_ROWS, ROW_HEIGHT, RecoveryRowWidget
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from tests.kit.clock import NOW
from tests.kit.fakes import FakeActions


class Tables(QFrame):
    """Needs room."""

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 240)


@pytest.fixture
def card(
    services: Any, app_actions: FakeActions, hold: PointerHold, qapp: QApplication
) -> Iterator[RecoveryCard]:
    window = QWidget()
    window.setMinimumSize(400, 200)  # as the main window: else its parts decide
    window.resize(1280, 800)
    column = QVBoxLayout(window)
    card = RecoveryCard(services, app_actions, hold)
    column.addWidget(card)
    column.addWidget(Tables(), 1)
    window.show()
    yield card
    window.hide()
    window.deleteLater()
    qapp.processEvents()
    # Else all windows stay until the end, and each change of theme dresses all of them.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def recover(card: RecoveryCard, *keys: int, **more: Any) -> None:
    card.show_recovered(Recovered(sessions=keys, **more))


def names(card: RecoveryCard) -> list[str]:
    return [view.row.name for view in card.rows.views() if view.row is not None]


def row(card: RecoveryCard, name: str) -> RecoveryRowWidget:
    return next(v for v in card.rows.views() if v.row is not None and v.row.name == name)


def pressable(view: RecoveryRowWidget) -> list[str]:
    return [b.text() for b in view.buttons() if b.isVisible()]


def fill(services: Any, n: int, **more: Any) -> tuple[int, ...]:
    for key in range(1, n + 1):
        services.sessions.add(key, tell=False, **more)
    return tuple(range(1, n + 1))


def test_nothing_to_tell_shows_nothing(card: RecoveryCard, services: Any) -> None:
    recover(card)
    assert not card.isVisible()
    services.queue.set_waiting(3, pause_reason=PauseReason.RESTARTED)
    recover(card, queued=3)
    assert not card.isVisible()  # the line says so itself


def test_the_sentence_follows_what_happens(card: RecoveryCard, services: Any) -> None:
    sessions = services.sessions
    recover(card, *fill(services, 2))
    assert card.text_label.text() == (
        "2 browsers were open: 2 still work; nothing was started twice."
    )
    sessions.add(1, phase=Phase.CLOSED, status=TaskStatus.DONE, cost="0.04")
    card.refresh()
    assert card.text_label.text().startswith(
        "2 browsers were open: 1 finished meanwhile ($0.0400), 1 still works;"
    )
    assert card.text_label.accessibleName() == card.text_label.text()
    assert pressable(row(card, "shop.example 1")) == ["Show task"]


def test_news_come_by_themselves(card: RecoveryCard, services: Any, qtbot: Any) -> None:
    recover(card, *fill(services, 1))
    services.sessions.change_task(1, status=TaskStatus.ASKS)
    assert "still works" in card.text_label.text()
    qtbot.waitUntil(lambda: "it asks you" in card.text_label.text())
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    qtbot.waitUntil(lambda: "waits for a connection" in card.text_label.text())


def test_it_says_that_it_still_asks(card: RecoveryCard, services: Any) -> None:
    services.sessions.asking = {1, 2}
    recover(card, *fill(services, 2))
    assert "still asking about 2" in card.text_label.text()
    assert row(card, "shop.example 1").row.state == "still asking…"  # type: ignore[union-attr]
    services.sessions.set_asking(2)
    card.refresh()
    assert "1 still works, still asking about 1" in card.text_label.text()


def test_what_is_not_found_counts_as_asked_for(card: RecoveryCard, services: Any) -> None:
    services.sessions.missing = {2}
    recover(card, *fill(services, 2))
    assert "1 still works, still asking about 1" in card.text_label.text()
    found = row(card, "shop.example 2").row
    assert found is not None
    assert found.state == "not found – looking again"


def test_what_only_costs_money_comes_first(card: RecoveryCard, services: Any) -> None:
    sessions = services.sessions
    sessions.add(1, tell=False)
    sessions.add(2, status=TaskStatus.DONE, tell=False)
    sessions.add(3, phase=Phase.CLOSED, status=TaskStatus.DONE, tell=False)
    sessions.add(4, status=TaskStatus.QUEUED, tell=False)
    recover(card, 3, 1, 2, 4, unsent=frozenset({4}))
    assert names(card) == [f"shop.example {n}" for n in (4, 2, 1, 3)]
    first = row(card, "shop.example 4").row
    assert first is not None
    assert first.note == "opened, but its task was never sent – it only costs money"
    sessions.change_task(4, status=TaskStatus.WORKING)  # it was sent since
    card.refresh()
    assert "never sent" not in card.text_label.text()


def test_keep_takes_the_row_off_the_card_and_nothing_else(
    card: RecoveryCard, services: Any, app_actions: FakeActions
) -> None:
    recover(card, *fill(services, 2))
    row(card, "shop.example 1").keep_button.click()
    assert names(card) == ["shop.example 2"]
    assert card.text_label.text().startswith("2 browsers were open: 2 still work;")
    row(card, "shop.example 2").keep_button.click()
    assert not card.isVisible()
    assert app_actions.calls == services.sessions.calls == []


def test_terminate_ends_the_session_and_the_row_leaves_with_it(
    card: RecoveryCard, services: Any, app_actions: FakeActions
) -> None:
    recover(card, *fill(services, 2))
    row(card, "shop.example 2").terminate_button.click()
    assert app_actions.calls == [("command", [2], CommandVerb.TERMINATE)]
    services.sessions.set_pending(2, CommandVerb.TERMINATE, WaitReason.UNDO)
    card.refresh()
    assert pressable(row(card, "shop.example 2")) == ["Undo", "Terminate"]
    services.sessions.set_pending(2, None)
    services.sessions.change_session(2, phase=Phase.CLOSED_ASSUMED)
    card.refresh()
    assert names(card) == ["shop.example 1"]
    row(card, "shop.example 1").terminate_button.click()
    services.sessions.change_session(1, phase=Phase.ENDED_BY_YOU)
    card.refresh()
    assert not card.isVisible()


def test_undo_takes_terminate_back_and_keeps_the_row(
    card: RecoveryCard, services: Any, app_actions: FakeActions
) -> None:
    recover(card, *fill(services, 1))
    row(card, "shop.example 1").terminate_button.click()
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    card.refresh()
    row(card, "shop.example 1").keep_button.click()
    assert services.sessions.calls == [("undo", (1,))]
    assert pressable(row(card, "shop.example 1")) == ["Keep", "Terminate"]
    services.sessions.change_session(1, phase=Phase.CLOSED)  # later, by itself: stays to be read
    card.refresh()
    assert card.isVisible()


def test_what_ended_by_itself_stays_to_be_read_until_it_is_closed(
    card: RecoveryCard, services: Any
) -> None:
    keys = fill(services, 2, phase=Phase.CLOSED, status=TaskStatus.DONE)
    recover(card, *keys)
    card.refresh()
    assert card.isVisible()
    card.close_button.click()
    assert not card.isVisible()
    services.sessions.change_task(1, is_new=True)
    QTest.qWait(150)
    assert not card.isVisible()


def test_the_last_decision_closes_it_although_results_stand_there(
    card: RecoveryCard, services: Any
) -> None:
    fill(services, 1, phase=Phase.CLOSED, status=TaskStatus.DONE)
    services.sessions.add(2, tell=False)
    recover(card, 1, 2)
    row(card, "shop.example 2").keep_button.click()
    assert not card.isVisible()


def test_a_result_can_be_looked_at(card: RecoveryCard, services: Any) -> None:
    wanted: list[int] = []
    card.task_wanted.connect(wanted.append)
    recover(card, *fill(services, 1, phase=Phase.CLOSED, status=TaskStatus.DONE))
    row(card, "shop.example 1").show_button.click()
    assert wanted == [1]


def test_the_line_is_said_while_it_stands(card: RecoveryCard, services: Any) -> None:
    services.queue.set_waiting(3, pause_reason=PauseReason.RESTARTED)
    recover(card, *fill(services, 1), queued=3)
    assert card.text_label.text().endswith("3 tasks wait here.")
    services.queue.set_waiting(2)
    card.refresh()
    assert "wait here" not in card.text_label.text()


def test_rows_do_not_move_while_somebody_aims(card: RecoveryCard, services: Any) -> None:
    recover(card, *fill(services, 3))
    card.window().activateWindow()
    row(card, "shop.example 2").terminate_button.setFocus()
    services.sessions.add(1, phase=Phase.CLOSED, status=TaskStatus.DONE)
    card.refresh()
    assert names(card) == [f"shop.example {n}" for n in (1, 2, 3)]
    card.close_button.setFocus()
    card.refresh()
    assert names(card) == [f"shop.example {n}" for n in (2, 3, 1)]


def in_view(card: RecoveryCard) -> list[str]:
    """The rows that can be seen as a whole."""
    window = card.rows.viewport().rect()
    return [
        view.row.name.removeprefix("shop.example ")
        for view in card.rows.views()
        if view.row is not None
        and window.contains(view.rect().translated(view.mapTo(card.rows.viewport(), QPoint())))
    ]


def press(pressed: Qt.Key) -> str:
    """A key on the button that has the focus; the one that has it then, with its session."""
    QTest.keyClick(QApplication.focusWidget(), pressed)
    focus = QApplication.focusWidget()
    assert isinstance(focus, QPushButton)
    return f"{focus.text()} {focus.accessibleDescription()[13:16].strip(', ')}".strip()


def test_more_than_six_rows_scroll_by_keys_and_wheel(
    card: RecoveryCard, services: Any, qapp: QApplication
) -> None:
    recover(card, *fill(services, 20))
    card.window().activateWindow()
    qapp.processEvents()
    assert in_view(card) == ["1", "2", "3", "4", "5", "6"]
    row(card, "shop.example 1").terminate_button.setFocus()
    for _ in range(5):
        press(Qt.Key.Key_Down)
    assert press(Qt.Key.Key_Down) == "Terminate 7"
    assert "7" in in_view(card)
    assert press(Qt.Key.Key_End) == "Terminate 20"
    assert "20" in in_view(card)
    assert press(Qt.Key.Key_PageUp) == "Terminate 14"
    assert "14" in in_view(card)
    assert press(Qt.Key.Key_Home) == "Terminate 1"
    assert "1" in in_view(card)
    wheel(card, -120)
    assert "1" not in in_view(card)


def test_there_is_a_way_to_every_row(card: RecoveryCard, services: Any, qapp: QApplication) -> None:
    more = card.rows.more_button
    recover(card, *fill(services, 45))
    card.window().activateWindow()
    row(card, "shop.example 1").keep_button.setFocus()
    for shown, left in ((20, "and 25 more"), (40, "and 5 more")):
        qapp.processEvents()
        assert len(names(card)) == shown
        assert (more.text(), more.accessibleName()) == (left, left)
        assert press(Qt.Key.Key_End) == left
        assert not more.visibleRegion().isEmpty()
        QTest.keyClick(more, Qt.Key.Key_Space)
    assert len(names(card)) == 45
    assert not more.isVisible()
    assert QApplication.focusWidget() is card.rows  # another Space must not be a Keep
    recover(card, *range(1, 46))
    qapp.processEvents()
    assert len(names(card)) == 20
    assert in_view(card)[0] == "1"


def test_the_focus_does_not_go_on_with_a_row_that_leaves(card: RecoveryCard, services: Any) -> None:
    recover(card, *fill(services, 3))
    card.window().activateWindow()
    last = row(card, "shop.example 3").keep_button
    last.setFocus()
    QTest.keyClick(last, Qt.Key.Key_Space)
    assert pressable(row(card, "shop.example 3")) == []
    assert QApplication.focusWidget() is card.rows
    card.close_button.setFocus()
    card.refresh()
    assert names(card) == ["shop.example 1", "shop.example 2"]


def place(card: RecoveryCard, name: str) -> QPoint:
    view = row(card, name)
    return view.mapTo(card.window(), view.terminate_button.geometry().center())


def test_the_next_row_does_not_slide_under_the_pointer(
    card: RecoveryCard, services: Any, qapp: QApplication
) -> None:
    recover(card, *fill(services, 3))
    qapp.processEvents()
    before = place(card, "shop.example 3")
    QApplication.sendEvent(card.rows, QEvent(QEvent.Type.Enter))
    first, second = row(card, "shop.example 1"), row(card, "shop.example 2")
    first.keep_button.click()
    second.terminate_button.click()
    services.sessions.change_session(2, phase=Phase.ENDED_BY_YOU, ended_ms=NOW)
    card.tick()
    qapp.processEvents()
    assert names(card) == [f"shop.example {n}" for n in (1, 2, 3)]
    assert place(card, "shop.example 3") == before
    assert (pressable(first), pressable(second)) == ([], ["Show task"])
    assert first.accessibleName() == "shop.example 1, kept"
    height = card.height()
    QApplication.sendEvent(card.rows, QEvent(QEvent.Type.Leave))
    qapp.processEvents()
    assert names(card) == ["shop.example 3"]
    assert card.height() < height


def test_the_rows_follow_each_other_in_the_tab_order(card: RecoveryCard, services: Any) -> None:
    beyond = QPushButton("beyond", card.window())
    beyond.show()
    recover(card, *fill(services, 45))
    card.rows.more_button.click()
    order, focus = [], card.close_button.nextInFocusChain()
    while focus is not card.close_button:
        if isinstance(focus, QPushButton) and focus.isVisible():
            order.append(focus.text())
        focus = focus.nextInFocusChain()
    assert order == [*["Keep", "Terminate"] * 40, "and 5 more", "beyond"]


def wheel(card: RecoveryCard, turn: int) -> None:
    """Turn the wheel over the rows."""
    point = QPointF(20, 20)
    event = QWheelEvent(
        point,
        card.rows.mapToGlobal(point),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(card.rows.viewport(), event)


def test_a_low_window_shows_fewer_rows(card: RecoveryCard, services: Any) -> None:
    recover(card, *fill(services, 20))
    assert card.rows.height() == MOST_ROWS * ROW_HEIGHT
    card.window().resize(800, 420)
    QTest.qWait(20)
    assert ROW_HEIGHT <= card.rows.height() < MOST_ROWS * ROW_HEIGHT
    recover(card, 1)
    assert card.rows.height() == ROW_HEIGHT


def test_every_control_has_its_visible_name(card: RecoveryCard, services: Any) -> None:
    services.queue.set_waiting(1, pause_reason=PauseReason.RESTARTED)
    recover(card, *fill(services, 2), queued=1)
    for button in card.findChildren(QPushButton):
        if button.isVisible():
            assert button.accessibleName() == button.text()
    keep = row(card, "shop.example 2").keep_button
    assert keep.accessibleDescription().startswith("shop.example 2, working")
    assert card.close_button.accessibleName() == "Close"
    assert row(card, "shop.example 1").accessibleName().startswith("shop.example 1, working")


def test_it_takes_no_focus_and_gives_it_back(card: RecoveryCard, services: Any) -> None:
    other = QPushButton("other", card.window())
    other.show()
    card.window().activateWindow()
    other.setFocus()
    recover(card, *fill(services, 1))
    assert QApplication.focusWidget() is other
    left: list[bool] = []
    card.left.connect(lambda: left.append(True))
    card.close_button.click()
    assert left == []
    recover(card, 1)
    card.close_button.setFocus()
    card.close_button.click()
    assert left == [True]


def test_after_a_sleep_it_tells_of_what_was_open(card: RecoveryCard, services: Any) -> None:
    sessions = services.sessions
    sessions.add(1, tell=False)
    sessions.add(2, phase=Phase.EXPIRED_ASSUMED, tell=False)
    sessions.sessions[2] = replace(sessions.sessions[2], ended_ms=NOW - 5_000)
    sessions.add(3, phase=Phase.CLOSED, tell=False)  # had ended long before
    assert card.show_away(751_000)
    assert card.text_label.text() == (
        "This computer slept for 12:31. Meanwhile: 1 still works, 1 expired (assumed)."
    )
    assert names(card) == ["shop.example 1", "shop.example 2"]


def test_after_a_sleep_with_nothing_open_an_old_card_leaves(
    card: RecoveryCard, services: Any
) -> None:
    services.sessions.add(1, phase=Phase.CLOSED)
    recover(card, 1)
    assert card.isVisible()
    services.sessions.change_session(1, ended_ms=NOW - 60_000)
    assert not card.show_away(5_000)
    assert not card.isVisible()


def test_after_a_sleep_with_nothing_open_there_is_no_card(
    card: RecoveryCard, services: Any
) -> None:
    assert not card.show_away(751_000)
    assert not card.isVisible()


def test_a_double_click_keeps_one_row(card: RecoveryCard, services: Any) -> None:
    recover(card, *fill(services, 3))
    QCoreApplication.processEvents()
    keep, window = row(card, "shop.example 1").keep_button, card.window()
    there = keep.mapTo(window, keep.rect().center())
    left, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseDClick(window.windowHandle(), left, no_keys, there)
    QCoreApplication.processEvents()
    kept = [name for name in names(card) if not pressable(row(card, name))]
    assert kept == ["shop.example 1"]
