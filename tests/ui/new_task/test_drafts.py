"""Drafts of 'New task': Escape keeps them, Cancel throws them away, and both can be taken back."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt

from enigma_panel.core.models import Limits, TaskSpec, TaskStatus
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.new_task.session_picker import NEW_KEPT
from tests.kit.person import ENTER, active, click, key, shown_texts, type_text
from tests.kit.world import World
from tests.ui.new_task.conftest import shown


def paste(dialog: NewTaskDialog, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    dialog.task_text.insertFromMimeData(data)


async def throw_away(world: World, dialog: NewTaskDialog, text: str) -> None:
    """It was typed, and Cancel threw it away; the dialog is open again."""
    await shown(world, dialog)
    type_text(dialog.task_text, text)
    click(dialog.cancel_button)
    await shown(world, dialog)


async def test_a_kept_one_comes_back_selected_as_a_whole(
    world: World, dialog: NewTaskDialog
) -> None:
    """What was typed behind an old draft was started, and paid, as one task with it."""
    await shown(world, dialog)
    assert "Draft kept" not in shown_texts(dialog)
    type_text(dialog.task_text, "Buy one hub")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    assert "Draft kept" in shown_texts(dialog)
    type_text(dialog.task_text, "Research typewriters")
    assert dialog.task_text.text() == "Research typewriters"


async def test_clear_empties_it_and_can_be_taken_back(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task_text, "Buy one hub")
    dialog.run_in.choose(NEW_KEPT)
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    click(dialog.clear_button)
    assert dialog.task_text.text() == ""
    assert dialog.task_text.hasFocus()
    assert not dialog.clear_button.isVisible()
    click(dialog.restore_button)
    assert dialog.task_text.text() == "Buy one hub"
    assert dialog.run_in.target() == NEW_KEPT


async def test_cancel_throws_it_away_and_the_button_brings_all_of_it_back(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    click(dialog.cancel_button)
    await shown(world, dialog)
    assert not dialog.restore_button.isVisible()  # nothing was typed
    type_text(dialog.task_text, "Buy one hub")
    type_text(dialog.starting_url, "https://shop.example")
    before = dialog.typed()
    click(dialog.cancel_button)
    assert not dialog.isVisible()
    await shown(world, dialog)
    assert dialog.typed().text == ""
    type_text(dialog.task_text, "Research typewriters")
    click(dialog.restore_button)
    assert dialog.typed() == before
    click(dialog.restore_button)
    assert dialog.typed().text == "Research typewriters"
    assert world.sessions.started == []


@pytest.mark.parametrize("place", ["an open session", "a new one"])
async def test_how_it_ends_and_starts_comes_back_with_it(
    world: World, dialog: NewTaskDialog, place: str
) -> None:
    """Without *Close the session after this task* its session stays open, and costs money."""
    world.sessions.add(7, status=TaskStatus.DONE)
    await shown(world, dialog, 7 if place == "an open session" else None)
    type_text(dialog.task_text, "Buy one hub")
    box = dialog.close_after if place == "an open session" else dialog.limits.one_call
    box.click()
    before = dialog.typed()
    click(dialog.cancel_button)
    assert not box.isChecked()
    await shown(world, dialog)
    click(dialog.restore_button)
    assert dialog.typed() == before
    assert box.isChecked()
    dialog.ask(None, TaskSpec(text="An earlier task"))
    assert not box.isChecked()
    click(dialog.restore_button)
    assert dialog.typed() == before
    assert box.isChecked()


async def test_none_is_lost_to_another_one(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task_text, "Buy one hub")
    for text in ("An earlier task", "Another one"):
        dialog.ask(None, TaskSpec(text=text))
        type_text(dialog.task_text, "!")
    brought_back = []
    for _ in range(4):
        click(dialog.restore_button)
        brought_back.append(dialog.typed().text)
    first, second, third = "An earlier task!", "Buy one hub", "Another one!"
    assert brought_back == [first, second, third, first]


async def test_draft_kept_stands_while_the_draft_does(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task_text, "Buy one hub")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    await shown(world, dialog)  # Ctrl+N once more
    assert "Draft kept" in shown_texts(dialog)
    dialog.ask(None, TaskSpec(text="An earlier task"))
    assert "Draft kept" not in shown_texts(dialog)
    click(dialog.restore_button)
    assert dialog.typed().text == "Buy one hub"


async def test_an_earlier_tasks_words_are_a_draft_once_they_are_changed(
    world: World, dialog: NewTaskDialog
) -> None:
    earlier = TaskSpec(text="An earlier task", limits=Limits(max_duration_ms=60_000))
    dialog.ask(None, earlier)
    await active(dialog)
    click(dialog.cancel_button)
    assert not dialog.restore_button.isVisibleTo(dialog)
    dialog.ask(None, earlier)
    await active(dialog)
    type_text(dialog.task_text, "!")
    changed = dialog.typed()
    click(dialog.cancel_button)
    await shown(world, dialog)
    click(dialog.restore_button)
    assert dialog.typed() == changed


async def test_nothing_takes_the_place_of_what_is_being_started(
    world: World, dialog: NewTaskDialog
) -> None:
    """It was emptied with the rest a moment later."""
    await throw_away(world, dialog, "Buy one hub")
    type_text(dialog.task_text, "Research typewriters")
    world.sessions.start_gate = asyncio.Event()
    click(dialog.start_button)
    await asyncio.sleep(0.01)
    dialog.ask(None, TaskSpec(text="An earlier task"))
    click(dialog.cancel_button)  # it may be started already: nothing that can be thrown away
    assert dialog.typed().text == "Research typewriters"
    world.sessions.start_gate.set()
    await world.settle()
    await shown(world, dialog)
    for text in ("An earlier task", "Buy one hub"):
        click(dialog.restore_button)
        assert dialog.typed().text == text


async def test_what_was_asked_for_meanwhile_waits_behind_a_start_that_failed(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    type_text(dialog.task_text, "Buy one hub")
    world.sessions.start_gate = asyncio.Event()
    world.sessions.start_error = LedgerError(Path("/ledger"), "gone")
    click(dialog.start_button)
    await asyncio.sleep(0.01)
    dialog.ask(None, TaskSpec(text="An earlier task"))
    world.sessions.start_gate.set()
    await world.settle()
    assert "gone" in dialog.notice.text()
    assert dialog.notice.isVisible()
    assert dialog.typed().text == "Buy one hub"
    click(dialog.restore_button)
    assert dialog.typed().text == "An earlier task"


LISTS = [
    ("Find a hub", False),
    ("Find a hub\nfind a lamp\nFind a bike", True),
    ("MX Keys at amazon.com\nA hub at https://shop.example/hubs\nlamp.example", True),
    ("MX Keys at amazon.com\nSay whether it is in stock", False),
    ("- Find a hub\n- Find a lamp", False),
    ("1. Find a hub\n2. Find a lamp", False),
    ("a) amazon.com\nb) ebay.com", False),
    ("Find these at shop.example:\nFind a hub", False),
]


def start_text(n: int) -> str:
    return "Start 1 task" if n == 1 else f"Start {n} tasks"


async def test_pasted_lines_are_tasks_where_that_is_certain(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    for text, is_list in LISTS:
        dialog.task_text.clear()
        paste(dialog, text)
        n = len(text.split("\n"))
        started = n if is_list else 1
        assert (text, dialog.per_line.isChecked()) == (text, is_list)
        assert dialog.start_button.text() == ("Start" if n == 1 else start_text(started))
        label = f"{n} lines: one task each?" if n > 1 else "One task per line"
        assert dialog.per_line.text() == label
        assert dialog.per_line.accessibleName() == "One task per line"
    dialog.task_text.clear()
    type_text(dialog.task_text, "Find a hub")
    key(dialog.task_text, ENTER)
    type_text(dialog.task_text, "Find a lamp")
    assert dialog.start_button.text() == "Start 1 task", "nobody pasted it"


async def test_the_box_is_as_the_person_left_it(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.per_line.click()
    paste(dialog, "The first\nNot the second")
    dialog.per_line.click()
    for started in (1, 2):
        dialog.task_text.clear()
        paste(dialog, "Find a hub\nFind a lamp")
        assert dialog.per_line.isChecked()
        click(dialog.start_button)
        await world.settle()
        assert len(world.sessions.started) == 2 * started
        assert not dialog.per_line.isChecked()
        await shown(world, dialog)
