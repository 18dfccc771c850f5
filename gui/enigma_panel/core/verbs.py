"""What the service can be told to do: start a task, command a session, answer a question.

What a command needs, means and changes stands in `COMMANDS`, its words by the same keys in
`ui/text/verbs.py`. All else asks these two; what one command alone does names it (`CommandVerb.`).
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from enigma_panel.core.observation import Kind
from enigma_panel.core.rate_limit import Rank
from enigma_panel.core.statuses import AT_WORK, TaskStatus

S = TaskStatus


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


class Delivery(Struct, frozen=True, kw_only=True):
    """What its delivery means. sent: the fact that the service confirmed it. leads_to: the task's
    status by the one before; a status that is not named stays."""

    sent: Kind
    leads_to: Mapping[TaskStatus, TaskStatus] = field(default_factory=dict)


class CommandRules(Delivery, frozen=True, kw_only=True):
    """rank: how urgent its call is. takes: the statuses of a task in which it changes something.
    is_durable: it ends what costs money, so it is in the ledger from the click on, and tried until
    it is delivered, by the live channel, too, which proves nothing. reverses: the verb that it
    takes back. under_undo: Undo takes its place while a command can be taken back; the others stand
    apart.

    Given twice, each has to do as much as once: where nobody knows whether it arrived, it is sent
    again.
    """

    rank: Rank
    takes: frozenset[TaskStatus]
    is_durable: bool = False
    reverses: CommandVerb | None = None
    under_undo: bool = False


COMMANDS: Mapping[CommandVerb, CommandRules] = {
    CommandVerb.PAUSE: CommandRules(
        sent=Kind.PAUSE_SENT,
        takes=frozenset({S.STARTING, S.WORKING}),
        leads_to={S.STARTING: S.PAUSED, S.WORKING: S.PAUSED},
        rank=Rank.PAUSE,
        reverses=CommandVerb.RESUME,
        under_undo=True,
    ),
    CommandVerb.RESUME: CommandRules(
        sent=Kind.RESUME_SENT,
        takes=frozenset({S.PAUSED}),
        leads_to={S.PAUSED: S.WORKING},
        rank=Rank.PAUSE,
        reverses=CommandVerb.PAUSE,
        under_undo=True,
    ),
    CommandVerb.STOP: CommandRules(
        sent=Kind.STOP_SENT,
        takes=AT_WORK,
        leads_to={S.ASKS: S.WORKING, S.PAUSED: S.WORKING},
        rank=Rank.STOP,
        is_durable=True,
    ),
    CommandVerb.TERMINATE: CommandRules(
        sent=Kind.TERMINATE_SENT,
        takes=frozenset(TaskStatus),  # it ends the session, whatever its task does
        leads_to={S.ASKS: S.WORKING, S.PAUSED: S.WORKING},
        rank=Rank.TERMINATE,
        is_durable=True,
    ),
}
ANSWERS: Mapping[AnswerVerb, Delivery] = {
    AnswerVerb.RESUME: Delivery(sent=Kind.ANSWER_SENT, leads_to={S.ASKS: S.WORKING}),
    AnswerVerb.STOP: Delivery(sent=Kind.ANSWER_STOP_SENT, leads_to={S.ASKS: S.WORKING}),
}
