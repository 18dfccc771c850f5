"""The page of a first start: three tasks to try, and the way to a key."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from enigma_panel.core.models import TaskSpec
from enigma_panel.services.types import KeyState, LedgerError
from enigma_panel.simulator.scenarios import scenario_for
from enigma_panel.ui.main_window.first_start import FirstStart, demo_tasks, real_tasks
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.world import World


@pytest.fixture
def start(
    no_window_left: None, dialogs: FakeDialogs, qapp: QApplication
) -> Iterator[Callable[..., MainWindow]]:
    windows: list[MainWindow] = []

    def first_start(*, demo: bool) -> MainWindow:
        world = World(FakeScope(), demo=demo)
        world.settings.change(has_had_tasks=False)
        window = MainWindow(world.services, dialogs)
        windows.append(window)
        window.show()
        window.activateWindow()
        qapp.processEvents()
        return window

    yield first_start
    for window in windows:
        window.close_for_good()


def page(window: MainWindow) -> FirstStart:
    assert window.first_start is not None
    return window.first_start


def offered(window: MainWindow, specs: tuple[TaskSpec, ...]) -> list[QPushButton]:
    texts = [spec.text for spec in specs]
    buttons = page(window).findChildren(QPushButton)
    return [one for one in buttons if one.accessibleName() in texts and one.isVisible()]


def test_each_of_the_demo_has_another_end() -> None:
    texts = [spec.text for spec in demo_tasks()]
    assert [scenario_for(text).name for text in texts] == ["search", "login", "shopping"]


@pytest.mark.parametrize(("demo", "tasks"), [(True, demo_tasks), (False, real_tasks)])
def test_a_click_opens_new_task_with_it_and_starts_nothing(
    start: Any, dialogs: FakeDialogs, demo: bool, tasks: Callable[[], tuple[TaskSpec, ...]]
) -> None:
    window = start(demo=demo)
    for spec, one in zip(tasks(), offered(window, tasks()), strict=True):
        QTest.mouseClick(one, Qt.MouseButton.LeftButton)
        assert dialogs.calls[-1] == ("open_new_task", None, spec)
    assert window.services.sessions.calls == []


def test_they_are_reached_by_keys(start: Any, dialogs: FakeDialogs) -> None:
    window, reached = start(demo=True), list[str]()
    texts = [spec.text for spec in demo_tasks()]
    for _ in range(40):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        if isinstance(focus, QPushButton) and focus.accessibleName() in texts:
            QTest.keyClick(focus, Qt.Key.Key_Return)
            reached.append(dialogs.calls[-1][2].text)
    assert reached[:3] == texts


def test_the_first_task_ends_it_for_good(
    start: Any, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    window = start(demo=False)
    services = window.services
    assert not window.selection.tasks.isVisible()
    services.sessions.add(1, created_ms=NOW)
    assert window.first_start is None
    assert window.selection.tasks.isVisible()
    assert window.selection.tasks.selected_keys() == [1]
    later = World(FakeScope())  # all tasks were deleted meanwhile
    later.settings.value = services.settings.value
    assert MainWindow(later.services, dialogs).first_start is None


def test_tasks_of_an_earlier_run_end_it(start: Any, dialogs: FakeDialogs) -> None:
    services = start(demo=False).services
    services.sessions.add(1, created_ms=NOW)
    services.settings.change(has_had_tasks=False)
    assert MainWindow(services, dialogs).first_start is None


def test_it_says_no_tasks_yet_of_no_ledger_that_cannot_be_read(start: Any) -> None:
    window = start(demo=False)
    window.show_ledger(LedgerError(Path("ledger"), "no ledger"))
    assert window.first_start is None


def test_without_a_key_it_leads_to_one(start: Any, dialogs: FakeDialogs) -> None:
    window = start(demo=False)
    account, key = window.services.account, page(window).key
    assert not key.isVisible()
    account.state = KeyState.ABSENT
    account.changed.emit()
    assert key.isVisible()
    QTest.mouseClick(key, Qt.MouseButton.LeftButton)
    assert dialogs.calls[-1] == ("open_key",)


def test_the_demo_leads_to_the_account(start: Any, dialogs: FakeDialogs) -> None:
    QTest.mouseClick(page(start(demo=True)).key, Qt.MouseButton.LeftButton)
    assert dialogs.calls[-1] == ("leave_demo",)
