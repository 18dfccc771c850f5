"""'Run again' for several tasks: what it costs, what is left out, and that it happens once."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import NO_OPTIONS, Phase, Proxy, TaskSpec, TaskStatus
from enigma_panel.core.observation import AT_CAP, Usage
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.sessions import NoKeyError
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.new_task.run_again import RunAgainDialog
from tests.kit.fakes import FakeDialogs
from tests.kit.person import active, click
from tests.kit.world import World

DONE: dict[str, Any] = {"status": TaskStatus.DONE}


async def shown(world: World, *keys: int) -> RunAgainDialog:
    app_actions = Actions(world.services, FakeDialogs())
    dialog = RunAgainDialog(world.services, None, app_actions.start_several)
    dialog.ask(keys)
    await active(dialog)
    return dialog


async def test_it_says_what_they_cost_together(world: World) -> None:
    world.sessions.add(1, text="Price of a hub", **DONE)
    world.sessions.add(2, **DONE)
    dialog = await shown(world, 1, 2)
    assert dialog.text.text().endswith("\nPrice not known yet.")
    world.spending.costs = [Decimal("0.02"), Decimal("0.03"), Decimal("0.04")]
    world.health.balance = Decimal("0.07")
    world.health.changed.emit()
    question = "Run 2 tasks again, each in a new session? The first one is “Price of a hub”."
    assert dialog.text.text() == question
    assert dialog.warning.text() == (
        "About $0.05–0.07, based on earlier tasks. Your balance is only about $0.07."
    )
    world.health.balance = None
    world.sessions.change_task(1, usage=Usage(cost=Decimal("0.30")))
    assert dialog.text.text() == f"{question}\nAbout $0.32–0.34, based on earlier tasks."
    world.sessions.change_task(2, usage=Usage(cost=Decimal("0.054")))
    assert dialog.text.text() == f"{question}\n≈ $0.35, based on earlier tasks."
    world.sessions.change_task(2, status=TaskStatus.STOPPED, code=AT_CAP)
    assert dialog.text.text() == f"{question}\nMore than $0.35, based on earlier tasks."
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
    assert dialog.notes.text().endswith("Loading…")
    assert not dialog.verb_button.isEnabled()  # it may be one more
    world.sessions.add(5, **DONE)
    assert dialog.verb_button.text() == "Run 2 tasks again"
    skipped = "Skipped: 3 not finished, 1 with options this service lacks."
    assert dialog.notes.text().endswith(skipped)
    world.account.choose_dialect(Dialect.W2)
    assert dialog.verb_button.text() == "Run 3 tasks again"
    dialog.verb_button.click()
    await world.settle()
    assert len(world.sessions.started) == 3
    assert not dialog.isVisible()


@pytest.mark.parametrize("error", ["no key", "disk full"])
async def test_what_was_not_started_is_said_and_can_be_tried_again(
    world: World, tmp_path: Any, error: str
) -> None:
    world.sessions.add(1, **DONE)
    world.sessions.add(2, **DONE)
    dialogs, told = FakeDialogs(), list[str]()
    app_actions = Actions(world.services, dialogs)
    app_actions.done.connect(told.append)
    dialog = RunAgainDialog(world.services, None, app_actions.start_several)
    faults = {"no key": NoKeyError(), "disk full": DiskFullError(tmp_path, "disk full")}
    for world.sessions.start_error in (faults[error], None):
        dialog.ask([1, 2])
        click(dialog.verb_button)
        await world.settle()
        assert not dialog.isVisible()
    is_full = error == "disk full"
    assert told == ["The history could not be saved, so nothing was started."] * is_full
    assert dialogs.calls == [("open_key",)] * (not is_full)
    assert len(world.sessions.started) == 2
