"""When somebody is told of a question, by how many notices, and how urgently: without a clock."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from enigma_panel.core.escalation import (
    CROWD,
    GATHER_MS,
    LAST_CALL_MS,
    MANY,
    MANY_MS,
    OLD_MS,
    RENEW_MS,
    Attention,
    DueNotice,
    Learnt,
    Level,
    WaitingQuestion,
    level_at,
    levels_of,
    next_level_ms,
    notices_due,
)

LIFE_MS = 300_000
NOBODY = Attention()


def asked(key: int, at_ms: int = 0, *, ends_ms: int | None = LIFE_MS) -> WaitingQuestion:
    """One that is learnt as it is asked, and ends with its session."""
    ends = None if ends_ms is None else at_ms + ends_ms
    return WaitingQuestion(key=key, asked_ms=at_ms, learnt_ms=at_ms, ends_ms=ends)


def due(
    questions: Sequence[WaitingQuestion], now_ms: int, attention: Attention = NOBODY
) -> list[DueNotice]:
    """What stands where nothing else was ever asked."""
    learnt = sorted((Learnt(q.key, q.learnt_ms) for q in questions), key=lambda one: one.at_ms)
    return notices_due(questions, learnt, now_ms, attention)[0]


def only(notices: Sequence[DueNotice]) -> DueNotice:
    (one,) = notices
    return one


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        (asked(1), [(0, Level.ASKED), (150_000, Level.HALF_TIME), (240_000, Level.LAST_CALL)]),
        (asked(1, ends_ms=None), [(0, Level.ASKED)]),
        # Half its time and its last minute would come at once, or the wrong way round.
        (asked(1, ends_ms=110_000), [(0, Level.ASKED), (50_000, Level.LAST_CALL)]),
        (asked(1, ends_ms=40_000), [(0, Level.ASKED), (0, Level.LAST_CALL)]),
        (
            replace(asked(1), remind_ms=90_000),
            [(0, Level.ASKED), (90_000, Level.REMINDER), (240_000, Level.LAST_CALL)],
        ),
        (replace(asked(1), learnt_ms=OLD_MS + 1), [(240_000, Level.LAST_CALL)]),
        (replace(asked(1), learnt_ms=270_000), [(270_000, Level.LAST_CALL)]),
    ],
)
def test_the_levels_of_a_question(
    question: WaitingQuestion, levels: list[tuple[int, Level]]
) -> None:
    assert levels_of(question) == levels
    without = [level for _, level in levels_of(question, last_call=False)]
    assert Level.LAST_CALL not in without
    for at_ms, _ in levels:
        reached = [level for when, level in levels if when <= at_ms]
        assert level_at(question, at_ms, NOBODY) is max(reached)
        later = [when for when, _ in levels if when > at_ms]
        assert next_level_ms([question], at_ms, NOBODY) == min(later, default=None)


def test_an_old_one_without_a_last_call_is_told_once() -> None:
    old = replace(asked(1, ends_ms=None), learnt_ms=OLD_MS + 1)
    assert levels_of(old) == [(OLD_MS + 1, Level.ASKED)]
    ends = replace(asked(1), learnt_ms=OLD_MS + 1)
    assert (OLD_MS + 1, Level.ASKED) in levels_of(ends, last_call=False)


def test_a_later_one_within_ten_seconds_joins_the_notice_most_urgent_first() -> None:
    first, second = asked(1), asked(2, GATHER_MS, ends_ms=60_000 + LAST_CALL_MS)
    assert due([first], 0) == [DueNotice(key=1, questions=(1,), level=Level.ASKED)]
    both = only(due([first, second], GATHER_MS))
    assert (both.key, both.questions) == (1, (2, 1))
    third = asked(3, GATHER_MS + 1)
    assert [one.key for one in due([first, second, third], GATHER_MS + 1)] == [1, 3]


def test_what_is_settled_leaves_the_notice_and_the_last_one_ends_it() -> None:
    learnt = [Learnt(1, 0), Learnt(2, 5_000)]
    notices, _ = notices_due([asked(2, 5_000)], learnt, 6_000, NOBODY)
    assert (only(notices).key, only(notices).questions) == (1, (2,)), "the place stays its own"
    assert notices_due([], learnt, 6_000, NOBODY) == ([], None)


def test_it_becomes_more_urgent_at_half_time_and_in_its_last_minute() -> None:
    question = asked(1)
    times = (0, 149_999, 150_000, 239_999, 240_000, 299_999)
    levels = [only(due([question], now)).level for now in times]
    assert levels == [Level.ASKED] * 2 + [Level.HALF_TIME] * 2 + [Level.LAST_CALL] * 2
    assert only(due([question], 240_000)).last_calls == {1}


def test_each_last_call_of_a_notice_is_one_of_its_own() -> None:
    questions = [asked(1), asked(2, 8_000)]
    assert only(due(questions, 240_000)).last_calls == {1}
    assert only(due(questions, 248_000)).last_calls == {1, 2}


def test_who_looks_needs_no_notice_until_it_becomes_more_urgent() -> None:
    question = asked(1)
    assert due([question], 20_000, Attention(seen_ms=20_000)) == []
    assert due([question], 149_999, Attention(seen_ms=20_000)) == []
    assert only(due([question], 150_000, Attention(seen_ms=20_000))).level is Level.HALF_TIME


def test_quiet_covers_all_but_last_calls_and_reminders() -> None:
    quiet = Attention(quiet_ms=1_800_000)
    question = asked(1)
    assert due([question], 200_000, quiet) == []
    assert only(due([question], 240_000, quiet)).level is Level.LAST_CALL
    reminded = replace(question, remind_ms=100_000)
    assert only(due([reminded], 100_000, quiet)).level is Level.REMINDER
    assert level_at(question, 200_000, quiet) is None
    # Where it ends, what was held back comes.
    ended = Attention(quiet_ms=200_000)
    assert notices_due([question], [Learnt(1, 0)], 199_999, ended) == ([], 200_000)
    assert only(due([question], 200_000, ended)).level is Level.HALF_TIME


def test_from_the_eleventh_on_one_notice_grows_once_a_minute() -> None:
    apart = GATHER_MS + 1
    many = [asked(key, key * apart, ends_ms=None) for key in range(MANY + 4)]
    first_ms = MANY * apart
    notices = due(many[: MANY + 1], first_ms)
    assert [one.key for one in notices] == [*range(MANY), CROWD]
    assert notices[-1].questions == (MANY,)
    for now in (first_ms + apart, first_ms + RENEW_MS - 1):
        assert due(many, now)[-1].questions == (MANY,), "not before a minute is over"
    so_far = many[: MANY + 1]
    learnt = [Learnt(q.key, q.learnt_ms) for q in so_far]
    assert notices_due(so_far, learnt, first_ms + 1, NOBODY)[1] == first_ms + RENEW_MS
    assert due(many, first_ms + RENEW_MS)[-1].questions == tuple(range(MANY, MANY + 4))
    assert notices_due([], learnt, first_ms + 1, NOBODY) == ([], None), "all of it is settled"
    late = asked(99, first_ms + MANY_MS, ends_ms=None)
    assert due([*many, late], late.asked_ms)[-1].key == 99, "ten minutes later it is one of few"


def test_a_last_call_waits_for_no_minute() -> None:
    apart = GATHER_MS + 1
    many = [asked(key, key * apart) for key in range(MANY + 1)]
    urgent = asked(50, MANY * apart + 5_000, ends_ms=70_000)
    now = urgent.asked_ms + 10_000
    crowd = due([*many, urgent], now)[-1]
    assert (crowd.key, crowd.last_calls) == (CROWD, {50})


@given(st.integers(0, 2**32))
def test_whatever_happens_no_notice_tells_of_what_is_settled_and_none_is_missed(seed: int) -> None:
    """Questions come and are settled, somebody looks, it is quiet for a while: at each moment."""
    rng = random.Random(seed)
    now, attention = 0, NOBODY
    open_now: dict[int, WaitingQuestion] = {}
    learnt: list[Learnt] = []
    for step in range(60):
        now += rng.choice((0, 400, 3_000, 12_000, 45_000))
        what = rng.random()
        if what < 0.5:
            life = rng.choice((None, 50_000, 120_000, LIFE_MS))
            open_now[step] = asked(step, now, ends_ms=life)
            learnt.append(Learnt(step, now))
        elif what < 0.75 and open_now:
            del open_now[rng.choice(list(open_now))]
        elif what < 0.85:
            attention = replace(attention, seen_ms=now)
        elif what < 0.95:
            attention = replace(attention, quiet_ms=rng.choice((-1, now + 100_000)))
        notices, next_ms = notices_due(list(open_now.values()), learnt, now, attention)
        told = [key for one in notices for key in one.questions]
        assert len(told) == len(set(told)), "each stands on one notice"
        assert set(told) <= set(open_now)
        assert len({one.key for one in notices}) == len(notices)
        assert next_ms is None or next_ms > now
        for key, question in open_now.items():
            called = question.ends_ms is not None and now >= question.ends_ms - LAST_CALL_MS
            last_ms = max(question.learnt_ms, (question.ends_ms or 0) - LAST_CALL_MS)
            if called and last_ms > attention.seen_ms:
                assert any(key in one.last_calls for one in notices), "a last call always comes"
