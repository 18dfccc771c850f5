"""*Help* by keys alone, and on small screens with a large face."""

import pytest

from tests.features.help.conftest import help_of
from tests.ui.test_clipping import USUAL, CheckWindow, check_window, on_screens
from tests.ui.test_focus import Stage, check_keys

__all__ = ["check_window"]
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
async def test_nothing_is_cut_or_covered(check_window: CheckWindow) -> None:
    await check_window(TITLE)
