"""The conditions by which tasks are searched, and their order."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.models import TaskStatus


class TaskGroup(StrEnum):
    """Groups of tasks that a person looks for. NEW, ONLY_FAILED and LOST hold tasks that are in
    another group, too."""

    NEW = "new"
    WORKING = "working"
    QUEUED = "queued"
    ASKS = "asks"
    DONE = "done"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    STOPPED = "stopped"
    ONLY_FAILED = "only_failed"
    LOST = "lost"


GROUP_STATUSES: Mapping[TaskGroup, frozenset[TaskStatus]] = {
    TaskGroup.WORKING: frozenset({TaskStatus.STARTING, TaskStatus.WORKING, TaskStatus.PAUSED}),
    TaskGroup.QUEUED: frozenset({TaskStatus.QUEUED}),
    TaskGroup.ASKS: frozenset({TaskStatus.ASKS}),
    TaskGroup.DONE: frozenset({TaskStatus.DONE}),
    TaskGroup.FAILED: frozenset({TaskStatus.FAILED, TaskStatus.LOST}),
    TaskGroup.UNCONFIRMED: frozenset({TaskStatus.UNCONFIRMED}),
    TaskGroup.STOPPED: frozenset({TaskStatus.STOPPED}),
    TaskGroup.ONLY_FAILED: frozenset({TaskStatus.FAILED}),
    TaskGroup.LOST: frozenset({TaskStatus.LOST}),
}
"""The first groups hold every status once; NEW is a mark of its own."""


class TaskFilter(Struct, frozen=True, kw_only=True):
    """Which tasks are shown: all conditions must hold; of several groups, one.

    words: pieces of text that all occur in the task, its result, error, question, site or its
    session's name; case and accents do not matter. from_ms, to_ms: started in this time (epoch ms),
    to_ms no longer in it. has_asked: asked a question, answered or not.
    """

    words: str = ""
    groups: frozenset[TaskGroup] = frozenset()
    from_ms: int | None = None
    to_ms: int | None = None
    has_asked: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the filter lets all tasks through."""
        return not words_of(self.words) and self == TaskFilter(words=self.words)


NO_FILTER = TaskFilter()


_ACCENTS = lazy_compile(r"[\u0300-\u036f]+")


def folded(*texts: str | None) -> str:
    """The texts in the form that is searched: joined, without case, accents and NUL."""
    text = "\n".join(filter(None, texts)).replace("\0", "\n")
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def words_of(text: str) -> list[str]:
    """The words that are searched for, folded, each once."""
    return list(dict.fromkeys(folded(text).split()))


class SortColumn(StrEnum):
    """What tasks can be sorted by."""

    STATUS = "status"
    TASK = "task"
    RESULT = "result"
    COST = "cost"
    TOOK = "took"
    ENDED = "ended"
    TOKENS_IN = "tokens_in"
    TOKENS_OUT = "tokens_out"
    STARTED = "started"
    SESSION = "session"
    SITE = "site"


class SortBy(Struct, frozen=True):
    """A column, and which way."""

    column: SortColumn
    descending: bool = False


Order = tuple[SortBy, ...]
"""One column, or none: newest first, which also decides between equals."""
NEWEST_FIRST: Order = ()


class TaskSum(Struct, frozen=True, kw_only=True):
    """What tasks cost together. cost: dollars, of those that may be summed. took_ms: from sending
    to end, of those that ended. running: how many are at work; unreported: of these, at a cost that
    was not reported yet. unknown: how many others were sent at unknown cost. has_idle: the session
    of one of them was open without a task, which is in no cost."""

    count: int = 0
    cost: Decimal = Decimal(0)
    took_ms: int = 0
    unknown: int = 0
    running: int = 0
    unreported: int = 0
    has_idle: bool = False

    @property
    def has_gaps(self) -> bool:
        """Whether a part of what they cost will never be reported, as far as is known."""
        return bool(self.unknown or self.has_idle)

    def plus(self, other: "TaskSum") -> "TaskSum":
        """What these tasks and other ones cost together."""
        return TaskSum(
            count=self.count + other.count,
            cost=self.cost + other.cost,
            took_ms=self.took_ms + other.took_ms,
            unknown=self.unknown + other.unknown,
            running=self.running + other.running,
            unreported=self.unreported + other.unreported,
            has_idle=self.has_idle or other.has_idle,
        )
