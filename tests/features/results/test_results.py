"""From a row of Tasks to its result and back, by the keyboard alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog

from enigma_panel.core.models import TaskStatus
from enigma_panel.features.feature import Host
from enigma_panel.features.results import feature
from enigma_panel.features.results.dialog import ResultDialog, TaskRows
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.clock import NOW
from tests.kit.person import active, click, key
from tests.kit.wait import until
from tests.kit.world import World

ALT = Qt.KeyboardModifier.AltModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(world: World) -> Iterator[MainWindow]:
    """The window with its own dialogs and four tasks that ended."""
    made: list[MainWindow] = []
    dialogs = Dialogs(world.services, lambda: made[0])
    window = MainWindow(world.services, dialogs)
    made.append(window)
    feature.install(
        Host(services=world.services, window=window, dialogs=dialogs, notifier=DesktopNotifier())
    )
    for number in range(1, 5):
        world.sessions.add(
            number, status=TaskStatus.DONE, result=f"result {number}", ended_ms=NOW, is_new=True
        )
    window.show()
    yield window
    dialogs.close_all()
    assert shown() == []
    window.close_for_good()


def shown() -> list[ResultDialog]:
    windows = QApplication.topLevelWidgets()
    return [w for w in windows if isinstance(w, ResultDialog) and w.isVisible()]


def text_of(dialog: ResultDialog) -> str:
    return dialog.view.reading.toPlainText()


async def test_a_result_is_read_and_the_next_and_the_row_has_the_keyboard_again(
    window: MainWindow, world: World
) -> None:
    await active(window)
    table = window.selection.tasks
    table.setFocus()
    table.select_key(3)
    key(table, Qt.Key.Key_Return)
    (dialog,) = shown()
    await active(dialog)
    assert text_of(dialog) == "result 3"
    assert dialog.view.reading.hasFocus()
    assert not dialog.isModal()
    for expected in (2, 1, 1):
        key(dialog.view.reading, Qt.Key.Key_Down, ALT)
        assert text_of(dialog) == f"result {expected}"
        assert table.selected_keys() == [expected]
    await until(lambda: not any(world.sessions.tasks[n].is_new for n in (1, 2, 3)))
    assert world.sessions.tasks[4].is_new
    key(dialog.view.reading, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    await active(window)  # offscreen nobody else brings it to the front
    assert table.hasFocus()
    assert table.selected_keys() == [1]
    assert window.details.task_key == 1


async def test_two_stand_side_by_side_and_one_result_has_one_window(window: MainWindow) -> None:
    await active(window)
    table = window.selection.tasks
    for number in (4, 2, 4):
        table.select_key(number)
        key(table, Qt.Key.Key_Return)
    assert sorted(map(text_of, shown())) == ["result 2", "result 4"]
    first, second = shown()
    assert first.pos() != second.pos()
    first.reject()
    table.select_key(3)
    key(table, Qt.Key.Key_Return)
    assert first.isVisible(), "closed ones are used again"
    assert text_of(first) == "result 3"


async def test_details_open_it_too(window: MainWindow) -> None:
    window.selection.tasks.select_key(3)
    click(window.details.result.open)
    assert [text_of(dialog) for dialog in shown()] == ["result 3"]


async def test_next_goes_on_in_the_rows_that_are_there_then(window: MainWindow) -> None:
    await active(window)
    table = window.selection.tasks
    table.select_key(4)
    key(table, Qt.Key.Key_Return)
    (dialog,) = shown()
    await active(dialog)
    window.selection.task_rows.show_keys([4, 1])  # a filter, say
    key(dialog.view.reading, Qt.Key.Key_Down, ALT)
    assert text_of(dialog) == "result 1"
    assert not dialog.next.isEnabled()


async def test_the_next_result_is_that_of_the_row_below_as_it_is_then(
    window: MainWindow, world: World
) -> None:
    world.sessions.add(5, status=TaskStatus.DONE, ended_ms=NOW)
    selection = window.selection
    rows = TaskRows(selection)
    assert rows.neighbour(3, 1) == 2, "newest first"
    assert rows.neighbour(3, -1) == 4
    assert rows.neighbour(1, 1) is None
    assert rows.neighbour(5, -1) is None
    rows.select_task(2)
    assert selection.tasks.selected_keys() == [2]
    assert window.details.task_key == 2
    rows.neighbour(3, 1)
    selection.task_rows.show_keys([5, 2])  # another filter, say
    assert rows.neighbour(5, 1) == 2
    selection.task_rows.show_keys([5, 3, 1])
    rows.neighbour(3, 1)
    selection.task_rows.show_keys([5, 1])
    assert rows.neighbour(3, 1) == 1, "what took its place"
    assert rows.neighbour(3, -1) == 5


async def test_a_result_that_is_being_read_closes_with_its_task(
    window: MainWindow, world: World
) -> None:
    window.selection.open_task(3)
    assert shown() != []
    await until(lambda: not world.sessions.tasks[3].is_new)
    world.sessions.delete([2])
    assert shown() != []
    world.sessions.delete([3])
    assert shown() == []


async def test_beside_a_question_the_window_leaves_that_free(window: MainWindow) -> None:
    await active(window)
    question, side = QDialog(), window.body.side
    side.addWidget(question)
    side.setCurrentWidget(question)
    window.resize(1020, 700)
    window.selection.open_task(1)
    (dialog,) = shown()
    dialog.resize(500, 400)
    dialog.reject()
    dialog.move(400, 0)
    window.selection.open_task(1)
    assert dialog.frameGeometry().right() < side.mapToGlobal(QPoint()).x()
    dialog.reject()
