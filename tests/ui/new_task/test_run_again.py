"""'Run again' for several tasks: what it costs, what is left out, and that it happens once."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import NO_OPTIONS, Phase, Proxy, TaskSpec, TaskStatus
from enigma_panel.core.observation import AT_CAP, Usage
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.sessions import NoKeyError
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.ui.new_task.run_again import RunAgainDialog
from tests.kit.person import active
from tests.kit.world import World

DONE = {"status": TaskStatus.DONE}


class Keys:
    """How often the API key was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self) -> None:
        self.asked += 1


async def shown(world: World, *keys: int) -> RunAgainDialog:
    dialog = RunAgainDialog(world.services, None, lambda: None)
    dialog.ask(keys)
    await active(dialog)
    return dialog


async def test_it_says_what_they_cost_together(world: World) -> None:
    world.sessions.add(1, text="Price of a hub", **DONE)
    world.sessions.add(2, **DONE)
    dialog = await shown(world, 1, 2)
    assert dialog.cost.text() == "Price not known yet."
    world.spending.costs = [Decimal("0.02"), Decimal("0.03"), Decimal("0.04")]
    world.health.balance = Decimal("0.07")
    world.health.changed.emit()
    assert dialog.question.text() == (
        "Run 2 tasks again, each in a new session? The first one is “Price of a hub”."
    )
    assert dialog.cost.text() == (
        "About $0.05–0.07, based on earlier tasks. Your balance is only about $0.07."
    )
    assert dialog.cost.property("role") == "amber"
    world.health.balance = None
    world.sessions.change_task(1, usage=Usage(cost=Decimal("0.30")))
    assert dialog.cost.text() == "About $0.32–0.34, based on earlier tasks."
    world.sessions.change_task(2, usage=Usage(cost=Decimal("0.054")))
    assert dialog.cost.text() == "≈ $0.35, based on earlier tasks."
    world.sessions.change_task(2, status=TaskStatus.STOPPED, code=AT_CAP)
    assert dialog.cost.text() == "More than $0.35, based on earlier tasks."
    assert dialog.cancel_button.hasFocus()


async def test_what_cannot_be_run_again_is_counted(world: World) -> None:
    world.sessions.add(1, **DONE)
    world.sessions.add_queued(2)
    world.sessions.add(3, status=TaskStatus.UNCONFIRMED, phase=Phase.UNCONFIRMED)
    world.account.chosen_dialect = Dialect.E
    browser = replace(NO_OPTIONS, proxy=Proxy.SERVICE)
    world.sessions.add(4, **DONE)
    spec = TaskSpec(text="over a proxy", browser=browser)
    world.sessions.change_task(4, spec=spec)
    world.sessions.add(6)
    dialog = await shown(world, 1, 2, 3, 4, 5, 6)
    assert dialog.left_out.text() == "Loading…"
    assert not dialog.run_button.isEnabled()  # it may be one more
    world.sessions.add(5, **DONE)
    assert dialog.run_button.text() == "Run 2 tasks again"
    skipped = "Skipped: 3 not finished, 1 with options this service lacks."
    assert dialog.left_out.text() == skipped
    world.account.choose_dialect(Dialect.W2)
    assert dialog.run_button.text() == "Run 3 tasks again"
    dialog.run_button.click()
    await world.settle()
    assert len(world.sessions.started) == 3
    assert not dialog.isVisible()


async def test_a_second_click_while_they_are_being_written_starts_none(world: World) -> None:
    world.sessions.add(1, **DONE)
    world.sessions.add(2, **DONE)
    dialog = await shown(world, 1, 2)
    world.sessions.start_gate = asyncio.Event()
    dialog.run_button.click()
    await asyncio.sleep(0)
    dialog._run()
    dialog.ask([1])
    assert not dialog.run_button.isEnabled()
    world.sessions.start_gate.set()
    await world.settle()
    assert len(world.sessions.started) == 2


@pytest.mark.parametrize("error", ["no key", "disk full"])
async def test_what_was_not_started_is_said_and_can_be_tried_again(
    world: World, tmp_path: Any, error: str
) -> None:
    keys = Keys()
    world.sessions.add(1, **DONE)
    dialog = RunAgainDialog(world.services, None, keys.ask)
    dialog.ask([1])
    faults = {"no key": NoKeyError(), "disk full": DiskFullError(tmp_path, "disk full")}
    world.sessions.start_error = faults[error]
    dialog.run_button.click()
    dialog.reject()
    await world.settle()
    assert dialog.isVisible(), "also where it was closed meanwhile"
    assert dialog.notice.text().startswith(
        ("There is no API key yet.", "Nothing was started: the history could not be saved")
    )
    assert keys.asked == (error == "no key")
    world.sessions.start_error = None
    dialog.run_button.click()
    await world.settle()
    assert (len(world.sessions.started), dialog.isVisible()) == (1, False)
