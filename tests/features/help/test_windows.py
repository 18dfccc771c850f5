"""*Help* by keys alone, and on small screens with a large face."""

import pytest
from PySide6.QtCore import QSize

from tests.features.help.conftest import help_of
from tests.ui.test_clipping import USUAL, check_states, dressed, on_screens, states
from tests.ui.test_focus import Stage, check_keys

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
TITLE = "Help"


async def test_it_can_be_used_by_keys_alone(stage: Stage) -> None:
    open_help = stage.openers[TITLE]

    def open_money() -> None:
        """A page without links: Tab stops at each."""
        open_help()
        help_of(stage).ask("money")

    stage.openers[TITLE] = open_money
    await check_keys(stage, TITLE)


@on_screens(((640, 400), USUAL))
async def test_nothing_is_cut_or_covered(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    face: str,
) -> None:
    shown = states(dressed(request, face), TITLE, QSize(*size))
    assert await check_states(monkeypatch, size, shown) >= 1
