"""How the services are put together, whatever clock, ledger and client they are given."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from enigma_panel.core.models import Session, StateVerb
from enigma_panel.core.redaction import Redactor
from enigma_panel.runtime.event_loop import Executor, TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.commands.delivery import DURABLE
from enigma_panel.services.health import Health
from enigma_panel.services.live.live import Live, OpenConnector
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.notices import Notices
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.queue.blockers import Blockers, StartGate
from enigma_panel.services.queue.eta import Forecast
from enigma_panel.services.queue.scheduler import Scheduler
from enigma_panel.services.queue.starter import Follower, Starter
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.types import NoticeKind, WaitReason
from enigma_panel.store.ledger.ledger import Ledger

LOOK_AGAIN_MS = 200


@dataclass(frozen=True, kw_only=True)
class Base:
    """What the services stand on. most: the setting "Browsers at once". open_connector: loads what
    the live channel needs; LiveError where it is not there."""

    ledger: Ledger
    executor: Executor
    clock: Clock
    scope: TaskScope
    rng: random.Random
    redactor: Redactor
    account: Account
    rate_limiter: RateLimiter
    most: Callable[[], int]
    open_connector: OpenConnector


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The services of one run, wired."""

    clock: Clock
    writer: LedgerWriter
    store: SessionStore
    timeline: Timeline
    live: Live
    notices: Notices
    health: Health
    poller: Poller
    rate_limiter: RateLimiter
    commands: Commands
    queue: TaskQueue
    answers: Answers
    inbox: Inbox
    sessions: Sessions
    housekeeping: Housekeeping


def assemble(base: Base) -> Assembly:
    """Make the services and connect them. Nothing runs yet."""
    assembly = _Maker(base).assembly()
    _connect(assembly, base.account)
    return assembly


class _Maker:
    """Makes the parts in an order in which each finds those that it needs."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self.notices = Notices()
        self.writer = LedgerWriter(base.ledger, base.executor)
        self.timeline = Timeline(self.writer, base.clock, base.scope, base.redactor)
        self.store = SessionStore(self.writer, base.clock, base.redactor, self.timeline)
        self.health = Health(base.account, base.clock)
        self.poller = Poller(
            store=self.store,
            account=base.account,
            health=self.health,
            clock=base.clock,
            scope=base.scope,
            rng=base.rng,
            is_speaking=self._is_speaking,
            is_awaiting_reply=self._is_held,
        )
        self.live = self._make_live()
        self.commands = self._make_commands()
        self.starter = self._make_starter()
        self.follower = self._make_follower()
        self.commands.changed.connect(self.follower.wake)
        self.health.recovered.connect(self.follower.connected)
        self.queue = self._make_line()
        self.commands.changed.connect(self.queue.wake)
        self.answers = self._make_answers()

    def assembly(self) -> Assembly:
        """All of them."""
        base = self._base
        return Assembly(
            clock=base.clock,
            writer=self.writer,
            store=self.store,
            timeline=self.timeline,
            live=self.live,
            notices=self.notices,
            health=self.health,
            poller=self.poller,
            rate_limiter=base.rate_limiter,
            commands=self.commands,
            queue=self.queue,
            answers=self.answers,
            inbox=Inbox(self.store, self.poller, self.answers),
            sessions=self._make_fleet(),
            housekeeping=Housekeeping(
                self.store,
                base.account,
                base.clock,
                base.scope,
                notify=self.notices.notify,
                terminate=self._terminate,
                is_ending=lambda key: self._is_ending(key) or key in self.follower.closing,
                is_stopping=self._is_stopping,
                is_awaiting_reply=self.starter.is_awaiting_reply,
                is_up=self.live.is_up,
                is_speaking=self.live.is_speaking,
            ),
        )

    def _make_live(self) -> Live:
        base = self._base
        return Live(
            store=self.store,
            account=base.account,
            timeline=self.timeline,
            clock=base.clock,
            scope=base.scope,
            rng=base.rng,
            open_connector=base.open_connector,
            is_awaiting_reply=self._is_held,
            wake=self.poller.hint,
        )

    def _make_commands(self) -> Commands:
        base = self._base
        return Commands(
            store=self.store,
            account=base.account,
            health=self.health,
            rate_limiter=base.rate_limiter,
            clock=base.clock,
            scope=base.scope,
            rng=base.rng,
            notify=self.notices.notify,
            when_named=self._when_named,
            wake=self.poller.wake,
            live=self.live,
        )

    def _make_starter(self) -> Starter:
        base = self._base
        return Starter(
            self.store,
            base.account,
            self.health,
            base.rate_limiter,
            base.clock,
            notify=self.notices.notify,
            is_ending=self._is_ending,
        )

    def _make_follower(self) -> Follower:
        return Follower(
            self.store,
            self.starter,
            self._base.clock,
            self._base.scope,
            notify=self.notices.notify,
            is_ending=self._is_ending,
            decided=self._decided,
            close=self._terminate,
        )

    def _make_line(self) -> TaskQueue:
        base = self._base
        gate = StartGate(base.most)
        blockers = Blockers(self.store, base.account, gate, base.clock)
        scheduler = Scheduler(
            store=self.store,
            rate_limiter=base.rate_limiter,
            starter=self.starter,
            follower=self.follower,
            gate=gate,
            blockers=blockers,
            clock=base.clock,
            scope=base.scope,
            notify=self.notices.notify,
            is_ending=self._is_ending,
            wake_polls=self.poller.wake,
        )
        return TaskQueue(
            store=self.store,
            account=base.account,
            health=self.health,
            rate_limiter=base.rate_limiter,
            gate=gate,
            scheduler=scheduler,
            blockers=blockers,
            forecast=Forecast(self.store, base.rate_limiter, gate, blockers, base.clock),
        )

    def _make_answers(self) -> Answers:
        base = self._base
        return Answers(
            store=self.store,
            account=base.account,
            rate_limiter=base.rate_limiter,
            clock=base.clock,
            scope=base.scope,
            wake_polls=self.poller.wake,
            stop_too=self.commands.stop_too,
            live=self.live,
            notify=self.notices.notify,
        )

    def _make_fleet(self) -> Sessions:
        return Sessions(
            store=self.store,
            account=self._base.account,
            commands=self.commands,
            queue=self.queue,
            poller=self.poller,
            clock=self._base.clock,
            scope=self._base.scope,
            is_awaiting_reply=self.starter.is_awaiting_reply,
        )

    # Where two need each other, these ask when it is time.

    def _is_speaking(self, key: int) -> bool:
        return self.live.is_speaking(key)

    def _is_held(self, key: int) -> bool:
        return self.starter.is_awaiting_reply(key)

    async def _when_named(self, key: int) -> Session | None:
        return await self.starter.when_named(key)

    async def _terminate(self, key: int) -> None:
        await self.commands.give(key, StateVerb.TERMINATE)

    async def _decided(self, key: int) -> None:
        """Return once a Terminate cannot be taken back any more, or was."""
        clock = self._base.clock
        while (
            pending := self.commands.pending(key)
        ) is not None and pending.why is WaitReason.UNDO:
            await clock.sleep_until(clock.now_ms() + LOOK_AGAIN_MS)

    def _is_stopping(self, key: int) -> bool:
        pending = self.commands.pending(key)
        return pending is not None and pending.verb in DURABLE

    def _is_ending(self, key: int) -> bool:
        pending = self.commands.pending(key)
        return pending is not None and pending.verb is StateVerb.TERMINATE


def _connect(parts: Assembly, account: Account) -> None:
    parts.health.recovered.connect(parts.poller.wake_all)
    parts.health.recovered.connect(parts.commands.retry_now)
    parts.health.recovered.connect(parts.live.retry_now)
    account.changed.connect(parts.health.ask_now)
    parts.notices.said.connect(parts.sessions.said)
    parts.writer.failed.connect(
        lambda error: parts.notices.notify(
            NoticeKind.LEDGER_FAILED, None, None, None, reason=str(error)
        )
    )
    parts.rate_limiter.used_elsewhere.connect(
        lambda: parts.notices.notify(NoticeKind.LIMIT_USED_ELSEWHERE, None, None, None)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services of one run. keep_folder: where the data lies, as text for people."""

    sessions: Sessions
    inbox: Inbox
    queue: TaskQueue
    rate_limiter: RateLimiter
    live: Live
    timeline: Timeline
    health: Health
    account: Account
    settings: SettingsBook
    clock: Clock
    scope: TaskScope
    demo: bool
    keep_folder: str
