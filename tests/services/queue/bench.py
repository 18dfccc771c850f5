"""The queue over a real ledger in virtual time, with a service that refuses what a test says."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from enigma_panel.api.errors import ApiError
from enigma_panel.core.models import Limits, Phase, Session, Task, TaskSpec
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services import container
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.recovery import recover
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import DayCap
from enigma_panel.services.types import NoticeKind, QueueEntry, Recovered
from enigma_panel.store.settings import Settings
from tests.kit.builders import new_session, new_task
from tests.kit.clock import VirtualClock
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.commands.bench import Bench, gone

TAKES_S = 0.05
NO_LIMITS = Limits()
SPEC = TaskSpec(text="Buy the cheapest USB-C hub", close_after=False)


class Service:
    """The service and what it knows, whichever life of the program asked. It is the client, too.

    refuses, refuses_start, keeps_open, refuses_state: what the next newTasks, starts, Terminates
    and commands are answered with; loses: the same of starts, after their effect, with the id of
    the browser. opened: all browsers; open: those that are; most_open: how many were at once. took:
    the browser of each task that it took, in order. commands: what was sent to which browser.
    texts: of each start that came; urls: of each newTask. life_ms: how long each browser lives, as
    it says. touched: told of each call, as it comes and once it had its effect; begun: of each
    start, as it is sent.
    """

    def __init__(self) -> None:
        self.refuses: list[ApiError] = []
        self.refuses_start: list[ApiError] = []
        self.loses: list[ApiError] = []
        self.keeps_open: list[ApiError] = []
        self.refuses_state: list[ApiError] = []
        self.life_ms = 300_000
        self.opened: list[str] = []
        self.open: set[str] = set()
        self.most_open = 0
        self.asked: list[str] = []
        self.took: list[str] = []
        self.commands: list[tuple[str, CommandVerb]] = []
        self.texts: list[str] = []
        self.urls: list[str | None] = []
        self.touched: Callable[[], None] = lambda: None
        self.begun: Callable[[], None] = lambda: None

    def copy(self) -> "Service":
        other = Service()
        facts = {name: copy(value) for name, value in vars(self).items() if not callable(value)}
        vars(other).update(facts)
        return other

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        self.begun()
        await self._come()
        self.texts.append(text)
        if self.refuses_start:
            raise self.refuses_start.pop(0)
        name = f"s{len(self.opened) + 1}"
        self.opened.append(name)
        self.open.add(name)
        self.most_open = max(self.most_open, len(self.open))
        await self._go()
        if self.loses:
            self.loses[0].session_id = name
            raise self.loses.pop(0)
        return Observation(kind=Kind.OPENED, session_id=name, expires_in_ms=self.life_ms)

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        self.begun()
        await self._come()
        self.asked.append(session_id)
        self.urls.append(spec.starting_url)
        if session_id not in self.open:
            raise gone()
        if self.refuses:
            raise self.refuses.pop(0)
        self.took.append(session_id)
        name = f"t{len(self.took)}"
        await self._go()
        return Observation(kind=Kind.ACCEPTED, task_id=name)

    async def send_state(self, session_id: str, verb: CommandVerb) -> Observation:
        self.commands.append((session_id, verb))
        await self._come()
        if self.refuses_state:
            raise self.refuses_state.pop(0)
        if verb is not CommandVerb.TERMINATE:
            return Observation(kind=COMMANDS[verb].sent)
        if self.keeps_open:
            raise self.keeps_open.pop(0)
        if session_id not in self.open:
            raise gone()
        self.open.discard(session_id)
        await self._go()
        return Observation(kind=Kind.TERMINATE_SENT)

    async def _come(self) -> None:
        await asyncio.sleep(TAKES_S)
        self.touched()

    async def _go(self) -> None:
        self.touched()
        await asyncio.sleep(TAKES_S)


class QueueBench:
    """One life of the program: the parts of the queue, and what was said."""

    def __init__(self, bench: Bench, service: Service) -> None:
        self.bench = bench
        self.service = service
        self.store, self.commands = bench.store, bench.commands
        account: Any = bench.account
        account.client, account.key_fingerprint = service, new_session().key_fingerprint
        path = bench.ledger.path.with_name("settings.json")
        self.settings = SettingsBook(path, Settings(), bench.executor, bench.scope)
        poller: Any = SimpleNamespace(wake=bench.woken.append)
        self.poller = poller
        self.day_cap = DayCap(self.settings, bench.store)
        self.queue = container._make_queue(
            bench.context,
            bench.starts,
            poller,
            bench.commands,
            settings=self.settings,
            day_cap=self.day_cap,
        )

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, clock: VirtualClock) -> Iterator["QueueBench"]:
        """A queue over the ledger in that folder, with a service that refuses nothing yet."""
        with Bench.opened(folder, clock) as bench:
            yield cls(bench, Service())

    async def start(
        self,
        text: str = SPEC.text,
        *,
        where: Session | None = None,
        limits: Limits = NO_LIMITS,
        url: str | None = None,
        close_after: bool = False,
    ) -> int:
        """A task for a browser of its own, or for an open one; its key."""
        session = where or new_session(phase=Phase.PLANNED)
        spec = TaskSpec(text=text, limits=limits, close_after=close_after, starting_url=url)
        task = new_task(session_key=session.key, spec=spec)
        self.bench.scope.spawn("house", self._keep_house(), exclusive=True)
        return (await self.queue.add([(session, task)]))[0]

    async def recover(self) -> Recovered:
        """As a start of the program does it: the key comes after the ledger."""
        self.bench.account.client = None

        async def restore() -> None:
            return None

        parts = {"inbox": SimpleNamespace(restore=restore), "queue": self.queue}
        found = {name: getattr(self.bench, name) for name in ("store", "clock", "writer")}
        calls: dict[str, Any] = {"commands": self.commands, "rate_limiter": self.bench.rate_limiter}
        calls["notices"] = self.bench.context.notices
        services = cast("Any", SimpleNamespace(**parts, **found, **calls))
        self.bench.scope.spawn("house", self._keep_house(), exclusive=True)
        recovered = await recover(services)
        self.bench.account.use(self.service)
        return recovered

    async def _keep_house(self) -> None:
        live: Any = self.bench.live
        housekeeping = Housekeeping(self.bench.context, self.bench.starts, live, self.commands)
        while True:
            await housekeeping.tick()
            await asyncio.sleep(1)

    async def until_waits(self, key: int, condition: Callable[[QueueEntry], object]) -> None:
        await until(lambda: (entry := self.queue.entry(key)) is not None and condition(entry), 300)

    async def until_taken(self, n: int = 1) -> None:
        await until(lambda: len(self.service.took) >= n, 300)

    def task(self, key: int) -> Task:
        return existing(self.store.task(key))

    def session_of(self, key: int) -> Session:
        return existing(self.store.session(self.task(key).session_key))

    @property
    def said(self) -> list[NoticeKind]:
        return [notice[0] for notice in self.bench.said]


def on_queue(
    folder: Path,
    test: Callable[[QueueBench], Coroutine[Any, Any, None]],
    service: Service | None = None,
) -> None:
    """Run test(queue bench) in virtual time over the ledger in that folder."""
    service = service or Service()
    Bench.run(folder, lambda bench: test(QueueBench(bench, service)))
