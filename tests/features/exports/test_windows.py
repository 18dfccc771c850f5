"""*Export* by keys alone, and on small screens and with a large face."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from enigma_panel.features.exports.dialog import ExportDialog
from enigma_panel.features.exports.exports import ExportFault
from tests.features.exports.fakes import ExportWorld
from tests.ui.test_clipping import LARGE, SCREENS, USUAL, check_states, settled, states
from tests.ui.test_focus import Stage, check_keys, stage as engine_stage

__all__ = ["engine_stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
AT_EACH_PUSH = [((640, 400), USUAL), ((1280, 800), LARGE)]


@pytest.fixture
def stage(world: ExportWorld, engine_stage: Stage) -> Stage:
    window = engine_stage.window
    world.install(window, engine_stage.manager)
    actions = window.main_menu.menu.actions()
    command = next(action for action in actions if action.text() == "Export…")
    engine_stage.openers["Export"] = command.trigger
    return engine_stage


async def test_it_can_be_used_by_keys_alone(stage: Stage) -> None:
    await check_keys(stage, "Export")


async def export_states(stage: Stage, world: ExportWorld, size: QSize) -> AsyncIterator[QWidget]:
    """Empty, with each fault and a long name, then under way and cancelled."""
    async for dialog in states(stage, "Export", size):
        yield dialog
    assert isinstance(dialog, ExportDialog)
    for fault in ExportFault:
        world.exports.fail(fault, "Permission denied")
        dialog.file.setText(f"/home/maria/{'a long name ' * 20}.csv")
        dialog.export()
        yield await settled(stage, dialog)
    world.exports.gate = asyncio.Event()
    dialog.export()
    yield await settled(stage, dialog)
    world.exports.cancel()
    yield await settled(stage, dialog)


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
    world = request.getfixturevalue("world")
    seen = await check_states(monkeypatch, size, export_states(stage, world, QSize(*size)))
    assert seen == 3 + len(ExportFault)
