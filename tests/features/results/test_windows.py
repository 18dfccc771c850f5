"""*Result* by keys alone, and on small screens and with a large font."""

import pytest
from PySide6.QtCore import QSize

from enigma_panel.features.results.window import ResultWindows
from tests.ui.test_clipping import LARGE, SCREENS, USUAL, check_states, states
from tests.ui.test_focus import Stage, check_keys, stage as engine_stage

__all__ = ["engine_stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
AT_EACH_PUSH = [((640, 400), USUAL), ((1280, 800), LARGE)]


@pytest.fixture
def stage(engine_stage: Stage) -> Stage:
    window = engine_stage.window
    window.selection.read_result = ResultWindows(window, engine_stage.manager).open
    engine_stage.openers["Result"] = lambda: window.selection.open_task(2)
    return engine_stage


async def test_it_can_be_used_by_keys_alone(stage: Stage) -> None:
    await check_keys(stage, "Result")


@pytest.mark.parametrize(
    ("size", "face"),
    [
        pytest.param(*one, marks=[] if one in AT_EACH_PUSH else pytest.mark.weekly)
        for one in SCREENS
    ],
)
async def test_nothing_is_cut_or_covered(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    face: str,
) -> None:
    if face == LARGE:
        request.getfixturevalue("large_font")
    stage = request.getfixturevalue("stage")
    assert await check_states(monkeypatch, size, states(stage, "Result", QSize(*size))) >= 1
