"""The settings of desktop notices."""

import pytest

from enigma_panel.features.desktop_notices.settings import NoticeBoxes, NoticeSettings
from enigma_panel.services.desktop_notifier import DesktopNotifier
from tests.kit.person import shown_texts
from tests.kit.world import World
from tests.store.settings_files import section_written_before

NAMES = ["Notify me of questions", "Notify me when a task finishes"]


@pytest.mark.parametrize("is_shown", [True, False])
async def test_each_choice_says_what_it_means(world: World, is_shown: bool) -> None:
    notifier = DesktopNotifier()
    notifier.is_missing = not is_shown
    page = NoticeBoxes(world.services.settings, notifier)
    page.show()
    boxes = (page.notify, page.done)
    assert [box.text() for box in boxes] == NAMES
    assert [box.isChecked() for box in boxes] == [True, True]
    assert all(box.accessibleDescription() in shown_texts(page) for box in boxes)
    told = "This desktop shows no notifications" in shown_texts(page)
    assert told is not is_shown


async def test_whether_anybody_shows_notices_is_followed(world: World) -> None:
    notifier = DesktopNotifier()
    page = NoticeBoxes(world.services.settings, notifier)
    page.show()
    assert "This desktop shows no notifications" in shown_texts(page)
    notifier.is_missing = False
    notifier.missing_changed.emit()
    assert "This desktop shows no notifications" not in shown_texts(page)


def test_a_file_written_before_the_section_keeps_its_values() -> None:
    kept = NoticeSettings(tell_when_done=False, notify_questions=False)
    assert section_written_before(NoticeSettings) == kept
