"""Every window by keys alone.

All is reached, Enter presses it, and no focus falls unasked on what ends something.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.basics import Button, ToolButton
from enigma_panel.ui.widgets.dialog import ModelessDialog
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.person import ENTER, active, button, in_sight, key
from tests.kit.wait import until
from tests.kit.world import World

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
)
MAIN = "Enigma Control Panel"
DIALOGS = [
    "API key",
    "About",
    "Commands",
    "Keyboard shortcuts",
    "New task",
    "Question from the agent",
    "Quit",
    "Run again",
    "Settings",
    "Terminate all",
]
WINDOWS = [MAIN, *DIALOGS]


class Stage:
    """The main window with all dialogs over fakes, by their titles."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.manager = Dialogs(world.services, lambda: self.window)
        self.window = MainWindow(world.services, self.manager)
        self.openers = self._openers()

    async def show(self, title: str = MAIN) -> QWidget:
        """The window of that title, with sessions of several kinds and a question."""
        sessions, window = self.world.sessions, self.window
        sessions.add(1)
        sessions.add(2, status=TaskStatus.DONE, result="42", ended_ms=NOW)
        long = "Buy the cheapest hub at shop.example and have it sent to the office " * 3
        sessions.add(3, status=TaskStatus.ASKS, text=long)  # Details has room for all of it
        self.world.inbox.ask(a_question(3, "I need login credentials to proceed."))
        window.show()
        await active(window)
        window.selection.sessions.select_key(3)
        window.selection.sessions.setFocus()
        window.money.set_opener(QAction(window))  # as the costs do
        return window if title == MAIN else await self.open(title)

    async def open(self, title: str) -> QWidget:
        self.openers[title]()
        return await self.dialog(title)

    def _openers(self) -> dict[str, Callable[[], object]]:
        window, manager = self.window, self.manager
        return {
            "API key": manager.open_key,
            "About": window.main_menu.about.trigger,
            "Commands": window.main_menu.commands.trigger,
            "Keyboard shortcuts": window.main_menu.shortcuts.trigger,
            "New task": window.new_task.trigger,
            "Question from the agent": lambda: manager.open_question(3),
            "Quit": lambda: self.world.scope.spawn("quit", manager.ask_before_quit()),
            "Run again": lambda: window.app_actions.run_several_again([1, 2]),
            "Settings": window.settings.trigger,
            "Terminate all": window.terminate_all.trigger,
        }

    async def dialog(self, title: str) -> QWidget:
        await until(lambda: shown(title))
        dialog = shown(title)
        assert dialog is not None
        await active(dialog)
        return dialog


def shown(title: str) -> QWidget | None:
    return next((one for one in in_sight(QDialog) if one.windowTitle() == title), None)


def home(one: QWidget) -> QWidget:
    """The dialog that a control stands in, else the window."""
    while not (isinstance(one, QDialog) or one.isWindow()):
        one = existing(one.parentWidget())
    return one


@pytest.fixture
def stage(world: World) -> Iterator[Stage]:
    stage = Stage(world)
    yield stage
    world.inbox.close(3)  # else closing the key dialog would bring it up
    stage.manager.close_all()
    stage.window.close_for_good()


def controls(window: QWidget) -> list[QWidget]:
    """What a person can use there now, without Qt's inner parts."""
    found = [
        one
        for one in window.findChildren(QWidget)
        if isinstance(one, CONTROLS)
        and not isinstance(one, QHeaderView)
        and home(one) is window
        and one.isVisible()
        and one.isEnabled()
        and not isinstance(one.parent(), QAbstractSpinBox | QComboBox | QTabBar)
        and not (isinstance(one, QAbstractButton) and isinstance(one.parent(), QAbstractItemView))
    ]
    return [one for one in found if one.accessibleName() != "Commands"]  # its field moves in it


def by_tab(window: QWidget) -> list[QWidget]:
    reached: list[QWidget] = []
    for _ in range(300):
        focus = window.focusWidget() or window
        key(focus, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        assert focus is not None
        if focus in reached:
            return reached
        reached.append(focus)
    raise AssertionError("Tab comes to no end")


def is_reached(one: QWidget, reached: list[QWidget]) -> bool:
    """One of several radio buttons is enough: arrows go to the others."""
    if isinstance(one, QRadioButton):
        return any(isinstance(r, QRadioButton) and r.parent() is one.parent() for r in reached)
    if isinstance(one, QAbstractButton) and one.group() is not None and one.group().exclusive():
        return any(isinstance(r, QAbstractButton) and r.group() is one.group() for r in reached)
    return one in reached


def is_danger(widget: QWidget | None) -> bool:
    return widget is not None and widget.property("role") == "danger"


def told(one: QWidget) -> str:
    return f"{type(one).__name__} {one.accessibleName()}"


def unreached(window: QWidget, reached: list[QWidget]) -> list[str]:
    """Controls that Tab does not come to."""
    return [told(one) for one in controls(window) if not is_reached(one, reached)]


def deaf_to_enter(window: QWidget) -> list[str]:
    return [
        told(one)
        for one in window.findChildren(QAbstractButton)
        if isinstance(one, QPushButton | QToolButton)
        and not isinstance(one, Button | ToolButton)
        and not isinstance(one.parent(), QTabBar)
    ]


def shared_mnemonics(stage: Stage, window: QWidget) -> list[str]:
    """Letters that two controls of the window, or two lines of a menu, have."""
    menus = (stage.window.main_menu.menu, stage.window.menus.menu)
    letters = [[a.text().partition("&")[2][:1].casefold() for a in m.actions()] for m in menus]
    counts = [Counter(filter(None, some)) for some in (mnemonics(window), *letters)]
    return [letter for count in counts for letter, n in count.items() if n > 1]


def dangers_of_what_goes(dialog: QWidget, reached: list[QWidget]) -> list[str]:
    """Controls whose going away leaves the keyboard on something that ends something."""
    found = []
    for one in reached:
        one.setFocus()
        one.setEnabled(False)
        if is_danger(dialog.focusWidget()):
            found.append(told(one))
        one.setEnabled(True)
    return found


@pytest.mark.parametrize("title", WINDOWS)
async def test_each_window_can_be_used_by_keys_alone(stage: Stage, title: str) -> None:
    await check_keys(stage, title)


async def check_keys(stage: Stage, title: str) -> None:
    """All is reached by Tab, Enter presses it, no two mnemonics are one.

    A dialog neither opens on what ends something nor goes on to it.
    """
    window = await stage.show(title)
    if title != MAIN:
        assert window.focusWidget() is not None
        assert not is_danger(window.focusWidget())
    assert len(controls(window)) >= (10 if title == MAIN else 1)
    assert deaf_to_enter(window) == []
    assert shared_mnemonics(stage, window) == []
    reached = by_tab(window)
    assert unreached(window, reached) == []
    if title != MAIN:
        assert dangers_of_what_goes(window, reached) == []


async def test_every_action_of_the_window_is_a_command(stage: Stage) -> None:
    """So that the palette, the sheet and the keyboard have all of them."""
    await stage.show()
    window = stage.window
    actions = {a for a in window.findChildren(QAction) if not isinstance(a.parent(), QMenu)}
    commands = {action for group in window.command_groups() for action in group.actions}
    named = {action.text() for action in actions if action.text()}
    assert len(named) >= 15
    assert named - {action.text() for action in commands} == set()


def mnemonics(window: QWidget) -> list[str]:
    """The letters after & in what a person reads there."""
    texts = [one.text() for one in window.findChildren(QAbstractButton)]
    texts += [label.text() for label in window.findChildren(QLabel) if label.buddy() is not None]
    for tabs in window.findChildren(QTabBar):
        texts += [tabs.tabText(n) for n in range(tabs.count())]
    parts = [text.replace("&&", "").partition("&")[2] for text in texts]
    return [part[0].casefold() for part in parts if part]


def test_the_check_sees_mnemonics(no_window_left: None) -> None:
    window = QWidget()
    for text in ("&Send", "&Stop", "Save && close", "Plain"):
        QPushButton(text, window)
    assert mnemonics(window) == ["s", "s"]


@pytest.mark.parametrize("way", ["disabled", "hidden", "hidden behind a dialog"])
async def test_what_goes_away_leaves_the_keyboard_on_the_row(stage: Stage, way: str) -> None:
    window = await stage.show()
    selection = stage.window.selection
    reached = by_tab(window)
    table = selection.lead  # Tab went through both tables
    for one in reached:
        if one in {selection.sessions, selection.tasks}:
            continue
        one.setFocus()
        assert one.hasFocus()
        if way == "hidden behind a dialog":
            dialog = ModelessDialog("Letter", window)
            dialog.show()
            await active(dialog)
            one.hide()
            dialog.close()
            await active(window)
        elif way == "hidden":
            one.hide()
        else:
            one.setEnabled(False)
        assert table.hasFocus(), told(one)
        one.setEnabled(True)
        one.show()


@pytest.mark.parametrize("title", ["New task", "Terminate all…"])
async def test_after_a_dialog_from_a_button_the_keyboard_is_on_the_row(
    stage: Stage, title: str
) -> None:
    window = await stage.show()
    stage.window.selection.tasks.select_key(2)
    opener = button(stage.window, title)
    opener.setFocus()
    key(opener, ENTER)
    dialog = await stage.dialog(title.rstrip("…"))
    key(dialog, Qt.Key.Key_Escape)
    await active(window)
    assert stage.window.selection.tasks.hasFocus()
    assert stage.window.selection.tasks.selected_keys() == [2]


async def test_after_an_answer_the_keyboard_is_on_the_row(stage: Stage) -> None:
    window = await stage.show()
    opener = button(stage.window.question_strip, "Answer")
    opener.setFocus()
    key(opener, ENTER)
    dialog = await stage.dialog("Question from the agent")
    stage.world.inbox.close(3)
    assert not dialog.isVisible()
    await active(window)
    assert stage.window.selection.sessions.hasFocus()
    assert stage.window.selection.sessions.selected_keys() == [3]


async def test_after_the_menu_the_keyboard_is_on_the_row(stage: Stage) -> None:
    window = await stage.show()
    opener = stage.window.top_bar.menu_button
    opener.setFocus()
    key(opener, ENTER)
    menu = stage.window.main_menu.menu
    assert menu.isVisible()
    key(menu, Qt.Key.Key_Escape)
    assert opener.hasFocus(), "nothing was chosen"
    key(opener, ENTER)
    menu.setActiveAction(stage.window.main_menu.about)
    key(menu, ENTER)
    dialog = await stage.dialog("About")
    key(dialog, Qt.Key.Key_Escape)
    await active(window)
    assert stage.window.selection.sessions.hasFocus()


async def test_when_an_action_ends_the_keyboard_is_on_the_row(stage: Stage) -> None:
    await stage.show()
    sessions = stage.world.sessions
    stage.window.selection.sessions.select_key(1)
    stop = button(stage.window.details, "Stop")
    stop.setFocus()
    sessions.change_task(1, status=TaskStatus.STOPPED, ended_ms=NOW)
    assert not stop.isEnabled()
    assert stage.window.selection.sessions.hasFocus()
