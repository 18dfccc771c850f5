"""When each queued task will start; None where that is unknown."""

from heapq import heapreplace

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.services.clock import Clock
from enigma_panel.services.queue.blockers import Blocker, Blockers, StartGate
from enigma_panel.services.queue.queued_tasks import QueuedTasks
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import QueueEntry, WaitReason

TYPICAL_MS = 30_000
"""Duration of a task, in ms, until tasks of this ledger show better; most take 10–40 s (seed)."""

_FIRST_ONLY = frozenset({WaitReason.LIMITED, WaitReason.NO_BROWSER, WaitReason.CONNECTION})
"""Reasons that only the first task has: it tries, the others wait for their turn."""

KNOWN_TASKS = 20
"""How many recent tasks the forecast takes the median of."""
FRESH_MS = 500
"""How long the entries are reused, in ms."""
_RUN_TASK = ((Endpoint.RUN_TASK, Rank.START),)
_OPEN_AND_SEND = ((Endpoint.START_SESSION, Rank.START), (Endpoint.SEND_MESSAGE, Rank.NEW_TASK))
"""The calls that start a task in a new browser."""


class Forecast:
    """The entries of the queue, computed when asked for and kept until something changes."""

    def __init__(
        self,
        store: SessionStore,
        rate_limiter: RateLimiter,
        clock: Clock,
        *,
        queued: QueuedTasks,
        gate: StartGate,
        blockers: Blockers,
    ) -> None:
        self._store = store
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._queued = queued
        self._gate = gate
        self._blockers = blockers
        self._entries: dict[int, QueueEntry] = {}
        self._made_ms = 0
        self._is_stale = True

    def forget(self) -> None:
        """Compute the entries anew at the next call."""
        self._is_stale = True

    def entries(self) -> dict[int, QueueEntry]:
        """An entry for each task that waits, in order."""
        now = self._clock.now_ms()
        if self._is_stale or now - self._made_ms > FRESH_MS:
            self._entries = self._compute(self._queued.in_order(), now)
            self._made_ms, self._is_stale = now, False
        return self._entries

    def free_calls(self, *, single: bool) -> int:
        """How many tasks in new browsers the limit of calls lets start now."""
        return self._rate_limiter.room(*(_RUN_TASK if single else _OPEN_AND_SEND))

    def all_done(self, n: int, *, single: bool) -> tuple[int, int] | None:
        """The time (ms) after which n more tasks in new browsers that close are done, and in how
        many at once. None where no task shows how long one takes, or one ahead stays open."""
        now, typical = self._clock.now_ms(), self._typical()
        ahead = [task for task in self._queued.in_order() if self._is_planned(task)]
        free = self._gate.limit - self._blockers.open_now()
        places = sorted([now] * free + self._ends(now))[max(-free, 0) :]
        if typical is None or not places or not all(task.spec.close_after for task in ahead):
            return None
        for free_ms in self._rate_limiter.free_times(
            _RUN_TASK if single else _OPEN_AND_SEND, len(ahead) + n
        ):
            done_ms = max(places[0], free_ms) + typical
            heapreplace(places, done_ms)
        return done_ms - now, min(n, len(places))

    def _compute(self, tasks: list[Task], now: int) -> dict[int, QueueEntry]:
        ends = self._ends(now) if tasks else []
        open_now = self._blockers.open_now()
        free = self._gate.limit - open_now
        asks = free <= 0 and self._blockers.is_held_by_questions()
        single = self._rate_limiter.free_times(_RUN_TASK, len(tasks))
        double = self._rate_limiter.free_times(_OPEN_AND_SEND, len(tasks))
        entries: dict[int, QueueEntry] = {}
        behind = 0
        for task in tasks:
            session = self._store.session(task.session_key)
            if session is None or self._blockers.is_sending(task.key):
                continue
            free_ms = (single if task.verb is TaskVerb.RUN_TASK else double)[behind]
            why = WaitReason.BUDGET if free_ms > now else WaitReason.TURN
            blocker = self._blockers.of(task, session, open_now)
            blocker = blocker or Blocker(why=why, due_ms=free_ms)
            if session.is_planned and not blocker.is_own:
                blocker = self._in_turn(blocker, behind, free, ends, free_ms)
                if asks and blocker.why in {WaitReason.NO_SLOT, WaitReason.TURN}:
                    blocker = Blocker(why=WaitReason.ANSWER)
                behind += 1
            entries[task.key] = QueueEntry(
                task_key=task.key,
                position=len(entries) + 1,
                why=blocker.why,
                due_ms=blocker.due_ms,
                attempt=blocker.attempt,
                error=blocker.error,
                unsupported=blocker.unsupported,
            )
        return entries

    def _is_planned(self, task: Task) -> bool:
        session = self._store.session(task.session_key)
        return session is not None and session.is_planned

    def _in_turn(
        self, blocker: Blocker, behind: int, free: int, ends: list[int], free_ms: int
    ) -> Blocker:
        """The blocker with its time; the n-th task that lacks a place gets the n-th to end."""
        if blocker.why in _FIRST_ONLY and behind > 0:
            return Blocker(why=WaitReason.TURN)  # the one before it waits, too, and goes first
        lacking = behind - max(free, 0)
        if lacking < 0 or blocker.why not in {
            WaitReason.NO_SLOT,
            WaitReason.TURN,
            WaitReason.BUDGET,
        }:
            return blocker
        due = max(ends[lacking], free_ms) if lacking < len(ends) else None
        return Blocker(why=WaitReason.NO_SLOT if behind == 0 else WaitReason.TURN, due_ms=due)

    def _ends(self, now: int) -> list[int]:
        typical = self._typical() or TYPICAL_MS
        opened = [s for s in self._store.sessions() if s.occupies_slot]
        ends = (self._end(session, now, typical) for session in opened)
        return sorted(end for end in ends if end is not None)

    def _end(self, session: Session, now: int, typical: int) -> int | None:
        task = self._store.current_task(session)
        if not session.close_after or task is None or task.sent_ms is None:
            return session.expires_ms
        if task.status is TaskStatus.PAUSED or task.open_since_ms is not None:
            return session.expires_ms  # it is unknown when the person lets it go on
        end = max(task.sent_ms + typical, now + 1_000)
        return end if session.expires_ms is None else min(end, session.expires_ms)

    def _typical(self) -> int | None:
        keys = self._store.records.task_keys[: 5 * KNOWN_TASKS]
        tasks = [task for key in keys if (task := self._store.task(key)) is not None]
        took = [
            task.ended_ms - task.sent_ms
            for task in tasks
            if task.status is TaskStatus.DONE and task.ended_ms and task.sent_ms
        ]
        known = sorted(took[:KNOWN_TASKS])
        return known[len(known) // 2] if known else None
