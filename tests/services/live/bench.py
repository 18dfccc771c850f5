"""The live channel over a real ledger in virtual time; the test is the service."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from enigma_panel.api.protocols import LiveError, LiveFault, OnObservation
from enigma_panel.core.models import Phase, Session, Task, TaskSpec
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import CommandVerb, TaskVerb
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.live.live import Channels, Live
from enigma_panel.services.notices import Notices
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW, VirtualClock, virtual_clock
from tests.kit.existing import existing
from tests.kit.fakes import FakeAccount, FakeHealth
from tests.kit.ledgers import opened_ledger
from tests.services.commands.bench import Executor

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
        self,
        session_id: str,
        socket_url: str,
        base_url: str,
        on_observation: OnObservation,
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


class Bench:
    """The parts, and what was said."""

    def __init__(self, clock: VirtualClock, ledger: Ledger) -> None:
        self.clock = clock
        self.ledger = ledger
        self.scope = TaskScope()
        self.executor = Executor()
        self.writer = LedgerWriter(ledger, self.executor)
        self.redactor = Redactor()
        self.timeline = Timeline(self.writer, clock, self.scope, self.redactor)
        self.store = SessionStore(self.writer, clock, self.redactor, self.timeline)
        self.account = FakeAccount(client=object())
        self.connector = FakeConnector(clock)
        self.connectors_opened = 0
        self.starts = StartsUnderWay()
        self.held = self.starts._awaiting
        self.woken: list[int] = []
        self.context = ServiceContext(
            clock=clock,
            scope=self.scope,
            rng=random.Random(5),
            store=self.store,
            account=self.account,
            health=cast("Any", FakeHealth()),
            rate_limiter=RateLimiter(clock),
            notices=Notices(),
        )
        self.channels = Channels()
        self.live = Live(
            self.context, self.channels, self.timeline, self.starts, self._open_connector
        )
        self.live.poll_wanted.connect(self.woken.append)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, clock: VirtualClock) -> Iterator["Bench"]:
        with opened_ledger(folder) as ledger:
            bench = cls(clock, ledger)
            try:
                yield bench
            finally:
                clock.run(bench.scope.close())

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
        now = self.clock.now_ms()
        common: dict[str, Any] = {"since_ms": now, "created_ms": now}
        session = Session(
            base_url=BASE, key_fingerprint="p", dialect=dialect, site="a.example", **common
        )
        task = Task(
            session_key=0,
            verb=TaskVerb.NEW_TASK,
            spec=TaskSpec(text="work", close_after=close_after),
            **common,
        )
        first = await self.store.intend(IntentKind.START_SESSION, session, task)
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
        now = self.clock.now_ms()
        task = Task(
            session_key=session_key,
            verb=TaskVerb.NEW_TASK,
            spec=TaskSpec(text="more", close_after=False),
            since_ms=now,
            created_ms=now,
        )
        return await self.send(session_key, task)

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

    def phase(self, key: int) -> Phase:
        session = existing(self.store.session(key))
        return session.phase

    def state_intents(self) -> list[tuple[str, str | None]]:
        """Verb and fate of all state intents, oldest first."""
        rows = self.ledger._db.rows("SELECT verb, outcome FROM intents WHERE kind = 'state'")
        return [(verb, outcome) for verb, outcome in rows]

    async def steps(self, task_key: int) -> list[Step]:
        return await self.timeline.steps(task_key)


def key_of(intent: Intent) -> int:
    assert intent.task is not None
    return intent.task.key


def with_bench(folder: Path, test: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    """Run test(bench) in virtual time, for a test that names something else than `bench`."""
    with virtual_clock() as clock, Bench.opened(folder, clock) as bench:
        clock.run(test(bench))
