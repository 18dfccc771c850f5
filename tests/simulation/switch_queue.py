"""Switch-offs of the queue and the rate limit: who may go when."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from enigma_panel.core.rate_limit import CallWindow, Endpoint, Rank, Slot
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.queue.blockers import StartGate
from enigma_panel.services.queue.scheduler import Scheduler
from enigma_panel.services.queue.starter import FirstTaskSender
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.rate_limiter import Pass, RateLimiter
from enigma_panel.services.types import PauseReason

Patches = list[tuple[Any, Any, Any]]


def no_rate_limit() -> Patches:
    return [(CallWindow, "has_room", lambda *_: True)]


def no_reserve() -> Patches:
    """Starts and pauses may use all calls of a minute."""
    return [(CallWindow, "capacity", lambda window, _rank: window.limit)]


def a_call_counts_from_its_send() -> Patches:
    """A quick call counts from when it was sent, although the service saw it later."""

    def answered(slot: Slot, now_ms: int, period_ms: int) -> None:
        slot.send(now_ms, period_ms)
        slot.ends_ms = (slot.sent_ms or now_ms) + period_ms

    return [(Slot, "answered", answered)]


def earlier_calls_are_forgotten() -> Patches:
    """A fresh process thinks that the whole minute is its own."""
    return [(RateLimiter, "remember", lambda *_: None)]


def session_before_its_slot() -> Patches:
    """A session is opened although the call for its task has to wait for a slot."""
    real_take, real_send = Scheduler._take, FirstTaskSender._send_once
    owed: dict[Slot, RateLimiter] = {}

    def take(self: Any, task: Any, session: Any) -> Any:
        if not session.is_planned or task.verb.value == "run-task":
            return real_take(self, task, session)
        first = self._rate_limiter.try_acquire(Endpoint.START_SESSION, Rank.START)
        later = Slot(Endpoint.SEND_MESSAGE, Rank.NEW_TASK)
        owed[later] = self._rate_limiter
        return None if first is None else (first, Pass(self._rate_limiter, later))

    async def send_once(self: Any, task_key: int, taken: Any) -> Any:
        if (rate_limiter := owed.pop(taken._slot, None)) is not None:
            taken = await rate_limiter.turn(Endpoint.SEND_MESSAGE, Rank.NEW_TASK)
        return await real_send(self, task_key, taken)

    return [(Scheduler, "_take", take), (FirstTaskSender, "_send_once", send_once)]


def terminate_is_not_urgent() -> Patches:
    """A Terminate waits behind newTask and Pause."""
    late = replace(COMMANDS[CommandVerb.TERMINATE], rank=Rank.START)
    return [(COMMANDS, CommandVerb.TERMINATE, late)]


def full_house_is_asked_again() -> Patches:
    """A refused start is tried again at once."""
    return [(StartGate, "is_open", lambda gate, _now: gate.pause_reason is PauseReason.NONE)]


def queue_goes_on_by_itself() -> Patches:
    """After a restart everything in the queue is started."""
    return [(TaskQueue, "park", lambda _: None)]


def unused_session_stays_open() -> Patches:
    """A session whose task was refused is left to itself."""

    async def close_unused(*_: Any) -> None:
        return None

    return [(FirstTaskSender, "close_unused", close_unused)]


def unused_session_of_the_last_run_stays_open() -> Patches:
    """A session that took no task before a kill counts as one that others have used."""
    return [(FirstTaskSender, "is_unused", lambda *_: False)]


def failed_session_stays_open() -> Patches:
    """A session that was to close after a task that failed is left to itself."""
    return [(Housekeeping, "_should_close", lambda *_: False)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "no rate limit": no_rate_limit,
    "no reserved slots": no_reserve,
    "slot counts from the send": a_call_counts_from_its_send,
    "calls of the last run forgotten": earlier_calls_are_forgotten,
    "session opened without newTask slot": session_before_its_slot,
    "terminate waits behind newTask": terminate_is_not_urgent,
    "a full house is asked again": full_house_is_asked_again,
    "the queue goes on by itself": queue_goes_on_by_itself,
    "session of a refused task stays open": unused_session_stays_open,
    "session of a failed task stays open": failed_session_stays_open,
    "unused session of the last run stays open": unused_session_of_the_last_run_stays_open,
}
