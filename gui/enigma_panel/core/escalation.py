"""When, and how urgently, the person is told of a question that waits for an answer.

All of it follows from the questions, the times at which they were learnt, and when somebody last
looked: `notices_due` says what is to stand now, and when to ask again.
"""

from collections.abc import Hashable, Iterable, Sequence
from enum import IntEnum

from msgspec import Struct

GATHER_MS = 10_000
"""What is learnt within this time after the first question of a notice joins it."""
LAST_CALL_MS = 60_000
"""So long before its end a question is called for the last time."""
OLD_MS = 120_000
"""A question that is older than this when it is learnt gets its last call alone."""
MANY, MANY_MS = 10, 600_000
"""After so many questions in this time all further ones stand on one notice,"""
RENEW_MS = 60_000
"""which grows once in this time."""
CROWD = "crowd"
"""The key of that notice."""


class Level(IntEnum):
    """How urgent it has become; the higher one holds."""

    ASKED = 0
    HALF_TIME = 1
    REMINDER = 2  # the person wanted to be told once more
    LAST_CALL = 3


_NEVER_QUIET = frozenset({Level.REMINDER, Level.LAST_CALL})


class WaitingQuestion(Struct, frozen=True, kw_only=True):
    """An open question; all times in epoch ms.

    key: tells it from all others, for good. ends_ms: until when it can be answered, None where
    nobody knows. remind_ms: when the person wants to be told once more.
    """

    key: Hashable
    asked_ms: int
    learnt_ms: int
    ends_ms: int | None = None
    remind_ms: int | None = None


class Learnt(Struct, frozen=True):
    """That a question was learnt, whether it is open still or not."""

    key: Hashable
    at_ms: int


class DueNotice(Struct, frozen=True, kw_only=True):
    """A notice that is to stand. key: the same for as long as it stands; questions: the keys of
    those that it tells of, least time left first; last_calls: of those called for the last time."""

    key: Hashable
    questions: tuple[Hashable, ...]
    level: Level
    last_calls: frozenset[Hashable] = frozenset()


class Attention(Struct, frozen=True, kw_only=True):
    """What the person saw and wants. seen_ms: when a window of ours last had the focus; quiet_ms:
    until when only last calls and reminders are wanted; last_call: whether last calls are."""

    seen_ms: int = -1
    quiet_ms: int = -1
    last_call: bool = True


def levels_of(question: WaitingQuestion, *, last_call: bool = True) -> list[tuple[int, Level]]:
    """When each level is reached (epoch ms), in order."""
    asked, learnt, ends = question.asked_ms, question.learnt_ms, question.ends_ms
    times: list[tuple[int, Level]] = []
    if ends is not None and last_call:
        times.append((max(learnt, ends - LAST_CALL_MS), Level.LAST_CALL))
    is_old = learnt - asked > OLD_MS and bool(times)  # else nothing would ever tell of it
    if not is_old:
        times.append((learnt, Level.ASKED))
    if question.remind_ms is not None:
        times.append((question.remind_ms, Level.REMINDER))
    elif ends is not None and not is_old:
        half_ms = asked + (ends - asked) // 2
        if learnt < half_ms < ends - LAST_CALL_MS:
            times.append((half_ms, Level.HALF_TIME))
    return sorted(times)


def level_at(question: WaitingQuestion, now_ms: int, attention: Attention) -> Level | None:
    """How urgent it is now, for who has seen nothing of it since `attention.seen_ms`; None while
    nothing is to be said."""
    return _unseen_level(question, now_ms, now_ms, attention)


def next_level_ms(
    questions: Iterable[WaitingQuestion], now_ms: int, attention: Attention
) -> int | None:
    """When one of them reaches its next level, or it is quiet no more; None: never."""
    times = [
        at_ms
        for question in questions
        for at_ms, _ in levels_of(question, last_call=attention.last_call)
    ]
    return min((at_ms for at_ms in (*times, attention.quiet_ms) if at_ms > now_ms), default=None)


def notices_due(
    questions: Sequence[WaitingQuestion],
    learnt: Sequence[Learnt],
    now_ms: int,
    attention: Attention,
) -> tuple[list[DueNotice], int | None]:
    """The notices that are to stand, and when that changes by itself (epoch ms, None: never).

    learnt: of all these questions and of all others of the last MANY_MS, in order of time.
    """
    places, crowd_ms = _places(learnt)
    told: dict[Hashable, list[tuple[WaitingQuestion, Level]]] = {}
    for question in questions:
        place = places.get(question.key, question.key)
        until_ms = now_ms
        if place == CROWD:  # it grows by steps
            until_ms = crowd_ms + (now_ms - crowd_ms) // RENEW_MS * RENEW_MS
        level = _unseen_level(question, now_ms, until_ms, attention)
        if level is not None:
            told.setdefault(place, []).append((question, level))
    next_ms = next_level_ms(questions, now_ms, attention)
    if any(places.get(question.key) == CROWD for question in questions):
        step_ms = crowd_ms + ((now_ms - crowd_ms) // RENEW_MS + 1) * RENEW_MS
        next_ms = step_ms if next_ms is None else min(next_ms, step_ms)
    return [_notice(place, members) for place, members in told.items()], next_ms


def _places(learnt: Sequence[Learnt]) -> tuple[dict[Hashable, Hashable], int]:
    """On which notice each question stands, and when the one for many began."""
    places: dict[Hashable, Hashable] = {}
    first: Learnt | None = None
    crowd_ms: int | None = None
    recent: list[int] = []
    for one in learnt:
        recent = [at_ms for at_ms in recent if one.at_ms - at_ms < MANY_MS] + [one.at_ms]
        if len(recent) > MANY:
            crowd_ms = one.at_ms if crowd_ms is None else crowd_ms
            places[one.key] = CROWD
            continue
        if first is None or one.at_ms - first.at_ms > GATHER_MS:
            first = one
        places[one.key] = first.key
    return places, crowd_ms or 0


def _unseen_level(
    question: WaitingQuestion, now_ms: int, until_ms: int, attention: Attention
) -> Level | None:
    """The highest level that was reached since somebody looked. until_ms: up to then, but for the
    last call, which waits for nothing."""
    levels = [
        level
        for at_ms, level in levels_of(question, last_call=attention.last_call)
        if attention.seen_ms < at_ms <= (now_ms if level is Level.LAST_CALL else until_ms)
        and _is_wanted(level, now_ms, attention)
    ]
    return max(levels, default=None)


def _is_wanted(level: Level, now_ms: int, attention: Attention) -> bool:
    return level in _NEVER_QUIET or now_ms >= attention.quiet_ms


def _notice(place: Hashable, members: Sequence[tuple[WaitingQuestion, Level]]) -> DueNotice:
    by_urgency = sorted(members, key=lambda one: _urgency(one[0]))
    return DueNotice(
        key=place,
        questions=tuple(question.key for question, _ in by_urgency),
        level=max(level for _, level in members),
        last_calls=frozenset(q.key for q, level in members if level is Level.LAST_CALL),
    )


def _urgency(question: WaitingQuestion) -> tuple[bool, int, int]:
    return question.ends_ms is None, question.ends_ms or 0, question.learnt_ms
