"""What a test looks up and knows to be there: a task, a session, a place in the queue."""

from typing import TypeVar

T = TypeVar("T")


def existing(value: T | None) -> T:
    """The value; the test fails where there is none."""
    assert value is not None, "it is not there"
    return value
