"""Waiting for what comes by itself; a test fails when it does not come in time."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QApplication

T = TypeVar("T")
LIMIT_S = 60.0
"""Longer than anything takes that comes at all, also on a machine that has other work."""
LOOK_S = 0.01


async def until(condition: Callable[[], object], limit: float = LIMIT_S) -> None:
    async with asyncio.timeout(limit):
        while not condition():  # noqa: ASYNC110 - conditions of any kind
            await asyncio.sleep(LOOK_S)


async def settle() -> None:
    """Let every coroutine go on that can."""
    for _ in range(12):
        await asyncio.sleep(0)


def wait_for(look: Callable[[], T], limit: float = LIMIT_S, what: str = "it") -> T:
    """Block until there is something, for what happens in another process; returns it."""
    end = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < end, f"{what} did not come within {limit:g} s"
        time.sleep(LOOK_S)
    return found


def run_events(qapp: QApplication, is_done: Callable[[], object] = lambda: True) -> None:
    """Let Qt's events and timers run in a test without a loop: once at least, and until done."""
    end = time.monotonic() + LIMIT_S
    while True:
        qapp.processEvents()
        if is_done():
            return
        assert time.monotonic() < end, f"it is not done within {LIMIT_S:g} s"
        time.sleep(0.001)
