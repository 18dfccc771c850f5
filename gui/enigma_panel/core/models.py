"""The frozen records of sessions and tasks, and of what a person asks for.

Times are UTC epoch milliseconds. Keys are the ledger's own integers (0 = not stored yet); the
service's ids and URLs are secrets and stay out of repr.
"""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.money import is_sane
from enigma_panel.core.observation import AT_CAP, NO_USAGE, UNANSWERED, ResultFile, Usage
from enigma_panel.core.secrets.hidden import Hidden, HidingStruct
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.statuses import (
    AT_WORK,
    FINAL_STATUSES,
    TaskStatus as TaskStatus,  # noqa: PLC0414 - part of a Task
)
from enigma_panel.core.verbs import COMMANDS, CommandVerb, TaskVerb


class Phase(StrEnum):
    """Where a session is in its life; PLANNED: queued, DROPPED: never opened."""

    PLANNED = "planned"
    DROPPED = "dropped"
    STARTING = "starting"
    OPEN = "open"
    CONNECTION_LOST = "connection_lost"
    UNCONFIRMED = "unconfirmed"
    EXPIRED_ASSUMED = "expired_assumed"
    CLOSED_ASSUMED = "closed_assumed"
    CLOSED = "closed"
    ENDED_BY_YOU = "ended_by_you"
    ENDED_BY_LIMIT = "ended_by_limit"
    FAILED = "failed"


class SessionState(StrEnum):
    """What is shown of a session. CLOSED_FAILED: closed by the program for a failed task."""

    PLANNED = "planned"
    DROPPED = "dropped"
    ASKS = "asks"
    UNCONFIRMED = "unconfirmed"
    IDLE = "idle"
    PAUSED = "paused"
    CONNECTION_LOST = "connection_lost"
    WORKING = "working"
    STARTING = "starting"
    EXPIRED_ASSUMED = "expired_assumed"
    CLOSED_ASSUMED = "closed_assumed"
    CLOSED = "closed"
    CLOSED_FAILED = "closed_failed"
    ENDED_BY_YOU = "ended_by_you"
    ENDED_BY_LIMIT = "ended_by_limit"
    FAILED = "failed"


FINAL_PHASES = frozenset(
    {Phase.CLOSED, Phase.ENDED_BY_YOU, Phase.ENDED_BY_LIMIT, Phase.FAILED, Phase.DROPPED}
)
UNOPENED_PHASES = frozenset({Phase.PLANNED, Phase.DROPPED})
"""Phases of sessions that are unknown to the service: no call about them was accepted."""

ASSUMED_PHASES = frozenset({Phase.EXPIRED_ASSUMED, Phase.CLOSED_ASSUMED})


class Limits(Struct, frozen=True, kw_only=True):
    """Limits of a task; None: the service's default. avoid_domains: hosts not to visit."""

    max_duration_ms: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    avoid_domains: tuple[str, ...] = ()


NO_LIMITS = Limits()


class Proxy(StrEnum):
    """How a browser reaches the web. SERVICE: by a proxy of the service's own."""

    NONE = "none"
    SERVICE = "service"
    HTTP = "http"
    SOCKS = "socks"


class BrowserOptions(Struct, frozen=True, kw_only=True):
    """The options of a browser, where the dialect has them; they hold for all its tasks.

    environment_id, policy_id: the service's, "" for none. proxy_country: where the service's own
    proxy stands, "" for anywhere. proxy_address: host:port of one's own HTTP or SOCKS proxy.
    """

    environment_id: str = ""
    policy_id: str = ""
    proxy: Proxy = Proxy.NONE
    proxy_country: str = ""
    proxy_address: str = ""


NO_OPTIONS = BrowserOptions()


class OutputType(StrEnum):
    """The form of a task's result."""

    TEXT = "text"
    JSON = "structured_json"
    CSV = "structured_csv"


class TaskSpec(Struct, frozen=True, kw_only=True):
    """A task as a person asked for it.

    starting_url: http or https, None to let the agent choose. close_after: end the session once the
    task is done. browser: of the session that is opened for it. output_schema: a JSON text, for
    OutputType.JSON the JSON Schema as it was pasted, for CSV the list of the columns' names. login:
    the account of the saved login that answers its first question, "" where a person does.
    """

    text: str
    starting_url: str | None = None
    limits: Limits = NO_LIMITS
    close_after: bool = True
    browser: BrowserOptions = NO_OPTIONS
    output_type: OutputType = OutputType.TEXT
    output_schema: str = ""
    login: str = ""


class Session(HidingStruct, frozen=True, kw_only=True):
    """One cloud browser: what we know of it and with which key and host it was opened.

    key_fingerprint: of the API key and the host, see Ledger.key_fingerprint. dialect: in which it
    was opened and is spoken to. site, number: its name ("amazon.com 3"), number 0 while it is
    planned. since_ms: when its phase began. expires_ms: when its life ends, None while unknown.
    current_task: the key of the task that it works on.
    lost_until_ms: until when the service waits for its lost browser, as the live channel says.
    balance: dollars that were left by the reply that opened it.
    """

    key: int = 0
    base_url: str
    key_fingerprint: str
    dialect: Dialect = Dialect.E
    site: str
    number: int = 0
    phase: Phase = Phase.STARTING
    since_ms: int
    created_ms: int
    opened_ms: int | None = None
    ended_ms: int | None = None
    expires_ms: int | None = None
    service_id: Hidden[str | None] = None
    socket_url: Hidden[str | None] = None
    web_view_url: Hidden[str | None] = None
    webrtc_url: Hidden[str | None] = None
    close_after: bool = False
    current_task: int | None = None
    terminate_sent_ms: int | None = None
    lost_until_ms: int | None = None
    balance: Decimal | None = None

    @property
    def name(self) -> str:
        """The name in the window: 'amazon.com 3', the site alone while planned."""
        return f"{self.site} {self.number}" if self.number else self.site

    @property
    def is_final(self) -> bool:
        """True once the end is proven."""
        return self.phase in FINAL_PHASES

    @property
    def is_ended(self) -> bool:
        """True once it ended or is assumed to have ended: it occupies no slot."""
        return self.phase in FINAL_PHASES or self.phase in ASSUMED_PHASES

    def was_over_by(self, ms: int) -> bool:
        """True where its end was proven, or its Terminate delivered, by then (epoch ms)."""
        is_over = self.is_final or self.terminate_sent_ms is not None
        return is_over and (self.terminate_sent_ms or self.ended_ms or 0) <= ms

    @property
    def was_never_opened(self) -> bool:
        """True where no call about it was accepted: planned, or its start was refused."""
        is_refused = self.phase is Phase.FAILED and self.service_id is None
        return self.phase in UNOPENED_PHASES or is_refused

    @property
    def live_page(self) -> str | None:
        """The link to its live page while it is open; a secret."""
        return None if self.is_ended else self.web_view_url

    @property
    def is_planned(self) -> bool:
        """True while its task is queued and nothing was sent."""
        return self.phase is Phase.PLANNED

    @property
    def occupies_slot(self) -> bool:
        """True while it is or may be open: it counts against the number of browsers at once."""
        return not self.is_ended and not self.is_planned


class Task(HidingStruct, frozen=True, kw_only=True):
    """One task: what was asked for, how far it is, and what came out.

    since_ms: when its status began; see is_end_unseen. sent_ms: when the call that starts it was
    sent. result: what came out; files: what came with it; error, code: why it failed.
    question: the last one; question_n: how many there were. The question stays after the answer
    (answered_ms set) until the agent was seen working again, since the service may repeat a
    question that was just answered (api.md §11.4). is_new: it ended, the person did not end it, and
    nobody has looked at it. queue_position orders the queued tasks, smallest first; it stays, so
    that a task that is put back stands where it stood. waited_ms: how long the questions that are
    open no more were open together, None where an earlier version did not count. Of the last
    question: answer_unconfirmed: an answer was sent and may have arrived; asked_again: the one
    before it had the same words and was answered, and nothing else was seen since;
    question_missed: it was open when the task failed or was lost.
    """

    key: int = 0
    session_key: int
    verb: TaskVerb
    spec: TaskSpec
    service_id: Hidden[str | None] = None
    status: TaskStatus = TaskStatus.STARTING
    since_ms: int
    created_ms: int
    sent_ms: int | None = None
    ended_ms: int | None = None
    result: str | None = None
    files: tuple[ResultFile, ...] = ()
    error: str | None = None
    code: str | None = None
    usage: Usage = NO_USAGE
    question: str | None = None
    question_n: int = 0
    asked_ms: int | None = None
    answered_ms: int | None = None
    stop_sent_ms: int | None = None
    pause_confirmed: bool = False
    is_new: bool = False
    queue_position: int = 0
    waited_ms: int | None = 0
    answer_unconfirmed: bool = False
    asked_again: bool = False
    question_missed: bool = False

    @property
    def is_final(self) -> bool:
        """True once nothing about this task changes any more."""
        return self.status in FINAL_STATUSES

    @property
    def is_end_unseen(self) -> bool:
        """True where nobody looked when it ended: after since_ms, and by ended_ms."""
        return self.ended_ms is not None and self.since_ms < self.ended_ms

    @property
    def was_never_sent(self) -> bool:
        """True for a task that waits in the queue, or was taken out of it, and was never sent."""
        waits = self.status in {TaskStatus.QUEUED, TaskStatus.STOPPED}
        return waits and self.sent_ms is None

    @property
    def is_at_work(self) -> bool:
        """True while the service has the task, as far as is known, and it is not over."""
        return self.status in AT_WORK

    @property
    def was_seen_at_work(self) -> bool:
        """True while the task is at work and more than its start was reported."""
        return self.is_at_work and self.status is not TaskStatus.STARTING

    @property
    def may_be_at_work(self) -> bool:
        """True for a task that was sent and is not known to be over."""
        waits = self.status is TaskStatus.QUEUED or self.sent_ms is None
        return not self.is_final and not waits

    @property
    def open_since_ms(self) -> int | None:
        """When the open question was asked; None where no question waits for an answer."""
        waits = self.status is TaskStatus.ASKS and self.answered_ms is None
        return self.asked_ms if waits else None

    def takes(self, verb: CommandVerb) -> bool:
        """Whether the command would change something in the task's present status."""
        return self.status in COMMANDS[verb].takes

    @property
    def was_taken(self) -> bool:
        """True where the service may have taken the task: then it costs something, known or not.

        Of a dismissed start nobody knows, even where the task was to follow its browser.
        """
        may_run = self.status is TaskStatus.STOPPED and self.sent_ms is not None
        return self.service_id is not None or may_run or self.status is TaskStatus.LOST

    @property
    def is_cost_unknown(self) -> bool:
        """True once the task is over and its cost is in no sum, as it is unknown."""
        return self.is_final and self.was_taken and self.counted_cost is None

    @property
    def cost(self) -> Decimal | None:
        """What the task has cost so far, in dollars; None where that is unknown."""
        return self.usage.cost

    @property
    def counted_cost(self) -> Decimal | None:
        """The cost for sums, in dollars; None where it is unknown or cannot be one."""
        cost = self.cost
        return cost if cost is not None and is_sane(cost) else None


IDLE_LEAST_MS = 5_000
"""The shortest time without a task that counts as idle, in ms."""


def has_idled(session: Session, task: Task | None) -> bool:
    """Whether it was open, and billed, after its task ended, as store.ledger.task_reader has it."""
    if task is None or task.ended_ms is None or task.sent_ms is None or session.service_id is None:
        return False
    if session.close_after and task.status is TaskStatus.DONE:
        return False  # it ended with its task; when that was proven says nothing
    if not session.is_ended:
        return True
    ended_ms = session.terminate_sent_ms or session.ended_ms or 0
    return ended_ms - task.ended_ms > IDLE_LEAST_MS


_STATE_OF_STATUS = {
    TaskStatus.STARTING: SessionState.STARTING,
    TaskStatus.WORKING: SessionState.WORKING,
    TaskStatus.ASKS: SessionState.ASKS,
    TaskStatus.PAUSED: SessionState.PAUSED,
    TaskStatus.UNCONFIRMED: SessionState.UNCONFIRMED,
}


def shown_state(session: Session, task: Task | None) -> SessionState:
    """The state to show: the phase, or what the current task does while the session is open."""
    if session.phase is Phase.ENDED_BY_YOU:
        return _ended_by_us(session, task)
    if session.phase is not Phase.OPEN:
        return SessionState(session.phase.value)
    if task is None:
        return SessionState.IDLE
    return _STATE_OF_STATUS.get(task.status, SessionState.IDLE)


def _ended_by_us(session: Session, task: Task | None) -> SessionState:
    """The state of a session that was ended from here, by the person or by the program."""
    if task is None or task.status is TaskStatus.QUEUED or task.code == "TAKEN_BACK":
        return SessionState.CLOSED
    end_ms = session.terminate_sent_ms or session.ended_ms or 0
    was_over = (task.ended_ms or end_ms) < end_ms
    is_task_cap = task.code == AT_CAP and task.error is not None
    if is_task_cap and (session.close_after or not was_over):
        return SessionState.CLOSED  # by the program, at the cap of its task
    if task.code == UNANSWERED:
        return SessionState.CLOSED_FAILED
    if not session.close_after or task.code == "TERMINATED_BEFORE_TASK":
        return SessionState.ENDED_BY_YOU
    if task.status is TaskStatus.FAILED:
        return SessionState.CLOSED_FAILED
    is_over = task.status in {TaskStatus.STOPPED, TaskStatus.DONE}
    is_over = is_over and (was_over or task.stop_sent_ms is not None)
    return SessionState.CLOSED if is_over else SessionState.ENDED_BY_YOU


def shown_since_ms(session: Session, task: Task | None) -> int:
    """When the shown state began (epoch ms)."""
    if session.phase is not Phase.OPEN or task is None:
        return session.since_ms
    return max(session.since_ms, task.since_ms)
