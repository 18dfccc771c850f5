"""*Costs* by keys alone, and on small screens with a large face."""

import pytest

from tests.features.costs.world import CostsWorld
from tests.ui.test_clipping import USUAL, CheckWindow, check_window, on_screens
from tests.ui.test_focus import Stage, check_keys, stage as engine_stage

__all__ = ["check_window", "engine_stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
TITLE = "Costs"


@pytest.fixture
def stage(world: CostsWorld, engine_stage: Stage) -> Stage:
    world.put_a_month()
    world.install(engine_stage.window, engine_stage.manager)
    [opener] = [a for a in engine_stage.window.actions() if a.text() == TITLE]
    engine_stage.openers[TITLE] = opener.trigger
    return engine_stage


async def test_it_can_be_used_by_keys_alone(stage: Stage) -> None:
    await check_keys(stage, TITLE)


@on_screens(((640, 400), USUAL))
async def test_nothing_is_cut_or_covered(check_window: CheckWindow) -> None:
    await check_window(TITLE)
