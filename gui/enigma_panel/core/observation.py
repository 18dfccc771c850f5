"""Observation: the shape in which any fact about a session or a task enters the program."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.secrets.hidden import Hidden, HidingStruct

MISSING_PROMPT, MISSING_TASK_DETAILS = "MISSING_PROMPT", "MISSING_TASK_DETAILS"
"""Our own codes for a refusal that does not find the task where its dialect has it."""
OTHER_DIALECT = frozenset({MISSING_PROMPT, MISSING_TASK_DETAILS})
STATUS_PREFIX = "HTTP_"
"""Prefix of our own code for a refusal that came without one; the HTTP status follows."""
UNSENT = frozenset({"TAKEN_BACK", "FROM_COPY"})
"""Our own codes of tasks that left the queue without being sent: they took no time."""
AT_CAP = "AT_CAP"
"""Our own code of a task that was given a Stop at its cap, which is `Task.error` then, or whose
browser was ended at that of the day."""
UNANSWERED = "UNANSWERED"
"""Our own code of a task that failed here, since nobody answered its question in time."""
OWN_CODES = (
    OTHER_DIALECT
    | UNSENT
    | {"TERMINATED_BEFORE_TASK", "LEDGER_FAILED", "NOT_CONNECTED", AT_CAP, UNANSWERED}
)
"""Our own codes for why a task was not sent or was stopped; a code of the service is never one of
them."""


class Kind(StrEnum):
    """What was observed. The first groups come from the service, the last one from us."""

    # replies to a start
    OPENED = "opened"  # start-session named its session
    ACCEPTED = "accepted"  # run-task or newTask named its task, which is pending
    # reports about a task
    ACTIVE = "active"
    QUESTION = "question"
    COMPLETED = "completed"
    FAILED = "failed"
    TERMINATED = "terminated"  # the session ended under the task
    TASK_GONE = "task_gone"  # the service no longer knows the task
    SESSION_GONE = "session_gone"  # 401/404 about the session, often enough to be believed
    # reports that no reference page documents, but that other pages name
    PAUSED = "paused"
    QUEUED = "queued"
    STOPPED = "stopped"
    ORPHANED = "orphaned"  # the browser is lost, for grace_ms at most; also instance:disconnected
    # events that come by the live channel alone (api.md §6)
    AGENT = "agent"  # what the agent thinks
    ACTION = "action"  # what it does: "click_element: search button"
    UPDATE = "response_update"
    SESSION_ENDED = "session_ended"  # end_session; code: its reason
    RECONNECTED = "reconnected"  # the browser is back
    # a message was delivered, which says nothing about its effect
    DELIVERED = "delivered"
    PAUSE_SENT = "pause_sent"
    RESUME_SENT = "resume_sent"
    STOP_SENT = "stop_sent"
    TERMINATE_SENT = "terminate_sent"
    ANSWER_SENT = "answer_sent"
    ANSWER_STOP_SENT = "answer_stop_sent"
    ANSWER_UNCONFIRMED = "answer_unconfirmed"  # an answer was sent; its reply was lost
    # what we know or decide by ourselves
    REFUSED = "refused"  # certain that a start did nothing
    UNKNOWN = "unknown"  # a start was sent and its outcome is unknown
    LIFETIME_OVER = "lifetime_over"  # by our clock
    OUTLIVED = "outlived"  # our clock was wrong: its channel is open and brings events
    GIVEN_UP = "given_up"  # nothing came while we went on polling after an assumed end
    DISMISSED = "dismissed"  # the person settled an unconfirmed start
    BACK_IN_QUEUE = "back_in_queue"  # a start was refused for now: it waits here for another try
    TAKEN_BACK = "taken_back"  # the person took a task out of the queue; nothing was sent
    RESTORED = "restored"  # the person undid that, or DISMISSED
    LIVE_LOST = "live_lost"  # what the channel alone could report is old
    SESSION_DOUBTED = "session_doubted"  # 401/404 about it, and no task of it to look again with


class Usage(Struct, frozen=True, kw_only=True):
    """Cost in dollars, tokens as counts, times in seconds. None means: not given.

    tokens_total: as the service gave it, which need not be the sum. compute_s: what is billed;
    took_s: what the service calls completion time.
    """

    cost: Decimal | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_total: int | None = None
    compute_s: Decimal | None = None
    took_s: Decimal | None = None


NO_USAGE = Usage()


class ResultFile(HidingStruct, frozen=True, kw_only=True):
    """A result's file: its raw name, its secret URL, and how the agent came by it (source)."""

    name: str
    url: Hidden[str]
    source: str = ""


class Observation(HidingStruct, frozen=True, kw_only=True):
    """One fact. Every field but `kind` may be missing; missing means not given, never zero.

    text: the result, the question, the error's words or the service's message.
    expires_in_ms: life of the session from its start (milliseconds).
    grace_ms: how long the service waits for a lost browser (milliseconds).
    session_id, task_id: the service's own ids. socket_url: where the live channel is; web_view_url,
    webrtc_url: where the browser can be watched.
    balance: dollars left on the account.
    files: the files of a result.
    asked_ms: when the poll that brought it was sent (epoch ms of our clock); what came since then
    by the live channel is newer.
    ended_ms: when the task ended by the service's own clock (epoch ms). is_late: nobody had looked
    for a while, so what it reports may be older than it.
    is_clean: whether its texts have been redacted (services.state.redaction).
    Ids and URLs are secrets and stay out of repr.
    """

    kind: Kind
    text: str | None = None
    code: str | None = None
    usage: Usage = NO_USAGE
    session_id: Hidden[str | None] = None
    task_id: Hidden[str | None] = None
    balance: Decimal | None = None
    expires_in_ms: int | None = None
    socket_url: Hidden[str | None] = None
    web_view_url: Hidden[str | None] = None
    webrtc_url: Hidden[str | None] = None
    files: tuple[ResultFile, ...] = ()
    grace_ms: int | None = None
    asked_ms: int | None = None
    ended_ms: int | None = None
    is_late: bool = False
    is_clean: bool = False


STEP_KINDS = frozenset({Kind.AGENT, Kind.ACTION, Kind.UPDATE})
"""Kinds that report what the agent does while it works: the steps of a task's time line."""
