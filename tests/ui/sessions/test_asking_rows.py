"""A row that needs the person: how it looks in both tables, and what a click on it does."""

from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import CTRL

NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def asking(window: MainWindow, services: Any) -> MainWindow:
    """Session 1 asks, session 2 works; nothing is selected."""
    services.sessions.add(1, status=TaskStatus.ASKS, question="Which colour?")
    services.sessions.add(2)
    services.inbox.ask(a_question(1, "Which colour?"))
    window.activateWindow()
    for table in (window.selection.sessions, window.selection.tasks):
        table.clearSelection()
    QApplication.processEvents()
    return window


def look(table: KeyedTable, key: int) -> tuple[str, str, str]:
    """The colours of a row: at its left edge, right behind that, and at its right end."""
    QApplication.processEvents()
    row = table.rows.row_of(key)
    assert row is not None
    place = table.visualRect(table.rows.index(row, 0))
    picture, middle = table.viewport().grab().toImage(), place.center().y()
    right = table.horizontalHeader().length() - 2
    first, second, last = (picture.pixelColor(x, middle).name() for x in (0, 3, right))
    return first, second, last


def test_it_is_tinted_in_sessions_and_has_a_bar_in_both(asking: MainWindow, services: Any) -> None:
    sessions, tasks, c = asking.selection.sessions, asking.selection.tasks, theme.colours()
    assert look(sessions, 1) == (c.amber_bar, c.amber_tint, c.amber_tint)
    assert look(tasks, 1) == (c.amber_bar, c.card, c.card)
    assert look(sessions, 2) == look(tasks, 2) == (c.card, c.card, c.card)
    sessions.select_key(1)
    assert look(sessions, 1)[1:] == (c.tint, c.tint)  # the subject's tint wins
    sessions.clearSelection()
    services.health.lose(NOW)
    assert look(sessions, 1) == (c.card, c.card, c.card)  # nobody knows whether it asks still


def test_the_one_whose_question_stands_in_the_window_is_the_subject_and_others_stay_amber(
    asking: MainWindow, services: Any
) -> None:
    sessions, tasks, c = asking.selection.sessions, asking.selection.tasks, theme.colours()
    services.sessions.change_task(2, status=TaskStatus.ASKS)
    services.sessions.add(3)
    sessions.select_key(3)
    asking.set_in_sight((1, 1))
    assert look(sessions, 1) == (c.mark, c.tint, c.tint)
    assert look(sessions, 2) == (c.amber_bar, c.amber_tint, c.amber_tint)
    assert look(sessions, 3) == look(tasks, 3) == (c.card, c.card, c.card)
    assert look(tasks, 1) == (c.amber_bar, c.related_tint, c.related_tint)
    asking.set_in_sight(None)
    assert look(sessions, 1) == (c.amber_bar, c.amber_tint, c.amber_tint)
    assert look(sessions, 3)[1:] == (c.tint, c.tint)


def test_beside_a_question_the_verbs_act_on_what_is_selected_only_while_it_is_marked(
    asking: MainWindow,
) -> None:
    sessions, c = asking.selection.sessions, theme.colours()
    stop = asking.verbs[CommandVerb.STOP]
    sessions.select_key(2)
    assert stop.isEnabled()
    asking.set_in_sight((1, 1))
    assert (look(sessions, 2)[1], stop.isEnabled()) == (c.card, False)
    sessions.setFocus()
    assert (look(sessions, 2)[1], stop.isEnabled()) == (c.related_tint, True)
    asking.filter_bar.field.setFocus()
    assert (look(sessions, 2)[1], stop.isEnabled()) == (c.card, False)
    asking.set_in_sight(None)
    assert (look(sessions, 2)[1], stop.isEnabled()) == (c.tint, True)


def test_its_whole_row_follows_when_it_begins_and_ends(asking: MainWindow, services: Any) -> None:
    sessions, c = asking.selection.sessions, theme.colours()
    told: set[int] = set()
    sessions.rows.dataChanged.connect(lambda first, _last: told.add(first.column()))
    services.sessions.change_task(1, status=TaskStatus.WORKING)
    assert told == set(Column)
    assert look(sessions, 1) == (c.card, c.card, c.card)


def test_what_costs_while_nothing_works_has_an_amber_glyph_alone(
    asking: MainWindow, services: Any
) -> None:
    sessions, c = asking.selection.sessions, theme.colours()
    services.sessions.change_task(2, status=TaskStatus.PAUSED)
    assert look(sessions, 2) == (c.card, c.card, c.card)


def test_a_click_on_it_opens_its_question_and_on_others_nothing(
    asking: MainWindow, dialogs: FakeDialogs
) -> None:
    click(asking, 2, Column.TASK)
    click(asking, 1, Column.TASK, CTRL)  # several are selected
    assert dialogs.calls == []
    click(asking, 1, Column.TASK)
    assert dialogs.calls == [("open_question", 1)]
    click(asking, 1, Column.VERBS)
    assert dialogs.calls == [("open_question", 1)]


def click(
    window: MainWindow, key: int, column: Column, modifiers: Qt.KeyboardModifier = NO_KEY
) -> None:
    table = window.selection.sessions
    row = table.rows.row_of(key)
    assert row is not None
    place = table.visualRect(table.rows.index(row, column))
    at = place.center() if column is not Column.VERBS else place.topLeft()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifiers, at)


def test_a_row_that_is_selected_without_the_focus_gets_it(
    asking: MainWindow, services: Any
) -> None:
    """As assistive technology does: one row has both marks, not each one of them."""
    table, c = asking.selection.sessions, theme.colours()
    table.setFocus()
    table.select_key(2)
    flags = QItemSelectionModel.SelectionFlag
    index = table.rows.index(0, 0)
    table.selectionModel().select(index, flags.ClearAndSelect | flags.Rows)
    assert look(table, 1) == (c.mark, c.tint, c.tint)
    assert look(table, 2) == (c.card, c.card, c.card)
