"""The verbs in Details: those of what is selected, in one place."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import AT_CAP, Usage
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.actions import GRACE_MS
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.basics import GAP
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import active, button

VERBS = ["Pause", "Resume", "Stop", "Terminate"]
AGAIN = ["Run again", "Edit and run again…"]


def shown(window: MainWindow) -> list[str]:
    verbs = window.details.verbs
    found = [*verbs.verbs.values(), *verbs.queue_buttons.values(), verbs.again, verbs.edit]
    return [one.accessibleName() for one in found if one.isVisible()]


def test_they_act_on_what_is_selected_and_say_so(window: MainWindow, services: Any) -> None:
    for number in (1, 2):
        services.sessions.add(number)
    window.selection.sessions.select_key(2)
    stop = button(window.details, "Stop")
    assert stop.accessibleDescription().startswith("shop.example 2: ")
    assert not button(window.details, "Resume").isEnabled()
    stop.click()
    assert services.sessions.commands == [((2,), CommandVerb.STOP, GRACE_MS)]


def test_a_session_has_its_verbs_and_a_task_that_ended_is_run_again_in_their_place(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.sessions.add(1)
    window.selection.tasks.select_key(1)
    assert shown(window) == VERBS
    qapp.processEvents()
    place = button(window.details, "Pause").mapTo(window, QPoint())
    services.sessions.change_task(1, status=TaskStatus.DONE, ended_ms=NOW)
    assert shown(window) == AGAIN
    qapp.processEvents()
    assert button(window.details, "Run again").mapTo(window, QPoint()) == place
    window.selection.sessions.select_key(1)
    assert shown(window) == VERBS, "its browser is open and costs money"
    assert button(window.details, "Terminate").isEnabled()
    services.sessions.change_session(1, phase=Phase.CLOSED, ended_ms=NOW)
    window.selection.show_session(1)
    assert shown(window) == AGAIN


def test_a_task_that_asks_has_its_answer_above_them_and_none_moves(
    window: MainWindow, services: Any, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    services.sessions.add(2)
    window.selection.tasks.select_key(2)
    qapp.processEvents()
    pause, answer = button(window.details, "Pause"), window.details.head.answer
    place = pause.mapTo(window, QPoint())
    assert not answer.isVisible()
    services.sessions.change_task(2, status=TaskStatus.ASKS)
    services.inbox.ask(a_question(2, "Which colour should I take?"))
    window.details.tick()
    qapp.processEvents()
    assert pause.mapTo(window, QPoint()) == place
    button(window.details, "Answer").click()
    assert dialogs.calls == [("open_question", 2)]


def test_of_several_they_say_how_many_can_take_them(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for number in (1, 2):
        services.sessions.add(number)
    services.sessions.add(3, status=TaskStatus.DONE, ended_ms=NOW)
    window.selection.sessions.selectAll()
    assert shown(window) == ["Pause 2", "Resume", "Stop 2", "Terminate 3"]
    button(window.details, "Pause 2").click()
    assert services.sessions.commands == [((1, 2), CommandVerb.PAUSE)]
    bar = window.details.verbs
    qapp.processEvents()
    places = [one.geometry() for one in bar.verbs.values()]
    assert places[1].x() - places[0].right() == GAP + 1
    services.sessions.change_task(2, status=TaskStatus.PAUSED)
    qapp.processEvents()
    assert shown(window) == ["Pause 1", "Resume 1", "Stop 2", "Terminate 3"]
    assert [one.geometry() for one in bar.verbs.values()] == places, "a count moves none"
    for number in (1, 3):
        services.sessions.change_session(number, phase=Phase.CLOSED, ended_ms=NOW)
    qapp.processEvents()
    assert shown(window) == ["Pause", "Resume", "Stop", "Terminate"]
    assert [one.geometry() for one in bar.verbs.values()] == places, "nor does its end"


@pytest.mark.parametrize("table", ["sessions", "tasks"])
def test_what_is_assumed_closed_is_terminated_only_where_it_alone_is_meant(
    window: MainWindow, services: Any, table: str
) -> None:
    for number in (1, 2, 3):
        services.sessions.add(number)
    services.sessions.change_session(3, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
    getattr(window.selection, table).selectAll()
    assert set(window.selection.session_keys()) == {1, 2}
    assert shown(window)[-1] == "Terminate 2"
    services.sessions.change_session(2, phase=Phase.EXPIRED_ASSUMED, ended_ms=NOW)
    assert shown(window)[-1] == "Terminate"
    services.sessions.change_session(1, phase=Phase.CLOSED, ended_ms=NOW)
    assert window.selection.session_keys() == shown(window) == []
    assert not window.verbs[CommandVerb.TERMINATE].isEnabled()
    getattr(window.selection, table).select_key(2)
    assert window.selection.session_keys() == [2]
    assert window.verbs[CommandVerb.TERMINATE].isEnabled()


@pytest.mark.parametrize(
    ("costs", "label"), [(2, "Run again"), (3, "Run again · ≈ $0.02"), (20, "Run again · ≈ $0.02")]
)
def test_what_starts_a_browser_names_its_price(
    window: MainWindow, services: Any, costs: int, label: str
) -> None:
    services.spending.costs = [Decimal("0.02")] * costs
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=NOW)
    window.selection.tasks.select_key(1)
    assert shown(window)[0] == label
    window.menus.show_for_tasks(QPoint(10, 10))
    assert label in [action.text() for action in window.menus.menu.actions()]
    window.menus.menu.hide()
    services.sessions.add(2, status=TaskStatus.ASKS)
    window.selection.tasks.select_key(2)
    window.menus.show_for_tasks(QPoint(10, 10))
    offered = [action.text() for action in window.menus.menu.actions()]
    assert label.replace("again", "a second time") in offered
    assert label not in offered
    window.menus.menu.hide()
    window.selection.tasks.select_key(1)
    services.sessions.change_task(1, usage=Usage(cost=Decimal("0.074")))
    assert shown(window)[0] == "Run again · ≈ $0.07"
    services.sessions.change_task(1, status=TaskStatus.STOPPED, code=AT_CAP)
    assert shown(window)[0] == "Run again · more than $0.07"


@pytest.mark.qt_log_ignore("This plugin does not support")
async def test_a_button_that_takes_no_press_hands_the_keyboard_on(
    window: MainWindow, services: Any
) -> None:
    services.sessions.add_queued(7)
    services.queue.put(7)
    await active(window)
    window.selection.tasks.select_key(7)
    remove = button(window.details, "Remove")
    remove.setFocus()
    assert remove.hasFocus()
    (entry,) = services.queue.waiting
    services.queue.set(replace(entry, why=WaitReason.SESSION_ENDED))
    assert remove.isVisible()
    assert window.details.page.hasFocus()
