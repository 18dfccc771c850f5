"""A clock that only moves when the test moves it, and a service that says what the test wants."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.protocols import HealthReply
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus, TaskVerb

START_MS = 1_700_000_000_000
STEP_MS = 25


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(12):
        await asyncio.sleep(0)


class HandClock:
    """Time stands still until `advance`."""

    def __init__(self) -> None:
        self.now = START_MS

    def now_ms(self) -> int:
        return self.now

    async def sleep_until(self, due_ms: int) -> None:
        while self.now < due_ms:  # noqa: ASYNC110 - the test moves it
            await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        while self.now < due_ms and not event.is_set():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)

    async def advance(self, ms: int) -> None:
        """Move on in small steps; whoever waits is served at each."""
        end = self.now + ms
        while self.now < end:
            self.now = min(self.now + STEP_MS, end)
            await settle()


class ScriptedClient:
    """Answers as `say_health` and `say_poll` tell it, and keeps the moments of the calls."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.say_health: Callable[[], Awaitable[HealthReply]] = self.free(3)
        self.say_poll: Callable[[], Awaitable[Any]] = self.fail(AssertionError())
        self.health_at: list[int] = []
        self.polls_at: list[int] = []
        self.in_flight = 0
        self.most_in_flight = 0

    @staticmethod
    def free(n: int | None, *, ok: bool = True) -> Callable[[], Awaitable[HealthReply]]:
        async def answer() -> HealthReply:
            return HealthReply(ok=ok, free=n)

        return answer

    @staticmethod
    def fail(error: Exception) -> Callable[[], Awaitable[Any]]:
        async def answer() -> Any:
            raise error

        return answer

    @staticmethod
    async def hang() -> Any:
        await asyncio.Event().wait()

    async def health(self) -> HealthReply:
        self.health_at.append(self._clock.now - START_MS)
        return await self._count(self.say_health)

    async def poll(self, session_id: str, task_id: str) -> Any:
        self.polls_at.append(self._clock.now - START_MS)
        return await self._count(self.say_poll)

    async def _count(self, answer: Callable[[], Awaitable[Any]]) -> Any:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await answer()
        finally:
            self.in_flight -= 1


class OneTask(QObject):
    """The registry's part in polling: one session with one task."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.one_session = Session(
            key=1,
            base_url="http://127.0.0.1:9",
            key_fingerprint="p",
            site="shop.example",
            since_ms=START_MS,
            created_ms=START_MS,
            phase=Phase.OPEN,
            service_id="s",
            current_task=1,
        )
        self.one_task = Task(
            key=1,
            session_key=1,
            verb=TaskVerb.NEW_TASK,
            spec=TaskSpec(text="Look"),
            service_id="t",
            status=TaskStatus.WORKING,
            since_ms=START_MS,
            created_ms=START_MS,
        )
        self.recorded: list[Any] = []
        self.told_names: set[int] = set()

    def touch(self, _key: int) -> None:
        """Nobody watches."""

    def session(self, key: int) -> Session:
        return self.one_session

    def task(self, key: int) -> Task:
        return self.one_task

    async def record(self, session_key: int, task_key: int, seen: Any) -> None:
        self.recorded.append(seen)


class OneAccount(QObject):
    """The account's part: one client for everything."""

    changed = Signal()

    def __init__(self, client: ScriptedClient) -> None:
        super().__init__()
        self.open_client = client
        self.errors: list[Exception] = []

    def client_for(self, session: Session) -> ScriptedClient:
        return self.open_client

    def note_error(self, error: Exception) -> None:
        self.errors.append(error)


def gaps(moments: list[int]) -> list[int]:
    """The times between moments."""
    return [later - earlier for earlier, later in pairwise(moments)]


def status_services(health: Any, clock: HandClock) -> Any:
    """What the status line asks for."""
    from enigma_panel.services.types import KeyState, LiveShare

    account = SimpleNamespace(
        state=KeyState.READY, last_check=None, from_environment=False, where=""
    )
    sessions = SimpleNamespace(all_pending=list)
    live = SimpleNamespace(share=LiveShare)
    return SimpleNamespace(
        health=health, clock=clock, account=account, sessions=sessions, live=live
    )
