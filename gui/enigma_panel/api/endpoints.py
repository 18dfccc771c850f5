"""The names of the calls. Apart from the wire, which whoever only counts calls need not load."""

from enum import StrEnum


class Verb(StrEnum):
    """What is called; the names appear in logs and statistics."""

    START_SESSION = "start-session"
    RUN_TASK = "run-task"
    NEW_TASK = "newTask"
    STATE = "state"
    ANSWER = "guardrail"
    POLL = "poll"
    HEALTH = "health"
    MODELS = "models"


LONG_POLL = frozenset({Verb.START_SESSION, Verb.RUN_TASK, Verb.NEW_TASK})
"""Calls whose reply may be held back and whose loss costs money."""
