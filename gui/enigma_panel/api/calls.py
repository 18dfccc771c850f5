"""The names of the calls, without the code that makes them: whoever counts calls loads this."""

from enum import StrEnum


class ApiCall(StrEnum):
    """A call to the service; the names appear in logs and statistics."""

    START_SESSION = "start-session"
    RUN_TASK = "run-task"
    NEW_TASK = "newTask"
    STATE = "state"
    ANSWER = "guardrail"
    POLL = "poll"
    HEALTH = "health"
    MODELS = "models"


LONG_POLL = frozenset({ApiCall.START_SESSION, ApiCall.RUN_TASK, ApiCall.NEW_TASK})
"""Calls that the service answers late, after up to 50 s, and whose loss costs money."""
