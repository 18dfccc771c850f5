"""'Settings → Questions'."""

import pytest

from enigma_panel.ui.settings.questions_page import QuestionsPage
from tests.kit.person import shown_texts
from tests.kit.world import World

NAMES = ["Notify me", "Show the agent's words"]


@pytest.mark.parametrize("is_shown", [True, False])
async def test_each_choice_holds_at_once_and_says_what_it_means(
    world: World, is_shown: bool
) -> None:
    page = QuestionsPage(world.services, lambda: is_shown)
    page.show()
    assert [box.text() for box in page.boxes.values()] == NAMES
    assert [box.isChecked() for box in page.boxes.values()] == [True, False]
    for name, box in page.boxes.items():
        was = box.isChecked()
        box.click()
        assert getattr(world.settings.value, name) is not was
        world.settings.change(**{name: was})
        assert box.isChecked() is was
        assert box.accessibleDescription() in shown_texts(page)
    told = "No program shows notices on this desktop" in shown_texts(page)
    assert told is not is_shown
    world.settings.change(notify_questions=False)
    assert [box.isEnabled() for box in page.boxes.values()] == [True, False]
