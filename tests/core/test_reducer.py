"""The transition function, tested as the table that it is."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from enigma_panel.core.attribution import SETTLE_MS, STALE_QUESTION_MS
from enigma_panel.core.models import (
    FINAL_PHASES,
    Phase,
    Session,
    SessionState,
    Task,
    TaskSpec,
    shown_state,
)
from enigma_panel.core.observation import AT_CAP, Kind, Observation, Usage
from enigma_panel.core.reducer import MAX_LIFE_MS, TERMINATE_GRACE_MS, reduce
from enigma_panel.core.statuses import FINAL_STATUSES, TaskStatus
from enigma_panel.core.transitions import SESSION_TRANSITIONS, TASK_TRANSITIONS
from enigma_panel.core.verbs import CommandVerb
from tests.kit.builders import new_session, new_task
from tests.kit.rows import check_rows

NOW = 1_000_000
S, P, K = TaskStatus, Phase, Kind

TASK_TABLE = """
                  queued      starting    working   asks      paused   unconfirmed
accepted          .           working     .         .         .        working
active            .           .working    .         working   .        working
queued            .           working     .         .         .        working
paused            .           paused      paused    .         .        paused
question          .           asks        asks      .         asks     asks
completed         .           done        done      done      done     done
failed            .           failed      failed    failed    failed   failed
stopped           .           stopped     stopped   stopped   stopped  stopped
terminated        .           failed      failed    failed    failed   failed
task_gone         .           lost        lost      lost      lost     lost
session_gone      .           lost        lost      lost      lost     lost
given_up          .           lost        lost      lost      lost     lost
refused           failed      failed      failed    failed    failed   .
unknown           .           unconfirmed unconfirmed .           unconfirmed unconfirmed
dismissed         .           .           .         .         .        lost
pause_sent        .           paused      paused    .         .        .
resume_sent       .           .           .         .         working  .
answer_sent       .           .           .         working   .        .
answer_stop_sent  .           .           .         working   .        .
stop_sent         .           .           .         working   working  .
terminate_sent    .           .           .         working   working  .
opened            .           .           .         .         .        .
delivered         .           .           .         .         .        .
orphaned          .           .           .         .         .        .
lifetime_over     .           .           .         .         .        .
back_in_queue     .           queued      queued    queued    queued   .
taken_back        stopped     .           .         .         .        .
restored          .           .           .         .         .        .
agent             .           working     .         .         .        .
action            .           working     .         .         .        .
response_update   .           working     .         .         .        .
session_ended     .           .           .         .         .        .
reconnected       .           .           .         .         .        .
live_lost         .           .           unconfirmed unconfirmed unconfirmed .
answer_unconfirmed .          .           .         .         .        .
session_doubted   .           .           .         .         .        .
outlived          .           .           .         .         .        .
"""

SESSION_TABLE = """
                 planned  starting    open            connection_lost unconfirmed     expired_assumed closed_assumed
opened           .        open        .               .               open            .               .
accepted         .        open        .               open            open            open            open
active           .        .           .               open            .               open            open
queued           .        .           .               open            .               open            open
paused           .        .           .               open            .               open            open
question         .        open        .               open            open            open            open
completed        .        open        .               .               open            .               .
failed           .        open        .               .               open            .               .
orphaned         .        .           connection_lost .               .               .               .
terminated       .        closed      closed          closed          closed          closed          closed
session_gone     .        closed      closed          closed          closed          closed          closed
refused          .        failed      .               .               .               .               .
unknown          .        unconfirmed .               .               .               .               .
terminate_sent   .        .           closed_assumed  closed_assumed  closed_assumed  closed_assumed  .
lifetime_over    .        .           expired_assumed expired_assumed expired_assumed .               .
dismissed        .        .           .               .               closed_assumed  .               .
stopped          .        open        .               .               open            .               .
task_gone        .        .           .               .               .               .               .
given_up         .        .           .               .               .               .               .
delivered        .        .           .               .               .               .               .
pause_sent       .        .           .               .               .               .               .
resume_sent      .        .           .               .               .               .               .
stop_sent        .        .           .               .               .               .               .
answer_sent      .        .           .               .               .               .               .
answer_stop_sent .        .           .               .               .               .               .
back_in_queue    .        planned     .               .               .               .               .
taken_back       dropped  .           .               .               .               .               .
restored         .        .           .               .               .               .               .
agent            .        .           .               .               .               .               .
action           .        .           .               .               .               .               .
response_update  .        .           .               .               .               .               .
session_ended    .        .           closed          closed          closed          closed          closed
reconnected      .        .           .               open            .               .               .
live_lost        .        .           .               .               .               .               .
answer_unconfirmed .      .           .               .               .               .               .
session_doubted  .        .           closed_assumed  closed_assumed  closed_assumed  .               .
outlived         .        .           .               .               .               .               .
"""


def _cells(table: str) -> list[tuple[str, str, str]]:
    """(kind, from, to); '.' means: stays as it is."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    cells = []
    for kind, *targets in rows:
        assert len(targets) == len(head), kind
        for start, target in zip(head, targets, strict=True):
            cells.append((kind, start, start if target == "." else target.lstrip(".")))
    return cells


def _session(**fields: Any) -> Session:
    facts = {"service_id": "sid", "current_task": 1, "phase": P.OPEN}
    return new_session(**{"key": 1, "since_ms": 0, "created_ms": 0} | facts | fields)


def _task(**fields: Any) -> Task:
    facts = {"key": 1, "session_key": 1, "status": S.WORKING}
    return new_task(**{"since_ms": 0, "created_ms": 0} | facts | fields)


def _moved(*facts: Any, **more: Any) -> Task:
    _, task = reduce(*facts, **more)
    assert task is not None
    return task


def test_the_tables_name_every_kind() -> None:
    assert {Kind(kind) for kind, _, _ in _cells(TASK_TABLE)} == set(Kind)
    assert {Kind(kind) for kind, _, _ in _cells(SESSION_TABLE)} == set(Kind)
    assert set(TASK_TRANSITIONS) <= set(Kind)
    assert set(SESSION_TRANSITIONS) <= set(Kind)


def test_moves_of_a_task() -> None:
    check_rows(_cells(TASK_TABLE), _check_task_move)


def _check_task_move(kind: str, start: str, target: str) -> None:
    task = _task(status=S(start), question="q" if start == "asks" else None)
    observation = Observation(kind=Kind(kind), text="q")
    moved = _moved(_session(), task, observation, NOW)
    assert moved.status is S(target)
    by_person = kind in {"taken_back", "dismissed"}
    assert moved.is_new is (S(target) in FINAL_STATUSES and not by_person)


def test_moves_of_a_session() -> None:
    check_rows(_cells(SESSION_TABLE), _check_session_move)


def _check_session_move(kind: str, start: str, target: str) -> None:
    session, _ = reduce(_session(phase=P(start)), None, Observation(kind=Kind(kind)), NOW)
    assert session.phase is P(target)


@given(
    kind=st.sampled_from(Kind),
    phase=st.sampled_from(sorted(FINAL_PHASES)),
    status=st.sampled_from(sorted(FINAL_STATUSES)),
    text=st.text(max_size=5),
)
def test_nothing_final_changes(kind: Kind, phase: Phase, status: TaskStatus, text: str) -> None:
    known = Usage(cost=Decimal(1), tokens_in=1, tokens_out=1, compute_s=Decimal(1))
    session, task = _session(phase=phase), _task(status=status, usage=known)
    observation = Observation(kind=kind, text=text, usage=Usage(cost=Decimal(9)), session_id="x")
    if status is S.LOST and kind in {K.COMPLETED, K.FAILED}:
        return  # what was lost is found: see test_reducer_live
    assert reduce(session, task, observation, NOW) == (session, task)


def test_what_the_person_undoes_is_as_it_was() -> None:
    planned = _session(phase=P.PLANNED, service_id=None, current_task=None)
    queued = _task(status=S.QUEUED, queue_position=7)
    unclear = _session(phase=P.UNCONFIRMED, service_id=None)
    started = _task(status=S.UNCONFIRMED, code="HTTP_502")
    taken, away = Observation(kind=K.TAKEN_BACK, code="TAKEN_BACK"), Observation(kind=K.DISMISSED)
    for session, task, done in ((planned, queued, taken), (unclear, started, away)):
        back = reduce(*reduce(session, task, done, NOW), Observation(kind=K.RESTORED), NOW)
        assert back == (replace(session, since_ms=NOW), replace(task, since_ms=NOW))


@pytest.mark.parametrize(
    ("session", "task"),
    [
        ({"phase": P.CLOSED_ASSUMED}, {"status": S.DONE}),  # a result was found
        ({"phase": P.CLOSED, "service_id": None}, {"status": S.LOST}),  # its end is proven
        ({"phase": P.CLOSED_ASSUMED, "terminate_sent_ms": 1}, {"status": S.LOST}),
        ({"phase": P.CLOSED_ASSUMED}, {"status": S.STOPPED, "code": "TERMINATED_BEFORE_TASK"}),
        ({"phase": P.PLANNED, "service_id": None}, {"status": S.STOPPED, "code": "FROM_COPY"}),
    ],
)
def test_what_is_known_by_more_than_the_person_stays(
    session: dict[str, Any], task: dict[str, Any]
) -> None:
    before = _session(**session), _task(**task)
    assert reduce(*before, Observation(kind=K.RESTORED), NOW) == before


def test_a_session_that_was_gone_before_its_task_was_removed_stays_gone() -> None:
    """The service did not find it; the task waited for it all the same."""
    session, task = _session(phase=P.CLOSED_ASSUMED), _task(status=S.QUEUED)
    removed = reduce(session, task, Observation(kind=K.TAKEN_BACK, code="TAKEN_BACK"), NOW)
    session, task = reduce(*removed, Observation(kind=K.RESTORED), NOW)
    assert (session.phase, task.status) == (P.CLOSED_ASSUMED, S.QUEUED)


@pytest.mark.parametrize("kind", [K.COMPLETED, K.FAILED])
def test_the_cost_of_the_last_poll_is_not_what_it_came_to(kind: K) -> None:
    """The channel tells of an error without figures; the next poll has them."""
    task = _task(usage=Usage(cost=Decimal("0.01"), tokens_in=8))
    ended = _moved(_session(), task, Observation(kind=kind, text="x"), NOW)
    assert (ended.cost, ended.usage.tokens_in) == (None, 8)
    told = Observation(kind=kind, text="x", usage=Usage(cost=Decimal("0.30")))
    later = _moved(_session(), ended, told, NOW + 2_000)
    assert later.cost == Decimal("0.30")


def test_an_end_that_nobody_saw_is_dated_by_the_service_or_not_at_all() -> None:
    task = _task(sent_ms=NOW - 90_000, since_ms=NOW - 80_000)
    for said_ms, ended_ms, is_unseen in (
        (NOW - 50_000, NOW - 50_000, False),
        (None, NOW, True),
        (NOW + 9_000, NOW, False),  # its clock is ahead
        (NOW - 99_000, NOW - 90_000, False),  # its clock is behind
    ):
        late = Observation(kind=K.COMPLETED, text="r", ended_ms=said_ms, is_late=True)
        done = _moved(_session(), task, late, NOW)
        assert (done.ended_ms, done.is_end_unseen) == (ended_ms, is_unseen)
    seen = Observation(kind=K.COMPLETED, text="r", ended_ms=NOW - 50_000)
    done = _moved(_session(), task, seen, NOW)
    assert (done.ended_ms, done.is_end_unseen) == (NOW, False)  # our clock, while we look


def test_cost_never_falls_while_it_works_and_the_final_figure_wins() -> None:
    task = _task(usage=Usage(cost=Decimal("0.05"), tokens_in=100))
    lower = Usage(cost=Decimal("0.04"), tokens_in=90)
    working = _moved(_session(), task, Observation(kind=K.ACTIVE, usage=lower), NOW)
    assert working.usage == task.usage
    done = _moved(_session(), task, Observation(kind=K.COMPLETED, text="r", usage=lower), NOW)
    assert done.cost == Decimal("0.04")


def test_figures_that_were_never_told_are_filled_in_later() -> None:
    task = _task(status=S.DONE, usage=Usage(tokens_in=7))
    told = Usage(cost=Decimal("0.01"), tokens_in=8)
    session = _session(close_after=True)
    same, later = reduce(session, task, Observation(kind=K.COMPLETED, usage=told), NOW)
    assert same is session
    assert later is not None
    assert (later.cost, later.usage.tokens_in) == (Decimal("0.01"), 7)
    _, failed = reduce(session, task, Observation(kind=K.FAILED, usage=told), NOW)
    assert failed is task


def test_an_answered_question_that_a_poll_repeats_is_not_asked_again() -> None:
    task = _task(status=S.ASKS, question="Which?", question_n=1)
    _, answered = reduce(_session(), task, Observation(kind=K.ANSWER_SENT), NOW)
    again = Observation(kind=K.QUESTION, text="Which?")
    asked_ms = NOW + STALE_QUESTION_MS
    stale = replace(again, asked_ms=asked_ms - 1)
    assert _moved(_session(), answered, stale, asked_ms).status is S.WORKING
    copy = _moved(_session(), answered, again, NOW + SETTLE_MS - 1)
    assert copy.status is S.WORKING
    set_back = _moved(_session(), answered, again, NOW - 3_600_000)
    assert set_back.status is S.ASKS, "a clock that was set back between two runs hides none"
    slow = replace(again, asked_ms=NOW - 1)
    assert _moved(_session(), answered, slow, NOW + 2 * STALE_QUESTION_MS).status is S.WORKING
    late = _moved(_session(), answered, again, NOW + SETTLE_MS)
    assert _moved(_session(), answered, replace(again, asked_ms=asked_ms), asked_ms) != answered
    assert (late.status, late.question_n) == (S.ASKS, 2)
    other = Observation(kind=K.QUESTION, text="Which colour?")
    new = _moved(_session(), answered, other, NOW + 1)
    assert new.question_n == 2


def _play(facts: list[tuple[int, Kind, str]]) -> Task:
    """A working task after these facts: second, kind, text."""
    session, task = _session(), _task(status=S.WORKING)
    for second, kind, text in facts:
        found = Observation(kind=kind, text=text)
        session, moved = reduce(session, task, found, NOW + second * 1000)
        assert moved is not None
        task = moved
    return task


@pytest.mark.parametrize(
    ("facts", "asked_again"),
    [
        ([(0, K.QUESTION, "a"), (5, K.ANSWER_SENT, ""), (13, K.QUESTION, "a")], True),
        ([(0, K.QUESTION, "a"), (5, K.ANSWER_SENT, ""), (13, K.QUESTION, "b")], False),
        (
            [
                (0, K.QUESTION, "a"),
                (5, K.ANSWER_SENT, ""),
                (7, K.ACTIVE, ""),  # it went on meanwhile
                (13, K.QUESTION, "a"),
            ],
            False,
        ),
        (
            [
                (0, K.QUESTION, "a"),
                (5, K.ANSWER_SENT, ""),
                (13, K.QUESTION, "a"),
                (15, K.QUESTION, "b"),
            ],
            False,
        ),
    ],
)
def test_a_question_that_comes_back_after_its_answer_is_asked_again(
    facts: list[tuple[int, Kind, str]], asked_again: bool
) -> None:
    assert _play(facts).asked_again is asked_again


ASKED = (0, K.QUESTION, "a")


@pytest.mark.parametrize(
    ("facts", "missed"),
    [
        ([ASKED, (300, K.FAILED, "timeout")], True),
        ([ASKED, (300, K.SESSION_GONE, "")], True),
        ([ASKED, (300, K.TERMINATED, "")], True),  # not by us
        ([ASKED, (5, K.ANSWER_SENT, ""), (300, K.FAILED, "")], False),
        ([ASKED, (5, K.ACTIVE, ""), (300, K.FAILED, "")], False),  # answered elsewhere
        ([ASKED, (5, K.STOP_SENT, ""), (9, K.FAILED, "")], False),
        ([ASKED, (5, K.ANSWER_UNCONFIRMED, ""), (300, K.FAILED, "")], False),
        ([ASKED, (300, K.FAILED, ""), (301, K.ANSWER_UNCONFIRMED, "")], False),  # was on its way
        ([ASKED, (300, K.FAILED, ""), (301, K.ANSWER_SENT, "")], False),
        ([ASKED, (5, K.ANSWER_UNCONFIRMED, ""), (9, K.QUESTION, "b"), (300, K.FAILED, "")], True),
        ([ASKED, (300, K.COMPLETED, "$5")], False),
        ([(300, K.FAILED, "")], False),
    ],
)
def test_a_question_that_nobody_answered_is_missed_when_its_task_ends(
    facts: list[tuple[int, Kind, str]], missed: bool
) -> None:
    assert _play(facts).question_missed is missed


def test_a_task_that_was_lost_and_is_done_missed_nothing() -> None:
    task = _task(status=S.LOST, sent_ms=NOW, ended_ms=NOW, question_missed=True)
    found = _moved(_session(), task, Observation(kind=K.COMPLETED, text="$5"), NOW)
    assert (found.status, found.question_missed) == (S.DONE, False)


@pytest.mark.parametrize(
    ("facts", "unconfirmed"),
    [
        ([ASKED, (5, K.ANSWER_UNCONFIRMED, "")], True),
        ([ASKED, (5, K.ANSWER_UNCONFIRMED, ""), (9, K.QUESTION, "b")], False),
        ([ASKED, (5, K.ANSWER_UNCONFIRMED, ""), (9, K.ANSWER_SENT, "")], False),
        ([ASKED, (5, K.ANSWER_SENT, "")], False),
    ],
)
def test_an_answer_that_nobody_confirmed_stays_so_for_its_question(
    facts: list[tuple[int, Kind, str]], unconfirmed: bool
) -> None:
    assert _play(facts).answer_unconfirmed is unconfirmed


@pytest.mark.parametrize(
    ("facts", "waited_s"),
    [
        ([(0, K.QUESTION, "a"), (10, K.ANSWER_SENT, "")], 10),
        ([(0, K.QUESTION, "a"), (10, K.ANSWER_SENT, ""), (25, K.ACTIVE, "")], 10),
        ([(0, K.QUESTION, "a"), (3, K.QUESTION, "a"), (10, K.ACTIVE, "")], 10),  # elsewhere
        ([(0, K.QUESTION, "a"), (4, K.QUESTION, "b"), (9, K.ACTIVE, "")], 9),
        ([(0, K.QUESTION, "a"), (4, K.STOP_SENT, ""), (9, K.STOPPED, "")], 4),
        ([(0, K.QUESTION, "a"), (4, K.ANSWER_STOP_SENT, ""), (9, K.STOPPED, "")], 4),
        ([(0, K.QUESTION, "a"), (6, K.SESSION_GONE, "")], 6),
        ([(0, K.QUESTION, "a"), (6, K.COMPLETED, "$5")], 6),
        (
            [
                (0, K.QUESTION, "a"),
                (5, K.ANSWER_SENT, ""),
                (7, K.ACTIVE, ""),
                (20, K.QUESTION, "a"),
            ],
            5,
        ),
        ([(9, K.QUESTION, "a"), (2, K.ANSWER_SENT, "")], 0),  # the clock was set back
        ([(0, K.ACTIVE, ""), (5, K.COMPLETED, "$5")], 0),
    ],
)
def test_how_long_its_questions_waited_is_summed_as_they_are_settled(
    facts: list[tuple[int, Kind, str]], waited_s: int
) -> None:
    for counted in (0, None):
        session, task = _session(), _task(status=S.WORKING, waited_ms=counted)
        for second, kind, text in facts:
            now = NOW + second * 1000
            found = Observation(kind=kind, text=text)
            session, moved = reduce(session, task, found, now)
            assert moved is not None
            task = moved
        since = task.open_since_ms
        still = 0 if since is None else now - since
        told = None if task.waited_ms is None else task.waited_ms + still
        assert told == (None if counted is None else waited_s * 1000)


def test_the_same_words_are_a_new_question_once_the_agent_was_at_work() -> None:
    task = _task(status=S.WORKING, question="Password?", question_n=1, answered_ms=NOW)
    _, worked = reduce(_session(), task, Observation(kind=K.ACTIVE), NOW + 1)
    again = Observation(kind=K.QUESTION, text="Password?")
    asks = _moved(_session(), worked, again, NOW + 2)
    assert (asks.status, asks.question_n) == (S.ASKS, 2)


def test_an_open_question_that_is_polled_again_stays_one_question() -> None:
    task = _task(status=S.ASKS, question="Which?", question_n=1, asked_ms=5)
    _, same = reduce(_session(), task, Observation(kind=K.QUESTION, text="Which?"), NOW)
    assert same == task


def test_a_delivered_pause_is_not_seen_to_hold() -> None:
    session, paused = reduce(_session(), _task(), Observation(kind=K.PAUSE_SENT), NOW)
    assert paused is not None
    assert (paused.status, paused.pause_confirmed) == (S.PAUSED, False)
    confirmed = _moved(session, paused, Observation(kind=K.PAUSED), NOW + 1)
    assert (confirmed.status, confirmed.pause_confirmed) == (S.PAUSED, True)


def test_a_delivered_terminate_is_believed_for_a_while_only() -> None:
    session, task = reduce(_session(), _task(), Observation(kind=K.TERMINATE_SENT), NOW)
    active = Observation(kind=K.ACTIVE)
    soon, _ = reduce(session, task, active, NOW + TERMINATE_GRACE_MS - 1)
    assert soon.phase is P.CLOSED_ASSUMED
    late, _ = reduce(session, task, active, NOW + TERMINATE_GRACE_MS)
    assert late.phase is P.OPEN
    assert late.terminate_sent_ms is None


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({"terminate_sent_ms": 5}, P.ENDED_BY_YOU),
        ({"expires_ms": NOW}, P.ENDED_BY_LIMIT),
        ({"expires_ms": NOW + 60_000}, P.CLOSED),
    ],
)
def test_who_ended_a_session(fields: dict[str, int], end: Phase) -> None:
    session, _ = reduce(_session(**fields), None, Observation(kind=K.SESSION_GONE), NOW)
    assert session.phase is end
    assert session.ended_ms == NOW


@pytest.mark.parametrize(
    ("phase", "end"), [(P.OPEN, P.ENDED_BY_YOU), (P.EXPIRED_ASSUMED, P.ENDED_BY_LIMIT)]
)
def test_a_terminate_that_nothing_confirms_ends_none_whose_time_was_over(
    phase: Phase, end: Phase
) -> None:
    session = _session(phase=phase, expires_ms=NOW)
    gone = Observation(kind=K.SESSION_GONE)
    ended, _ = reduce(session, None, gone, NOW, ending={CommandVerb.TERMINATE})
    assert ended.phase is end


def test_a_session_that_outlives_our_clock_stays_open() -> None:
    session = _session(phase=P.EXPIRED_ASSUMED, expires_ms=NOW - 1)
    alive, _ = reduce(session, _task(service_id="t"), Observation(kind=K.ACTIVE), NOW)
    assert (alive.phase, alive.expires_ms) == (P.OPEN, None)


@pytest.mark.parametrize("kind", [K.REFUSED, K.UNKNOWN])
def test_a_start_that_was_named_is_neither_refused_nor_unknown(kind: Kind) -> None:
    task = _moved(_session(), _task(service_id="t"), Observation(kind=kind), NOW)
    assert task.status is S.WORKING


def test_after_stop_a_failure_is_called_stopped() -> None:
    _, task = reduce(_session(), _task(), Observation(kind=K.STOP_SENT), NOW)
    ended = _moved(_session(), task, Observation(kind=K.FAILED, text="stopped"), NOW + 1)
    assert ended.status is S.STOPPED


@pytest.mark.parametrize(
    ("kind", "stop_sent_ms", "end", "why"),
    [
        (K.STOPPED, NOW, S.STOPPED, (AT_CAP, "$0.25")),
        (K.FAILED, NOW, S.STOPPED, (AT_CAP, "$0.25")),
        (K.COMPLETED, NOW, S.DONE, (None, None)),
        (K.FAILED, None, S.FAILED, ("X", "words")),
    ],
)
def test_the_cap_stays_the_reason_where_its_stop_ended_the_task(
    kind: Kind, stop_sent_ms: int | None, end: TaskStatus, why: object
) -> None:
    working = _task(status=S.WORKING, code=AT_CAP, error="$0.25", stop_sent_ms=stop_sent_ms)
    fact = Observation(kind=kind, text="words", code="X")
    _, task = reduce(_session(), working, fact, NOW)
    assert task is not None
    assert (task.status, (task.code, task.error)) == (end, why)


def test_a_reply_held_past_a_terminate_still_names_its_task() -> None:
    session = _session(phase=P.CLOSED_ASSUMED, terminate_sent_ms=NOW - 300)
    task = _task(status=S.STARTING)
    for kind in (Kind.ACCEPTED, Kind.QUESTION):
        _, named = reduce(session, task, Observation(kind=kind, task_id="tid", text="q"), NOW)
        assert named == replace(task, service_id="tid"), "so that it can be polled"


def test_the_effect_of_a_stop_may_be_seen_before_its_reply() -> None:
    observation = Observation(kind=K.FAILED, text="stopped")
    ended = _moved(_session(), _task(), observation, NOW, ending={CommandVerb.STOP})
    assert (ended.status, ended.stop_sent_ms) == (S.STOPPED, NOW)
    gone = Observation(kind=K.SESSION_GONE)
    session, _ = reduce(_session(), None, gone, NOW, ending={CommandVerb.TERMINATE})
    assert session.phase is P.ENDED_BY_YOU
    session, _ = reduce(_session(), None, gone, NOW, ending={CommandVerb.STOP})
    assert session.phase is P.CLOSED


@pytest.mark.parametrize("kind", [K.STOPPED, K.FAILED, K.TASK_GONE])
def test_a_stop_counts_beside_a_terminate_and_no_terminate_is_a_stop(kind: Kind) -> None:
    both = set(CommandVerb)
    for ending, stopped_ms in ((both, NOW), ({CommandVerb.TERMINATE}, None)):
        ended = _moved(_session(), _task(), Observation(kind=kind), NOW, ending=ending)
        assert (ended.status, ended.stop_sent_ms, ended.is_new) == (S.STOPPED, stopped_ms, False)


def test_a_task_that_its_session_took_along_was_not_stopped_by_itself() -> None:
    cut_off = Observation(kind=K.TERMINATED)
    ended = _moved(_session(), _task(), cut_off, NOW, ending={CommandVerb.STOP})
    assert (ended.status, ended.stop_sent_ms) == (S.STOPPED, None)


def test_a_report_that_comes_behind_the_end_of_a_session_that_you_ended_is_no_failure() -> None:
    asking = _task(status=S.ASKS, question="Which?", question_n=1, asked_ms=NOW)
    session = _session(phase=P.ENDED_BY_YOU, ended_ms=NOW)
    ended = _moved(session, asking, Observation(kind=K.TERMINATED), NOW)
    assert (ended.status, ended.question_missed, ended.is_new) == (S.STOPPED, False, False)


def test_done_in_a_session_that_closes_after_it() -> None:
    observation = Observation(kind=K.COMPLETED, text="r")
    closed, _ = reduce(_session(close_after=True), _task(), observation, NOW)
    assert closed.phase is P.CLOSED_ASSUMED
    stays = _task(spec=TaskSpec(text="t", close_after=False))
    kept, task = reduce(_session(), stays, observation, NOW)
    assert shown_state(kept, task) is SessionState.IDLE


def test_a_task_that_failed_closes_nothing_after_the_next_one() -> None:
    """The service closes after the task that said so, and not after one that was sent behind it."""
    failed = Observation(kind=K.FAILED, text="no", code="PAGE_CRASH")
    session, _ = reduce(_session(), _task(), failed, NOW)
    assert session.close_after
    later = _task(key=2, spec=TaskSpec(text="t", close_after=False))
    session = replace(session, current_task=2)
    session, done = reduce(session, later, Observation(kind=K.COMPLETED, text="r"), NOW)
    assert shown_state(session, done) is SessionState.IDLE
    assert not session.close_after


def test_a_late_fact_about_an_earlier_task_leaves_the_session_alone() -> None:
    session = _session(current_task=2, close_after=True)
    same, task = reduce(session, _task(key=1), Observation(kind=K.COMPLETED, text="r"), NOW)
    assert same is session
    assert task is not None
    assert task.status is S.DONE


def test_ids_come_once_and_life_counts_from_the_first_request() -> None:
    session = _session(phase=P.STARTING, service_id=None, created_ms=NOW - 800)
    observation = Observation(
        kind=K.OPENED, session_id="one", expires_in_ms=300_000, balance=Decimal("12.5")
    )
    opened, _ = reduce(session, None, observation, NOW)
    assert (opened.service_id, opened.expires_ms) == ("one", NOW - 800 + 300_000)
    assert opened.balance == Decimal("12.5")


def test_no_session_lives_longer_than_any_page_says() -> None:
    session = _session(phase=P.STARTING, service_id=None, created_ms=NOW - 800)
    observation = Observation(kind=K.OPENED, session_id="one", expires_in_ms=10**15)
    opened, _ = reduce(session, None, observation, NOW)
    assert opened.expires_ms == NOW - 800 + MAX_LIFE_MS
    again, _ = reduce(opened, None, replace(observation, session_id="two"), NOW + 1)
    assert again.service_id == "one"


@pytest.mark.parametrize(
    ("observation", "status"),
    [
        (Observation(kind=K.ACTIVE), S.WORKING),
        (Observation(kind=K.ACTIVE, usage=Usage(cost=Decimal("0.01"))), S.WORKING),
        (Observation(kind=K.QUESTION, text="q"), S.ASKS),
        (Observation(kind=K.PAUSED), S.PAUSED),
    ],
)
def test_a_fact_that_says_nothing_new_gives_back_the_same_records(
    observation: Observation, status: TaskStatus
) -> None:
    """So that polls without news cost no write and no signal."""
    session = _session(close_after=True)
    task = _task(status=status, service_id="tid", spec=TaskSpec(text="t", close_after=True))
    session, first = reduce(session, task, observation, NOW)
    assert first is not None
    again, second = reduce(session, first, observation, NOW + 2_000)
    assert again is session
    assert second is first


def test_ids_stay_out_of_repr() -> None:
    text = repr(_session(service_id="secret-id", web_view_url="https://x/secret-id"))
    assert "secret-id" not in text + repr(_task(service_id="secret-id"))
    assert "secret-id" not in repr(Observation(kind=K.OPENED, session_id="secret-id"))


@pytest.mark.parametrize(
    ("cost", "counted"), [("0.5", Decimal("0.5")), ("-1", None), ("1E+30", None), (None, None)]
)
def test_which_costs_are_counted(cost: str | None, counted: object) -> None:
    usage = Usage(cost=None if cost is None else Decimal(cost))
    assert _task(usage=usage).counted_cost == counted
