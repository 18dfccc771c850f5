"""Settings: how long tasks are kept, and what a change deletes at once."""

from pathlib import Path
from typing import Any, cast

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.features.deletion.history_page import HistoryPage
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.settings.dialog import SettingsDialog, SettingsPart
from tests.features.deletion.fakes import DeletionWorld
from tests.kit.person import click


@pytest.fixture
def dialog(world: DeletionWorld) -> SettingsDialog:
    for number in (1, 2):
        world.sessions.add(
            number, phase=Phase.CLOSED, status=TaskStatus.DONE, tell=False, cost="0.12"
        )
    world.sessions.add(3, status=TaskStatus.LOST, tell=False)
    part = SettingsPart(
        page="General", make=lambda: HistoryPage(world.services, cast("Any", world.deletions))
    )
    dialog = SettingsDialog(world.services, None, lambda: None, parts=[part])
    dialog.ask()
    return dialog


def page_of(dialog: SettingsDialog) -> HistoryPage:
    page = dialog.findChild(HistoryPage)
    assert isinstance(page, HistoryPage)
    return page


def kept_days(world: DeletionWorld) -> int:
    days: int = world.settings.value.keep_tasks_days
    return days


async def test_all_is_kept_until_somebody_says_so(
    world: DeletionWorld, dialog: SettingsDialog
) -> None:
    page = page_of(dialog)
    assert page.choice.currentText() == "Keep forever"
    assert page.choice.accessibleName() == "Ended tasks"
    assert page.days.isHidden()
    assert page.note.isHidden()
    page.choice.setCurrentIndex(1)
    await world.settle()
    assert page.note.isVisible()
    assert kept_days(world) == 90, "nothing is that old, so nothing is asked"
    assert page.question.isHidden()
    page.days.setValue(30)
    await world.settle()
    assert kept_days(world) == 30
    page.choice.setCurrentIndex(0)
    assert kept_days(world) == 0
    assert world.deletions.retained == 0


async def test_what_it_deletes_at_once_is_said_and_asked(
    world: DeletionWorld, dialog: SettingsDialog
) -> None:
    page = page_of(dialog)
    world.deletions.old = [1, 2, 3]
    page.choice.setCurrentIndex(1)
    await world.settle()
    assert page.text.text() == (
        "This now deletes 2 tasks that cost $0.24. This can't be undone. From then on, tasks "
        "are deleted 90 days after they end.\n1 stays: its browser may still be open."
    )
    assert not page.question.isHidden()
    assert kept_days(world) == 0
    click(page.leave)
    assert page.question.isHidden()
    assert page.choice.currentText() == "Keep forever"
    page.choice.setCurrentIndex(1)
    page.days.setValue(400)
    await world.settle()
    assert kept_days(world) == 400, "the last choice counts"
    page.days.setValue(30)
    await world.settle()
    assert (kept_days(world), world.deletions.retained) == (400, 0)
    assert page.delete.text() == "Delete 2 tasks"
    click(page.delete)
    assert (kept_days(world), world.deletions.retained) == (30, 1)
    assert page.question.isHidden()


async def test_a_ledger_that_cannot_be_read_changes_nothing(
    world: DeletionWorld, dialog: SettingsDialog
) -> None:
    page = page_of(dialog)
    world.deletions.problem = LedgerError(Path("ledger"), "broken")
    page.choice.setCurrentIndex(1)
    await world.settle()
    assert page.news.text() == "The history could not be read (broken)."
    assert kept_days(world) == 0
