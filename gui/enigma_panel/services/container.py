"""The services of one run: how they are made, in one order, and connected."""

from msgspec import Struct

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.caps import Caps
from enigma_panel.services.clock import Clock
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.health import Health
from enigma_panel.services.live.live import Channels, Live, OpenConnector
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.notices import Notices
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.questions.urgency import Urgency
from enigma_panel.services.queue.blockers import Blockers, StartGate
from enigma_panel.services.queue.eta import Forecast
from enigma_panel.services.queue.queued_tasks import QueuedTasks
from enigma_panel.services.queue.scheduler import Scheduler
from enigma_panel.services.queue.starter import FirstTaskSender, Starter
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import DayCap, Spending
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.standby import Standby
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.task_search import TaskSearch


class Services(Struct, frozen=True, kw_only=True):
    """All services of a run. keep_folder: where the data lies, as text for people."""

    clock: Clock
    scope: TaskScope
    settings: SettingsBook
    account: Account
    rate_limiter: RateLimiter
    health: Health
    notices: Notices
    writer: LedgerWriter
    timeline: Timeline
    store: SessionStore
    standby: Standby
    live: Live
    poller: Poller
    commands: Commands
    queue: TaskQueue
    answers: Answers
    inbox: Inbox
    urgency: Urgency
    sessions: Sessions
    housekeeping: Housekeeping
    task_search: TaskSearch
    spending: Spending
    caps: Caps
    demo: bool
    keep_folder: str
    redactor: Redactor


def make_services(
    context: ServiceContext,
    *,
    writer: LedgerWriter,
    timeline: Timeline,
    standby: Standby,
    task_search: TaskSearch,
    settings: SettingsBook,
    redactor: Redactor,
    open_connector: OpenConnector,
    demo: bool,
    keep_folder: str,
) -> Services:
    """Make the services and connect them; earlier ones hear first of changes. Nothing runs yet."""
    starts = StartsUnderWay()
    channels = Channels()
    poller = Poller(context, starts, channels)
    live = Live(context, channels, timeline, starts, open_connector)
    commands = Commands(context, starts, poller, live)
    day_cap = DayCap(settings, context.store)
    queue = _make_queue(context, starts, poller, commands, settings=settings, day_cap=day_cap)
    answers = Answers(context, poller)
    inbox = Inbox(context.store, poller, answers, commands)  # before views: it may take a question
    sessions = Sessions(context, starts, commands, queue, poller)
    spending = Spending(context)
    services = Services(
        clock=context.clock,
        scope=context.scope,
        settings=settings,
        account=context.account,
        rate_limiter=context.rate_limiter,
        health=context.health,
        notices=context.notices,
        writer=writer,
        timeline=timeline,
        store=context.store,
        standby=standby,
        live=live,
        poller=poller,
        commands=commands,
        queue=queue,
        answers=answers,
        inbox=inbox,
        urgency=Urgency(inbox, context.clock, context.scope),
        sessions=sessions,
        housekeeping=Housekeeping(context, starts, channels, commands),
        task_search=task_search,
        spending=spending,
        caps=Caps(context, settings, day_cap, sessions, queue),
        demo=demo,
        keep_folder=keep_folder,
        redactor=redactor,
    )
    _connect(services)
    return services


def _make_queue(
    context: ServiceContext,
    starts: StartsUnderWay,
    poller: Poller,
    commands: Commands,
    *,
    settings: SettingsBook,
    day_cap: DayCap,
) -> TaskQueue:
    store, clock, rate_limiter = context.store, context.clock, context.rate_limiter
    starter = Starter(context, starts, commands, day_cap)
    queued = QueuedTasks(store)
    gate = StartGate(lambda: settings.value.browsers_at_once)
    blockers = Blockers(context, gate, commands, day_cap)
    first_tasks = FirstTaskSender(context, starter, commands)
    scheduler = Scheduler(
        context,
        queued=queued,
        gate=gate,
        blockers=blockers,
        starter=starter,
        first_tasks=first_tasks,
        poller=poller,
    )
    forecast = Forecast(store, rate_limiter, clock, queued=queued, gate=gate, blockers=blockers)
    queue = TaskQueue(
        context, queued=queued, gate=gate, blockers=blockers, scheduler=scheduler, forecast=forecast
    )
    commands.changed.connect(queue.wake)
    return queue


def _connect(services: Services) -> None:
    services.live.poll_wanted.connect(services.poller.poll_soon)
    services.health.recovered.connect(services.poller.wake_all)
    services.health.recovered.connect(services.commands.retry_now)
    services.health.recovered.connect(services.live.retry_now)
    services.health.recovered.connect(services.standby.note_change)
    services.account.changed.connect(services.health.ask_now)
    services.account.changed.connect(services.standby.note_change)
    services.standby.ended.connect(services.health.resume)
    services.notices.said.connect(services.sessions.said)
    services.writer.failed.connect(services.notices.notify_ledger_failed)
