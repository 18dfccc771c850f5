"""The filter of Tasks: what is asked for, what is shown of it, and what stays where it is."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.task_filter import NO_FILTER, SortBy, SortColumn, TaskFilter
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.settings import Settings
from enigma_panel.ui.main_window.selection import NOBODY, Subject
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme.palette import Severity
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import (
    CTRL,
    button,
    key,
    leave,
    move_to,
    shown_texts,
    type_text,
    write_by_screen_reader,
)

DAY_MS = 86_400_000
ESCAPE = Qt.Key.Key_Escape


@pytest.fixture
def four(window: MainWindow, services: Any) -> MainWindow:
    """Two tasks that are done, one that failed, one at work; the last is the newest."""
    sessions = services.sessions
    facts: dict[str, Any] = {"status": TaskStatus.DONE, "ended_ms": NOW}
    cost = Usage(cost=Decimal("0.02"))
    sessions.add(1, text="Price of the MX Keys", result="$109.99", usage=cost, **facts)
    sessions.add(2, text="Opening hours of a library", result="9 to 5", **facts)
    sessions.add(3, text="Price of a hub", **facts | {"status": TaskStatus.FAILED})
    sessions.add(4, text="Log in to mail.example")
    window.activateWindow()
    QApplication.processEvents()
    return window


def rows(window: MainWindow) -> list[int]:
    return window.selection.task_rows.keys()


def said(window: MainWindow) -> str:
    """How much is shown, empty where that is all."""
    tasks, _, _ = window.sums.accessibleName().partition(" · ")
    return tasks if window.filter_bar.clear.isVisible() else ""


def chips(window: MainWindow) -> list[str]:
    return [chip.text() for chip in window.filter_bar.chips if chip.isVisible()]


def chip(window: MainWindow, name: str) -> Any:
    return next(chip for chip in window.filter_bar.chips if chip.accessibleName() == name)


def test_words_are_looked_for_with_each_letter(four: MainWindow) -> None:
    assert (rows(four), said(four)) == ([4, 3, 2, 1], "")
    type_text(four.filter_bar.field, "price k")
    assert (rows(four), said(four)) == ([1], "1 of 4 tasks")
    key(four.filter_bar.field, Qt.Key.Key_Backspace)
    assert rows(four) == [3, 1]
    key(four.filter_bar.field, ESCAPE)
    assert (rows(four), four.filter_bar.field.text(), said(four)) == ([4, 3, 2, 1], "", "")


def test_what_assistive_technology_writes_is_looked_for(four: MainWindow) -> None:
    write_by_screen_reader(four.filter_bar.field, "price k")
    assert rows(four) == [1]


def test_what_is_found_in_nothing_is_said(four: MainWindow) -> None:
    type_text(four.filter_bar.field, '"NEAR(')
    table = four.selection.tasks
    assert (rows(four), said(four)) == ([], "0 of 4 tasks")
    assert table.accessibleDescription() == "No task matches the filter."
    button(four.tasks_card, "Clear").click()
    assert (rows(four), table.accessibleDescription()) == ([4, 3, 2, 1], "")
    assert four.filter_bar.field.hasFocus()


def test_the_keyboard_comes_to_the_field_and_leaves_it(four: MainWindow) -> None:
    field, table = four.filter_bar.field, four.selection.tasks
    key(four.selection.sessions, Qt.Key.Key_F, CTRL)
    assert field.hasFocus()
    QTest.keyClicks(field, "price")
    key(field, ESCAPE)
    assert field.hasFocus()
    key(field, ESCAPE)
    assert table.hasFocus()
    assert four.selection.subject == NOBODY
    key(table, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(field, "price")
    key(field, Qt.Key.Key_Down)
    assert table.hasFocus()
    assert four.selection.subject == Subject(tasks=(3,))


def test_the_filter_is_found_from_details_too(four: MainWindow) -> None:
    four.selection.tasks.select_key(1)
    four.details.page.setFocus()
    key(four.details.page, Qt.Key.Key_F, CTRL)
    assert four.filter_bar.field.hasFocus()


def test_chips_say_how_many_and_one_shows_its_tasks(four: MainWindow, services: Any) -> None:
    assert chips(four) == ["Running 1", "Done 2", "Failed 1"]  # what counts nothing is not there
    chip(four, "Failed").click()
    assert rows(four) == [3]
    assert chips(four) == ["Running 1", "Done 2", "Failed 1"]  # what each would show
    assert chip(four, "Failed").accessibleDescription() == "1 task. Lost ones too."
    chip(four, "Done").click()
    assert (rows(four), chip(four, "Failed").isChecked()) == ([2, 1], False)
    type_text(four.filter_bar.field, "hours")
    assert chips(four) == ["Done 1"]
    four.filter_bar.field.clear()
    type_text(four.filter_bar.field, "mail")
    assert (rows(four), chips(four)) == ([], ["Running 1", "Done 0"])  # else nobody could undo it
    chip(four, "Done").click()
    key(four.filter_bar.field, ESCAPE)
    assert (rows(four), said(four)) == ([4, 3, 2, 1], "")


def test_all_chips_add_up_to_the_total(four: MainWindow, services: Any) -> None:
    for number, status in enumerate(TaskStatus, start=10):
        services.sessions.add(number, status=status)
    assert sum(chip._n for chip in four.filter_bar.chips) == len(rows(four))
    assert {"Done 3", "Stopped 1"} < set(chips(four))


def test_in_a_narrow_window_all_chips_and_the_total_are_in_sight(
    four: MainWindow, services: Any
) -> None:
    services.sessions.add(5, status=TaskStatus.ASKS)
    services.sessions.add(6, status=TaskStatus.QUEUED)
    bar = four.filter_bar
    four.resize(1280, 800)
    assert not any(chip._is_short for chip in bar.chips)
    chip(four, "Running").click()
    four.resize(640, 400)
    QApplication.processEvents()
    assert len(chips(four)) == 5
    parts = [part for part in (*bar.chips, bar.clear) if part.isVisible()]
    assert all(bar.rect().contains(part.geometry()) for part in parts)
    assert four.sums.text()


def test_new_results_are_found_from_the_palette(four: MainWindow, services: Any) -> None:
    services.sessions.change_task(2, is_new=True)
    assert four.show_new in four.command_groups()[0].actions
    four.show_new.trigger()
    assert rows(four) == [2]
    button(four.tasks_card, "Clear").click()
    assert rows(four) == [4, 3, 2, 1]


def test_while_somebody_aims_no_chip_comes_or_goes_but_numbers_are_true(
    four: MainWindow, services: Any
) -> None:
    bar = four.filter_bar
    bar.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    four.hold.aim()
    for number in range(10, 30):
        services.sessions.add(number)
    services.sessions.change_task(3, status=TaskStatus.STOPPED)
    assert chips(four) == ["Running 21", "Done 2", "Failed 0"]
    four.hold.leave()
    assert chips(four) == ["Running 21", "Done 2", "Stopped 1"]


def test_when_stands_under_more(four: MainWindow, services: Any) -> None:
    services.sessions.change_task(2, sent_ms=NOW - DAY_MS)
    services.sessions.change_task(1, sent_ms=NOW - 3 * DAY_MS)
    panel = four.filter_bar.panel
    four.filter_bar.more.trigger()
    assert panel.when.hasFocus()
    found = {}
    for n in range(panel.when.count()):
        panel.when.setCurrentIndex(n)
        panel.when.activated.emit(n)
        found[panel.when.currentText()] = list(rows(four))
    assert found == {
        "Any time": [4, 3, 2, 1],
        "Today": [4, 3],
        "Yesterday": [2],
        "Last 7 days": [4, 3, 2, 1],
    }
    button(four.tasks_card, "Clear").click()
    assert (rows(four), panel.when.currentText()) == ([4, 3, 2, 1], "Any time")
    key(panel.when, ESCAPE)
    assert (panel.isVisible(), four.filter_bar.field.hasFocus()) == (False, True)
    assert not four.filter_bar.more.isChecked()


def test_at_midnight_today_is_called_yesterday(four: MainWindow, services: Any) -> None:
    panel = four.filter_bar.panel
    four.filter_bar.more.trigger()
    panel.when.activated.emit(1)
    assert panel.when.currentText() == "Today"
    services.clock.pass_ms(DAY_MS)
    services.task_search.answer(by_person=False)
    assert panel.when.currentText() == "Yesterday"
    four.filter_bar.ask_for(TaskFilter(from_ms=NOW - 9 * DAY_MS, to_ms=NOW - 5 * DAY_MS))
    assert panel.when.currentText() == "12 Sep – 16 Sep"


def test_tasks_that_asked_are_found_whatever_became_of_the_question(
    four: MainWindow, services: Any
) -> None:
    for asked in (1, 3):
        services.sessions.change_task(asked, question="Which one?", question_n=1)
    four.filter_bar.more.trigger()
    four.filter_bar.panel.asked.click()
    assert (rows(four), said(four)) == ([3, 1], "2 of 4 tasks")
    chip(four, "Failed").click()
    assert rows(four) == [3]
    four.save_layout()
    again = MainWindow(services, FakeDialogs())
    again.show()
    assert again.filter_bar.panel.asked.isChecked()
    again.close_for_good()
    button(four.tasks_card, "Clear").click()
    assert (rows(four), four.filter_bar.panel.asked.isChecked()) == ([4, 3, 2, 1], False)


def test_the_next_run_shows_what_was_looked_for(four: MainWindow, services: Any) -> None:
    chip(four, "Failed").click()
    four.filter_bar.more.trigger()
    four.filter_bar.panel.when.activated.emit(3)
    type_text(four.filter_bar.field, "hub")
    services.task_search.ask(order=(SortBy(SortColumn.COST),))
    four.save_layout()
    services.task_search.ask(NO_FILTER, ())
    again = MainWindow(services, FakeDialogs())
    again.show()
    assert again.filter_bar.field.text() == "hub"
    assert again.filter_bar.panel.when.currentText() == "Last 7 days"
    assert chip(again, "Failed").isChecked()
    assert services.task_search.order == (SortBy(SortColumn.COST),)
    again.close_for_good()


@pytest.mark.parametrize("words", ["price", "of"])
def test_a_subject_that_the_filter_hides_stays_it_and_is_marked(
    four: MainWindow, words: str
) -> None:
    """Among others that go, and alone."""
    selection = four.selection
    selection.tasks.select_key(4)
    type_text(four.filter_bar.field, words)
    assert (selection.subject, selection.tasks.selected_keys()) == (Subject(tasks=(4,)), [])
    assert selection.session_keys() == [4]
    assert "Hidden by the filter" in shown_texts(four.details)
    key(four.filter_bar.field, ESCAPE)
    assert (selection.subject, selection.tasks.selected_keys()) == (Subject(tasks=(4,)), [4])
    assert "Hidden by the filter" not in shown_texts(four.details)


def test_of_several_only_those_act_that_are_shown(four: MainWindow, services: Any) -> None:
    services.sessions.add(5, text="Price of a bike")
    selection = four.selection
    selection.tasks.selectAll()
    assert set(selection.session_keys()) == {1, 2, 3, 4, 5}
    type_text(four.filter_bar.field, "price")
    assert selection.tasks.selected_keys() == [5, 3, 1]
    assert set(selection.session_keys()) == {5, 3, 1}
    assert selection.sessions.row_background.related == {5, 3, 1}
    assert selection.subject_text() == "3 tasks"
    assert "3 tasks · 3 open sessions" in shown_texts(four.details)
    assert "2 more selected tasks are hidden by the filter" in shown_texts(four.details)
    four.body.set_details_open(False)
    assert four.sums.text().startswith("3 tasks selected")
    four.body.set_details_open(True)
    key(four.filter_bar.field, ESCAPE)
    assert selection.tasks.selected_keys() == [5, 4, 3, 2, 1]
    type_text(four.filter_bar.field, "bike")
    place = selection.tasks.visualRect(selection.task_rows.index(0, 1)).center()
    QTest.mouseClick(selection.tasks.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert selection.subject == Subject(tasks=(5,))  # though it was selected before
    assert "hidden by the filter" not in " ".join(shown_texts(four.details))


def test_rows_that_fit_no_more_stay_dimmed_until_nobody_aims(
    four: MainWindow, services: Any
) -> None:
    chip(four, "Running").click()
    table, model = four.selection.tasks, four.selection.task_rows
    assert rows(four) == [4]
    move_to(table, 0)
    four.hold.aim()
    services.sessions.change_task(4, status=TaskStatus.DONE, is_new=True)
    cell = model.cell_at(0, 1)
    assert rows(four) == [4]
    assert (cell.severity, cell.bold, cell.hint) == (
        Severity.DIM,
        False,
        "It no longer matches the filter.",
    )
    services.sessions.change_task(4, status=TaskStatus.PAUSED)
    assert model.cell_at(0, 1).severity is Severity.PLAIN
    services.sessions.change_task(4, status=TaskStatus.FAILED)
    leave(table)
    assert rows(four) == []


def test_what_is_typed_while_somebody_aims_is_done_at_once(four: MainWindow) -> None:
    four.hold.aim()
    type_text(four.filter_bar.field, "price")
    assert rows(four) == [3, 1]


def test_a_new_task_is_shown_where_it_fits(four: MainWindow, services: Any) -> None:
    type_text(four.filter_bar.field, "price")
    services.sessions.add(5, text="Price of a bike")
    services.sessions.add(6, text="Something else")
    assert (rows(four), said(four)) == ([5, 3, 1], "3 of 6 tasks")


def test_of_the_line_those_stand_on_top_that_fit(four: MainWindow, services: Any) -> None:
    for number, text in ((7, "Price of a car"), (8, "Price of a boat"), (9, "Else")):
        services.sessions.add_queued(number, text=text)
    services.queue.put(9, 8, 7)
    services.task_search.answer(by_person=False)
    assert rows(four) == [9, 8, 7, 4, 3, 2, 1]
    type_text(four.filter_bar.field, "price")
    assert rows(four) == [8, 7, 3, 1]
    services.task_search.ask(order=(SortBy(SortColumn.TASK, descending=True),))
    assert rows(four) == [1, 3, 7, 8]


def test_without_any_task_there_is_nothing_to_filter(window: MainWindow) -> None:
    assert not window.filter_bar.isVisible()
    assert not window.filter_bar.field.isVisible()
    key(window, Qt.Key.Key_F, CTRL)
    assert window.selection.tasks.accessibleDescription().startswith("No tasks yet.")


def test_a_filter_that_lets_nothing_through_stays_visible(services: Any) -> None:
    services.settings.value = Settings(task_filter=TaskFilter(words="hub"), has_had_tasks=True)
    window = MainWindow(services, FakeDialogs())
    window.show()
    assert window.filter_bar.field.isVisible()
    assert (window.filter_bar.field.text(), said(window)) == ("hub", "0 tasks")
    window.close_for_good()


def test_a_ledger_that_cannot_be_searched_is_said(four: MainWindow, services: Any) -> None:
    search = services.task_search
    search.problem = DiskFullError(Path("ledger"), "no room")
    search.counted.emit()
    assert four.sums.accessibleName() == "The history can't be searched: no room"
    search.problem = None
    search.answer(by_person=False)
    assert four.sums.accessibleName().startswith("4 tasks")
