"""One fake for each service that windows and other services use; the real ones are in services."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from enigma_panel.api.address import parse_base_url
from enigma_panel.api.errors import ApiError, RejectedError
from enigma_panel.api.protocols import HealthReply, LiveError, LiveFault
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.money import affordable, sum_money
from enigma_panel.core.observation import Observation
from enigma_panel.core.service_rules import RULES, Dialect, ServiceRules, dialect_of_host
from enigma_panel.core.task_filter import (
    GROUP_STATUSES,
    NEWEST_FIRST,
    NO_FILTER,
    Order,
    SortColumn,
    TaskFilter,
    TaskGroup,
    TaskSum,
    folded,
    words_of,
)
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.questions.urgency import Urgency
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import Price
from enigma_panel.services.state.standby import STANDBY_TICK_MS, TICK_MS
from enigma_panel.services.types import (
    AnswerOutcome,
    AnswerResult,
    AnswerWait,
    Diff,
    ForeignSession,
    KeyCheck,
    KeyState,
    LiveShare,
    OpenQuestion,
    PauseReason,
    PendingCommand,
    QueueEntry,
    ServiceStatus,
    WaitReason,
)
from enigma_panel.store.keychain import Result, SecretOutcome
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Step
from enigma_panel.store.ledger.task_reader import Figures
from enigma_panel.store.settings import Settings
from enigma_panel.ui.actions import Actions
from tests.kit.builders import BASE_URL, ID, LINK, a_question, a_session, a_task
from tests.kit.clock import NOW, HandClock

if TYPE_CHECKING:
    # For mypy each fake is a subclass of its service: a changed signature is an error here.
    from enigma_panel.api.protocols import ServiceClient
    from enigma_panel.runtime.event_loop import Executor, TaskScope
    from enigma_panel.services.account import Account
    from enigma_panel.services.health import Health
    from enigma_panel.services.live.live import Live
    from enigma_panel.services.questions.inbox import Inbox
    from enigma_panel.services.queue.task_queue import TaskQueue
    from enigma_panel.services.sessions import Sessions
    from enigma_panel.services.spending import Spending
    from enigma_panel.services.state.ledger_writer import LedgerWriter
    from enigma_panel.services.state.session_store import SessionStore
    from enigma_panel.services.state.timeline import Timeline
    from enigma_panel.services.task_search import TaskSearch
    from enigma_panel.ui.dialogs import Dialogs
    from enigma_panel.ui.main_window.selection import Selection
else:
    Sessions = TaskSearch = TaskQueue = Inbox = Live = Timeline = Health = QObject
    Account = SessionStore = QObject
    ServiceClient = LedgerWriter = TaskScope = Selection = Spending = Dialogs = object


@dataclass
class Started:
    spec: TaskSpec
    where: int | None
    one_call: bool


class FakeSessions(Sessions):
    """Records that a test puts in; commands are only noted."""

    changed = Signal(object)
    loaded = Signal(object)
    said = Signal(object)
    is_polling = True

    def __init__(self) -> None:
        QObject.__init__(self)
        self.sessions: dict[int, Session] = {}
        self.tasks: dict[int, Task] = {}
        self.waiting: dict[int, PendingCommand] = {}
        self.asking: set[int] = set()
        self.missing: set[int] = set()
        self.answering: set[int] = set()
        self.not_ours: set[int] = set()
        self.lost_replies: set[int] = set()
        self.texts: list[str] = []
        self.calls: list[tuple[Any, ...]] = []
        self.started: list[Started] = []
        self.asked_for: list[int] = []
        self.gone: set[int] = set()
        self.start_error: Exception | None = None
        self.start_gate: asyncio.Event | None = None
        self.command_gate: asyncio.Event | None = None

    # -- what a test says ------------------------------------------------------------------------

    def delete(self, task_keys: Sequence[int]) -> None:
        for key in task_keys:
            self.sessions.pop(self.tasks.pop(key).session_key, None)
        self.gone |= set(task_keys)
        self.changed.emit(Diff(deleted=frozenset(task_keys)))

    def is_deleted(self, key: int) -> bool:
        return key in self.gone

    def put(self, session: Session, task: Task | None = None) -> None:
        """Another session, with its current task; nobody is told."""
        self.sessions[session.key] = session
        if task is not None:
            self.tasks[task.key] = task

    def add(
        self,
        key: int,
        *,
        phase: Phase = Phase.OPEN,
        status: TaskStatus = TaskStatus.WORKING,
        left_s: int = 200,
        site: str = "shop.example",
        tell: bool = True,
        **task: Any,
    ) -> None:
        """A session and its task of the same key, begun a while ago."""
        session = a_session(
            key,
            phase=phase,
            site=site,
            since_ms=NOW - 40_000,
            created_ms=NOW - (300 - left_s) * 1_000,
            opened_ms=NOW - 40_000,
            expires_ms=NOW + left_s * 1_000,
            service_id=ID,
            web_view_url=LINK,
            current_task=key,
        )
        since_ms = task.get("ended_ms") or NOW - 30_000
        begun: dict[str, Any] = {
            "since_ms": since_ms,
            "created_ms": NOW - 35_000,
            "sent_ms": NOW - 31_000,
        }
        self.put(session, a_task(key, status=status, **begun | task))
        if tell:
            one = frozenset({key})
            self.changed.emit(Diff(sessions=one, tasks=one, new_tasks=(key,)))

    def add_queued(self, key: int, **facts: Any) -> None:
        """A queued task for a session of its own, which is planned; nobody is told."""
        self.add(key, status=TaskStatus.QUEUED, phase=Phase.PLANNED, tell=False, **facts)
        unopened = {"number": 0, "service_id": None, "web_view_url": None, "current_task": None}
        self.sessions[key] = replace(
            self.sessions[key], **unopened, opened_ms=None, expires_ms=None
        )
        self.tasks[key] = replace(self.tasks[key], sent_ms=None, service_id=None)

    def add_asking(self, key: int, question: str, text: str = "Buy a USB-C hub") -> OpenQuestion:
        """A session whose task asks; the inbox does not know of it yet, and nobody is told."""
        self.put(
            a_session(key, site="shop.example", current_task=key),
            a_task(key, text=text, status=TaskStatus.ASKS, question=question),
        )
        return a_question(key, question)

    def change_session(self, key: int, **fields: Any) -> None:
        self.sessions[key] = replace(self.sessions[key], **fields)
        self.changed.emit(Diff(sessions=frozenset({key})))

    def change_task(self, key: int, **fields: Any) -> None:
        self.tasks[key] = replace(self.tasks[key], **fields)
        self.changed.emit(Diff(tasks=frozenset({key})))

    def set_pending(
        self, key: int, verb: CommandVerb | None, why: WaitReason = WaitReason.UNDO, **facts: Any
    ) -> None:
        if verb is None:
            self.waiting.pop(key, None)
        else:
            made = facts.pop("made_ms", NOW - 1_000)
            pending = PendingCommand(session_key=key, verb=verb, why=why, made_ms=made, **facts)
            self.waiting[key] = pending
        self.changed.emit(Diff(sessions=frozenset({key})))

    def set_asking(self, *keys: int) -> None:
        """The service has not answered about these yet."""
        changed = self.asking.symmetric_difference(keys)
        self.asking = set(keys)
        self.changed.emit(Diff(sessions=frozenset(changed)))

    def set_missing(self, *keys: int) -> None:
        """The last polls of these tasks did not find them; their sessions have the same keys."""
        changed = frozenset(self.missing.symmetric_difference(keys))
        self.missing = set(keys)
        self.changed.emit(Diff(sessions=changed, tasks=changed))

    @property
    def commands(self) -> list[tuple[Any, ...]]:
        """The commands that were given: keys, verb, and the time to take them back if there is."""
        return [call[1:] for call in self.calls if call[0] == "command"]

    # -- what windows ask ------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        return self.sessions.get(key)

    def task(self, key: int) -> Task | None:
        self.asked_for.append(key)
        return self.tasks.get(key)

    def session_keys(self) -> list[int]:
        return [key for key, s in self.sessions.items() if not s.was_never_opened]

    def task_keys(self) -> list[int]:
        return sorted(self.tasks, reverse=True)

    def current_task(self, session: Session) -> Task | None:
        return self.tasks.get(session.current_task or 0)

    async def fetch(self, task_keys: Iterable[int]) -> None:
        """All of them are in memory."""

    def tasks_of(self, session_key: int) -> list[Task]:
        return [task for task in self.tasks.values() if task.session_key == session_key]

    def session_cost(self, key: int) -> Decimal | None:
        costs = [t.counted_cost for t in self.tasks.values() if t.session_key == key]
        told = [cost for cost in costs if cost is not None]
        return sum(told, Decimal(0)) if told else None

    def session_unknown_costs(self, key: int) -> int:
        tasks = [task for task in self.tasks.values() if task.session_key == key]
        return sum(task.is_cost_unknown for task in tasks)

    def pending_verb(self, key: int) -> CommandVerb | None:
        pending = self.waiting.get(key)
        return pending.verb if pending is not None else None

    def pending(self, key: int) -> PendingCommand | None:
        return self.waiting.get(key)

    def all_pending(self) -> list[PendingCommand]:
        return list(self.waiting.values())

    def is_asking(self, key: int) -> bool:
        return key in self.asking

    def is_missing(self, task: Task | None) -> bool:
        session = self.session(task.session_key) if task is not None else None
        is_over = session is None or session.is_ended
        return task is not None and task.key in self.missing and not is_over

    def is_answering(self, task: Task | None) -> bool:
        return task is not None and task.key in self.answering

    def is_awaiting_reply(self, key: int) -> bool:
        return key not in self.lost_replies

    def is_ours(self, session: Session) -> bool:
        return session.key not in self.not_ours

    def foreign(self, session: Session) -> ForeignSession | None:
        return None if self.is_ours(session) else ForeignSession.KEY

    def can(self, key: int, verb: CommandVerb) -> bool:
        session = self.sessions.get(key)
        if session is None or session.is_final or not self.is_ours(session):
            return False
        pending = self.waiting.get(key)
        if pending is not None and pending.verb is CommandVerb.TERMINATE:
            return verb is CommandVerb.TERMINATE and pending.can_undo
        task = self.current_task(session)
        if verb is CommandVerb.TERMINATE:
            return session.service_id is not None or session.phase is Phase.STARTING
        return task is not None and task.takes(verb)

    def terminable_keys(self) -> list[int]:
        open_ones = [key for key, session in self.sessions.items() if not session.is_ended]
        return [key for key in open_ones if self.can(key, CommandVerb.TERMINATE)]

    async def recent_texts(self) -> list[str]:
        return list(self.texts)

    # -- what windows want done ------------------------------------------------------------------

    async def start(
        self, spec: TaskSpec, *, where: int | None = None, one_call: bool = False
    ) -> int:
        if self.start_gate is not None:
            await self.start_gate.wait()
        if self.start_error is not None:
            raise self.start_error
        self.calls.append(("start", spec.text, where))
        self.started.append(Started(spec, where, one_call))
        return len(self.started)

    async def start_many(
        self, specs: Sequence[TaskSpec], *, where: int | None = None, one_call: bool = False
    ) -> list[int]:
        """All or none."""
        return [await self.start(spec, where=where, one_call=one_call) for spec in specs]

    async def command(self, keys: Sequence[int], verb: CommandVerb, *, grace_ms: int = 0) -> None:
        self.calls.append(("command", tuple(keys), verb, *([grace_ms] if grace_ms else [])))
        if self.command_gate is not None:
            await self.command_gate.wait()

    def undo(self, keys: Sequence[int]) -> None:
        self.calls.append(("undo", tuple(keys)))
        for key in keys:
            self.set_pending(key, None)

    async def dismiss(self, key: int) -> list[int]:
        self.calls.append(("dismiss", key))
        self.change_session(key, phase=Phase.CLOSED_ASSUMED)
        return [task.key for task in self.tasks.values() if task.session_key == key]

    async def restore(self, keys: Sequence[int]) -> None:
        self.calls.append(("restore", tuple(keys)))
        for task in filter(None, map(self.tasks.get, keys)):
            if task.status is TaskStatus.UNCONFIRMED:
                self.change_session(task.session_key, phase=Phase.UNCONFIRMED)

    async def mark_seen(self, keys: Sequence[int]) -> None:
        for key in keys:
            self.change_task(key, is_new=False)

    async def mark_many_seen(self, keys: Sequence[int]) -> int:
        marked = [key for key in keys if self.tasks[key].is_new]
        await self.mark_seen(marked)
        return len(marked)


class FakeTaskSearch(TaskSearch):
    """Looks through the records of FakeSessions at once, without a thread."""

    found = Signal(bool)
    counted = Signal()

    def __init__(self, sessions: FakeSessions) -> None:
        QObject.__init__(self)
        self._sessions = sessions
        self.filter: TaskFilter = NO_FILTER
        self.order: Order = NEWEST_FIRST
        self.keys: list[int] = []
        self.figures = Figures()
        self.problem: LedgerError | None = None
        self.asked: list[tuple[TaskFilter, Order]] = []
        self.is_late = False
        self.days_followed = 0
        # No lambda: it would keep itself and, through it, every window of the tests alive.
        sessions.changed.connect(self._follow)

    def ask(self, task_filter: TaskFilter | None = None, order: Order | None = None) -> None:
        self.filter = self.filter if task_filter is None else task_filter
        self.order = self.order if order is None else order
        self.asked.append((self.filter, self.order))
        if not self.is_late:
            self.answer(by_person=True)

    def _follow(self, diff: Diff) -> None:
        self.answer(by_person=bool(diff.deleted))

    def follow_day(self) -> None:
        self.days_followed += 1

    def tell_today(self, total: TaskSum | None) -> None:
        """What a test says that today has cost."""
        self.figures = replace(self.figures, day=total)
        self.counted.emit()

    def answer(self, *, by_person: bool) -> None:
        tasks = [self._as_counted(task) for task in self._sessions.tasks.values()]
        others = replace(self.filter, groups=frozenset())
        fit = [task for task in tasks if self._fits(task, others)]
        shown = [task for task in fit if in_groups(task, self.filter.groups)]
        self.keys = [task.key for task in self._sorted(shown)]
        self.figures = Figures(
            total=len(tasks),
            count=len(fit),
            by_group={group: sum(in_groups(t, {group}) for t in fit) for group in TaskGroup},
            shown=task_sum(shown),
            day=self.figures.day,
        )
        self.found.emit(by_person)
        self.counted.emit()

    def _as_counted(self, task: Task) -> Task:
        session = self._sessions.sessions.get(task.session_key)
        is_cut_off = task.is_at_work and session is not None and session.is_ended
        return replace(task, status=TaskStatus.UNCONFIRMED) if is_cut_off else task

    async def sum_of(self, keys: Sequence[int]) -> TaskSum:
        there = self._sessions.tasks
        return task_sum([there[key] for key in keys if key in there])

    async def results_of(self, keys: Sequence[int], most_chars: int) -> list[str] | None:
        results = [result for key in keys if (result := self._sessions.tasks[key].result)]
        return results if sum(map(len, results)) <= most_chars else None

    def _fits(self, task: Task, wanted: TaskFilter) -> bool:
        session = self._sessions.sessions.get(task.session_key)
        site = (session.site, session.name) if session is not None else ()
        texts = folded(task.spec.text, task.result, task.error, task.question, *site)
        started = task.sent_ms or task.created_ms
        return (
            all(word in texts for word in words_of(wanted.words))
            and (wanted.from_ms is None or started >= wanted.from_ms)
            and (wanted.to_ms is None or started < wanted.to_ms)
            and (task.question_n > 0 or not wanted.has_asked)
        )

    def _sorted(self, tasks: list[Task]) -> list[Task]:
        tasks = sorted(tasks, key=lambda task: -task.key)
        for by in self.order:
            value = partial(_sort_value, by.column)
            tasks.sort(key=value, reverse=by.descending)
        return tasks


def in_groups(task: Task, groups: Collection[TaskGroup]) -> bool:
    """Whether it is in one of them; in any where none are named."""
    status = any(task.status in GROUP_STATUSES.get(group, ()) for group in groups)
    return not groups or status or (TaskGroup.NEW in groups and task.is_new)


def task_sum(tasks: Sequence[Task]) -> TaskSum:
    counted = [task.counted_cost for task in tasks]
    return TaskSum(
        count=len(tasks),
        cost=sum_money(cost for cost in counted if cost is not None),
        took_ms=sum((t.ended_ms - (t.sent_ms or t.created_ms)) for t in tasks if t.ended_ms),
        unknown=sum(
            task.counted_cost is None and task.was_taken and not task.is_at_work for task in tasks
        ),
        running=sum(task.is_at_work for task in tasks),
        unreported=sum(task.is_at_work and task.counted_cost is None for task in tasks),
    )


def _sort_value(column: SortColumn, task: Task) -> Any:
    if column is SortColumn.COST:
        return task.cost or Decimal(-1)
    if column is SortColumn.TASK:
        return task.spec.text.casefold()
    return str(getattr(task, column, ""))


class FakeQueue(TaskQueue):
    """Entries that a test puts in; what is done with them is only noted."""

    changed = Signal()
    pause_reason = PauseReason.NONE
    limit = 5
    wants_browser = is_leaving = False

    def __init__(self, sessions: FakeSessions) -> None:
        QObject.__init__(self)
        self.calls_left = 10
        self._sessions = sessions
        self.waiting: list[QueueEntry] = []
        self.pause_error: ApiError | None = None
        self.calls: list[tuple[Any, ...]] = []

    def put(
        self, *keys: int, why: WaitReason = WaitReason.TURN, tell: bool = True, **facts: Any
    ) -> None:
        for key in keys:
            position = len(self.waiting) + 1
            self.waiting.append(QueueEntry(task_key=key, position=position, why=why, **facts))
        if tell:
            self.changed.emit()

    def set(self, *entries: QueueEntry, pause_reason: PauseReason = PauseReason.NONE) -> None:
        self.waiting, self.pause_reason = list(entries), pause_reason
        self.changed.emit()

    def set_waiting(
        self, n: int, pause_reason: PauseReason = PauseReason.NONE, limit: int = 5
    ) -> None:
        self.limit = limit
        turn = WaitReason.TURN
        entries = [QueueEntry(task_key=900 + at, position=at + 1, why=turn) for at in range(n)]
        self.set(*entries, pause_reason=pause_reason)

    def set_limit(self, limit: int) -> None:
        """The service allowed fewer or more browsers."""
        self.limit = limit
        self.changed.emit()

    @property
    def free_places(self) -> int:
        known = (self._sessions.session(key) for key in self._sessions.session_keys())
        return self.limit - sum(one is not None and one.occupies_slot for one in known)

    def free_calls(self, *, single: bool) -> int:
        return 10 if single else self.calls_left

    def all_done(self, n: int, *, single: bool) -> tuple[int, int] | None:
        is_held = self.pause_reason is not PauseReason.NONE
        return None if is_held else (-(-n // self.limit) * 68_000, min(n, self.limit))

    def entries(self) -> list[QueueEntry]:
        return list(self.waiting)

    def entry(self, key: int) -> QueueEntry | None:
        return next((entry for entry in self.waiting if entry.task_key == key), None)

    async def start_next(self, key: int) -> None:
        self.calls.append(("start next", key))

    async def up(self, key: int) -> None:
        self.calls.append(("up", key))

    async def remove(self, keys: Iterable[int]) -> list[int]:
        self.calls.append(("remove", tuple(keys)))
        return list(keys)

    async def run_in_new_session(self, key: int) -> None:
        self.calls.append(("new session", key))

    def park(self) -> None:
        self.calls.append(("park",))

    def set_held(self, held: bool) -> None:
        self.calls.append(("held", held))

    def go_on(self) -> None:
        self.calls.append(("go on",))

    def funds_added(self) -> None:
        self.calls.append(("funds added",))

    def try_now(self) -> None:
        self.calls.append(("try now",))


@dataclass
class Answered:
    """What the inbox was asked to send."""

    task_key: int
    text: str
    verb: AnswerVerb


class FakeInbox(Inbox):
    """Questions that a test puts in; answers as it is told to, when `gate` lets it.

    secrets: what was said to be secret of the answer that was sent last; looks_for_secrets: nothing
    was said of it. used: with what purchases
    were allowed.
    """

    changed = Signal()
    waiting_changed = Signal(object)

    def __init__(self) -> None:
        QObject.__init__(self)
        self.open: list[OpenQuestion] = []
        self.answered: list[Answered] = []
        self.secrets: list[str] = []
        self.looks_for_secrets = False
        self.used: list[str] = []
        self.outcome = AnswerOutcome.DELIVERED
        self.error: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.waits: dict[int, AnswerWait] = {}
        self.sending: set[int] = set()
        self.takes: Callable[[OpenQuestion], bool] = lambda _question: False
        self.released: list[int] = []
        self.limit: Callable[[OpenQuestion], int | None] = lambda _question: None

    def ask(self, *questions: OpenQuestion) -> None:
        self.open += questions
        self.changed.emit()

    def close(self, task_key: int) -> None:
        self.open = [q for q in self.open if q.task_key != task_key]
        self.changed.emit()

    def set_wait(self, task_key: int, wait: AnswerWait | None) -> None:
        """Why the answer has not been sent yet."""
        if wait is None:
            self.waits.pop(task_key, None)
        else:
            self.waits[task_key] = wait
        self.waiting_changed.emit(task_key)

    def offer_to(self, takes: Callable[[OpenQuestion], bool]) -> None:
        self.takes = takes

    def release(self, task_key: int) -> None:
        self.released.append(task_key)

    def limit_by(self, limit: Callable[[OpenQuestion], int | None]) -> None:
        self.limit = limit

    def refresh(self) -> None:
        """All of them are as the test says."""

    def questions(self) -> list[OpenQuestion]:
        return sorted(self.open, key=lambda one: one.expires_ms or 1 << 62)

    def used_today(self) -> list[str]:
        return list(self.used)

    def waiting(self, task_key: int) -> AnswerWait | None:
        return self.waits.get(task_key)

    def is_sending(self, task_key: int) -> bool:
        return task_key in self.sending

    def take_back(self, task_key: int) -> bool:
        if self.waits.pop(task_key, None) is None or self.gate is None:
            return False
        self.outcome = AnswerOutcome.TAKEN_BACK
        self.gate.set()
        return True

    async def answer(
        self,
        question: OpenQuestion,
        text: str,
        verb: AnswerVerb,
        secrets: Sequence[str] | None = None,
        *,
        used: str = "",
    ) -> AnswerResult:
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        if self.outcome is not AnswerOutcome.TAKEN_BACK:
            self.answered.append(Answered(question.task_key, text, verb))
            self.secrets, self.looks_for_secrets = list(secrets or ()), secrets is None
            self.used += [used] * bool(used)
        if self.outcome in {AnswerOutcome.DELIVERED, AnswerOutcome.GONE}:
            self.close(question.task_key)
        return AnswerResult(outcome=self.outcome)


class FakeLive(Live):
    """Says what a test sets: which channels are up, and what each session does now."""

    changed = Signal(int)

    def __init__(self) -> None:
        QObject.__init__(self)
        self.now: dict[int, str] = {}
        self.up: set[int] = set()
        self.all_up = False
        self.breaks = False
        self.sent: list[CommandVerb] = []
        self.shared = LiveShare()
        self.asked: list[int] = []

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

    def share(self) -> LiveShare:
        return self.shared

    def doing(self, key: int) -> str:
        self.asked.append(key)
        return self.now.get(key, "")

    def is_up(self, key: int) -> bool:
        return self.all_up or key in self.up

    async def send_state(self, _key: int, verb: CommandVerb) -> None:
        await asyncio.sleep(0)
        if self.breaks:
            raise LiveError(LiveFault.LOST)
        self.sent.append(verb)


class FakeWriter(LedgerWriter):
    """Whether what happened can be written just now."""

    is_failing = False
    is_locked = False

    def __init__(self) -> None:
        """Without a ledger."""

    @property
    def is_behind(self) -> bool:
        return self.is_failing or self.is_locked

    async def catch_up(self, *, time_limit: float | None = None) -> None:
        """Another try comes to nothing."""
        assert time_limit is not None
        assert time_limit <= 2
        await asyncio.sleep(0)
        self.is_failing = self.is_behind


class FakeTimeline(Timeline):
    """Steps by task. `gate`, where set, holds every answer until it opens."""

    grown = Signal(int, object)

    def __init__(self) -> None:
        QObject.__init__(self)
        self.kept: dict[int, list[Step]] = {}
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None
        self.asked: list[tuple[int, int]] = []
        self._key = 0

    def add(self, task_key: int, kind: str, text: str, at_ms: int) -> Step:
        return self.add_many(task_key, [Step(at_ms=at_ms, kind=kind, text=text)])[0]

    def add_many(self, task_key: int, steps: list[Step]) -> list[Step]:
        new = []
        for step in steps:
            self._key += 1
            new.append(replace(step, key=self._key, task_key=task_key))
        self.kept.setdefault(task_key, []).extend(new)
        self.grown.emit(task_key, new)
        return new

    async def steps(self, task_key: int, limit: int = 500) -> list[Step]:
        self.asked.append((task_key, limit))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.kept.get(task_key, [])[-limit:]

    async def flush(self) -> None:
        """Nothing is ever waiting to be written here."""


class HandUrgency(Urgency):
    """The real one without its watch on time: a test moves the clock and emits `changed`."""

    def _follow_time(self) -> None:
        pass


class FakeSpending(Spending):
    """The costs of the last tasks, as a test says."""

    def __init__(self) -> None:
        self.costs: list[Decimal] = []

    def forecast(self, balance: Decimal) -> int | None:
        return affordable(balance, self.costs)

    def price(self, site: str = "") -> Price | None:
        return Price.of(self.costs)


class FakeCaps(QObject):
    """What a test says that today has cost, and whether its cap holds; done: what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.today = Decimal(0)
        self.without_cost = 0
        self.is_held = False
        self.next_cap: Decimal | None = Decimal(10)
        self.most: Task | None = None
        self.done: list[str] = []

    def spent(self) -> Decimal:
        return self.today

    def is_reached(self) -> bool:
        return self.is_held

    def uncounted(self) -> int:
        return self.without_cost

    def dearest(self) -> Task | None:
        return self.most

    def raised(self) -> Decimal | None:
        return self.next_cap

    def raise_day(self) -> Decimal | None:
        self.done.append("raise")
        return self.next_cap

    def lower_again(self, cap: Decimal, raised: Decimal) -> None:
        self.done.append(f"lower from {raised} to {cap}")

    def terminate_running(self) -> None:
        self.done.append("terminate")


class FakeStandby(QObject):
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.on = False

    def is_on(self) -> bool:
        return self.on

    def interval_ms(self) -> int:
        return STANDBY_TICK_MS if self.on else TICK_MS

    def note_change(self, *_of_signal: object) -> None:
        if self.on:
            self.on = False
            self.ended.emit()


class FakeHealth(Health):
    """A service that is well, unless a test says otherwise; notes what calls tell it."""

    changed = Signal()
    left_changed = Signal()
    recovered = Signal()

    def __init__(self) -> None:
        QObject.__init__(self)
        self.status = ServiceStatus.OK
        self.free: int | None = 12
        self.asked_ms: int | None = NOW - 2_000
        self.tells_load = True
        self.heard_ms: int | None = NOW - 2_000
        self.unreachable_since_ms: int | None = None
        self.next_try_ms: int | None = None
        self.balance: Decimal | None = Decimal("7.41")
        self.balance_ms: int | None = NOW - 60_000
        self.errors: list[ApiError] = []
        self.answers = 0

    @property
    def left(self) -> Decimal | None:
        return self.balance

    def lose(self, now_ms: int, *, heard: bool = True) -> None:
        """The last answer was that of now, or there was none yet."""
        self.status = ServiceStatus.UNREACHABLE
        self.heard_ms, self.unreachable_since_ms = now_ms if heard else None, now_ms
        self.changed.emit()

    def come_back(self) -> None:
        self.status, self.unreachable_since_ms = ServiceStatus.OK, None
        self.changed.emit()

    def note_error(self, error: ApiError) -> None:
        self.errors.append(error)

    def note_answer(self) -> None:
        self.answers += 1

    def note_balance(self, balance: Decimal | None, _asked_ms: int) -> None:
        self.balance = self.balance if balance is None else balance
        self.left_changed.emit()

    def forget_balance(self) -> None:
        self.balance = None


@dataclass
class KeyPlan:
    where: str = "the GNOME keyring"
    saved: Result = field(
        default_factory=lambda: Result(outcome=SecretOutcome.SAVED, where="the GNOME keyring")
    )
    check: KeyCheck = KeyCheck.ACCEPTED
    removed: SecretOutcome = SecretOutcome.REMOVED


class FakeAccount(Account):
    """A key without a keychain, and `client` for every session while there is one."""

    changed = Signal()

    def __init__(self, client: Any = None) -> None:
        QObject.__init__(self)
        self.client = client
        self.key_fingerprint = ""
        self.state = KeyState.READY
        self.where = "the GNOME keyring"
        self.from_environment = False
        self.key_prefix = ""
        self.base_url = BASE_URL
        self.chosen_dialect: Dialect | None = None
        self.is_dialect_for_run = False
        self.last_check: KeyCheck | None = None
        self.errors: list[Exception] = []
        self.plan = KeyPlan()
        self.saved: list[str] = []
        self.loads = 0
        self.removals = 0

    def use(self, client: Any) -> None:
        self.client = client
        self.changed.emit()

    def set_state(self, state: KeyState) -> None:
        self.state = state
        self.changed.emit()

    @property
    def open_client(self) -> Any:
        return self.client

    @property
    def host(self) -> str:
        return self.base_url.partition("//")[2]

    @property
    def dialect(self) -> Dialect:
        return self.chosen_dialect or dialect_of_host(self.host)

    @property
    def rules(self) -> ServiceRules:
        return RULES[self.dialect]

    def is_in_use(self, client: Any) -> bool:
        return client is self.client

    def choose_dialect(self, dialect: Dialect | None) -> None:
        self.chosen_dialect, self.is_dialect_for_run = dialect, False
        self.changed.emit()

    def client_for(self, session: Session) -> Any:
        ours = (self.base_url, self.key_fingerprint) == (session.base_url, session.key_fingerprint)
        return self.client if ours or not self.key_fingerprint else None

    def note_error(self, error: Exception, _client: object) -> None:
        self.errors.append(error)
        if isinstance(error, RejectedError) and error.reply.status == 401:
            self.last_check = KeyCheck.REFUSED
            self.changed.emit()

    async def load(self) -> KeyState:
        self.loads += 1
        return self.state

    async def save(self, key: str, *, even_refused: bool = False) -> tuple[Result | None, KeyCheck]:
        if self.plan.check is KeyCheck.REFUSED and not even_refused:
            return None, self.plan.check
        self.saved.append(key)
        self.last_check = self.plan.check
        self.set_state(KeyState.READY)
        return self.plan.saved, self.plan.check

    async def check(self) -> KeyCheck:
        self.last_check = self.plan.check
        self.changed.emit()
        return self.plan.check

    async def where_it_would_go(self) -> str:
        return self.plan.where

    async def remove(self) -> Result:
        self.removals += 1
        self.set_state(KeyState.ABSENT)
        return Result(outcome=self.plan.removed)

    async def set_base_url(self, text: str) -> None:
        base_url = parse_base_url(text)
        if base_url != self.base_url:
            self.chosen_dialect, self.is_dialect_for_run = None, False
            self.last_check = None
        self.base_url = base_url
        self.changed.emit()


class FakeClient:
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

    async def health(self) -> Any:
        self.health_at.append(self._clock.now - NOW)
        return await self._count(self.say_health)

    async def poll(self, session_id: str, task_id: str) -> Any:
        self.polls_at.append(self._clock.now - NOW)
        return await self._count(self.say_poll)

    async def aclose(self) -> None:
        pass

    async def _count(self, answer: Callable[[], Awaitable[Any]]) -> Any:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await answer()
        finally:
            self.in_flight -= 1


class FakeStore(SessionStore):
    """The session store for polling: one session with one task, and what was recorded."""

    changed = Signal(object)

    def __init__(self) -> None:
        QObject.__init__(self)
        self.one_session = a_session(service_id="s", current_task=1)
        self.one_task = a_task(service_id="t")
        self.recorded: list[Any] = []

    def touch(self, _key: int, *_task_keys: int) -> None:
        """Nobody watches."""

    def session(self, key: int) -> Session:
        return self.one_session

    def task(self, key: int) -> Task:
        return self.one_task

    def tasks_of(self, session_key: int) -> list[Task]:
        return [self.one_task]

    async def record(
        self, session_key: int, task_key: int | None, observation: Observation
    ) -> None:
        self.recorded.append(observation)


class FakeSettings(SettingsBook):
    """Settings that are never written, of a program that was used before."""

    def __init__(self) -> None:
        value, executor = Settings(has_had_tasks=True), cast("Executor", None)
        super().__init__(Path("settings.json"), value, executor, FakeScope())

    async def flush(self) -> None:
        """Nothing is written."""


class FakeScope(TaskScope):
    """A TaskScope for tests without a loop: runs at once what never really waits."""

    def spawn(self, _name: str, coro: Coroutine[Any, Any, Any], *, exclusive: bool = False) -> None:
        del exclusive
        self._go_on(coro)

    def _go_on(self, coro: Coroutine[Any, Any, Any]) -> None:
        try:
            waits_for = coro.send(None)
        except StopIteration:
            return
        assert waits_for is None, "it waits for something"
        QTimer.singleShot(0, partial(self._go_on, coro))


class FakeDialogs(Dialogs):
    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *values, **named: self.calls.append((name, *values, *named.values()))


class FakeActions(QObject):
    take_way_out = Actions.take_way_out
    done = Signal(str)
    awaited_again = Signal(int)
    undoable_done = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []
        self.dialogs = FakeDialogs()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments: self.calls.append((name, *arguments))


class FakeSelection(Selection):
    def __init__(self) -> None:
        self.shown: list[tuple[str, int | None]] = []

    def show_task(self, key: int | None) -> None:
        self.shown.append(("task", key))

    def show_session(self, *keys: int) -> None:
        self.shown += [("session", key) for key in keys]
