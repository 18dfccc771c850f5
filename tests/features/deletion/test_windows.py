"""*Delete tasks* by keys alone, and on small screens with a large face."""

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from tests.features.deletion.fakes import DeletionWorld
from tests.ui.test_clipping import USUAL, CheckWindow, check_window, on_screens
from tests.ui.test_focus import Stage, check_keys, stage as engine_stage

__all__ = ["check_window", "engine_stage"]
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


async def test_it_can_be_used_by_keys_alone(stage: Stage) -> None:
    await check_keys(stage, TITLE)


@on_screens(((640, 400), USUAL))
async def test_nothing_is_cut_or_covered(check_window: CheckWindow) -> None:
    await check_window(TITLE)
