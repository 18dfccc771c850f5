"""Results over the fakes of the engine."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from enigma_panel.core.models import OutputType, Task, TaskSpec, TaskStatus
from enigma_panel.features.results.dialog import ResultDialog
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.details.parts import DetailsPanel
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import active
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


class FilesPanel(DetailsPanel):
    """What a feature shows of a result: the names of its files."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.hide()

    def show_task(self, task: Task | None) -> None:
        self.names = [file.name for file in task.files] if task is not None else []
        self.setVisible(bool(self.names))


@pytest.fixture
def files() -> FilesPanel:
    return FilesPanel()


@pytest.fixture
def dialog(world: World, rows: FakeRows, files: FilesPanel) -> ResultDialog:
    app_actions = Actions(world.services, FakeDialogs())
    return ResultDialog(world.services, cast("Any", rows), app_actions, None, [files])


@pytest.fixture
def show(world: World, dialog: ResultDialog) -> Callable[..., Any]:
    async def shown(text: str | None, **facts: Any) -> ResultDialog:
        key = len(world.sessions.tasks) + 1
        output = facts.pop("output", OutputType.TEXT)
        spec = TaskSpec(text="Find a hub", output_type=output, output_schema="{}")
        begun = {"status": TaskStatus.DONE, "result": text, "ended_ms": NOW, "spec": spec}
        world.sessions.add(key, **begun | facts)
        dialog.ask(key)
        await active(dialog)
        await world.settle()
        return dialog

    return shown
