"""The plain records that services hand to windows; words for them are the windows' business."""

from enum import StrEnum
from typing import Protocol, TypedDict

from msgspec import Struct, field

from enigma_panel.api.address import (
    AddressProblem as AddressProblem,
    BadAddressError as BadAddressError,
)
from enigma_panel.api.errors import (
    REFUSALS as REFUSALS,
    ApiError as ApiError,
    NotConnectedError as NotConnectedError,
    ProtocolError as ProtocolError,
    RejectedError as RejectedError,
    SessionGoneError as SessionGoneError,
)
from enigma_panel.api.protocols import LiveFault as LiveFault
from enigma_panel.api.wire.error_responses import TOO_MANY as TOO_MANY
from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.secrets.hidden import Hidden, HidingStruct
from enigma_panel.core.service_rules import Field
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.store.files import Copy as Copy, Problem as Problem, ProblemKind as ProblemKind
from enigma_panel.store.keychain import Result as Result, SecretOutcome as SecretOutcome
from enigma_panel.store.ledger.errors import (
    DiskFullError as DiskFullError,
    LedgerError as LedgerError,
    MissingLedgerError as MissingLedgerError,
    OtherVersionError as OtherVersionError,
    ReadOnlyLedgerError as ReadOnlyLedgerError,
)
from enigma_panel.store.ledger.intents import Step as Step
from enigma_panel.store.paths import FolderError as FolderError
from enigma_panel.store.settings import (
    DARK as DARK,
    LIGHT as LIGHT,
    MOST_BROWSERS as MOST_BROWSERS,
    MOST_WORDS_CHARS as MOST_WORDS_CHARS,
    SYSTEM as SYSTEM,
    ColumnSettings as ColumnSettings,
    SettingsError as SettingsError,
    TableSettings as TableSettings,
)

NOTHING: frozenset[int] = frozenset()


class Diff(Struct, frozen=True, kw_only=True):
    """Keys of records that changed. deleted: of tasks that are no more."""

    sessions: frozenset[int] = NOTHING
    tasks: frozenset[int] = NOTHING
    new_tasks: tuple[int, ...] = ()
    deleted: frozenset[int] = NOTHING


class ForeignSession(StrEnum):
    """What a session was opened with that is not in use now."""

    KEY = "key"
    ADDRESS = "address"


class WaitReason(StrEnum):
    """Why a queued task or a command on a row has not been sent yet."""

    TURN = "turn"  # others stand before it
    NO_SLOT = "places"  # as many browsers are open as may be
    ANSWER = "answer"  # so it is, and each of them waits for the person's answer
    BUDGET = "budget"  # the calls of this minute are used up
    LIMITED = "limited"  # the service said 429
    NO_BROWSER = "no_browser"  # the service said 503
    UNSUPPORTED = "unsupported"  # its dialect lacks a field of the task: the person decides
    BUSY = "busy"  # its session works on another task
    SESSION_ENDED = "session_ended"  # its session has ended: the person decides
    CLOSING = "closing"  # a Terminate is on its way to its session
    CONNECTION = "connection"  # nothing answers
    KEY = "key"  # the key was refused, or is not the one that opened the session
    FUNDS = "funds"  # 402: the account cannot pay
    CAP = "cap"  # today cost as much as it may
    STOPPED = "stopped"  # the queue does not move: see PauseReason
    UNDO = "undo"  # a moment to take it back
    NAME = "name"  # the service has not named the session yet
    LEDGER = "ledger"  # the ledger cannot be written, so nothing may be sent
    SENDING = "sending"


class PauseReason(StrEnum):
    """Why the whole queue does not move by itself."""

    NONE = "none"
    RESTARTED = "restarted"  # queued before a restart or Terminate all: Go on
    FUNDS = "funds"  # 402: I have added funds
    CAP = "cap"  # today cost as much as it may: raise the cap
    KEY = "key"  # 401 about the key: enter another one
    FORBIDDEN = "forbidden"  # 403: Go on tries again
    UNTAKEN = "untaken"  # browsers open, but take no task: Go on tries again
    DIALECT = "dialect"  # the service asks for another one: choose it, or Go on tries again


class QueueEntry(Struct, frozen=True, kw_only=True):
    """A task that waits in the queue. position counts from 1.

    due_ms: when it is expected to be sent, or tried again; None when that is unknown.
    attempt: refused so many times in a row by a service that is busy.
    error: what the service said last, where it said no.
    unsupported: the fields of the task that its dialect lacks.
    """

    task_key: int
    position: int
    why: WaitReason
    due_ms: int | None = None
    attempt: int = 0
    error: ApiError | None = None
    unsupported: tuple[Field, ...] = ()


class PendingCommand(Struct, frozen=True, kw_only=True):
    """A command on its way to a session. due_ms: when it goes out or is tried again.

    sent_live: it went out by the live channel, which confirms nothing.
    is_kept: whether the ledger holds it, which not every command needs.
    at_cap: the program gave it at a cap, so nothing takes it back.
    """

    session_key: int
    verb: CommandVerb
    why: WaitReason
    made_ms: int
    due_ms: int | None = None
    attempt: int = 0
    sent_live: bool = False
    is_kept: bool = True
    at_cap: bool = False

    @property
    def can_undo(self) -> bool:
        """Whether it can still be taken back with certainty."""
        return self.why is not WaitReason.SENDING and not self.sent_live and not self.at_cap


class Recovered(Struct, frozen=True, kw_only=True):
    """Records that the ledger still held from an earlier run.

    sessions: were or may have been open when that run ended; tasks: those that they worked on or
    may have worked on then; bad_rows: rows of the ledger that could not be read.
    """

    sessions: tuple[int, ...] = ()
    tasks: frozenset[int] = NOTHING
    bad_rows: int = 0


class NoticeKind(StrEnum):
    """The kind of a notice, which no row shows by itself."""

    LIMIT_LOWERED = "ceiling_lowered"
    WENT_TO_SLEEP = "went_to_sleep"  # the computer slept
    START_REFUSED = "start_refused"
    START_UNCONFIRMED = "start_unconfirmed"
    COMMAND_FAILED = "command_failed"
    CLOSED_FOR_FAILED_TASK = "closed_for_failed_task"
    CLOSED_FOR_WAITING_TASK = "closed_for_waiting_task"  # refused for now: it is queued again
    LEDGER_FAILED = "ledger_failed"
    CAP_NEAR = "cap_near"  # little is left of the day's cap
    STOPPED_AT_CAP = "stopped_at_cap"  # its browser stays open
    STOP_IN_VAIN = "stop_in_vain"  # delivered at a cap, and the cost still rises


class NoticeFacts(TypedDict, total=False):
    """What the words of some kinds name besides, never a secret."""

    verb: CommandVerb  # COMMAND_FAILED
    reason: str  # LEDGER_FAILED
    places: int  # LIMIT_LOWERED
    seconds: int  # WENT_TO_SLEEP
    cost: str  # STOP_IN_VAIN
    cap: str  # CAP_NEAR, STOP_IN_VAIN


class ServiceNotice(Struct, frozen=True, kw_only=True):
    """One thing to say, of these rows, by this error."""

    kind: NoticeKind
    session_key: int | None = None
    task_key: int | None = None
    error: ApiError | None = None
    facts: NoticeFacts = field(default_factory=NoticeFacts)


QuestionId = tuple[int, int]
"""Identity of a question: the key of its task, and its number within it, from 1."""


class OpenQuestion(Struct, frozen=True, kw_only=True):
    """A question that waits for the person. question_n counts within its task, from 1.

    maybe_answered: an answer was sent and may have arrived. asked_again: the one
    before it had the same words and was answered, and nothing else was seen since.
    is_asker_unknown: any of several tasks of the session may ask it; task_key is that of the first.
    """

    task_key: int
    session_key: int
    question_n: int
    text: str
    asked_ms: int
    expires_ms: int | None
    kind: QuestionKind
    maybe_answered: bool = False
    asked_again: bool = False
    is_asker_unknown: bool = False

    @property
    def id(self) -> QuestionId:
        """The identity of this question."""
        return self.task_key, self.question_n


class Answer(HidingStruct, frozen=True):
    """An answer to a question. used: its part that is no secret: the amount that is allowed."""

    text: Hidden[str]
    verb: AnswerVerb
    used: str = ""


class AnswerOutcome(StrEnum):
    """What became of an answer."""

    DELIVERED = "delivered"
    GONE = "gone"  # the question is no longer open; nothing was sent but what `error` refused
    FAILED = "failed"  # certainly not delivered; it may be sent again
    UNCONFIRMED = "unconfirmed"  # may have been delivered; never sent again by the program
    TAKEN_BACK = "taken_back"  # the person took it back before it was sent


class AnswerResult(Struct, frozen=True, kw_only=True):
    """Outcome of an answer and the error behind it."""

    outcome: AnswerOutcome
    error: ApiError | None = None


class AnswerWait(Struct, frozen=True, kw_only=True):
    """Why an answer has not been sent yet; due_ms (epoch ms): when it is expected to be."""

    why: WaitReason
    due_ms: int | None = None
    attempt: int = 0


class LiveShare(Struct, frozen=True, kw_only=True):
    """How many of the open sessions have a live channel; fault: why others have none, if known."""

    up: int = 0
    of: int = 0
    fault: LiveFault | None = None


class ServiceStatus(StrEnum):
    """The state of the service as seen from here."""

    UNASKED = "unasked"
    OK = "ok"
    FULL = "full"  # it says that no browser is free
    UNREACHABLE = "unreachable"  # no answer, HTTP 5xx, or one that makes no sense


class KeyState(StrEnum):
    """Where the program stands with the API key."""

    LOOKING = "looking"
    READY = "ready"
    ABSENT = "absent"
    NO_KEYCHAIN = "no_keychain"
    LOCKED = "locked"
    DENIED = "denied"
    FAILED = "failed"


class KeyCheck(StrEnum):
    """The service's answer about the key, asked with a call that costs nothing."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_TEST = "no_test"  # this service has no such call; the first task will show it


MAY_BE_TRIED = frozenset({KeyCheck.ACCEPTED, KeyCheck.NO_TEST})
"""Results after which a key that was refused before is used again."""


class LiveStatus(Protocol):
    """What the live channel of a session is good for now; `Channels` knows."""

    def is_up(self, session_key: int) -> bool:
        """Whether a message can be given to it."""

    def is_alive_since(self, session_key: int, since_ms: int) -> bool:
        """Whether it reported work at that time (epoch ms) or later."""


class SessionStatus(Protocol):
    """The commands on their way to a session; `Commands` knows."""

    def is_ending(self, session_key: int) -> bool:
        """Whether a Terminate is on its way."""

    def is_stopping(self, session_key: int) -> bool:
        """Whether a Stop or a Terminate is on its way."""


class SessionEnder(SessionStatus, Protocol):
    """The interface by which services other than the person's end something; `Commands` has it."""

    async def terminate(self, session_key: int) -> None:
        """Send a Terminate; returns when it was answered, failed or was taken back."""

    async def until_decided(self, session_key: int) -> None:
        """Return once a Terminate cannot be taken back any more, or was."""

    async def take_stop_back(self, session_key: int, task_key: int) -> None:
        """Send no Stop of that task any more: the person has answered its question since."""
