"""The palette of commands: found by words, run by Enter, and it gives the focus back."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.main_menu.commands import CommandPalette
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.fakes import FakeDialogs
from tests.kit.person import ENTER, key, type_text
from tests.kit.wait import run_events

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def bring_to_front(window: MainWindow, qapp: QApplication) -> None:
    """As a click does. A window manager may refuse one request of ours, but not a click."""

    def is_in_front() -> bool:
        window.activateWindow()
        return window.isActiveWindow()

    run_events(qapp, is_in_front)


def opened(window: MainWindow, qapp: QApplication) -> CommandPalette:
    bring_to_front(window, qapp)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.main_menu._palette
    run_events(qapp, palette.field.hasFocus)
    return palette


def rows(palette: CommandPalette) -> list[str]:
    items = map(palette.list.topLevelItem, range(palette.list.topLevelItemCount()))
    return [item.text(0) for item in items if item is not None]


def test_words_find_and_enter_runs(
    window: MainWindow, qapp: QApplication, dialogs: FakeDialogs
) -> None:
    palette = opened(window, qapp)
    assert rows(palette)[0] == "New task"
    type_text(palette.field, "sett")
    assert rows(palette) == ["Settings"]
    assert palette.field.accessibleDescription() == "Settings: Ctrl+,"
    key(palette.field, ENTER)
    assert not palette.isVisible()
    assert dialogs.calls == [], "it runs once the keyboard is back in the window"
    run_events(qapp, lambda: dialogs.calls)
    assert dialogs.calls == [("open_settings",)]


def test_words_in_any_order_also_of_what_a_command_costs(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    palette = opened(window, qapp)
    type_text(palette.field, "money shop stop")
    assert rows(palette) == ["Stop – shop.example 1"]
    palette.field.setText("s")
    assert rows(palette)[0].startswith("S"), "those that begin so stand before New task"
    palette.field.setText("zebra")
    assert rows(palette) == []
    assert palette.nothing.isVisible()
    assert palette.field.accessibleDescription() == "Nothing found"
    key(palette.field, ENTER)
    assert palette.isVisible()


def test_it_has_what_can_be_done_with_the_selection(
    window: MainWindow, services: Any, qapp: QApplication, dialogs: FakeDialogs
) -> None:
    services.sessions.add(1)
    services.sessions.add(2, status=TaskStatus.DONE, result="x", ended_ms=NOW)
    window.selection.sessions.select_key(1)
    palette = opened(window, qapp)
    offered = [action.text() for action, _subject in palette._commands]
    assert len(set(offered)) == len(offered)
    assert {"Pause", "Next task here", "Copy session ID"} <= set(offered)
    assert not {"Menu", "Commands", "Undo"} & set(offered)
    type_text(palette.field, "next task")
    assert rows(palette) == ["Next task here – shop.example 1"]
    key(palette.field, ENTER)
    run_events(qapp, lambda: dialogs.calls)
    assert dialogs.calls == [("open_new_task", 1, None)]
    window.selection.tasks.select_key(2)
    palette = opened(window, qapp)
    type_text(palette.field, "run again")
    assert "Run again – Task 2" in rows(palette)


def test_it_has_at_most_eight_lines_of_what_is_possible(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    palette = opened(window, qapp)
    assert len(rows(palette)) == 8
    type_text(palette.field, "resume")
    assert rows(palette) == [], "nothing is paused"
    palette.field.setText("pause")
    services.sessions.change_task(1, status=TaskStatus.DONE, ended_ms=NOW)
    key(palette.field, ENTER)
    run_events(qapp)
    assert services.sessions.calls == [], "it has become impossible meanwhile"


def test_a_click_runs_it_for_what_is_selected(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for number in (1, 2):
        services.sessions.add(number, left_s=number * 100)
    window.selection.sessions.select_key(2)
    palette = opened(window, qapp)
    palette.field.setText("pause")
    place = palette.list.visualItemRect(existing(palette.list.currentItem())).center()
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    run_events(qapp, lambda: services.sessions.calls)
    assert services.sessions.calls == [("command", (2,), CommandVerb.PAUSE)]


@pytest.mark.parametrize("way", ["escape", "run"])
def test_the_focus_goes_back_to_where_it_was(
    window: MainWindow, services: Any, qapp: QApplication, way: str
) -> None:
    services.sessions.add(1)
    window.hold.leave()  # on a real screen the pointer may rest on the table, which then waits
    window.selection.tasks.select_key(1)
    window.selection.tasks.setFocus()
    palette = opened(window, qapp)
    if way == "escape":
        key(palette.field, Qt.Key.Key_Escape)
    else:
        type_text(palette.field, "copy diag")
        key(palette.field, ENTER)
    run_events(qapp, lambda: not palette.isVisible())
    bring_to_front(window, qapp)
    assert window.selection.tasks.hasFocus()
    assert window.selection.tasks.selected_keys() == [1]


def test_a_command_gets_the_keyboard_after_it_has_gone(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.sessions.add(1)
    palette = opened(window, qapp)
    type_text(palette.field, "filter tasks")
    key(palette.field, ENTER)
    run_events(qapp, window.filter_bar.field.hasFocus)


def test_several_sessions_are_told_by_their_number(
    window: MainWindow, services: Any, qapp: QApplication, dialogs: FakeDialogs
) -> None:
    for number in (1, 2):
        services.sessions.add(number)
    window.selection.sessions.selectAll()
    palette = opened(window, qapp)
    type_text(palette.field, "stop")
    assert "Stop 2 – 2 sessions" in rows(palette)
    palette.field.setText("terminate")
    key(palette.field, ENTER)
    run_events(qapp, lambda: dialogs.calls)
    assert dialogs.calls == [("confirm_terminate_all", [1, 2])]
