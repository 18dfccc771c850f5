"""The program without windows: all services against a simulator process and a real ledger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.api.client import HttpClient
from enigma_panel.bootstrap import DataDirs, Parts, build
from enigma_panel.cli import Options
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.account import MakeClient
from enigma_panel.services.clock import Clock
from enigma_panel.services.recovery import recover
from enigma_panel.store.paths import folders_below
from tests.kit.clock import FastClock, VirtualClock, virtual_clock
from tests.kit.existing import existing
from tests.kit.ledgers import make_ledger

Running = Callable[..., AbstractAsyncContextManager[Parts]]


class LongLived(HttpClient):
    """The real client, for a FastClock."""

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        observation = await super().start_session(spec, text)
        return replace(
            observation, expires_in_ms=(observation.expires_in_ms or 0) * FastClock.FACTOR
        )


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    """The time that a coroutine test runs in: waiting takes none."""
    with virtual_clock() as new:
        yield new


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Any]:
    """The bench of the class that the test names, with a ledger of its own, in virtual time."""
    kind = request.function.__annotations__["bench"]
    with kind.opened(tmp_path / "keep", clock) as opened:
        yield opened


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """`async with running(url) as parts`: started as the program starts, ended as it ends."""

    @asynccontextmanager
    async def run(
        url: str,
        clock: Clock | None = None,
        make_client: MakeClient | None = None,
        dialect: Dialect | None = None,
    ) -> AsyncIterator[Parts]:
        options = Options(demo=True, data_dir=tmp_path / "data", dialect=dialect)
        folders = folders_below(tmp_path / "data")
        folders.prepare()
        make_ledger(folders.ledger)
        place = DataDirs(folders=folders, root=tmp_path, throw_away=False)
        parts = await build(options, place, url, clock, make_client)
        await recover(parts.services)
        await parts.services.account.load()
        existing(parts.services.scope.spawn("ticks", _tick(parts)))
        try:
            yield parts
        finally:
            await leave(parts)

    return run


async def _tick(parts: Parts) -> None:
    while True:
        await parts.services.housekeeping.tick()
        parts.services.live.tick()
        await asyncio.sleep(0.2)


async def leave(parts: Parts) -> None:
    stages: list[Callable[[], Awaitable[None]]] = [
        parts.services.scope.close,
        parts.services.live.finish,
        parts.services.live.aclose,
        parts.services.account.aclose,
        parts.services.store.flush,
        parts.services.task_search.aclose,
        lambda: parts.ledger_thread.run(parts.ledger.close),
    ]
    for stage in stages:
        await stage()
    parts.read_thread.close()
    parts.ledger_thread.close()
