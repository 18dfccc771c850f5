"""*Delete tasks* and the page *History* by keys alone, and on small screens with a large face."""

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from enigma_panel.core.deletion import KeptReason
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.features.deletion.deletions import DeletionResult
from enigma_panel.features.deletion.dialog import DeletionDialog
from tests.features.deletion.fakes import DeletionWorld
from tests.ui.test_clipping import USUAL, check_states, dressed, on_screens, settled, states
from tests.ui.test_focus import Stage, check_keys, stage as engine_stage

__all__ = ["engine_stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
TITLE = "Delete tasks"


@pytest.fixture
def stage(world: DeletionWorld, engine_stage: Stage) -> Stage:
    window = engine_stage.window
    command = world.install(window, engine_stage.manager)

    def delete() -> None:
        """One that may go, and one whose session is open."""
        world.sessions.add(4, phase=Phase.CLOSED, status=TaskStatus.DONE)
        window.selection.tasks.select_keys([4, 2])
        command.trigger()

    engine_stage.openers[TITLE] = delete
    return engine_stage


@pytest.mark.parametrize("title", [TITLE, "Settings"])
async def test_it_can_be_used_by_keys_alone(stage: Stage, title: str) -> None:
    await check_keys(stage, title)


async def states_with_outcome(
    stage: Stage, world: DeletionWorld, title: str, size: QSize
) -> AsyncIterator[QWidget]:
    """What is asked, and the longest that may become of it; of Settings each page."""
    async for dialog in states(stage, title, size):
        yield dialog
    if isinstance(dialog, DeletionDialog):
        kept = dict.fromkeys(KeptReason, 12_345)
        world.deletions.result = DeletionResult(kept=kept, left=12_345)
        dialog.field.setText("delete")
        dialog.delete_button.click()
        yield await settled(stage, dialog)


@pytest.mark.parametrize("title", [TITLE, "Settings"])
@on_screens(((640, 400), USUAL))
async def test_nothing_is_cut_or_covered(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    title: str,
    size: tuple[int, int],
    face: str,
) -> None:
    stage, world = dressed(request, face), request.getfixturevalue("world")
    shown = states_with_outcome(stage, world, title, QSize(*size))
    assert await check_states(monkeypatch, size, shown) >= 2
