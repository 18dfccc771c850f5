"""The empty demo: three tasks to try where the table will be."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from enigma_panel.simulator.scenarios import scenario_for
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.tasks.examples import example_tasks
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.world import World

TEXTS = [spec.text for spec in example_tasks()]


@pytest.fixture
def demo(no_window_left: None, dialogs: FakeDialogs, qapp: QApplication) -> Iterator[MainWindow]:
    window = MainWindow(World(FakeScope(), demo=True).services, dialogs)
    window.show()
    window.activateWindow()
    qapp.processEvents()
    yield window
    window.close_for_good()


def offered(window: MainWindow) -> list[QPushButton]:
    """The examples that can be seen."""
    return [
        one for one in window.findChildren(QPushButton) if one.text() in TEXTS and one.isVisible()
    ]


def test_each_has_another_end() -> None:
    assert [scenario_for(text).name for text in TEXTS] == ["search", "login", "shopping"]


def test_a_click_opens_new_task_with_it_and_starts_nothing(
    demo: MainWindow, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    for spec, one in zip(example_tasks(), offered(demo), strict=True):
        QTest.mouseClick(one, Qt.MouseButton.LeftButton)
        assert dialogs.calls[-1] == ("open_new_task", None, spec)
    sessions: Any = demo.services.sessions
    assert sessions.calls == []


def test_they_are_reached_by_keys(demo: MainWindow, dialogs: FakeDialogs) -> None:
    reached: list[str] = []
    for _ in range(40):
        QTest.keyClick(demo.focusWidget() or demo, Qt.Key.Key_Tab)
        focus = demo.focusWidget()
        if isinstance(focus, QPushButton) and focus.accessibleName() in TEXTS:
            QTest.keyClick(focus, Qt.Key.Key_Return)
            reached.append(dialogs.calls[-1][2].text)
    assert reached[:3] == TEXTS


def test_they_are_gone_once_there_is_a_task(demo: MainWindow, qapp: QApplication) -> None:
    sessions: Any = demo.services.sessions
    assert len(offered(demo)) == 3
    assert not demo.selection.tasks.isVisible()
    sessions.add(1, created_ms=NOW)
    assert offered(demo) == []
    assert demo.selection.tasks.isVisible()
    assert demo.selection.tasks.selected_keys() == [1]


@pytest.mark.parametrize("size", [(640, 400), (1280, 800)])
def test_they_have_room(demo: MainWindow, qapp: QApplication, size: tuple[int, int]) -> None:
    demo.resize(*size)
    qapp.processEvents()
    assert (demo.width(), demo.height()) == size
    for one in offered(demo):
        place = one.rect().translated(one.mapTo(demo.tasks_card, QPoint(0, 0)))
        assert demo.tasks_card.rect().contains(place)
        assert one.width() >= one.sizeHint().width()
        assert one.height() >= one.sizeHint().height()


def test_with_an_account_of_one_s_own_there_are_none(window: MainWindow) -> None:
    assert offered(window) == []
    assert window.selection.tasks.isVisible()
