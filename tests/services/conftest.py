"""The program without windows: all services against a simulator process and a real ledger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from enigma_panel.build import Parts, Place, build
from enigma_panel.options import Options
from enigma_panel.services.recovery import recover
from enigma_panel.store.paths import folders_below

Running = Callable[[str], AbstractAsyncContextManager[Parts]]


async def until(condition: Callable[[], object], limit: float = 20.0) -> None:
    """Wait for a condition; the test fails when it does not come true in time."""
    async with asyncio.timeout(limit):
        while not condition():  # noqa: ASYNC110 - conditions of any kind
            await asyncio.sleep(0.02)


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """`async with running(url) as parts`: started as the program starts, ended as it ends."""

    @asynccontextmanager
    async def run(url: str) -> AsyncIterator[Parts]:
        options = Options(demo=True, data_dir=tmp_path / "data")
        folders = folders_below(tmp_path / "data")
        folders.prepare()
        place = Place(folders=folders, root=tmp_path, throw_away=False)
        parts = await build(options, place, url)
        await recover(parts.registry)
        await parts.account.load()
        ticking = parts.scope.spawn("ticks", _tick(parts))
        assert ticking is not None
        try:
            yield parts
        finally:
            await leave(parts)

    return run


async def _tick(parts: Parts) -> None:
    while True:
        await parts.services.fleet.tick()
        await asyncio.sleep(0.2)


async def leave(parts: Parts) -> None:
    """The stages of leaving that have to do with services."""
    stages: list[Callable[[], Awaitable[None]]] = [
        parts.scope.close,
        parts.account.aclose,
        parts.registry.flush,
        lambda: parts.ledger_thread.run(parts.ledger.close),
    ]
    for stage in stages:
        await stage()
    parts.ledger_thread.close()
