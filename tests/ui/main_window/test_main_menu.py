"""The menu, the sheet of keys and *About*: what they list is what the window has."""

from collections import Counter
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton

from enigma_panel import __version__
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_menu.about import AboutDialog
from enigma_panel.ui.main_menu.shortcuts import ShortcutsDialog
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.states import local_time
from tests.kit.existing import existing
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.person import button, key
from tests.kit.wait import run_events
from tests.kit.world import World

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CONTROL = Qt.KeyboardModifier.ControlModifier


def texts(window: MainWindow) -> list[str]:
    actions = window.main_menu.menu.actions()
    return [a.text() for a in actions if a.isVisible() and not a.isSeparator()]


def rows(dialog: ShortcutsDialog) -> list[tuple[str, str]]:
    items = map(dialog.list.topLevelItem, range(dialog.list.topLevelItemCount()))
    return [(item.text(0), item.text(1)) for item in items if item is not None and item.text(1)]


def sheet(window: MainWindow) -> ShortcutsDialog:
    window.main_menu.shortcuts.trigger()
    return window.main_menu._shortcuts_dialog


def test_the_menu_has_all_that_belongs_to_the_program(
    window: MainWindow, services: Any, qapp: QApplication, dialogs: FakeDialogs
) -> None:
    assert texts(window) == [
        "Commands",
        "Answer",
        "Terminate all…",
        "Quiet for 30 minutes",
        "Details",
        "Show ended sessions",
        "Settings",
        "Account page",
        "Keyboard shortcuts",
        "About",
        "Quit",
    ]
    button(window.top_bar, "Menu").click()
    menu = window.main_menu.menu
    assert menu.isVisible()
    menu.setActiveAction(window.settings)
    key(menu, Qt.Key.Key_Return)
    assert dialogs.calls == [("open_settings",)]
    assert not menu.isVisible()


def test_f10_opens_it_at_its_button(window: MainWindow, qapp: QApplication) -> None:
    window.activateWindow()
    window.resize(640, 400)
    qapp.processEvents()
    QTest.keyClick(window, Qt.Key.Key_F10)
    menu, opener = window.main_menu.menu, window.top_bar.menu_button
    assert menu.isVisible()
    assert menu.activeAction().text() == "Commands"
    assert menu.geometry().right() == opener.mapToGlobal(opener.rect().bottomRight()).x()
    menu.close()
    opener.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    opener.click()
    assert menu.isVisible()
    assert menu.activeAction() is None, "the pointer is elsewhere"
    menu.close()


def test_no_account_page_where_nobody_knows_its_address(
    window: MainWindow, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "enigma_panel.ui.text.pages.QDesktopServices.openUrl",
        lambda url: opened.append(url.toString()) or True,  # type: ignore[func-returns-value]
    )
    window.main_menu.account_page.trigger()
    assert len(opened) == 1
    services.account.base_url = "https://service.example"
    services.account.changed.emit()
    assert "Account page" not in texts(window)


def test_the_data_folder_opens_but_not_the_throw_away_one_of_the_demo(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, dialogs: FakeDialogs
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "enigma_panel.ui.actions.QDesktopServices.openUrl",
        lambda url: opened.append(url.toLocalFile()),
    )
    window.main_menu.folder.trigger()
    assert opened == ["/home/maria/enigma-panel"]
    said = window.toast.accessibleName()
    assert said == "No program could open the folder /home/maria/enigma-panel."
    demo = World(FakeScope(), demo=True).services
    other = MainWindow(demo, dialogs)
    assert not other.main_menu.folder.isVisible()
    assert "enigma-panel" not in AboutDialog(other, demo).text.toPlainText()
    other.close_for_good()
    other.deleteLater()


def test_details_open_and_fold_by_menu_and_key(window: MainWindow, qapp: QApplication) -> None:
    window.activateWindow()
    shown = window.show_details
    assert (shown.isChecked(), window.details.isVisible()) == (True, True)
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert (shown.isChecked(), window.details.isVisible()) == (False, False)
    shown.trigger()
    assert window.details.isVisible()


def test_the_demo_says_so_and_leads_to_the_account(dialogs: FakeDialogs) -> None:
    window = MainWindow(World(FakeScope(), demo=True).services, dialogs)
    window.show()
    assert window.windowTitle() == "Demo – Enigma Control Panel"
    chip = button(window.top_bar, "Demo")
    chip.click()
    (menu,) = chip.findChildren(QMenu)
    words, leave = menu.actions()
    assert (words.text(), words.isEnabled()) == ("Nothing here is real or costs money.", False)
    assert leave.text() == "Use my account"
    leave.trigger()
    assert dialogs.calls == [("leave_demo",)]
    menu.close()
    window.close_for_good()
    window.deleteLater()


def test_outside_the_demo_nothing_says_so(window: MainWindow) -> None:
    names = [b.accessibleName() for b in window.top_bar.findChildren(QPushButton)]
    assert names == ["New task", "Answer", "about $7.41 left"]
    assert not window.use_account.isVisible()


def test_the_sheet_has_each_shortcut_of_the_window_once(window: MainWindow, services: Any) -> None:
    found = rows(sheet(window))
    elsewhere = {("Find", "Ctrl+F")}  # in the window of a result
    listed = Counter(k for row in found if row not in elsewhere for k in row[1].split(" or "))
    actions = [action for action in window.findChildren(QAction) if action.shortcuts()]
    assert len(actions) >= 15
    for action in actions:
        assert (action.text(), " or ".join(k.toString() for k in action.shortcuts())) in found
        assert [listed[keys.toString()] for keys in action.shortcuts()] == [1] * len(
            action.shortcuts()
        )
    for shortcut in window.findChildren(QShortcut):
        assert listed[shortcut.key().toString()] >= 1, shortcut.key().toString()


async def test_the_sheet_has_the_keys_of_dialogs(world: World) -> None:
    window = MainWindow(world.services, FakeDialogs())
    manager = Dialogs(world.services, lambda: window)
    world.inbox.ask(world.sessions.add_asking(1, "Which colour?"))
    manager.open_new_task(None, None)
    manager.open_question(1)
    await world.settle()
    listed = {keys for _, all_keys in rows(sheet(window)) for keys in all_keys.split(" or ")}
    for shortcut in window.findChildren(QShortcut):
        assert shortcut.key().toString().replace("Return", "Enter") in listed
    manager.close_all()
    window.close_for_good()


def test_the_sheet_opens_by_its_keys_and_closes_by_escape(
    window: MainWindow, qapp: QApplication
) -> None:
    window.activateWindow()
    qapp.processEvents()
    window.selection.tasks.setFocus()
    QTest.keyClick(window, Qt.Key.Key_Question, CONTROL)
    dialog = window.main_menu._shortcuts_dialog
    run_events(qapp, dialog.isActiveWindow)
    assert not dialog.isModal()
    assert dialog.list.hasFocus()
    for text in ("New task", "Answer"):
        key(dialog.list, Qt.Key.Key_Down)
        assert existing(dialog.list.currentItem()).text(0) == text  # heard, not seen
    assert dialog.list.verticalScrollBar().value() == 2
    place = dialog.list.visualItemRect(existing(dialog.list.currentItem())).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not dialog.list.selectedItems()
    key(dialog.list, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert window.focusWidget() is window.selection.tasks


def test_a_screen_reader_reads_a_command_with_its_keys(window: MainWindow) -> None:
    tree = QAccessible.queryAccessibleInterface(sheet(window).list)
    assert tree.text(QAccessible.Text.Name) == "Keyboard shortcuts"
    cells = [tree.child(n).text(QAccessible.Text.Name) for n in range(tree.childCount())]
    assert "New task: Ctrl+N" in cells
    assert "Program" in cells


def test_about_says_which_program_this_is(window: MainWindow) -> None:
    window.main_menu.about.trigger()
    dialog = window.main_menu._about_dialog
    assert dialog.isVisible()
    for text in (f"Version {__version__}", "Data folder: /home/maria/enigma-panel", "MIT licence"):
        assert text in dialog.text.toPlainText()


def test_no_dialog_is_left_when_the_program_ends(window: MainWindow) -> None:
    for action in (window.main_menu.about, window.main_menu.shortcuts):
        action.setEnabled(True)
        action.trigger()
    shown = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    assert len(shown) == 2
    window.close_for_good()
    assert not any(dialog.isVisible() for dialog in shown)


def test_quiet_says_until_when_and_is_ended_there(window: MainWindow, services: Any) -> None:
    quiet = window.main_menu.quiet
    quiet.trigger()
    until_ms = services.clock.now_ms() + 1_800_000
    assert services.urgency.quiet_until_ms == until_ms
    assert (quiet.text(), quiet.isChecked()) == (f"Quiet until {local_time(until_ms)}", True)
    quiet.trigger()
    assert services.urgency.quiet_until_ms is None
    assert (quiet.text(), quiet.isChecked()) == ("Quiet for 30 minutes", False)
    quiet.trigger()
    services.clock.pass_ms(1_800_000)
    services.urgency.changed.emit()
    assert not quiet.isChecked()
