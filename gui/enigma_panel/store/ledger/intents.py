"""What the ledger stores besides sessions and tasks: intents, their outcomes, timeline steps."""

from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.models import Session, Task
from enigma_panel.core.verbs import AnswerVerb, CommandVerb


class IntentKind(StrEnum):
    """The kind of call that is about to be sent."""

    START_SESSION = "start_session"
    RUN_TASK = "run_task"
    NEW_TASK = "new_task"
    ANSWER = "answer"
    STATE = "state"


class Outcome(StrEnum):
    """How a call ended: it certainly did nothing, it worked, or that is unknown."""

    REFUSED = "refused"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Intent(Struct, frozen=True, kw_only=True):
    """A call that was recorded before its first byte is sent, with the records as stored.

    verb: for STATE and ANSWER. question_n: which question of the task an ANSWER is for. used: see
    `Ledger.open_intent`, "" after a restart. The text of an answer is a secret and is nowhere here.
    """

    key: int
    kind: IntentKind
    session: Session
    task: Task | None
    made_ms: int
    verb: str | None = None
    question_n: int | None = None
    used: str = ""


class Step(Struct, frozen=True, kw_only=True):
    """One step of a task: when (epoch ms), what kind, its text. key 0 = not stored yet."""

    key: int = 0
    task_key: int = 0
    at_ms: int
    kind: str
    text: str


STARTS = frozenset({IntentKind.START_SESSION, IntentKind.RUN_TASK, IntentKind.NEW_TASK})
"""The kinds that make their task the session's current one."""

_NEEDS_TASK = frozenset({IntentKind.RUN_TASK, IntentKind.NEW_TASK, IntentKind.ANSWER})


def check_intent(
    kind: IntentKind, session: Session, task: Task | None, verb: CommandVerb | AnswerVerb | None
) -> None:
    """Raise ValueError for a combination that no call has."""
    if task is None and kind in _NEEDS_TASK:
        raise ValueError(f"{kind} needs a task")
    if kind is IntentKind.STATE and not isinstance(verb, CommandVerb):
        raise ValueError("a state message needs its verb")
    if task is not None and task.key and task.session_key != session.key:
        raise ValueError(f"task {task.key} is not of session {session.key}")
