"""The window of questions over fakes."""

import pytest

from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.kit.world import World


@pytest.fixture
def dialog(world: World) -> QuestionDialog:
    return QuestionDialog(world.services, None)
