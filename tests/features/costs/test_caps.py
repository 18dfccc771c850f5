"""The fields of the caps: what is typed holds at once, and a mistake changes nothing."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.features.costs.caps import CapFields
from enigma_panel.store.settings import HOLD, TERMINATE_RUNNING
from enigma_panel.ui.widgets.inputs import ScrollArea
from tests.features.costs.test_sheet import Stage, stage
from tests.kit.person import ENTER, active, key, type_text
from tests.kit.world import World

__all__ = ["stage"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
QUARTER = Decimal("0.25")


@pytest.fixture
def plain(qapp: QApplication, no_window_left: None) -> World:
    return World()


@pytest.fixture
def fields(plain: World) -> Iterator[CapFields]:
    fields = CapFields(plain.services)
    fields.refresh()
    fields.show()
    yield fields
    fields.close()


def caps(world: World) -> tuple[Decimal | None, Decimal | None]:
    value = world.settings.value
    return value.cap_per_task, value.cap_per_day


async def test_both_are_off_until_set_and_off_again_when_emptied(
    plain: World, fields: CapFields
) -> None:
    await active(fields)
    assert caps(plain) == (None, None)
    assert not fields.spent.isVisible()
    type_text(fields.per_task, ".25")
    key(fields.per_task, ENTER)
    type_text(fields.per_day, "5,00")
    fields.at_cap.setFocus()
    assert caps(plain) == (QUARTER, Decimal("5.00"))
    assert (fields.per_task.text(), fields.per_day.text()) == ("$0.25", "$5.00")
    fields.per_day.selectAll()
    type_text(fields.per_day, "\b")
    fields.at_cap.setFocus()
    assert caps(plain) == (QUARTER, None)


@pytest.mark.parametrize("typed", ["five", "0", "-1", "1,299", "2000000"])
async def test_a_mistake_stands_below_its_field_and_the_old_cap_stays(
    plain: World, fields: CapFields, typed: str
) -> None:
    plain.settings.change(cap_per_day=QUARTER)
    await active(fields)
    fields.per_day.setFocus()
    fields.per_day.selectAll()
    type_text(fields.per_day, typed)
    fields.at_cap.setFocus()
    assert caps(plain) == (None, QUARTER)
    type_text(fields.per_task, "5")
    fields.at_cap.setFocus()
    assert caps(plain) == (Decimal(5), QUARTER)
    assert fields.per_day.text() == typed
    assert fields.per_day.accessibleDescription().endswith(". The cap stays as it was.")
    fields.hide()
    fields.refresh()  # as the sheet does when it is opened
    assert fields.per_day.text() == "$0.25"
    assert fields.per_day.accessibleDescription() == ""


async def test_a_mistake_that_is_taken_back_is_gone(plain: World, fields: CapFields) -> None:
    await active(fields)
    told: list[str] = []
    for typed in ("x", "\b"):
        type_text(fields.per_task, typed)
        fields.at_cap.setFocus()
        told.append(fields.per_task.accessibleDescription())
    assert told == ["Enter an amount like 5 or 0.25.", ""]  # no cap that could stay


async def test_what_is_being_typed_stays_when_a_cap_is_raised_elsewhere(
    plain: World, fields: CapFields
) -> None:
    await active(fields)
    type_text(fields.per_day, "7")
    plain.settings.change(cap_per_day=Decimal(10))
    assert fields.per_day.text() == "7"
    fields.at_cap.setFocus()
    assert caps(plain) == (None, Decimal(7))


async def test_what_is_done_at_the_cap_is_chosen(plain: World, fields: CapFields) -> None:
    assert fields.at_cap.currentData() == HOLD
    fields.at_cap.setFocus()
    view = fields.at_cap.view()
    for opens in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_H):
        key(fields.at_cap, opens)
        assert view.isVisible()
        key(view, Qt.Key.Key_Down)
        assert plain.settings.value.at_cap == HOLD  # what may end browsers takes an Enter
        key(view, Qt.Key.Key_Escape)
    key(fields.at_cap, Qt.Key.Key_Down)
    key(view, Qt.Key.Key_Down)
    key(view, ENTER)
    assert plain.settings.value.at_cap == TERMINATE_RUNNING
    plain.settings.change(at_cap=HOLD)
    assert fields.at_cap.currentData() == HOLD


async def test_it_says_how_much_is_spent_and_whose_cost_is_not_known(
    plain: World, fields: CapFields
) -> None:
    plain.caps.without_cost = 2
    fields.show_spent()
    assert fields.said.text() == ""  # without a cap nothing is to be stopped
    plain.settings.change(cap_per_task=Decimal(1))
    fields.show_spent()
    assert fields.said.text() == "Not counted: 2 running tasks."
    plain.settings.change(cap_per_task=None)
    plain.caps.today = Decimal("0.26")
    plain.settings.change(cap_per_day=Decimal(1))
    assert (fields.spent.value(), fields.spent.maximum()) == (260, 1000)
    assert fields.said.text() == "Today $0.26 of $1.00. Not counted: 2 running tasks."
    plain.caps.today = Decimal("0.336")  # said as at the top: rounded down where more is unknown
    plain.task_search.tell_today(TaskSum(cost=Decimal("0.336"), unknown=5))
    fields.show_spent()
    assert fields.said.text() == "Today ≥ $0.33 of $1.00."  # the sheet says above what is not
    plain.task_search.tell_today(TaskSum())
    plain.caps.today, plain.caps.without_cost = Decimal("0.26"), 0
    plain.caps.is_held = True  # it was reached, also where the sum is less by now
    plain.settings.change(cap_per_day=Decimal("0.1"))
    held = "New tasks start when you raise the cap, or tomorrow."
    assert fields.said.text() == f"Today $0.26 of $0.10. {held}"
    assert fields.said.property("role") == "amber"
    plain.settings.change(cap_per_day=Decimal(0))  # the settings' file could not be read
    assert fields.spent.value() == 1000
    assert fields.said.text() == held


async def test_escape_takes_back_what_was_typed_and_then_closes(stage: Stage) -> None:
    stage.world.settings.change(cap_per_task=QUARTER)
    sheet = await stage.open()
    field = sheet.caps.per_task
    field.selectAll()
    type_text(field, "five")
    key(field, Qt.Key.Key_Escape)
    assert (sheet.isVisible(), field.text()) == (True, "$0.25")
    key(field, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert caps(stage.world) == (QUARTER, None)


async def test_the_sheet_grows_with_what_is_said(stage: Stage) -> None:
    sheet = await stage.open()
    for amount in ("0", "5"):
        before = sheet.height()
        sheet.caps.per_day.clear()
        type_text(sheet.caps.per_day, amount)
        key(sheet.caps.per_day, ENTER)
        assert sheet.height() > before
        assert sheet.findChild(ScrollArea).verticalScrollBar().maximum() == 0


async def test_the_figures_follow_what_runs(stage: Stage) -> None:
    stage.world.settings.change(cap_per_day=Decimal(1))
    sheet = await stage.open()
    assert sheet.caps.said.text() == "Today $0.00 of $1.00."
    stage.world.put(1, "0.25", status=TaskStatus.DONE)
    stage.world.caps.today = QUARTER
    stage.world.task_search.answer(by_person=False)
    await stage.world.settle()
    assert sheet.caps.said.text() == "Today $0.25 of $1.00."
