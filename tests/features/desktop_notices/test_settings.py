"""The settings of desktop notices."""

import pytest

from enigma_panel.features.desktop_notices.settings import DoneSettings, QuestionSettings
from enigma_panel.services.desktop_notifier import DesktopNotifier
from tests.kit.person import shown_texts
from tests.kit.world import World

NAMES = ["Notify me", "Show the agent's words"]


@pytest.mark.parametrize("is_shown", [True, False])
async def test_each_choice_holds_at_once_and_says_what_it_means(
    world: World, is_shown: bool
) -> None:
    notifier = DesktopNotifier()
    notifier.is_missing = not is_shown
    page = QuestionSettings(world.services.settings, notifier)
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
    told = "This desktop shows no notifications" in shown_texts(page)
    assert told is not is_shown
    world.settings.change(notify_questions=False)
    assert [box.isEnabled() for box in page.boxes.values()] == [True, False]


async def test_whether_anybody_shows_notices_is_followed(world: World) -> None:
    notifier = DesktopNotifier()
    page = QuestionSettings(world.services.settings, notifier)
    page.show()
    assert "This desktop shows no notifications" in shown_texts(page)
    notifier.is_missing = False
    notifier.missing_changed.emit()
    assert "This desktop shows no notifications" not in shown_texts(page)


async def test_being_told_when_something_is_done_holds_at_once(world: World) -> None:
    part = DoneSettings(world.services.settings)
    box = part.box
    assert box.isChecked()
    assert box.text() == "Notify me when a task is done"
    tip = "While you use another program, for tasks over 20 seconds."
    assert (box.toolTip(), box.accessibleDescription()) == (tip, tip)
    box.click()
    assert not world.settings.value.tell_when_done
    world.settings.change(tell_when_done=True)
    assert box.isChecked()
