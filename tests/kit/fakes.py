"""Services that do what a test says, and a clock that stands still."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.address import parse_base_url
from enigma_panel.core.models import (
    AnswerVerb,
    Phase,
    Session,
    StateVerb,
    Task,
    TaskSpec,
    TaskStatus,
    TaskVerb,
)
from enigma_panel.core.questions import guess_kind
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.container import Services
from enigma_panel.services.types import (
    AnswerOutcome,
    AnswerResult,
    AnswerWait,
    Diff,
    KeyCheck,
    KeyState,
    OpenQuestion,
    PauseReason,
    PendingCommand,
    QueueEntry,
    WaitReason,
)
from enigma_panel.store.keychain import Result, SecretOutcome
from enigma_panel.store.settings import Settings
from tests.kit.live_doubles import LiveDouble, TimelineDouble

NOON = 1_764_000_000_000
BASE_URL = "https://connect.enigma.click"


class FakeClock:
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.ms = NOON

    def now_ms(self) -> int:
        """The time of now."""
        return self.ms

    def pass_ms(self, ms: int) -> None:
        """Let time pass."""
        self.ms += ms


@dataclass
class Started:
    """What the fleet was asked to start."""

    spec: TaskSpec
    where: int | None
    one_call: bool


class FakeFleet(QObject):
    """Keeps what it is given and what it was asked for."""

    changed = Signal(object)
    said = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[int, Session] = {}
        self.tasks: dict[int, Task] = {}
        self.started: list[Started] = []
        self.commands: list[tuple[tuple[int, ...], StateVerb]] = []
        self.texts: list[str] = []
        self.start_error: Exception | None = None
        self.start_gate: asyncio.Event | None = None
        self.wanted: dict[int, PendingCommand] = {}
        self.not_ours: set[int] = set()
        self.lost_replies: set[int] = set()
        self.command_gate: asyncio.Event | None = None

    def add(self, session: Session, task: Task | None = None) -> None:
        """Another session, with its current task."""
        self.sessions[session.key] = session
        if task is not None:
            self.tasks[task.key] = task

    def change_session(self, key: int, **fields: Any) -> None:
        """Something new about a session."""
        self.sessions[key] = replace(self.sessions[key], **fields)
        self.changed.emit(Diff(sessions=frozenset({key})))

    def change_task(self, key: int, **fields: Any) -> None:
        """Something new about a task."""
        self.tasks[key] = replace(self.tasks[key], **fields)
        self.changed.emit(Diff(tasks=frozenset({key})))

    def session(self, key: int) -> Session | None:
        return self.sessions.get(key)

    def task(self, key: int) -> Task | None:
        return self.tasks.get(key)

    def session_keys(self) -> list[int]:
        return list(self.sessions)

    def current_task(self, session: Session) -> Task | None:
        return self.tasks.get(session.current_task or 0)

    def pending_verb(self, key: int) -> StateVerb | None:
        pending = self.wanted.get(key)
        return pending.verb if pending is not None else None

    def pending(self, key: int) -> PendingCommand | None:
        return self.wanted.get(key)

    def all_pending(self) -> list[PendingCommand]:
        return list(self.wanted.values())

    def set_wish(
        self, key: int, why: WaitReason | None, verb: StateVerb = StateVerb.TERMINATE
    ) -> None:
        """A command of that session is on its way, or no more."""
        if why is None:
            self.wanted.pop(key, None)
        else:
            self.wanted[key] = PendingCommand(session_key=key, verb=verb, why=why, made_ms=NOON)
        self.changed.emit(Diff(sessions=frozenset({key})))

    def terminable_keys(self) -> list[int]:
        ours = [s for key, s in self.sessions.items() if key not in self.not_ours]
        return [s.key for s in ours if not s.is_ended and self.can(s.key, StateVerb.TERMINATE)]

    def is_awaiting_reply(self, key: int) -> bool:
        return key not in self.lost_replies

    def is_ours(self, _session: Session) -> bool:
        return True

    def can(self, key: int, _verb: StateVerb) -> bool:
        session = self.sessions.get(key)
        return session is not None and not session.is_final

    async def start(
        self, spec: TaskSpec, *, where: int | None = None, one_call: bool = False
    ) -> int:
        if self.start_gate is not None:
            await self.start_gate.wait()
        if self.start_error is not None:
            raise self.start_error
        self.started.append(Started(spec, where, one_call))
        return len(self.started)

    async def start_many(
        self, specs: Sequence[TaskSpec], *, where: int | None = None, one_call: bool = False
    ) -> list[int]:
        """All or none."""
        return [await self.start(spec, where=where, one_call=one_call) for spec in specs]

    async def command(self, keys: tuple[int, ...], verb: StateVerb, *, grace_ms: int = 0) -> None:
        assert grace_ms == 0  # dialogs ask; what they were told is sent at once
        self.commands.append((tuple(keys), verb))
        if self.command_gate is not None:
            await self.command_gate.wait()

    async def recent_texts(self) -> list[str]:
        return list(self.texts)


class FakeLine(QObject):
    """A line in which stands what a test puts there."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[int, QueueEntry] = {}
        self.pause_reason = PauseReason.NONE
        self.limit = 5

    def entries(self) -> list[QueueEntry]:
        return list(self.waiting.values())

    def entry(self, key: int) -> QueueEntry | None:
        return self.waiting.get(key)

    def put(self, key: int, why: WaitReason = WaitReason.NO_SLOT, **facts: Any) -> None:
        """A task waits behind the others."""
        place = len(self.waiting) + 1
        self.waiting[key] = QueueEntry(task_key=key, position=place, why=why, **facts)
        self.changed.emit()

    def set_ceiling(self, limit: int) -> None:
        """The service allowed fewer or more browsers."""
        self.limit = limit
        self.changed.emit()


@dataclass
class Answered:
    """What the inbox was asked to send."""

    task_key: int
    text: str
    verb: AnswerVerb


class FakeInbox(QObject):
    """Answers as it is told to, when `gate` lets it."""

    changed = Signal()
    waiting_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.open: list[OpenQuestion] = []
        self.answered: list[Answered] = []
        self.outcome = AnswerOutcome.DELIVERED
        self.error: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.waits: dict[int, AnswerWait] = {}

    def waiting(self, task_key: int) -> AnswerWait | None:
        return self.waits.get(task_key)

    def set_wait(self, task_key: int, wait: AnswerWait | None) -> None:
        """Why the answer has not been sent yet."""
        if wait is None:
            self.waits.pop(task_key, None)
        else:
            self.waits[task_key] = wait
        self.waiting_changed.emit(task_key)

    def take_back(self, task_key: int) -> bool:
        if self.waits.pop(task_key, None) is None or self.gate is None:
            return False
        self.outcome = AnswerOutcome.TAKEN_BACK
        self.gate.set()
        return True

    def questions(self) -> list[OpenQuestion]:
        return list(self.open)

    def ask(self, *questions: OpenQuestion) -> None:
        """Agents ask."""
        self.open += questions
        self.changed.emit()

    def close(self, task_key: int) -> None:
        """A question is no longer open."""
        self.open = [q for q in self.open if q.task_key != task_key]
        self.changed.emit()

    async def answer(self, question: OpenQuestion, text: str, verb: AnswerVerb) -> AnswerResult:
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        if self.outcome is not AnswerOutcome.TAKEN_BACK:
            self.answered.append(Answered(question.task_key, text, verb))
        if self.outcome in {AnswerOutcome.DELIVERED, AnswerOutcome.GONE}:
            self.close(question.task_key)
        return AnswerResult(outcome=self.outcome)


@dataclass
class KeyPlan:
    """What the account is to say."""

    where: str = "the GNOME keyring"
    saved: Result = field(
        default_factory=lambda: Result(outcome=SecretOutcome.SAVED, where="the GNOME keyring")
    )
    check: KeyCheck = KeyCheck.ACCEPTED
    removed: SecretOutcome = SecretOutcome.REMOVED


class FakeAccount(QObject):
    """An account without a keychain and without a service."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.state = KeyState.READY
        self.where = "the GNOME keyring"
        self.from_environment = False
        self.base_url = BASE_URL
        self.last_check: KeyCheck | None = None
        self.plan = KeyPlan()
        self.saved: list[str] = []
        self.loads = 0
        self.removals = 0

    def set_state(self, state: KeyState) -> None:
        """Something new about the key."""
        self.state = state
        self.changed.emit()

    async def load(self) -> KeyState:
        self.loads += 1
        return self.state

    async def save(self, key: str) -> tuple[Result, KeyCheck]:
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
        self.base_url = parse_base_url(text)
        self.changed.emit()


class FakeSettings(QObject):
    """Settings that are never written."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.value = Settings()

    def change(self, **fields: Any) -> None:
        self.value = msgspec.structs.replace(self.value, **fields)
        self.changed.emit()


class World:
    """All fakes, and the record of services that the dialogs get."""

    def __init__(self, *, demo: bool = False) -> None:
        self.clock = FakeClock()
        self.sessions = FakeFleet()
        self.inbox = FakeInbox()
        self.queue = FakeLine()
        self.account = FakeAccount()
        self.settings = FakeSettings()
        self.live = LiveDouble()
        self.timeline = TimelineDouble()
        self.scope = TaskScope()
        self.services = cast(
            "Services",
            SimpleNamespace(
                sessions=self.sessions,
                inbox=self.inbox,
                queue=self.queue,
                health=QObject(),
                account=self.account,
                settings=self.settings,
                live=self.live,
                timeline=self.timeline,
                clock=self.clock,
                scope=self.scope,
                demo=demo,
                keep_folder="/home/maria/.local/share/enigma-panel",
            ),
        )

    async def settle(self) -> None:
        """Let everything run that was started."""
        for _ in range(20):
            await asyncio.sleep(0)
            if not self.scope.names():
                break
        await asyncio.sleep(0.01)


def make_session(key: int, **fields: Any) -> Session:
    """An open session with five minutes to live."""
    facts: dict[str, Any] = {
        "base_url": BASE_URL,
        "key_fingerprint": "p",
        "site": "amazon.com",
        "number": key,
        "phase": Phase.OPEN,
        "since_ms": NOON,
        "created_ms": NOON,
        "opened_ms": NOON,
        "expires_ms": NOON + 300_000,
        "service_id": f"sess-{key}",
    }
    return Session(key=key, **facts | fields)


def make_task(key: int, session_key: int, text: str = "List keyboards", **fields: Any) -> Task:
    """A task at work."""
    facts: dict[str, Any] = {
        "verb": TaskVerb.NEW_TASK,
        "spec": TaskSpec(text=text),
        "status": TaskStatus.WORKING,
        "since_ms": NOON,
        "created_ms": NOON,
        "sent_ms": NOON,
        "service_id": f"task-{key}",
    }
    return Task(key=key, session_key=session_key, **facts | fields)


def make_question(task_key: int, text: str, **fields: Any) -> OpenQuestion:
    """An open question of the task with that key, in the session of the same key."""
    facts: dict[str, Any] = {
        "session_key": task_key,
        "question_n": 1,
        "asked_ms": NOON - 5_000,
        "expires_ms": NOON + 230_000,
        "kind": guess_kind(text),
    }
    return OpenQuestion(task_key=task_key, text=text, **facts | fields)


def add_asking(
    world: World, key: int, question: str, text: str = "Buy a USB-C hub"
) -> OpenQuestion:
    """A session whose task asks; the inbox does not know of it yet."""
    world.sessions.add(
        make_session(key, site="shop.example", current_task=key),
        make_task(key, key, text, status=TaskStatus.ASKS, question=question),
    )
    return make_question(key, question)
