"""The draft of 'New task' is kept when the sheet closes; a text that others replace is in ↑."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt

from enigma_panel.core.models import Limits, TaskSpec, TaskStatus
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.new_task.session_picker import NEW_CLOSED, NEW_KEPT
from tests.kit.person import ENTER, click, key, shown_texts, type_text
from tests.kit.world import World
from tests.ui.new_task.conftest import shown


def paste(dialog: NewTaskDialog, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    dialog.task.field.insertFromMimeData(data)


async def test_a_kept_one_comes_back_selected_as_a_whole(
    world: World, dialog: NewTaskDialog
) -> None:
    """What was typed behind an old draft was started, and paid, as one task with it."""
    await shown(world, dialog)
    assert "Draft kept" not in shown_texts(dialog)
    type_text(dialog.task.field, "Buy one hub")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    assert "Draft kept" in shown_texts(dialog)
    type_text(dialog.task.field, "Research typewriters")
    assert dialog.task.field.text() == "Research typewriters"


async def test_clear_empties_it_and_the_arrow_brings_its_text_back(
    world: World, dialog: NewTaskDialog
) -> None:
    world.sessions.texts = ["An earlier task"]
    await shown(world, dialog)
    type_text(dialog.task.field, "Buy one hub")
    dialog.place.run_in.choose(NEW_KEPT)
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    click(dialog.clear_button)
    assert (dialog.task.field.text(), dialog.place.run_in.target()) == ("", NEW_CLOSED)
    assert dialog.task.field.hasFocus()
    assert not dialog.clear_button.isVisible()
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    for text in ("Buy one hub", "An earlier task"):
        key(dialog.task.field, Qt.Key.Key_Up)
        assert dialog.task.field.text() == text


@pytest.mark.parametrize("way", ["Cancel", "Escape"])
@pytest.mark.parametrize("place", ["an open session", "a new one"])
async def test_all_of_it_is_kept_when_the_sheet_closes(
    world: World, dialog: NewTaskDialog, place: str, way: str
) -> None:
    """Without *Close the session after this task* its session stays open, and costs money."""
    world.sessions.add(7, status=TaskStatus.DONE)
    await shown(world, dialog, 7 if place == "an open session" else None)
    type_text(dialog.task.field, "Buy one hub")
    type_text(dialog.place.starting_url, "https://shop.example")
    box = dialog.place.close_after if place == "an open session" else dialog.limits.one_call
    box.click()
    before = dialog.typed()
    if way == "Cancel":
        click(dialog.cancel_button)
    else:
        key(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    await shown(world, dialog)
    assert dialog.typed() == before
    assert box.isChecked()
    assert world.sessions.started == []


async def test_what_nobody_typed_is_not_kept(world: World, dialog: NewTaskDialog) -> None:
    earlier = TaskSpec(text="An earlier task", limits=Limits(max_duration_ms=60_000))
    await shown(world, dialog, prefill=earlier)
    click(dialog.cancel_button)
    await shown(world, dialog)
    assert dialog.typed() == TaskSpec(text="")
    await shown(world, dialog, prefill=earlier)
    type_text(dialog.task.field, "!")
    changed = dialog.typed()
    click(dialog.cancel_button)
    await shown(world, dialog)
    assert dialog.typed() == changed


async def test_draft_kept_stands_while_the_draft_does(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, "Buy one hub")
    key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    await shown(world, dialog)  # Ctrl+N once more
    assert "Draft kept" in shown_texts(dialog)
    dialog.ask(None, TaskSpec(text="An earlier task"))
    assert "Draft kept" not in shown_texts(dialog)


@pytest.mark.parametrize("error", [None, LedgerError(Path("/ledger"), "gone")])
async def test_nothing_takes_the_place_of_what_is_being_started(
    world: World, dialog: NewTaskDialog, error: LedgerError | None
) -> None:
    """It was emptied with the rest a moment later."""
    await shown(world, dialog)
    type_text(dialog.task.field, "Research typewriters")
    world.sessions.start_gate = asyncio.Event()
    world.sessions.start_error = error
    click(dialog.start_button)
    await asyncio.sleep(0.01)
    dialog.ask(None, TaskSpec(text="An earlier task"))
    assert dialog.typed().text == "Research typewriters"
    world.sessions.start_gate.set()
    await world.settle()
    assert dialog.isVisible() is (error is not None)
    assert dialog.typed().text == ("Research typewriters" if error else "")


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
        dialog.task.field.clear()
        paste(dialog, text)
        n = len(text.split("\n"))
        started = n if is_list else 1
        assert (text, dialog.task.per_line.isChecked()) == (text, is_list)
        assert dialog.start_button.text() == ("Start" if n == 1 else start_text(started))
        label = f"{n} lines: one task each?" if n > 1 else "One task per line"
        assert dialog.task.per_line.text() == label
        assert dialog.task.per_line.accessibleName() == "One task per line"
    dialog.task.field.clear()
    type_text(dialog.task.field, "Find a hub")
    key(dialog.task.field, ENTER)
    type_text(dialog.task.field, "Find a lamp")
    assert dialog.start_button.text() == "Start 1 task", "nobody pasted it"


async def test_the_box_is_as_the_person_left_it(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.task.per_line.click()
    paste(dialog, "The first\nNot the second")
    dialog.task.per_line.click()
    for started in (1, 2):
        dialog.task.field.clear()
        paste(dialog, "Find a hub\nFind a lamp")
        assert dialog.task.per_line.isChecked()
        click(dialog.start_button)
        await world.settle()
        assert len(world.sessions.started) == 2 * started
        assert not dialog.task.per_line.isChecked()
        await shown(world, dialog)
