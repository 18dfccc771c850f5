"""'New task': one task per line, and what is said where no place is free."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import cast

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from enigma_panel.core.models import Limits, TaskSpec
from enigma_panel.core.service_rules import Field
from enigma_panel.services.types import PauseReason, WaitReason
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.new_task.session_picker import NEW_CLOSED, NEW_KEPT
from enigma_panel.ui.new_task.task_form import numbered_lines, per_line_problem
from enigma_panel.ui.new_task.task_text_edit import line_pitch
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.person import CTRL, ENTER, SHIFT, click, key, shown_texts, type_text
from tests.kit.wait import until
from tests.kit.world import World
from tests.ui.new_task.conftest import shown

LINES = "MX Keys at amazon.com\n\n  MX Keys at ebay.com \n\t\nMX Keys at idealo.de\n"


def texts(world: World) -> list[str]:
    return [started.spec.text for started in world.sessions.started]


async def test_each_line_becomes_a_task(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText(LINES)
    assert dialog.start_button.text() == "Start 1 task"
    dialog.task.per_line.click()
    assert dialog.start_button.text() == dialog.start_button.accessibleName() == "Start 3 tasks"
    dialog.limits.numbers[Field.TIME_LIMIT].setText("60")
    click(dialog.start_button)
    await world.settle()
    assert [started.spec for started in world.sessions.started] == [
        TaskSpec(text=text, limits=Limits(max_duration_ms=60_000))
        for text in ("MX Keys at amazon.com", "MX Keys at ebay.com", "MX Keys at idealo.de")
    ]
    assert not dialog.isVisible()
    assert dialog.task.field.text() == ""


class Numbers:
    """A painter that keeps what is drawn, and how high it stands."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, float]] = []

    def drawText(self, room: QRectF, text: str, _option: object) -> None:
        self.drawn.append((text, room.y()))


async def test_a_line_that_wraps_has_one_number(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    field = dialog.task.field
    field.setPlainText(f"MX Keys at amazon.com\n{'wide words ' * 12}\n\nMX Keys at ebay.com")
    dialog.task.per_line.click()
    await world.settle()
    painter, pitch = Numbers(), line_pitch(field.document())
    field.paint_numbers(cast("QPainter", painter))
    assert painter.drawn == [("1", 0), ("2", pitch), ("4", 4 * pitch)]
    assert field.viewport().height() % pitch == 0, "no line is cut in half"


async def test_without_the_box_lines_are_one_text(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText(LINES)
    click(dialog.start_button)
    await world.settle()
    assert texts(world) == [LINES.strip()]


async def test_an_earlier_task_of_several_lines_stays_one(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText(LINES)
    dialog.task.per_line.click()
    earlier = TaskSpec(text="Buy a hub.\nNot a red one.")
    dialog.ask(None, earlier)
    assert dialog.specs() == [earlier]


async def test_the_keyboard_does_it_all(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.task.field, "One")
    key(dialog.task.field, ENTER)
    type_text(dialog.task.field, "Two")
    key(dialog.task.field, Qt.Key.Key_Tab)
    assert dialog.task.per_line.hasFocus()
    key(dialog.task.per_line, Qt.Key.Key_Space)
    key(dialog.task.per_line, ENTER, CTRL)
    await world.settle()
    assert texts(world) == ["One", "Two"]


async def test_a_mistake_names_its_line(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    long = "x" * 20_001
    dialog.task.field.setPlainText(f"\nFine\n\n{long}\nFine")
    dialog.task.per_line.click()
    click(dialog.start_button)
    await world.settle()
    assert world.sessions.started == []
    said = dialog.task.field.accessibleDescription()
    assert said.startswith("Line 4: The task has 20,001 characters")
    assert dialog.task.field.hasFocus()
    dialog.task.per_line.click()
    assert dialog.task.field.accessibleDescription() == ""


async def test_nothing_but_empty_lines_is_nothing(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText("  \n \n")
    dialog.task.per_line.click()
    click(dialog.start_button)
    await world.settle()
    assert "Enter what the agent should do." in dialog.task.field.accessibleDescription()
    assert world.sessions.started == []


async def test_two_hundred_at_most(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.task.per_line.click()
    dialog.task.field.setPlainText("\n".join(f"Task {n}" for n in range(201)))
    said = "201 tasks are too many. Start 200 at most."
    assert said in shown_texts(dialog)
    assert (dialog.start_button.text(), dialog.start_button.isEnabled()) == (
        "Start 201 tasks",
        False,
    )
    assert dialog.place.hint.text() == ""
    assert dialog.price.text() == "201 tasks · price not known yet"
    key(dialog.task.field, ENTER, CTRL)
    await world.settle()
    assert world.sessions.started == []
    dialog.task.per_line.click()
    assert dialog.start_button.isEnabled()
    assert said not in shown_texts(dialog)
    assert dialog.place.hint.text() == "Starts now."
    dialog.task.per_line.click()
    assert said in shown_texts(dialog)
    dialog.task.field.setPlainText("\n".join(f"Task {n}" for n in range(200)))
    click(dialog.start_button)
    await world.settle()
    assert len(world.sessions.started) == 200


def test_lines_as_any_system_ends_them() -> None:
    assert numbered_lines("a\r\nb\rc\u2028d") == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert per_line_problem("a\nb") == ""


async def test_the_text_stays_until_the_ledger_has_it(world: World, dialog: NewTaskDialog) -> None:
    world.sessions.start_gate = asyncio.Event()
    await shown(world, dialog)
    dialog.task.field.setPlainText(LINES)
    dialog.task.per_line.click()
    click(dialog.start_button)
    await asyncio.sleep(0.01)
    assert dialog.task.field.text() == LINES
    key(dialog.task.field, Qt.Key.Key_X)
    assert dialog.task.field.text() == LINES  # what is typed now would be lost with it
    world.sessions.start_error = DiskFullError(Path("/ledger"), "full")
    world.sessions.start_gate.set()
    await world.settle()
    assert dialog.task.field.text() == LINES
    assert "the disk is full" in dialog.notice.text()
    assert not dialog.task.field.isReadOnly()
    assert dialog.start_button.isEnabled()
    world.sessions.start_error = None
    click(dialog.start_button)
    await world.settle()
    assert len(world.sessions.started) == 3


async def test_what_waits_is_said_to_wait(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    for task_key in (1, 2, 3):
        world.queue.put(task_key + 10, why=WaitReason.NO_SLOT)
    world.queue.put(1, why=WaitReason.NO_SLOT)  # what the first start will be
    type_text(dialog.task.field, "First")
    key(dialog.task.field, ENTER, CTRL | SHIFT)
    await world.settle()
    assert dialog.notice.text() == "Queued “First”."
    type_text(dialog.task.field, "Second")
    key(dialog.task.field, ENTER, CTRL | SHIFT)
    await world.settle()
    assert dialog.notice.text() == "Started “Second”."


async def test_several_started_in_a_row_can_be_brought_back(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    dialog.task.per_line.click()
    dialog.task.field.setPlainText("One\nTwo")
    key(dialog.task.field, ENTER, CTRL | SHIFT)
    await world.settle()
    assert dialog.notice.text() == "Started 2 tasks."
    assert dialog.task.per_line.isChecked()
    key(dialog.task.field, Qt.Key.Key_Up)
    assert dialog.task.field.text() == "Two"


async def test_the_hint_says_when_it_would_run(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    assert dialog.place.hint.text() == "Starts now."
    world.sessions.put(a_session(1, current_task=1), a_task(1))
    world.queue.set_limit(1)
    assert (
        dialog.place.hint.text()
        == "Waiting for a free browser (1 of 1 in use). The task is queued."
    )
    world.queue.set_limit(5)
    assert dialog.another_button.isVisible()
    world.queue.put(6, why=WaitReason.BUSY)
    assert dialog.place.hint.text() == "Starts now."
    world.queue.pause_reason = PauseReason.RESTARTED
    world.queue.put(5, why=WaitReason.STOPPED)  # it waits for Go on, and delays no other
    assert dialog.place.hint.text() == "Starts now."
    world.queue.pause_reason = PauseReason.NONE
    world.sessions.tasks[8] = a_task(8, session_key=1)
    world.queue.put(8, why=WaitReason.BUDGET)  # for the browser that is open: it takes no place
    assert dialog.place.hint.text() == "Starts now."
    world.queue.put(7, why=WaitReason.NO_SLOT)
    assert dialog.place.hint.text() == "Queued behind 1 task."
    world.queue.pause_reason = PauseReason.FUNDS
    world.queue.changed.emit()
    assert "queue is paused" in dialog.place.hint.text()
    world.queue.pause_reason, world.queue.is_leaving = PauseReason.NONE, True
    world.queue.changed.emit()
    assert "queue is paused" in dialog.place.hint.text(), "nothing starts while it waits to quit"
    world.sessions.put(a_session(2, expires_ms=NOW + 1))
    dialog.ask(2, None)
    assert dialog.place.hint.text() == "Runs in the open browser."


async def test_the_hint_says_how_many_the_cap_of_the_day_allows(
    world: World, dialog: NewTaskDialog
) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText("\n".join(f"Task {n}" for n in range(12)))
    dialog.task.per_line.click()
    world.queue.calls_left = 20
    world.queue.set_limit(20)
    world.spending.costs = [Decimal("0.10")] * 3
    for cap, allowed in ("1.20", ""), ("1.00", " Your daily cap allows about 8 of 12."):
        world.caps.today = Decimal("0.20") if allowed else Decimal(0)
        world.settings.change(cap_per_day=Decimal(cap))
        world.queue.changed.emit()
        assert dialog.place.hint.text() == f"All 12 start now.{allowed}"
    world.caps.is_held = True
    world.queue.changed.emit()
    held = "Daily cap reached. They start when you raise the cap, or tomorrow."
    assert dialog.place.hint.text() == held
    world.sessions.put(a_session(2, expires_ms=NOW + 1))
    dialog.ask(2, None)
    assert dialog.place.hint.text() == held  # an open browser takes no task then either


async def test_the_hint_says_how_many_of_several_start(world: World, dialog: NewTaskDialog) -> None:
    await shown(world, dialog)
    dialog.task.field.setPlainText("\n".join(f"Task {n}" for n in range(10)))
    dialog.task.per_line.click()
    world.queue.set_limit(2)
    assert dialog.place.hint.text() == "2 start now, 8 are queued."
    world.sessions.put(a_session(1, current_task=1), a_task(1))
    world.queue.changed.emit()
    assert dialog.place.hint.text() == "1 starts now, 9 are queued."
    world.queue.set_limit(10)
    assert dialog.place.hint.text() == "9 start now, 1 is queued."
    world.queue.set_limit(11)
    assert dialog.place.hint.text() == "All 10 start now."
    world.queue.calls_left = 7  # the rate limit is known, too
    await until(lambda: dialog.place.hint.text() == "7 start now, 3 are queued.")
    dialog.limits.one_call.setChecked(True)  # has a limit of its own
    assert dialog.place.hint.text() == "All 10 start now."
    dialog.limits.one_call.setChecked(False)
    world.queue.calls_left = 0
    world.queue.changed.emit()
    assert dialog.place.hint.text() == "The rate limit is reached. The tasks are queued."
    world.queue.set_limit(1)
    assert (
        dialog.place.hint.text()
        == "Waiting for a free browser (1 of 1 in use). The tasks are queued."
    )
    world.queue.put(7, why=WaitReason.NO_SLOT)
    assert dialog.place.hint.text() == "Queued behind 1 task."
    world.queue.set(pause_reason=PauseReason.FUNDS)
    assert dialog.place.hint.text().endswith("so the tasks are queued.")
    world.sessions.put(a_session(2, expires_ms=NOW + 1))
    dialog.ask(2, None)
    dialog.task.field.setPlainText("One\nTwo")
    dialog.task.per_line.setChecked(True)
    said = "They run in the open browser, one after another."
    assert dialog.place.hint.text() == said


async def test_one_line_says_what_one_task_may_cost(world: World, dialog: NewTaskDialog) -> None:
    line = dialog.price
    world.spending.costs = [Decimal("0.01"), Decimal("0.02")]
    await shown(world, dialog)
    assert line.text() == "Price not known yet"
    dialog.place.run_in.choose(NEW_KEPT)
    assert line.text().startswith("Price not known yet. The browser costs money")
    world.spending.costs.append(Decimal("0.02"))
    dialog.place.run_in.choose(NEW_CLOSED)
    assert line.text() == "<b>≈ $0.02</b>"
    assert line.accessibleName() == "about $0.02"
    dialog.place.run_in.choose(NEW_KEPT)
    kept = "<b>≈ $0.02</b>. The browser costs money until closed (up to 5 min)."
    assert line.text() == kept
    world.sessions.put(a_session(2, expires_ms=NOW + 1))
    dialog.ask(2, None)
    assert line.text() == kept, "the open browser stays open, too"
    dialog.place.close_after.click()
    assert line.text() == "<b>≈ $0.02</b>"
    world.spending.costs += [Decimal("0.05")] * 4  # they differ by more than twice
    world.queue.changed.emit()
    assert line.text() == "<b>about $0.02–0.05</b>"
    world.spending.costs = [Decimal("0.001")] * 3
    dialog.place.close_after.click()
    assert line.text().startswith("<b>&lt; $0.01</b>. The browser costs")
    assert line.accessibleName().startswith("less than $0.01. The browser costs")


async def test_one_line_says_what_many_tasks_may_cost_and_how_long_they_take(
    world: World, dialog: NewTaskDialog
) -> None:
    line = dialog.price
    world.spending.costs = [Decimal("0.02"), Decimal("0.03"), Decimal("0.04")]
    await shown(world, dialog)
    dialog.task.field.setPlainText("\n".join(f"Task {n}" for n in range(40)))
    dialog.task.per_line.click()
    price = "40 tasks · <b>about $0.96–1.44</b>"
    assert line.text() == f"{price} · about 9 min with 5 browsers"
    assert dialog.accessibleName() == dialog.windowTitle() == "New tasks"
    assert dialog.place.run_in.currentText() == "New sessions, closed after each task"
    world.queue.set_limit(1)
    assert line.text() == f"{price} · about 45 min with 1 browser"
    world.queue.set(pause_reason=PauseReason.FUNDS)
    assert line.text() == price, "nobody knows when a held queue goes on"
    world.queue.set()
    dialog.place.run_in.choose(NEW_KEPT)
    assert dialog.place.run_in.currentText() == "New sessions, kept open"
    assert line.text() == f"{price}. Each browser costs money until closed (up to 5 min)."
    world.sessions.put(a_session(2, expires_ms=NOW + 1))
    dialog.ask(2, None)
    assert line.text() == f"{price}. The browser costs money until closed (up to 5 min)."
    dialog.place.run_in.choose(NEW_CLOSED)
    for cost, amount in (("0.02", "≈ $0.80"), ("0.0001", "&lt; $0.01")):
        world.spending.costs = [Decimal(cost)] * 3
        world.queue.changed.emit()
        assert line.text().startswith(f"40 tasks · <b>{amount}</b> · about")
    world.spending.costs = [Decimal("0.0001")] * 3 + [Decimal("0.02")] * 2
    world.queue.changed.emit()
    assert line.text().startswith("40 tasks · <b>up to $0.80</b> · about")
    world.spending.costs.clear()
    world.queue.changed.emit()
    assert line.text().startswith("40 tasks · price not known yet · about")
