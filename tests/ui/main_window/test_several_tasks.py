"""What is done with several tasks at once.

It is done to those that were selected and shown as it was asked for.
"""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.task_filter import SortBy, SortColumn, TaskFilter
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.sessions import MOST_STARTS
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.ui import clipboard
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.run_again import RunAgainDialog
from enigma_panel.ui.quit.terminate_all import TerminateAllDialog
from enigma_panel.ui.sessions.model import Column as SessionColumn
from enigma_panel.ui.tasks.model import Column
from enigma_panel.ui.widgets.actions import make_action
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import CTRL, button, key

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def five(window: MainWindow, services: Any) -> MainWindow:
    """Three prices that are done, two of them new, one without a result, and two at work."""
    facts: dict[str, Any] = {"status": TaskStatus.DONE, "ended_ms": NOW}
    services.sessions.add(1, text="Price of a hub", result="$5", is_new=True, **facts)
    services.sessions.add(2, text="Price of a lamp", result="$9\nor less", is_new=True, **facts)
    services.sessions.add(3, text="Price of a bike", **facts)
    services.sessions.add(4, text="Read the news")
    services.sessions.add(5, text="Log in to mail.example")
    window.activateWindow()
    return window


def tables(window: MainWindow) -> tuple[KeyedTable, KeyedTable]:
    return window.selection.tasks, window.selection.sessions


def choose(window: MainWindow, *keys: int) -> None:
    window.selection.tasks.select_keys(keys)


def look_for(services: Any, words: str) -> None:
    services.task_search.ask(TaskFilter(words=words))


def menu(window: MainWindow) -> dict[str, Any]:
    """The entries of the context menu that is open, by their words."""
    window.menus.show_for_tasks(QPoint(10, 10))
    window.menus.menu.hide()
    return {action.text(): action for action in window.menus.menu.actions()}


def news(services: Any) -> list[int]:
    return [key for key, task in services.sessions.tasks.items() if task.is_new]


def said(window: MainWindow) -> str:
    return window.toast.accessibleName() if window.toast.isVisible() else ""


def test_what_hides_between_click_and_confirmation_is_meant_all_the_same(
    five: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    look_for(services, "price")
    five.selection.tasks.selectAll()
    entries = menu(five)
    look_for(services, "lamp")  # while the menu is open
    entries["Run again…"].trigger()
    name, keys, start = dialogs.calls[-1]
    assert (name, keys) == ("open_run_again", (3, 2, 1))
    dialog = RunAgainDialog(services, None, start)
    dialog.ask(keys)
    look_for(services, "mail")
    five.selection.task_rows.set_order((SortBy(SortColumn.TASK),))
    choose(five, 5)
    assert (five.selection.tasks.selected_keys(), dialog.verb_button.text()) == (
        [5],
        "Run 3 tasks again",
    )
    dialog.verb_button.click()
    dialog.verb_button.click()
    started = [each.spec.text for each in services.sessions.started]
    assert started == ["Price of a bike", "Price of a lamp", "Price of a hub"]
    look_for(services, "")
    choose(five, 5, 4)
    five.verbs[CommandVerb.TERMINATE].trigger()
    name, keys = dialogs.calls[-1]
    terminating = TerminateAllDialog(services, None)
    terminating.ask(keys)
    look_for(services, "news")
    assert five.selection.session_keys() == [4]
    terminating.verb_button.click()
    assert name == "confirm_terminate_all"
    assert services.sessions.commands == [((5, 4), CommandVerb.TERMINATE)]


def test_rows_that_come_back_selected_are_summed_again(five: MainWindow, services: Any) -> None:
    five.body.set_details_open(False)
    choose(five, 3, 2, 1)
    assert five.sums.accessibleName().startswith("3 tasks selected")
    look_for(services, "mail")
    assert "selected" not in five.sums.accessibleName()
    look_for(services, "")
    assert five.sums.accessibleName().startswith("3 tasks selected")


def test_several_stay_new_until_they_are_marked(five: MainWindow, services: Any) -> None:
    choose(five, 4, 3, 2, 1)
    assert news(services) == [1, 2]
    mark = menu(five)["Mark as seen"]
    look_for(services, "lamp")
    mark.trigger()
    assert (news(services), said(five)) == ([], "2 results were marked as seen.")
    look_for(services, "")
    choose(five, 5, 4)
    menu(five)["Mark as seen"].trigger()
    assert said(five) == "None of them was new."


def test_details_has_their_verbs_too(five: MainWindow, services: Any, dialogs: FakeDialogs) -> None:
    exported: list[list[int]] = []
    tasks, bar = five.selection.tasks, five.details.bulk
    export = make_action(five, "Export…", lambda: exported.append(tasks.selected_keys()))
    five.menus.add_for_tasks(export)
    choose(five, 1)
    assert not bar.isVisible()
    choose(five, 3, 2, 1)
    look_for(services, "lamp")  # the others are not shown, so they are not meant
    button(bar, "Run again…").click()
    assert dialogs.calls[0][:2] == ("open_run_again", [2])
    button(bar, "Copy results").click()
    assert QGuiApplication.clipboard().text() == "$9\nor less"
    button(bar, "Export…").click()
    assert exported == [[2]]
    button(bar, "Mark as seen").click()
    assert news(services) == [], "the first one was on the screen"
    look_for(services, "nothing")
    assert not bar.isVisible()


def test_a_cell_is_copied_whole_and_of_several_rows_the_results(
    five: MainWindow, services: Any
) -> None:
    clipboard, tasks, sessions = QGuiApplication.clipboard(), *tables(five)
    long = "Price of a hub " * 30
    cost = Usage(cost=Decimal("0.021437"))
    services.sessions.change_task(1, spec=TaskSpec(text=long), usage=cost, result="one\ntwo")

    def copied(table: KeyedTable, row: int, column: int) -> str:
        place = table.visualRect(table.rows.index(row, column)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        key(table, Qt.Key.Key_C, CTRL)
        return clipboard.text()

    assert five.selection.task_rows.cell_at(4, Column.COST).text == "$0.021"
    assert copied(tasks, 4, Column.COST) == "$0.021437"
    assert said(five) == "Copied: $0.021437"
    assert copied(tasks, 4, Column.TASK) == long
    assert copied(tasks, 4, Column.RESULT) == "one\ntwo"
    assert copied(tasks, 4, Column.TOOK) == "0:31"
    row = sessions.rows.row_of(1)
    assert row is not None
    assert copied(sessions, row, SessionColumn.COST) == "≥ $0.021437"
    choose(five, 2, 1)
    key(tasks, Qt.Key.Key_C, CTRL)
    assert clipboard.text() == "$9\nor less\n\none\ntwo"
    choose(five, 3, 2)
    menu(five)["Copy results"].trigger()
    assert clipboard.text() == "$9\nor less"


def test_a_screen_full_of_starts_is_refused(services: Any) -> None:
    dialog = RunAgainDialog(services, None, lambda _specs: None)
    dialog.ask(range(1, MOST_STARTS + 2))
    assert not dialog.verb_button.isEnabled()
    assert dialog.notes.text() == "201 tasks are too many. Start 200 at most."


@pytest.fixture
def told(services: Any) -> tuple[Actions, list[str]]:
    """What is done without a window, and what was said of it."""
    done: dict[str, Any] = {"status": TaskStatus.DONE}
    services.sessions.add(1, result="$5", **done)
    services.sessions.add(2, result="$9\nor less", **done)
    services.sessions.add(3, **done)
    app_actions, said = Actions(services, FakeDialogs()), list[str]()
    app_actions.done.connect(said.append)
    return app_actions, said


def test_marks_that_the_ledger_refuses_are_said(
    told: Any, services: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    async def refuse(_keys: Any) -> int:
        raise DiskFullError(tmp_path, "disk full")

    app_actions, said = told
    monkeypatch.setattr(services.sessions, "mark_many_seen", refuse)
    app_actions.mark_several_seen([1, 2])
    assert said == ["The history could not be saved, so not all were marked."]


def test_results_are_copied_as_plain_text_one_below_the_other(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_actions, said = told
    app_actions.clipboard.copy_results([3, 2, 1])
    assert QGuiApplication.clipboard().text() == "$9\nor less\n\n$5"
    app_actions.clipboard.copy_results([3])
    monkeypatch.setattr(clipboard, "MOST_COPIED", 10)
    app_actions.clipboard.copy_results([2, 1])
    assert QGuiApplication.clipboard().text() == "$9\nor less\n\n$5"
    assert said == [
        "2 results were copied. 1 task has none.",
        "None of them has a result, so nothing was copied.",
        "These results are too long to copy at once. Select fewer.",
    ]
