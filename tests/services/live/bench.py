"""The live channel over a real ledger in virtual time; the test is the service."""

import asyncio
from typing import Any

from enigma_panel.api.protocols import LiveError, LiveFault, OnObservation
from enigma_panel.core.models import Task, TaskSpec
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.live.live import Channels, Live
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW, VirtualClock
from tests.kit.engine import Engine
from tests.kit.existing import existing

BASE = "https://connect.enigma.click"


class FakeConnection:
    """One connection; the test tells events and breaks it."""

    def __init__(self, session_id: str, on_observation: OnObservation) -> None:
        self.session_id = session_id
        self.tell = on_observation
        self.down = asyncio.Event()
        self.sent: list[CommandVerb] = []

    async def send_state(self, verb: CommandVerb) -> None:
        self.sent.append(verb)

    async def until_lost(self) -> None:
        await self.down.wait()

    async def aclose(self) -> None:
        self.down.set()


class FakeConnector:
    """Opens connections, or says `fault`."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.fault: LiveFault | None = None
        self.tries: list[float] = []
        self.connections: list[FakeConnection] = []
        self.asked: list[tuple[str, str]] = []

    async def connect(
        self, session_id: str, socket_url: str, base_url: str, on_observation: OnObservation
    ) -> FakeConnection:
        self.tries.append((self._clock.now_ms() - NOW) / 1000)
        self.asked.append((socket_url, base_url))
        await asyncio.sleep(0.05)
        if self.fault is not None:
            raise LiveError(self.fault)
        self.connections.append(FakeConnection(session_id, on_observation))
        return self.connections[-1]

    async def aclose(self) -> None:
        for connection in self.connections:
            connection.down.set()


class Bench(Engine):
    """The live channel, and what it made the poller do."""

    def __init__(self, clock: VirtualClock, ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.connector = FakeConnector(clock)
        self.connectors_opened = 0
        self.starts = StartsUnderWay()
        self.held = self.starts._awaiting
        self.channels = Channels()
        self.live = Live(
            self.context, self.channels, self.timeline, self.starts, self._open_connector
        )
        self.live.poll_wanted.connect(self.woken.append)

    async def _open_connector(self) -> FakeConnector:
        self.connectors_opened += 1
        return self.connector

    @property
    def connection(self) -> FakeConnection:
        """The channel that was opened last."""
        return self.connector.connections[-1]

    async def open(
        self,
        *,
        close_after: bool = False,
        listens: bool = True,
        socket_url: str | None = BASE,
        dialect: Dialect = Dialect.E,
    ) -> tuple[int, int]:
        """A session with a task whose newTask is on its way; keys of both."""
        spec = TaskSpec(text="work", close_after=close_after)
        first = await self.intend_start(spec, base_url=BASE, dialect=dialect)
        opened = Observation(
            kind=Kind.OPENED,
            session_id=f"sid{first.session.key:09}",
            socket_url=socket_url,
            expires_in_ms=300_000,
        )
        await self.store.settle(first, Outcome.KNOWN, opened)
        assert first.task is not None
        await self.send(first.session.key, first.task)
        if listens:
            await self.wait(0.2)
        return first.session.key, first.task.key

    async def send(self, session_key: int, task: Task) -> Intent:
        session = existing(self.store.session(session_key))
        known = self.store.task(task.key) or task
        intent = await self.store.intend(IntentKind.NEW_TASK, session, known)
        self.held.add(key_of(intent))
        self.intent = intent
        return intent

    async def add(self, session_key: int) -> Intent:
        """Another task in the same session, sent and held."""
        return await self.send(session_key, self.another_task(session_key))

    async def reply(self, intent: Intent, outcome: Outcome, observation: Observation) -> None:
        self.held.discard(key_of(intent))
        await self.store.settle(intent, outcome, observation)

    async def hear(self, kind: Kind, text: str | None = None, **facts: Any) -> None:
        """The service tells something, and it is taken."""
        self.connection.tell(Observation(kind=kind, text=text, **facts))
        await self.wait(0.01)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def task(self, key: int) -> Task:
        return existing(self.store.task(key))

    async def steps(self, task_key: int) -> list[Step]:
        return await self.timeline.steps(task_key)


def key_of(intent: Intent) -> int:
    return existing(intent.task).key
