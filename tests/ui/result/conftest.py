"""The result view over fakes."""

from collections.abc import Callable
from typing import Any

import pytest

from enigma_panel.core.models import OutputType, TaskSpec, TaskStatus
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.result.dialog import ResultDialog
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import active
from tests.kit.wait import until
from tests.kit.world import World


class FakeRows:
    """The tasks in the order of their keys; notes which became the subject."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.selected: list[int] = []

    def neighbour(self, key: int, by: int) -> int | None:
        return key + by if key + by in self.world.sessions.tasks else None

    def select_task(self, key: int) -> None:
        self.selected.append(key)


@pytest.fixture
def rows(world: World) -> FakeRows:
    return FakeRows(world)


@pytest.fixture
def dialog(world: World) -> ResultDialog:
    return ResultDialog(world.services, None)


@pytest.fixture
def show(world: World, rows: FakeRows, dialog: ResultDialog) -> Callable[..., Any]:
    """Open the result of a new task."""

    async def shown(text: str | None, **facts: Any) -> ResultDialog:
        key = len(world.sessions.tasks) + 1
        output = facts.pop("output", OutputType.TEXT)
        spec = TaskSpec(text="Find a hub", output_type=output, output_schema="{}")
        begun = {"status": TaskStatus.DONE, "result": text, "ended_ms": NOW, "spec": spec}
        world.sessions.add(key, **begun | facts)
        dialog.ask(key, rows, Actions(world.services, FakeDialogs()))
        await active(dialog)
        await until(lambda: "read a result" not in world.scope.names())
        await world.settle()
        return dialog

    return shown
