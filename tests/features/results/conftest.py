"""Results over the fakes of the engine."""

from collections.abc import Callable
from typing import Any

import pytest

from enigma_panel.core.models import OutputType, TaskSpec, TaskStatus
from enigma_panel.features.results.colleague import ColleagueCopies
from enigma_panel.features.results.dialog import ResultDialog
from enigma_panel.features.results.feature import add_viewer
from enigma_panel.features.results.result_formats import (
    ReadResult,
    ResultFormat,
    copied_text,
    read_formats,
)
from enigma_panel.features.results.structured_view import StructuredView
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import active
from tests.kit.wait import until
from tests.kit.world import World


class FakeStructuredResults:
    """Reads as the real service does, at once. calls: the texts that were read."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def read_formats(self, spec: TaskSpec, text: str) -> ReadResult:
        self.calls.append(text)
        return read_formats(spec, text)

    async def copied_text(self, result: ReadResult, to: ResultFormat) -> str:
        return copied_text(result, to)


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
def reader() -> FakeStructuredResults:
    return FakeStructuredResults()


@pytest.fixture
def app_actions(services: Any, dialogs: FakeDialogs) -> Actions:
    return Actions(services, dialogs)


@pytest.fixture
def copies(services: Any, app_actions: Actions) -> ColleagueCopies:
    return ColleagueCopies(services, app_actions)


@pytest.fixture
def viewer(window: MainWindow, services: Any, reader: Any) -> StructuredView:
    """The viewer in the Details of the window, over a reader that reads at once."""
    return add_viewer(window, reader, ColleagueCopies(services, window.app_actions))


@pytest.fixture
def copies_of_world(world: World) -> ColleagueCopies:
    return ColleagueCopies(world.services, Actions(world.services, FakeDialogs()))


@pytest.fixture
def dialog(world: World, reader: Any, copies_of_world: ColleagueCopies) -> ResultDialog:
    dialog = ResultDialog(world.services, reader, None)
    dialog.colleague_asked.connect(copies_of_world.copy)
    return dialog


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
