"""Commands over a real ledger in virtual time, with a service that answers as the test says."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from enigma_panel.api.errors import ApiError, RejectedError, Reply, SessionGoneError
from enigma_panel.core.models import Task, TaskSpec
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import NoticeKind, PendingCommand, ServiceNotice, WaitReason
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW, VirtualClock
from tests.kit.engine import Engine
from tests.kit.existing import existing
from tests.kit.fakes import FakeLive

URL = "http://127.0.0.1:9"


def rejected(status: int, *, wait: float | None = None, code: str | None = None) -> RejectedError:
    reply = Reply(status=status, code=code, retry_after_s=wait)
    return RejectedError(reply, nothing_happened=status < 500 or status == 503)


def gone() -> SessionGoneError:
    return SessionGoneError(Reply(status=401), nothing_happened=True)


class Client:
    """Takes `takes_s` per call; answers with the next of `script`, delivered when it is empty."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.script: list[ApiError | None] = []
        self.takes_s = 0.05
        self.sent: list[tuple[float, str, CommandVerb]] = []

    async def send_state(self, session_id: str, verb: CommandVerb) -> Observation:
        seconds = (self._clock.now_ms() - NOW) / 1000
        self.sent.append((seconds, session_id, verb))
        answer = self.script.pop(0) if self.script else None
        await asyncio.sleep(self.takes_s)
        if answer is not None:
            raise answer
        return Observation(kind=COMMANDS[verb].sent)

    @property
    def verbs(self) -> list[CommandVerb]:
        return [verb for _, _, verb in self.sent]

    @property
    def seconds(self) -> list[float]:
        return [at for at, _, _ in self.sent]


class LateNames(StartsUnderWay):
    """Sessions get their names when the test says so."""

    def __init__(self, bench: "Bench") -> None:
        super().__init__()
        self._bench = bench

    async def when_named(self, session_key: int) -> None:
        if self._bench.named is not None:
            await self._bench.named.wait()


class Bench(Engine):
    """Commands, and what was said. starts: under way until `named`; stands: what waits, in turn."""

    def __init__(self, clock: VirtualClock, ledger: Ledger) -> None:
        super().__init__(clock, ledger)
        self.client = Client(clock)
        self.account.use(self.client)
        self.writer.failed.connect(self.context.notices.notify_ledger_failed)
        self.live = FakeLive()
        self.said: list[tuple[NoticeKind, int | None, ApiError | None, dict[str, Any]]] = []
        self.doubted: list[int] = []
        self.stands: list[tuple[int, PendingCommand | None]] = []
        self.named: asyncio.Event | None = None
        self.context.notices.said.connect(self._keep_notice)
        self.starts = LateNames(self)
        poller = cast(
            "Any",
            SimpleNamespace(
                wake=self.woken.append,
                note_delivered=self.woken.append,
                note_session_gone=self._keep_doubt,
            ),
        )
        self.commands = Commands(self.context, self.starts, poller, cast("Any", self.live))
        self.commands.changed.connect(self._keep_stand)

    def _keep_stand(self, key: int) -> None:
        self.stands.append((key, self.commands.pending(key)))

    async def open(self, task: str = "work", *, named: bool = True) -> int:
        """An open session with a task at work; not named: its start is still on its way."""
        spec = TaskSpec(text=task, close_after=False)
        intent = await self.intend_start(spec, base_url=URL)
        if named:
            await self.name(intent)
        self.start = intent
        return intent.session.key

    async def name(self, intent: Intent) -> None:
        key = intent.session.key
        opened = Observation(kind=Kind.OPENED, session_id=f"s{key}")
        await self.store.settle(intent, Outcome.KNOWN, opened)
        await self.see(key, Kind.ACCEPTED, task_id=f"t{key}")

    async def next_task(self, key: int) -> None:
        """Another task at work in the same session."""
        session = existing(self.store.session(key))
        intent = await self.store.intend(IntentKind.NEW_TASK, session, self.another_task(key))
        accepted = Observation(kind=Kind.ACCEPTED, task_id=f"t{key}-2")
        await self.store.settle(intent, Outcome.KNOWN, accepted)

    async def see(self, key: int, kind: Kind, **facts: Any) -> None:
        """The service tells something of the session and its current task."""
        session = existing(self.store.session(key))
        await self.store.record(key, session.current_task, Observation(kind=kind, **facts))

    def give(self, key: int, verb: CommandVerb, grace_ms: int = 0) -> asyncio.Task[None]:
        return existing(self.scope.spawn("click", self.commands.give(key, verb, grace_ms=grace_ms)))

    def waiting(self, key: int) -> PendingCommand:
        return existing(self.commands.pending(key))

    def task(self, session_key: int) -> Task:
        session = self.store.session(session_key)
        return existing(self.store.current_task(session) if session is not None else None)

    def use_up(self, rank: Rank = Rank.TERMINATE) -> None:
        """All calls of this minute that are free for such a command are made."""
        while (call := self.rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, rank)) is not None:
            call.sent()
            call.answered()

    def why(self, key: int) -> WaitReason | None:
        pending = self.commands.pending(key)
        return pending.why if pending else None

    def kept(self, key: int) -> bool:
        pending = self.commands.pending(key)
        return pending is not None and pending.is_kept

    async def _keep_doubt(self, session_key: int) -> None:
        self.doubted.append(session_key)

    def _keep_notice(self, notice: ServiceNotice) -> None:
        self.said.append((notice.kind, notice.session_key, notice.error, dict(notice.facts)))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes into the ledger and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
