"""What the service can be told to do: start a task, command a session, answer a question.

What a command needs and means stands in `COMMANDS`, its words by the same keys in
`ui/text/verbs.py`, what it changes in `TAKES` of `core/models.py` and in `core/transitions.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from enigma_panel.core.observation import Kind
from enigma_panel.core.rate_limit import Rank


class TaskVerb(StrEnum):
    """The call that starts a task."""

    NEW_TASK = "newTask"
    RUN_TASK = "run-task"


class CommandVerb(StrEnum):
    """`newState` of a state message (api.md §4)."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    TERMINATE = "terminate"


class AnswerVerb(StrEnum):
    """`newState` of a guardrail message (api.md §3)."""

    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The facts that it was delivered. sent: the service confirmed it; sent_live: by the live
    channel, which proves nothing."""

    sent: Kind
    sent_live: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRules(Delivery):
    """rank: how urgent its call is. is_durable: it ends what costs money, so it is in the ledger
    from the click on, and tried until it is delivered. reverses: the verb that it takes back."""

    rank: Rank
    is_durable: bool = False
    reverses: CommandVerb | None = None


COMMANDS: Mapping[CommandVerb, CommandRules] = {
    CommandVerb.PAUSE: CommandRules(
        sent=Kind.PAUSE_SENT,
        sent_live=Kind.PAUSE_SENT_LIVE,
        rank=Rank.PAUSE,
        reverses=CommandVerb.RESUME,
    ),
    CommandVerb.RESUME: CommandRules(
        sent=Kind.RESUME_SENT,
        sent_live=Kind.RESUME_SENT_LIVE,
        rank=Rank.PAUSE,
        reverses=CommandVerb.PAUSE,
    ),
    CommandVerb.STOP: CommandRules(
        sent=Kind.STOP_SENT,
        sent_live=Kind.STOP_SENT_LIVE,
        rank=Rank.STOP,
        is_durable=True,
    ),
    CommandVerb.TERMINATE: CommandRules(
        sent=Kind.TERMINATE_SENT,
        sent_live=Kind.TERMINATE_SENT_LIVE,
        rank=Rank.TERMINATE,
        is_durable=True,
    ),
}
ANSWERS: Mapping[AnswerVerb, Delivery] = {
    AnswerVerb.RESUME: Delivery(sent=Kind.ANSWER_SENT, sent_live=Kind.ANSWER_SENT_LIVE),
    AnswerVerb.STOP: Delivery(sent=Kind.ANSWER_STOP_SENT, sent_live=Kind.ANSWER_STOP_SENT_LIVE),
}
