"""The window of a result whose task is deleted."""

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.result.dialog import ResultDialog
from tests.kit.world import World


async def test_a_result_that_is_being_read_closes_with_its_task(world: World) -> None:
    for number in (5, 6):
        world.sessions.add(number, phase=Phase.CLOSED, status=TaskStatus.DONE, tell=False)
    dialogs = Dialogs(world.services, lambda: None)
    window = MainWindow(world.services, dialogs)
    window.show()
    window.selection.open_task(6)
    result = dialogs.made(ResultDialog)
    assert result is not None
    assert result.isVisible()
    world.sessions.delete([5])
    assert result.isVisible()
    world.sessions.delete([6])
    assert not result.isVisible()
    window.close_for_good()
