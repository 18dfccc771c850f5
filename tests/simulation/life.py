"""One life of the program: built and started as the program does it, ended by quit or by kill."""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import Enum
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar
from unittest.mock import patch

import shiboken6
from msgspec.structs import asdict
from PySide6.QtCore import QObject

from enigma_panel import bootstrap as wiring, startup
from enigma_panel.api.protocols import LiveConnector
from enigma_panel.bootstrap import DataDirs, Parts
from enigma_panel.cli import Options
from enigma_panel.services import account, recovery
from enigma_panel.services.clock import SleepMeter
from enigma_panel.simulator.settings import DEMO_KEY
from enigma_panel.store.ledger.database import COMPANIONS, Database
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import Folders
from tests.simulation.clock import WorldClock
from tests.simulation.disk import DiskThread
from tests.simulation.link import BASE
from tests.simulation.loop import Killed, VirtualLoop
from tests.simulation.network import SimClient
from tests.simulation.settings_changes import fingerprint

if TYPE_CHECKING:
    from tests.simulation.world import World

T = TypeVar("T")

TICK_MS = 1_000
"""As startup.Startup ticks."""


class End(Enum):
    KILLED = "killed"
    QUIT = "quit"


class Life:
    """One process. kill_at: at which event, and which time it happens, the process is killed."""

    def __init__(self, world: "World", number: int, folder: Path) -> None:
        self.world = world
        self.number = number
        self.folder = folder
        self.loop = VirtualLoop(world.timeline)
        self.loop.set_exception_handler(self.loop.fail_on_noise)
        self.leave = asyncio.Event()
        self.kill_at: tuple[str, int] | None = None
        self.parts: Parts | None = None
        self.ready = False
        self.went_on = False
        self.disk = DiskThread(self)
        self._touched: Counter[str] = Counter()
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def now_ms(self) -> int:
        assert self.parts is not None
        return self.parts.services.clock.now_ms()

    def run(self) -> End:
        """Live until quit or killed."""
        self.loop.set_task_factory(self._make_task)  # type: ignore[arg-type] # typeshed: generators
        try:
            with _own_wiring(self):
                self.loop.run_until_complete(self._main())
        except Killed:
            self.world.checks.killed(self)
            self._bury()
            return End.KILLED
        finally:
            self.loop.dead = True
            self.world.channel.end_of(self)
            self._let_go()
            self.loop.close()
        return End.QUIT

    def touch(self, event: str) -> None:
        """Something happened at which a process may be killed."""
        self._touched[event] += 1
        if self.kill_at == (event, self._touched[event]) and not self.loop.dead:
            self.kill()

    def kill(self) -> None:
        """The process ends before anything else happens."""
        if not self.loop.dead:
            self.world.trace("kill", self.kill_at or "")
            self.loop.dead = True

    def spawn(self, name: str, coro: Coroutine[Any, Any, None]) -> None:
        """Run what a person's click starts, as windows do."""
        assert self.parts is not None
        self.parts.services.scope.spawn(name, coro)

    async def _main(self) -> None:
        folders = Folders(data=self.folder, config=self.folder)
        place = DataDirs(folders=folders, root=self.folder, throw_away=False)
        clock = WorldClock(self.world.timeline, self.world.wall_ms)
        options = Options(base_url=BASE, dialect=self.world.dialect)
        self.parts = await wiring.build(
            options, place, None, clock, make_connector=self._make_connector
        )
        self.world.checks.begins(self)
        self.world.person.comes_back()
        await recovery.recover(self.parts.services)
        self.world.logins.begin(self.parts.services)
        self.parts.services.scope.spawn("ticks", self._ticks(self.parts))
        await self.parts.services.account.load()
        self.parts.services.scope.spawn("health", self.parts.services.health.run())
        self.ready = True
        self.world.person.sits_down(self)
        await self.leave.wait()
        await self._stages(self.parts)

    async def _ticks(self, parts: Parts) -> None:
        clock, sleep = parts.services.clock, startup.SleepWatch(parts.services)
        while True:
            sleep.tick()
            await parts.services.housekeeping.tick()
            parts.services.live.tick()
            self.world.checks.tick(self)
            await clock.sleep_until(clock.now_ms() + TICK_MS)

    async def _stages(self, parts: Parts) -> None:
        self.ready = False
        await parts.services.scope.close()
        await parts.services.live.finish()
        await parts.services.live.aclose()
        await parts.services.account.aclose()
        await parts.services.timeline.flush()
        await parts.services.store.flush()
        self.world.checks.quits(self)
        await parts.ledger_thread.run(parts.ledger.close)
        parts.ledger_thread.close()

    def _make_connector(self) -> LiveConnector:
        return self.world.channel.connector(self)

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **more: Any
    ) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **more)
        self._tasks.append(task)
        return task

    def _bury(self) -> None:
        """Keep the files as the kill left them."""
        self.folder = self.world.copy_ledger(self.folder)

    def _let_go(self) -> None:
        """End what is left in memory without letting it do or say anything."""
        if self.disk.ledger is not None:
            self.disk.ledger.close()  # also of a life that a failed check ended
        if self.parts is not None:
            self.parts.services.scope._closed = True
        for service in self._qobjects():
            service.blockSignals(True)
        for task in self._tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                with suppress(BaseException):  # its clean-up may complain: all is closed
                    task.get_coro().close()
        self._tasks.clear()
        # Qt keeps what a signal is connected to, and Python cannot see that those are circles.
        for service in self._qobjects():
            shiboken6.delete(service)

    def _qobjects(self) -> list[QObject]:
        if self.parts is None:
            return []
        services = asdict(self.parts.services).values()
        return [service for service in services if isinstance(service, QObject)]


def copy_ledger(source: Path, target: Path) -> None:
    """Copy the ledger's files as they lie on the disk, the -wal with them, and the settings."""
    target.mkdir(mode=0o700)
    for ending in COMPANIONS:
        file = source / f"ledger.sqlite3{ending}"
        if file.exists() and ending != "-shm":
            shutil.copy(file, target)
    if (settings := source / "settings.json").exists():
        shutil.copy(settings, target)


@contextmanager
def _own_wiring(life: Life) -> Iterator[None]:
    """The program's own composition, with the world in place of disk, network and randomness."""
    rng = random.Random(life.world.draw())
    stands_in = {
        "LedgerThread": lambda *_: life.disk,
        "_client": partial(SimClient, life),
        "os": SimpleNamespace(environ={"ENIGMA_API_KEY": DEMO_KEY}),
        "_keychain": life.world.settings_changes.keychain,
        "_open_log": lambda *_: None,
        "random": SimpleNamespace(Random=lambda: rng),
    }
    with ExitStack() as stack:
        for name, value in stands_in.items():
            stack.enter_context(patch.object(wiring, name, value))
        stack.enter_context(patch.object(Ledger, "key_fingerprint", _fingerprint))
        stack.enter_context(patch.object(account, "blocking", _at_once))
        stack.enter_context(patch.object(Database, "transaction", _on_a_disk(life)))
        stack.enter_context(patch.object(startup, "SleepMeter", lambda: _sleep_meter(life)))
        yield


def _sleep_meter(life: Life) -> SleepMeter:
    """The program's own, over the world's two clocks."""
    boot, awake = life.world.timeline, life.loop
    return SleepMeter(lambda: round(awake.time() * 1e9), lambda: round(boot.now * 1e9))


def _on_a_disk(life: Life) -> object:
    """Transactions fail while the disk is full."""
    real = Database.transaction

    @contextmanager
    def transaction(database: Database) -> Iterator[None]:
        if life.world.weather.disk_full:
            raise DiskFullError(database.path, "simulated")
        with real(database):
            yield

    return transaction


def _fingerprint(_ledger: Ledger, key: str, base_url: str) -> str:
    """The ledger's own takes 40 ms, on purpose."""
    return fingerprint(key, base_url)


async def _at_once(call: Callable[[], T], *, time_limit: float) -> T:
    """The keychain's thread without a thread."""
    return call()
