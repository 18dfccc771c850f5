"""The plain records that services hand to windows; words for them are the windows' business."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from enigma_panel.api.errors import ApiError
from enigma_panel.core.questions import QuestionKind

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Keys of the records that changed; whoever shows them asks the fleet for the new ones."""

    sessions: frozenset[int] = NOTHING
    tasks: frozenset[int] = NOTHING
    new_tasks: tuple[int, ...] = ()


class NoticeKind(StrEnum):
    """What there is to say that no row says by itself."""

    START_REFUSED = "start_refused"
    START_UNCONFIRMED = "start_unconfirmed"
    COMMAND_FAILED = "command_failed"
    ANSWER_FAILED = "answer_failed"
    ANSWER_UNCONFIRMED = "answer_unconfirmed"
    CLOSED_FOR_FAILED_TASK = "closed_for_failed_task"
    CLOSED_FOR_REFUSED_TASK = "closed_for_refused_task"
    LEDGER_FAILED = "ledger_failed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to say, with the rows that it is about and the error that caused it.

    facts: numbers and verbs for the words, never a secret.
    """

    kind: NoticeKind
    session_key: int | None = None
    task_key: int | None = None
    error: ApiError | None = field(default=None, repr=False)
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question that waits for the person. question_n counts within its task, from 1."""

    task_key: int
    session_key: int
    question_n: int
    text: str
    asked_ms: int
    expires_ms: int | None
    kind: QuestionKind


class AnswerOutcome(StrEnum):
    """What became of an answer."""

    DELIVERED = "delivered"
    GONE = "gone"  # the question is no longer open; nothing was sent
    FAILED = "failed"  # certainly not delivered; it may be sent again
    UNCONFIRMED = "unconfirmed"  # may have been delivered; never sent again by the program


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerResult:
    """Outcome of an answer and the error behind it."""

    outcome: AnswerOutcome
    error: ApiError | None = field(default=None, repr=False)


class ServiceMood(StrEnum):
    """How the service looks from here."""

    UNASKED = "unasked"
    OK = "ok"
    FULL = "full"  # it answers, no free browser
    TROUBLED = "troubled"  # it answers in a way that makes no sense
    UNREACHABLE = "unreachable"


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
    """What the service said of the key, asked with a call that costs nothing."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
