"""Services that hold records and do nothing by themselves, for looking at widgets alone."""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError
from enigma_panel.core.models import (
    UNOPENED_PHASES,
    Phase,
    Session,
    StateVerb,
    Task,
    TaskSpec,
    TaskStatus,
    TaskVerb,
)
from enigma_panel.core.observation import Usage
from enigma_panel.core.questions import QuestionKind
from enigma_panel.services.types import (
    Diff,
    KeyState,
    OpenQuestion,
    PauseReason,
    PendingCommand,
    QueueEntry,
    ServiceStatus,
    WaitReason,
)
from enigma_panel.store.ledger.intents import Step
from enigma_panel.store.settings import Settings
from tests.kit.live_doubles import LiveDouble, TimelineDouble

NOW = 1_790_000_000_000
ID = "secret-session-id"
LINK = "https://live.example/secret-page"


class Fleet(QObject):
    """Records by key; verbs are only noted."""

    changed = Signal(object)
    said = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[int, Session] = {}
        self.tasks: dict[int, Task] = {}
        self.wanted: dict[int, PendingCommand] = {}
        self.asking: set[int] = set()
        self.asked_for: list[int] = []
        self.calls: list[tuple[Any, ...]] = []
        self.time_line: list[Step] = []

    def session(self, key: int) -> Session | None:
        return self.sessions.get(key)

    def task(self, key: int) -> Task | None:
        self.asked_for.append(key)
        return self.tasks.get(key)

    def session_keys(self) -> list[int]:
        return [key for key, s in self.sessions.items() if s.phase not in UNOPENED_PHASES]

    def task_keys(self) -> list[int]:
        return sorted(self.tasks, reverse=True)

    def current_task(self, session: Session) -> Task | None:
        return self.tasks.get(session.current_task or 0)

    def session_cost(self, key: int) -> Decimal | None:
        costs = [t.cost for t in self.tasks.values() if t.session_key == key and t.cost]
        return sum(costs, Decimal(0)) if costs else None

    def pending_verb(self, key: int) -> StateVerb | None:
        pending = self.wanted.get(key)
        return pending.verb if pending is not None else None

    def pending(self, key: int) -> PendingCommand | None:
        return self.wanted.get(key)

    def all_pending(self) -> list[PendingCommand]:
        return list(self.wanted.values())

    def is_asking(self, key: int) -> bool:
        return key in self.asking

    def set_wish(
        self, key: int, verb: StateVerb | None, why: WaitReason = WaitReason.UNDO, **facts: Any
    ) -> None:
        """A command of that session waits, or waits no more."""
        if verb is None:
            self.wanted.pop(key, None)
        else:
            made = facts.pop("made_ms", NOW - 1_000)
            pending = PendingCommand(session_key=key, verb=verb, why=why, made_ms=made, **facts)
            self.wanted[key] = pending
        self.changed.emit(Diff(sessions=frozenset({key})))

    def undo(self, keys: Sequence[int]) -> None:
        self.calls.append(("undo", tuple(keys)))
        for key in keys:
            self.set_wish(key, None)

    def is_ours(self, _session: Session) -> bool:
        return True

    def foreign(self, _session: Session) -> None:
        return None

    def can(self, key: int, verb: StateVerb) -> bool:
        session = self.sessions.get(key)
        if session is None or session.is_final:
            return False
        pending = self.wanted.get(key)
        if pending is not None and pending.verb is StateVerb.TERMINATE:
            return verb is StateVerb.TERMINATE and pending.can_undo
        task = self.current_task(session)
        status = task.status if task is not None else None
        possible = {
            StateVerb.PAUSE: status is TaskStatus.WORKING,
            StateVerb.RESUME: status is TaskStatus.PAUSED,
            StateVerb.STOP: status in {TaskStatus.WORKING, TaskStatus.ASKS, TaskStatus.PAUSED},
            StateVerb.TERMINATE: True,
        }
        return possible[verb]

    def terminable_keys(self) -> list[int]:
        return [key for key in self.sessions if self.can(key, StateVerb.TERMINATE)]

    async def steps(self, _key: int) -> list[Step]:
        return self.time_line

    async def start(self, spec: TaskSpec, *, where: int | None = None) -> int:
        self.calls.append(("start", spec.text, where))
        return 0

    async def command(self, keys: Sequence[int], verb: StateVerb, *, grace_ms: int = 0) -> None:
        self.calls.append(("command", tuple(keys), verb, *([grace_ms] if grace_ms else [])))

    async def rename(self, key: int, label: str | None) -> None:
        self.change_session(key, label=label)

    async def put_away(self, key: int) -> None:
        self.calls.append(("put away", key))

    async def mark_seen(self, keys: Sequence[int]) -> None:
        for key in keys:
            self.change_task(key, is_new=False)

    def change_session(self, key: int, **fields: Any) -> None:
        self.sessions[key] = replace(self.sessions[key], **fields)
        self.changed.emit(Diff(sessions=frozenset({key})))

    def change_task(self, key: int, **fields: Any) -> None:
        self.tasks[key] = replace(self.tasks[key], **fields)
        self.changed.emit(Diff(tasks=frozenset({key})))

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
        """A session and its task of the same key."""
        self.sessions[key] = Session(
            key=key,
            base_url="https://service.example",
            key_fingerprint="print",
            site=site,
            number=key,
            phase=phase,
            since_ms=NOW - 40_000,
            created_ms=NOW - (300 - left_s) * 1_000,
            opened_ms=NOW - 40_000,
            expires_ms=NOW + left_s * 1_000,
            service_id=ID,
            web_view_url=LINK,
            current_task=key,
        )
        self.tasks[key] = a_task(key, status=status, **task)
        if tell:
            one = frozenset({key})
            self.changed.emit(Diff(sessions=one, tasks=one, new_tasks=(key,)))

    def queue(self, key: int, **facts: Any) -> None:
        """A task in line for a session of its own, which is planned; tells nobody."""
        self.add(key, status=TaskStatus.QUEUED, phase=Phase.PLANNED, tell=False, **facts)
        self.sessions[key] = replace(
            self.sessions[key],
            number=0,
            service_id=None,
            web_view_url=None,
            opened_ms=None,
            expires_ms=None,
            current_task=None,
        )
        self.tasks[key] = replace(self.tasks[key], sent_ms=None)


class Line(QObject):
    """Entries that a test puts in; what is done with them is only noted."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[QueueEntry] = []
        self.pause_reason = PauseReason.NONE
        self.pause_error: ApiError | None = None
        self.limit = 5
        self.calls: list[tuple[Any, ...]] = []

    def entries(self) -> list[QueueEntry]:
        return list(self.waiting)

    def entry(self, key: int) -> QueueEntry | None:
        return next((entry for entry in self.waiting if entry.task_key == key), None)

    def put(
        self, *keys: int, why: WaitReason = WaitReason.TURN, tell: bool = True, **facts: Any
    ) -> None:
        """These tasks wait, in this order, behind those that do already."""
        for key in keys:
            place = len(self.waiting) + 1
            self.waiting.append(QueueEntry(task_key=key, position=place, why=why, **facts))
        if tell:
            self.changed.emit()

    def set(self, *entries: QueueEntry, pause_reason: PauseReason = PauseReason.NONE) -> None:
        """The whole line anew."""
        self.waiting, self.pause_reason = list(entries), pause_reason
        self.changed.emit()

    async def start_next(self, key: int) -> None:
        self.calls.append(("start next", key))

    async def up(self, key: int) -> None:
        self.calls.append(("up", key))

    async def remove(self, keys: Sequence[int]) -> None:
        self.calls.append(("remove", tuple(keys)))

    async def run_in_new_session(self, key: int) -> None:
        self.calls.append(("new session", key))

    def go_on(self) -> None:
        self.calls.append(("go on",))

    def funds_added(self) -> None:
        self.calls.append(("funds added",))


def a_task(key: int, *, status: TaskStatus, cost: str | None = None, **fields: Any) -> Task:
    text = fields.pop("text", f"Task {key}")
    return Task(
        key=key,
        session_key=key,
        verb=TaskVerb.NEW_TASK,
        spec=TaskSpec(text=text),
        status=status,
        since_ms=NOW - 30_000,
        created_ms=NOW - 35_000,
        sent_ms=NOW - 31_000,
        usage=Usage(cost=Decimal(cost) if cost else None),
        **fields,
    )


class Scope:
    """Runs what never really waits, at once."""

    def spawn(self, _name: str, coro: Coroutine[Any, Any, Any], *, exclusive: bool = False) -> None:
        del exclusive
        try:
            coro.send(None)
        except StopIteration:
            return
        raise AssertionError("it waits for something")


class Book(QObject):
    """Settings in memory."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.value = Settings()

    def change(self, **fields: Any) -> None:
        self.value = msgspec.structs.replace(self.value, **fields)


class Inbox(QObject):
    """Questions that a test puts in."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.open: list[OpenQuestion] = []

    def questions(self) -> list[OpenQuestion]:
        return self.open

    def ask(self, key: int, text: str, left_s: int = 161) -> None:
        self.open.append(
            OpenQuestion(
                task_key=key,
                session_key=key,
                question_n=1,
                text=text,
                asked_ms=NOW,
                expires_ms=NOW + left_s * 1_000,
                kind=QuestionKind.FREE_TEXT,
            )
        )
        self.changed.emit()


class Vitals(QObject):
    changed = Signal()
    status = ServiceStatus.OK
    free: int | None = 12
    asked_ms: int | None = NOW - 2_000
    unreachable_since_ms: int | None = None
    next_try_ms: int | None = None
    balance: Decimal | None = Decimal("7.41")
    balance_ms: int | None = NOW - 60_000


class Account(QObject):
    changed = Signal()
    state = KeyState.READY
    base_url = "https://connect.enigma.click"
    last_check = None
    where = "the GNOME keyring"
    from_environment = False


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def now_ms(self) -> int:
        return self.now


class Dialogs:
    """Notes what was to be opened."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, *arguments))


def services(*, demo: bool = False) -> Any:
    return SimpleNamespace(
        sessions=Fleet(),
        inbox=Inbox(),
        queue=Line(),
        health=Vitals(),
        account=Account(),
        settings=Book(),
        live=LiveDouble(),
        timeline=TimelineDouble(),
        clock=Clock(),
        scope=Scope(),
        demo=demo,
        keep_folder="/data",
    )
