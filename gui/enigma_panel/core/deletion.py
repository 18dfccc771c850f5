"""Which tasks may be deleted, and why others stay: one rule for whoever asks, offers or deletes."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.reducer import MAX_LIFE_MS
from enigma_panel.core.statuses import FINAL_STATUSES
from enigma_panel.core.task_filter import TaskSum

LONG_AGO_MS = MAX_LIFE_MS + 86_400_000
"""How long after its assumed end a session counts as ended, in ms: a longest life and a day."""


class KeptReason(StrEnum):
    """Why a task stays."""

    QUEUED = "queued"
    AT_WORK = "at_work"
    UNCONFIRMED = "unconfirmed"
    SESSION = "session"  # its session may still be open
    TODAY = "today"  # it was sent today: the day's cap counts it
    CALL = "call"  # a call about it is open, or counts among those of the last minute


def kept_because(
    status: str, *, is_over: bool, is_of_today: bool = False, has_call: bool = False
) -> KeptReason | None:
    """Why a task of that status is never deleted; None: it may be.

    is_over: the end of its session is proven, or was assumed LONG_AGO_MS ago. is_of_today: it was
    sent on this local day. has_call: a call about it or its session has no outcome yet, or was made
    in the last minute. A word that no version wrote is a reason to stay.
    """
    match status:
        case TaskStatus.QUEUED:
            return KeptReason.QUEUED
        case TaskStatus.UNCONFIRMED:
            return KeptReason.UNCONFIRMED
    if status not in FINAL_STATUSES:
        return KeptReason.AT_WORK
    if not is_over:
        return KeptReason.SESSION
    if is_of_today:
        return KeptReason.TODAY
    return KeptReason.CALL if has_call else None


class DeletionPlan(Struct, frozen=True, kw_only=True):
    """The outcome: keys that may go, what they cost together, how many others stay, and why."""

    keys: tuple[int, ...] = ()
    total: TaskSum = TaskSum()
    kept: Mapping[KeptReason, int] = {}
