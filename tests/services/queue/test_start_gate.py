"""What the queue learns from refusals: limit, waits, pauses."""

import pytest

from enigma_panel.api.errors import ApiError, FailureKind, NotConnectedError, RejectedError, Reply
from enigma_panel.services.queue.blockers import (
    PLACES_AGAIN_MS,
    UNREACHED_AGAIN_MS,
    UNTAKEN_MS,
    StartGate,
)
from enigma_panel.services.retry_policy import Refusal, classify
from enigma_panel.services.types import PauseReason, WaitReason

NOW = 1_000_000


def rejected(status: int, code: str | None = None, **fields: object) -> RejectedError:
    reply = Reply(status=status, code=code, **fields)  # type: ignore[arg-type]  # of any kind
    return RejectedError(reply, nothing_happened=True)


def refusal(error: ApiError) -> Refusal:
    return Refusal(failure=classify(error), error=error, kept=True)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (rejected(429, "SESSION_LIMIT_REACHED"), FailureKind.PLACES),
        (rejected(400, "SESSION_LIMIT_REACHED"), FailureKind.PLACES),
        (rejected(409, "TASK_ALREADY_RUNNING"), FailureKind.BUSY),
        (rejected(429), FailureKind.LIMITED),
        (rejected(503), FailureKind.NO_BROWSER),
        (rejected(503, "INSTANCE_UNAVAILABLE"), FailureKind.NO_BROWSER),
        (rejected(402, "PAYMENT_FAILED"), FailureKind.FUNDS),
        (rejected(401, "API_KEY_EXPIRED"), FailureKind.KEY),
        (rejected(403), FailureKind.FORBIDDEN),
        (rejected(400, "INVALID_PARAMS"), FailureKind.FAIL),
        (NotConnectedError("dns"), FailureKind.CONNECTION),
    ],
)
def test_verdicts(error: ApiError, failure: FailureKind) -> None:
    assert classify(error) is failure


def test_a_full_house_lowers_the_limit_to_what_is_open_and_each_success_raises_it() -> None:
    gate = StartGate(lambda: 5)
    assert gate.refused(refusal(rejected(429, "SESSION_LIMIT_REACHED")), 3, NOW)
    assert gate.limit == 3
    assert not gate.is_open(NOW + PLACES_AGAIN_MS - 1)
    assert gate.is_open(NOW + PLACES_AGAIN_MS)
    assert gate.one_at_a_time
    gate.opened()
    assert (gate.limit, gate.why, gate.one_at_a_time) == (4, None, False)
    gate.opened()
    gate.opened()
    assert gate.limit == 5


def test_the_limit_never_falls_below_one_and_believes_a_smaller_one() -> None:
    gate = StartGate(lambda: 5)
    assert gate.refused(refusal(rejected(429, "SESSION_LIMIT_REACHED")), 0, NOW)
    assert gate.limit == 1
    gate = StartGate(lambda: 5)
    error = rejected(429, "SESSION_LIMIT_REACHED", limit=2)
    assert gate.refused(refusal(error), 4, NOW)
    assert gate.limit == 2
    assert not gate.refused(refusal(error), 4, NOW), "said once"


def test_the_setting_bounds_what_was_learned() -> None:
    most = 5
    gate = StartGate(lambda: most)
    gate.refused(refusal(rejected(429, "SESSION_LIMIT_REACHED")), 4, NOW)
    most = 2
    assert gate.limit == 2


def test_when_one_of_ours_ends_the_next_try_comes_at_once() -> None:
    gate = StartGate(lambda: 5)
    gate.refused(refusal(rejected(429, "SESSION_LIMIT_REACHED")), 3, NOW)
    gate.note_open(3)
    assert gate.why is WaitReason.NO_SLOT
    gate.note_open(2)
    assert gate.is_open(NOW)


def test_after_a_503_the_next_try_comes_by_time_for_as_long_as_it_takes() -> None:
    gate, waits = StartGate(lambda: 5), []
    for _ in range(20):
        gate.refused(refusal(rejected(503)), 0, NOW)
        waits.append((gate.due_ms or 0) - NOW)
    assert waits[:3] == [2_000, 4_000, 6_000]
    assert waits[13:] == [28_000] + [30_000] * 6
    assert not gate.is_open(NOW + 29_999)
    assert gate.is_open(NOW + 30_000)


def test_a_health_page_shortens_the_wait_only_where_a_browser_came_free() -> None:
    gate = StartGate(lambda: 5)
    for _ in range(10):
        gate.refused(refusal(rejected(503)), 0, NOW)
    gate.note_health(NOW - 1, is_full=True)  # of before
    gate.note_health(NOW + 2_000, is_full=False)
    assert not gate.is_open(NOW + 2_000), "a page that is always well says nothing"
    gate.note_health(NOW + 4_000, is_full=True)
    gate.note_health(NOW + 6_000, is_full=False)
    assert gate.is_open(NOW + 6_000)
    gate.refused(refusal(rejected(503)), 0, NOW + 6_100)
    gate.note_health(NOW + 8_000, is_full=False)
    assert gate.due_ms == NOW + 6_100 + 22_000, "what it said before the refusal counts no more"


def test_the_person_can_have_it_tried_at_once() -> None:
    gate = StartGate(lambda: 5)
    gate.refused(refusal(rejected(503)), 0, NOW)
    gate.try_now(NOW)
    assert gate.is_open(NOW)
    gate.refused(refusal(rejected(429, retry_after_s=12.0)), 0, NOW)
    gate.try_now(NOW)
    assert not gate.is_open(NOW), "a 429 says how long nothing may be tried"


def test_429_waits_as_told_else_five_seconds_for_each() -> None:
    gate = StartGate(lambda: 5)
    gate.refused(refusal(rejected(429, retry_after_s=12.0)), 0, NOW)
    assert gate.due_ms == NOW + 12_000
    gate.refused(refusal(rejected(429)), 0, NOW)
    assert gate.due_ms == NOW + 10_000


def test_without_a_connection_it_waits_for_one() -> None:
    gate = StartGate(lambda: 5)
    gate.refused(refusal(NotConnectedError("dns")), 0, NOW)
    assert gate.due_ms == NOW + UNREACHED_AGAIN_MS
    gate.connected()
    assert gate.is_open(NOW)


@pytest.mark.parametrize(
    ("status", "hold"),
    [(402, PauseReason.FUNDS), (401, PauseReason.KEY), (403, PauseReason.FORBIDDEN)],
)
def test_what_only_a_person_can_lift(status: int, hold: PauseReason) -> None:
    gate = StartGate(lambda: 5)
    gate.refused(refusal(rejected(status)), 0, NOW)
    assert gate.pause_reason is hold
    assert not gate.is_open(NOW + 10**9)
    gate.lift(next(other for other in PauseReason if other not in {hold, PauseReason.NONE}))
    assert gate.pause_reason is hold
    gate.lift(hold)
    assert gate.is_open(NOW)
    assert gate.one_at_a_time, "one tries, then the rest"


def test_refusals_of_one_burst_count_as_one_try() -> None:
    gate, limited = StartGate(lambda: 5), refusal(rejected(429, retry_after_s=2.0))
    for n in range(5):
        gate.refused(limited, 0, NOW + n, begun_ms=NOW - 10)
    assert gate.attempt == 1
    gate.refused(limited, 0, NOW + 3_000, begun_ms=NOW + 2_900)
    assert gate.attempt == 2


def test_a_start_under_way_when_another_was_refused_opens_nothing() -> None:
    gate = StartGate(lambda: 5)
    gate.refused(refusal(rejected(429, "SESSION_LIMIT_REACHED")), 3, NOW, begun_ms=NOW - 10)
    gate.opened(begun_ms=NOW - 10)
    assert gate.why is WaitReason.NO_SLOT
    assert gate.limit == 3
    gate.opened(begun_ms=NOW + 10)
    assert (gate.why, gate.limit) == (None, 4)


def test_browsers_that_take_no_task_pause_the_queue_the_second_time() -> None:
    gate = StartGate(lambda: 5)
    for n in range(5):  # opened together: one trouble of the service
        gate.took_no_task(NOW + n, begun_ms=NOW - 10)
    assert gate.pause_reason is PauseReason.NONE
    gate.took_no_task(NOW + UNTAKEN_MS, begun_ms=NOW + 100)
    assert gate.pause_reason is PauseReason.UNTAKEN
    assert not gate.is_open(NOW + 10**9)
    gate.lift(PauseReason.UNTAKEN)
    assert (gate.is_open(NOW + 10**9), gate.one_at_a_time) == (True, True)
    gate.took_no_task(NOW + UNTAKEN_MS + 2, begun_ms=NOW + UNTAKEN_MS + 1)
    assert gate.pause_reason is PauseReason.UNTAKEN, "one tried, and that says enough"


def test_after_ten_minutes_the_first_time_is_forgotten() -> None:
    gate = StartGate(lambda: 5)
    gate.took_no_task(NOW, begun_ms=NOW - 10)
    gate.took_no_task(NOW + UNTAKEN_MS + 1, begun_ms=NOW + 100)
    assert gate.pause_reason is PauseReason.NONE
