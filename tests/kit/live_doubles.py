"""The live channel and the time line as windows see them, without service and ledger."""

import asyncio
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from enigma_panel.services.types import LiveShare
from enigma_panel.store.ledger.intents import Step


class LiveDouble(QObject):
    """Says what a test sets: which channels are up, and what each session does now."""

    changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.now: dict[int, str] = {}
        self.up: set[int] = set()
        self.shared = LiveShare()
        self.asked: list[int] = []

    def share(self) -> LiveShare:
        return self.shared

    def doing(self, key: int) -> str:
        self.asked.append(key)
        return self.now.get(key, "")

    def is_up(self, key: int) -> bool:
        return key in self.up

    def is_speaking(self, key: int) -> bool:
        return key in self.up

    def set_doing(self, key: int, text: str) -> None:
        """The session does something else now; its channel is up."""
        self.up.add(key)
        self.now[key] = text
        self.changed.emit(key)

    def set_up(self, key: int, *, up: bool) -> None:
        """The session's channel came up or went down."""
        if up:
            self.up.add(key)
        else:
            self.up.discard(key)
            self.now.pop(key, None)
        self.changed.emit(key)


class TimelineDouble(QObject):
    """Steps by task. `gate`, where set, holds every answer until it opens."""

    grown = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[int, list[Step]] = {}
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None
        self.asked: list[tuple[int, int]] = []
        self._key = 0

    async def steps(self, task_key: int, limit: int = 500) -> list[Step]:
        self.asked.append((task_key, limit))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.kept.get(task_key, [])[-limit:]

    async def flush(self) -> None:
        """Nothing is ever waiting to be written here."""

    def add(self, task_key: int, kind: str, text: str, at_ms: int) -> Step:
        """One more step of a task, told at once."""
        return self.add_many(task_key, [Step(at_ms=at_ms, kind=kind, text=text)])[0]

    def add_many(self, task_key: int, steps: list[Step]) -> list[Step]:
        """Many more steps, told as one."""
        new = []
        for step in steps:
            self._key += 1
            new.append(replace(step, key=self._key, task_key=task_key))
        self.kept.setdefault(task_key, []).extend(new)
        self.grown.emit(task_key, new)
        return new
