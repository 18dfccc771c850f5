"""Nothing is cut and nothing covers another, in every window, on small and large screens."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import product

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QSplitter, QTabWidget, QVBoxLayout, QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Recovered, WaitReason
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.widgets.dialog import ModelessDialog
from tests.kit.clock import NOW
from tests.ui.clipping import faults
from tests.ui.test_focus import MAIN, WINDOWS, Stage, stage

__all__ = ["stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CheckWindow = Callable[[str], Awaitable[int]]
QUESTION = "Question from the agent"
USUAL, LARGE = "usual face", "14 pt"
SCREENS = [
    *product([(640, 400), (900, 560), (1280, 800), (2560, 1440)], [USUAL]),
    *product([(1280, 800), (2560, 1440)], [LARGE]),
]
AT_EACH_PUSH = {
    (MAIN, (640, 400), USUAL),
    (MAIN, (900, 560), USUAL),
    (MAIN, (1280, 800), LARGE),
    (MAIN, (2560, 1440), LARGE),
    ("New task", (1280, 800), LARGE),
    (QUESTION, (1280, 800), LARGE),
    ("Settings", (640, 400), USUAL),
    ("Keyboard shortcuts", (1280, 800), LARGE),
}
PAIRS = [(title, size, face) for title in WINDOWS for size, face in SCREENS]


def on_screens(*at_each_push: tuple[tuple[int, int], str]) -> pytest.MarkDecorator:
    rows = [
        pytest.param(*one, marks=[] if one in at_each_push else [pytest.mark.weekly])
        for one in SCREENS
    ]
    return pytest.mark.parametrize(("size", "face"), rows)


@pytest.fixture
def check_window(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    face: str,
) -> CheckWindow:
    """The check of a window by its title, on the screen and with the face of the test."""
    if face == LARGE:
        request.getfixturevalue("large_font")
    stage: Stage = request.getfixturevalue("stage")

    async def check(title: str) -> int:
        seen = await check_states(monkeypatch, size, states(stage, title, QSize(*size)))
        assert seen >= 1
        return seen

    return check


class Screen:
    def __init__(self, size: QSize) -> None:
        self._size = size

    def availableSize(self) -> QSize:
        return self._size

    def availableGeometry(self) -> QRect:
        return QRect(QPoint(), self._size)


async def settled(stage: Stage, window: QWidget) -> QWidget:
    for _ in range(3):
        await stage.world.settle()
    return window


async def states(stage: Stage, title: str, size: QSize) -> AsyncIterator[QWidget]:
    main = stage.window
    await stage.show()
    for key, status in enumerate(TaskStatus, start=10):
        stage.world.sessions.add(key, status=status, cost="12.345678", left_s=100 + key)
    stage.world.sessions.set_pending(10, CommandVerb.TERMINATE, WaitReason.UNDO, due_ms=NOW + 3_000)
    if title == MAIN:
        main.resize(2000, 1000)
        await settled(stage, main)
        main.show_recovered(Recovered(sessions=(1, 12, 13, 14)))
    main.resize(size)
    if title == MAIN:
        yield await settled(stage, main)
        for is_open in (True, False):
            main.body.set_details_open(is_open)
            yield await settled(stage, main)
        return
    dialog = await stage.open(title)
    yield await settled(stage, dialog)
    if isinstance(dialog, NewTaskDialog):
        dialog.limits.more_button.click()
        yield await settled(stage, dialog)
    if isinstance(dialog, QuestionDialog) and (form := dialog.page.form) is not None:
        for kind in range(form.kinds.count()):
            form.kinds.setCurrentIndex(kind)
            yield await settled(stage, dialog)
    for tabs in dialog.findChildren(QTabWidget):
        for page in range(tabs.count()):
            tabs.setCurrentIndex(page)
            yield await settled(stage, dialog)


@pytest.mark.parametrize(
    ("title", "size", "face"),
    [
        pytest.param(*pair, marks=[] if pair in AT_EACH_PUSH else pytest.mark.weekly)
        for pair in PAIRS
    ],
)
async def test_nothing_is_cut_or_covered(check_window: CheckWindow, title: str) -> None:
    assert await check_window(title) >= (3 if title in {MAIN, QUESTION, "Settings"} else 1)


async def check_states(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], states: AsyncIterator[QWidget]
) -> int:
    """In none of its states anything is cut or covered; how many there were."""
    screen = Screen(QSize(*size))
    monkeypatch.setattr(ModelessDialog, "screen", lambda _dialog: screen)
    seen = 0
    async for window in states:
        seen += 1
        assert window.width() <= size[0]
        assert window.height() <= size[1]
        found = faults(window)
        assert found == [], f"state {seen}:\n" + "\n".join(found)
    return seen


@pytest.mark.weekly
@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_nor_is_it_where_the_screen_is_scaled(scale: str) -> None:
    """The factor is that of a whole process: the pairs of a push once more."""
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:xdist", __file__]
    env = {**os.environ, "QT_SCALE_FACTOR": scale}
    done = subprocess.run(tests, env=env, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout
    assert f"{len(AT_EACH_PUSH)} passed" in done.stdout or "deselected" in done.stdout


def test_the_check_sees_what_is_cut_and_what_is_covered(no_window_left: None) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    whole, cut = QLabel("a whole line"), QLabel("a line that is cut")
    tables = QSplitter(Qt.Orientation.Vertical)
    upper, lower = QLabel("upper"), QLabel("lower")
    for part in (upper, lower):
        tables.addWidget(part)
    for row in (whole, cut, tables):
        column.addWidget(row)
    window.show()
    QApplication.processEvents()
    assert faults(window) == []
    cut.setFixedWidth(30)
    QApplication.processEvents()
    assert len(faults(window)) == 1
    lower.move(upper.pos())
    lower.resize(upper.size())
    assert len(faults(window)) == 2
    whole.move(-3, 0)
    assert len(faults(window)) == 3
