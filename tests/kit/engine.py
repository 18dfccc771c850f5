"""The engine of the benches: records over a real ledger in virtual time, without a service."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from enigma_panel.core.models import Phase, Session, Task, TaskSpec
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.notices import Notices
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.ledger.intents import Intent, IntentKind
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import VirtualClock, virtual_clock
from tests.kit.existing import existing
from tests.kit.fakes import FakeAccount, FakeHealth
from tests.kit.ledgers import opened_ledger


class Executor:
    """Calls after `takes_s`, also for one who is cancelled; `full` makes every call fail."""

    full = False
    takes_s = 0.0
    spent_s = 0.0

    async def run(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        called = asyncio.ensure_future(self._run(call, *args, **kwargs))
        return await asyncio.shield(called)

    async def _run(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(self.takes_s)
        if self.full:
            raise DiskFullError(Path("ledger"), "no room")
        began = time.thread_time()
        try:
            return call(*args, **kwargs)
        finally:
            self.spent_s += time.thread_time() - began


class Engine:
    """The state and the context of services. A bench adds the services that its tests are about."""

    def __init__(self, clock: VirtualClock, ledger: Ledger) -> None:
        self.clock = clock
        self.ledger = ledger
        self.scope = TaskScope()
        self.executor = Executor()
        self.account = FakeAccount(client=object())
        self.health = FakeHealth()
        self.rate_limiter = RateLimiter(clock)
        self.writer = LedgerWriter(ledger, self.executor)
        self.redactor = Redactor()
        self.timeline = Timeline(self.writer, clock, self.scope, self.redactor)
        self.store = SessionStore(self.writer, clock, self.redactor, self.timeline)
        self.woken: list[int] = []
        self.context = ServiceContext(
            clock=clock,
            scope=self.scope,
            rng=random.Random(5),
            store=self.store,
            account=self.account,
            health=self.health,
            rate_limiter=self.rate_limiter,
            notices=Notices(),
        )

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, clock: VirtualClock) -> Iterator[Self]:
        """A bench over the ledger in that folder; ends as the program ends."""
        with opened_ledger(folder) as ledger:
            bench = cls(clock, ledger)
            try:
                yield bench
            finally:
                clock.run(bench.scope.close())

    @classmethod
    def run(cls, folder: Path, test: Callable[[Self], Coroutine[Any, Any, None]]) -> None:
        """Run test(bench) in virtual time, for one of several runs over the same ledger."""
        with virtual_clock() as clock, cls.opened(folder, clock) as bench:
            clock.run(test(bench))

    async def intend_start(self, spec: TaskSpec, **of_session: Any) -> Intent:
        """The start of a session for its first task, on its way."""
        now = self.clock.now_ms()
        common: dict[str, Any] = {"since_ms": now, "created_ms": now}
        session = Session(key_fingerprint="p", site="a.example", **common, **of_session)
        task = Task(session_key=0, verb=TaskVerb.NEW_TASK, spec=spec, **common)
        return await self.store.intend(IntentKind.START_SESSION, session, task)

    def another_task(self, session_key: int) -> Task:
        """A task for a session that has one, not kept yet."""
        now = self.clock.now_ms()
        spec = TaskSpec(text="more", close_after=False)
        return Task(
            session_key=session_key, verb=TaskVerb.NEW_TASK, spec=spec, since_ms=now, created_ms=now
        )

    def phase(self, key: int) -> Phase:
        return existing(self.store.session(key)).phase

    def state_intents(self) -> list[tuple[str, str | None]]:
        """Verb and outcome of all state intents, oldest first."""
        rows = self.ledger._db.rows("SELECT verb, outcome FROM intents WHERE kind = 'state'")
        return [(verb, outcome) for verb, outcome in rows]
