"""*Delete tasks*: what was selected when it was clicked goes, once a word was typed for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt

from enigma_panel.core.deletion import KeptReason
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.task_filter import TaskFilter
from enigma_panel.features.deletion.deletions import DeletionResult
from enigma_panel.features.deletion.dialog import DeletionDialog
from enigma_panel.features.deletion.text import kept_text
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.features.deletion.fakes import DeletionWorld
from tests.kit.fakes import FakeDialogs
from tests.kit.person import ENTER, SHIFT, active, click, key, shown_texts, type_text


def fill(world: DeletionWorld, count: int) -> None:
    for number in range(1, count + 1):
        world.sessions.add(
            number,
            phase=Phase.CLOSED,
            status=TaskStatus.DONE,
            tell=False,
            cost="0.12",
            text=f"Task {'odd' if number % 2 else 'even'} {number}",
        )


def make_dialog(world: DeletionWorld) -> DeletionDialog:
    app_actions = Actions(world.services, cast("Any", FakeDialogs()))
    return DeletionDialog(world.services, cast("Any", world.deletions), app_actions, None)


def told_by(dialog: DeletionDialog) -> list[tuple[Any, ...]]:
    told: list[tuple[Any, ...]] = []
    dialog._app_actions.done.connect(lambda text: told.append((text,)))
    return told


@pytest.fixture
def dialog(world: DeletionWorld) -> DeletionDialog:
    fill(world, 4)
    return make_dialog(world)


async def test_it_says_what_goes_and_what_stays_and_wants_a_word(
    world: DeletionWorld, dialog: DeletionDialog
) -> None:
    world.sessions.add(5, status=TaskStatus.QUEUED, tell=False)
    world.sessions.add(6, phase=Phase.CLOSED_ASSUMED, status=TaskStatus.DONE, tell=False)
    told = told_by(dialog)
    dialog.ask([1, 2, 5, 6])
    await world.settle()
    await active(dialog)
    texts = shown_texts(dialog)
    assert "They cost $0.24." in texts
    assert "1 stays: it is not finished. 1 stays: its browser may still be open." in texts
    assert "Daily totals no longer include them." in texts
    assert dialog.field.hasFocus()
    assert dialog.field.accessibleName() == "Type “delete” to confirm"
    assert "This deletes 2 tasks" in dialog.field.accessibleDescription()
    button = dialog.verb_button
    assert (button.text(), button.accessibleName()) == ("Delete 2 tasks",) * 2
    type_text(dialog.field, "delet")
    key(dialog.field, ENTER)
    assert not button.isEnabled()
    type_text(dialog.field, "e")
    assert not world.deletions.deleted
    key(dialog.field, ENTER)
    assert button.hasFocus()
    assert not world.deletions.deleted, "Enter in the field leads to the button"
    key(button, ENTER)
    await world.settle()
    assert world.deletions.deleted == [1, 2]
    assert told == [("2 tasks were deleted.",)]
    assert not dialog.isVisible()


async def test_where_nothing_may_go_nothing_can_be_clicked(world: DeletionWorld) -> None:
    world.sessions.add(1, tell=False)
    dialog = make_dialog(world)
    dialog.ask([1])
    await world.settle()
    assert "None of the selected tasks can be deleted." in shown_texts(dialog)
    assert "1 stays: it is not finished." in shown_texts(dialog)
    assert not dialog.field.isEnabled()
    assert not dialog.verb_button.isEnabled()


async def test_a_ledger_that_refuses_is_said(world: DeletionWorld, dialog: DeletionDialog) -> None:
    problem = LedgerError(Path("ledger"), "no room")
    world.deletions.result = DeletionResult(left=4, problem=problem)
    told = told_by(dialog)
    dialog.ask([1, 2, 3, 4])
    await world.settle()
    type_text(dialog.field, "DELETE ")
    click(dialog.verb_button)
    await world.settle()
    assert "4 were not: the history could not be saved (no room)." in told[0][0]
    world.deletions.problem = problem
    dialog.ask([1])
    await world.settle()
    assert dialog.text.text() == "The history could not be read (no room)."


def test_each_reason_to_stay_has_words() -> None:
    both = {KeptReason.QUEUED: 1, KeptReason.AT_WORK: 2}
    assert kept_text(both) == "3 stay: they are not finished."
    for reason in KeptReason:
        assert kept_text({reason: 1}) != kept_text({reason: 3}), reason


# -- from the window -------------------------------------------------------------------------------


@pytest.fixture
def window(world: DeletionWorld) -> Iterator[MainWindow]:
    fill(world, 6)
    manager = Dialogs(world.services, lambda: None)
    window = MainWindow(world.services, manager)
    world.install(window, manager)
    window.show()
    yield window
    manager.close_all()
    window.close_for_good()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def test_what_was_selected_and_shown_at_the_click_goes_and_no_other(
    world: DeletionWorld, window: MainWindow
) -> None:
    tasks, delete = window.selection.tasks, window.menus.for_tasks[-1]
    assert not delete.isEnabled()
    tasks.select_keys([1, 2, 3, 4])
    world.task_search.ask(TaskFilter(words="odd"))
    assert delete.isEnabled()
    await active(window)
    tasks.setFocus()
    key(tasks, Qt.Key.Key_Delete, SHIFT)
    dialog = window.dialogs.made(DeletionDialog)
    assert dialog is not None
    await world.settle()
    world.task_search.ask(TaskFilter())  # shows the others again, which are still selected
    assert set(tasks.selected_keys()) == {1, 2, 3, 4}
    assert "This deletes 2 tasks" in shown_texts(dialog)
    type_text(dialog.field, "delete")
    click(dialog.verb_button)
    await world.settle()
    assert world.deletions.deleted == [3, 1]
    assert sorted(tasks.rows.keys()) == [2, 4, 5, 6]
    assert sorted(window.selection.subject.tasks) == [2, 4]
    assert window.toast.accessibleName() == "2 tasks were deleted."
    window.selection.show_task(1)
    assert sorted(window.selection.subject.tasks) == [2, 4], "nothing leads to what is no more"


async def test_the_menu_offers_it_where_something_may_go(
    world: DeletionWorld, window: MainWindow
) -> None:
    world.sessions.add(7)
    delete = window.menus.for_tasks[-1]
    window.selection.tasks.select_keys([7])
    assert not delete.isEnabled()
    window.selection.tasks.select_keys([7, 6])
    assert delete.isEnabled()
    offered = [action.text() for group in window.menus.groups() for action in group.actions]
    assert offered[-1] == "Delete…"
