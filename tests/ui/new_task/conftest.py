"""New task over fakes, and how a test opens it."""

import pytest

from enigma_panel.core.models import TaskSpec
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from tests.kit.person import active
from tests.kit.world import World


@pytest.fixture
def dialog(world: World) -> NewTaskDialog:
    return NewTaskDialog(world.services, None, lambda: None)


async def shown(
    world: World, dialog: NewTaskDialog, session: int | None = None, prefill: TaskSpec | None = None
) -> None:
    dialog.ask(session, prefill)
    await active(dialog)
    await world.settle()
