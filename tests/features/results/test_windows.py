"""*Result* by keys alone, and on small screens and with a large font."""

import pytest

from enigma_panel.features.results.window import ResultWindows
from tests.ui.test_clipping import LARGE, USUAL, CheckWindow, check_window, on_screens
from tests.ui.test_focus import Stage, check_keys, stage as engine_stage

__all__ = ["check_window", "engine_stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def stage(engine_stage: Stage) -> Stage:
    window = engine_stage.window
    window.selection.read_result = ResultWindows(window, engine_stage.manager).open
    engine_stage.openers["Result"] = lambda: window.selection.open_task(2)
    return engine_stage


async def test_it_can_be_used_by_keys_alone(stage: Stage) -> None:
    await check_keys(stage, "Result")


@on_screens(((640, 400), USUAL), ((1280, 800), LARGE))
async def test_nothing_is_cut_or_covered(check_window: CheckWindow) -> None:
    await check_window("Result")
