"""What the service can be told to do: start a task, command a session, answer a question."""

from enum import StrEnum


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
