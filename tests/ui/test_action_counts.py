"""How many actions a job takes: a key with its modifiers, a paste or a click counts as one."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.person import CTRL, active, button, click, double_click, in_sight, key
from tests.kit.wait import until
from tests.kit.world import World

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ENTER, NONE = Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier
LINES = [f"Price of lamp {n} at shop.example" for n in range(10)]


class Hand:
    """Keys go where the focus is, as the person's do; all that is done is counted."""

    def __init__(self) -> None:
        self.actions = 0

    def key(self, code: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        self.actions += 1
        key(focus, code, modifiers)

    def paste(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.key(Qt.Key.Key_V, CTRL)

    def click(self, widget: QWidget, name: str) -> None:
        self.actions += 1
        click(button(widget, name))

    def double_click(self, table: KeyedTable, row_key: int) -> None:
        self.actions += 1
        row = table.rows.row_of(row_key)
        assert row is not None
        place = table.visualRect(table.rows.index(row, 1)).center()
        double_click(table.viewport(), place)


@pytest.fixture
def window(world: World, qapp: QApplication) -> Iterator[MainWindow]:
    """The window with its real dialogs."""
    windows: list[MainWindow] = []
    dialogs = Dialogs(world.services, lambda: windows[0])
    dialogs.start()
    windows.append(MainWindow(world.services, dialogs))
    windows[0].show()
    yield windows[0]
    dialogs.close_all()
    windows[0].close_for_good()


async def dialog_of(kind: type[QWidget]) -> QWidget:
    """The dialog of that kind, once it has the keyboard."""

    await until(lambda: in_sight(kind))
    await active(in_sight(kind)[0])
    return in_sight(kind)[0]


async def test_ten_tasks_take_four(world: World, window: MainWindow) -> None:
    await active(window)
    hand = Hand()
    hand.key(Qt.Key.Key_N, CTRL)
    dialog = await dialog_of(NewTaskDialog)
    hand.paste("\n".join(LINES))
    hand.click(dialog, "Split")
    hand.key(ENTER, CTRL)
    await until(lambda: len(world.sessions.started) == len(LINES))
    assert [started.spec.text for started in world.sessions.started] == LINES
    assert hand.actions <= 4


async def test_the_next_task_in_an_open_session_takes_three(
    world: World, window: MainWindow
) -> None:
    world.sessions.add(1)
    world.sessions.add(2, status=TaskStatus.DONE, result="It is $49.")
    await active(window)
    window.selection.sessions.select_key(2)
    window.selection.sessions.setFocus()
    hand = Hand()
    hand.key(ENTER)
    await dialog_of(NewTaskDialog)
    hand.paste(LINES[0])
    hand.key(ENTER, CTRL)
    await until(lambda: world.sessions.started)
    assert [(one.spec.text, one.where) for one in world.sessions.started] == [(LINES[0], 2)]
    assert hand.actions <= 3


WAYS: dict[str, tuple[int, Callable[[Hand, MainWindow], None]]] = {
    "Enter": (3, lambda hand, _window: hand.key(ENTER)),
    "double click": (3, lambda hand, window: hand.double_click(window.selection.sessions, 3)),
    "the strip": (1, lambda hand, window: hand.click(window.question_strip, "Answer")),
    "Ctrl+E": (1, lambda hand, _window: hand.key(Qt.Key.Key_E, CTRL)),
}
"""To the question of that task; the last two are for the one with the least time left."""


@pytest.mark.parametrize("way", WAYS)
async def test_the_question_of_this_one_of_four_takes_one(
    world: World, window: MainWindow, way: str
) -> None:
    questions = [world.sessions.add_asking(n, f"Which colour, {n}?") for n in range(1, 5)]
    window.selection.session_rows.arrange()
    await active(window)
    world.inbox.ask(*questions)
    first = await dialog_of(QuestionDialog)
    key(first, Qt.Key.Key_Escape)  # Later
    await active(window)
    window.selection.sessions.select_key(3)
    window.selection.sessions.setFocus()
    hand, (task_key, act) = Hand(), WAYS[way]
    act(hand, window)
    dialog = await dialog_of(QuestionDialog)
    assert isinstance(dialog, QuestionDialog)
    question, form = dialog.current_question(), dialog.current_form()
    assert question is not None
    assert question.task_key == task_key
    assert hand.actions == 1
    hand.key(Qt.Key.Key_B)
    assert form is not None
    assert form.page().answer() == "b", "the cursor is where the answer is typed"
