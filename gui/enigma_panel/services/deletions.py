"""Deletes ended tasks: those that the person chose, and those that are no longer to be kept."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.deletion import DeletionPlan, KeptReason
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.clock import Clock, local_date
from enigma_panel.services.health import Health
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.store.ledger.backup import Copied, renew_copy
from enigma_panel.store.ledger.errors import LedgerError

log = logging.getLogger(__name__)

AT_ONCE = 200
NEWS_S, REST = 0.25, 20
"""Rows leave the window so often, or, where that takes long, after so many times as long."""
SMALL_BYTES = 8 * 2**20
"""A ledger of no more is written anew at once (0.15 s), a larger one when the program is left."""
COPY_S = 60.0
DAY_MS = 86_400_000
FIRST_MS, EVERY_MS = 120_000, 3_600_000
"""So long after the start it is first looked for what is too old, and then so often."""


InThread = Callable[[Callable[[], Copied | None]], Awaitable[Copied | None]]


class DeletionResult(Struct, frozen=True, kw_only=True):
    """What became of tasks that were to be deleted. kept: how many stay, and why; left: how many
    were not reached, as it was cancelled or, see problem, the ledger could not be written."""

    deleted: int = 0
    kept: Mapping[KeptReason, int] = {}
    left: int = 0
    problem: LedgerError | None = None


class Deletions(QObject):
    """Deletes tasks, one job at a time. progressed: so many of the person's have been looked at."""

    progressed = Signal(int)

    def __init__(
        self,
        store: SessionStore,
        task_search: TaskSearch,
        settings: SettingsBook,
        clock: Clock,
        scope: TaskScope,
        *,
        health: Health,
        in_thread: InThread | None = None,
    ) -> None:
        super().__init__()
        self._in_thread = in_thread or partial(blocking, time_limit=COPY_S)
        self._store = store
        self._task_search = task_search
        self._settings = settings
        self._clock = clock
        self._scope = scope
        self._health = health
        self._asked: _Job | None = None
        self._unasked: _Job | None = None
        self._lock = asyncio.Lock()
        self._due_ms = clock.now_ms() + FIRST_MS

    def may_delete_any(self, task_keys: Sequence[int]) -> bool:
        """Whether one of these tasks may perhaps be deleted: of old ones the ledger alone knows."""
        return any(self._store.kept_because(key) is None for key in task_keys)

    async def plan(self, task_keys: Sequence[int]) -> DeletionPlan:
        """What deleting these tasks would do now. LedgerError."""
        await self._store.flush()  # what is shown is in it
        return await self._task_search.plan_deletion(task_keys)

    async def plan_older(self, days: int) -> DeletionPlan:
        """What deleting tasks that ended longer ago than that would do now. LedgerError."""
        before_ms = self._clock.now_ms() - days * DAY_MS
        return await self.plan(await self._task_search.ended_before(before_ms))

    def delete(self, task_keys: Sequence[int]) -> Coroutine[Any, Any, DeletionResult]:
        """Delete those of the tasks that may go; it can be cancelled from now on."""
        if self._unasked is not None:  # what is only too old goes another time
            self._unasked.is_cancelled = True
        self._asked = _Job(self, task_keys, is_asked=True)
        return self._run(self._asked)

    def cancel(self) -> None:
        """End what the person had deleted; what is gone stays so."""
        if self._asked is not None:
            self._asked.is_cancelled = True

    def tick(self) -> None:
        """Once a second: now and then what is too old goes.

        Not before the service was heard: with a clock that is a year ahead, by which all would be
        too old, its certificate is none, and no encrypted answer comes.
        """
        if self._health.heard_ms is not None and self._clock.now_ms() >= self._due_ms:
            self._due_ms = self._clock.now_ms() + EVERY_MS
            self.retain()

    def retain(self) -> None:
        """Delete now what is older than is to be kept, where not all is."""
        days = self._settings.value.keep_tasks_days
        if days:
            self._scope.spawn("delete old tasks", self._delete_older(days), exclusive=True)

    # -- inside --------------------------------------------------------------------------------

    async def _delete_older(self, days: int) -> None:
        try:
            plan = await self.plan_older(days)
        except LedgerError as error:
            log.warning("old tasks were not looked for: %s", error.reason)
            return
        if plan.keys and self._settings.value.keep_tasks_days == days:
            self._unasked = _Job(self, plan.keys, is_asked=False)
            await self._run(self._unasked)

    async def _run(self, job: "_Job") -> DeletionResult:
        async with self._lock:
            result = await job.run(self._store)
            if result.problem is not None:
                log.warning("tasks were not deleted: %s", result.problem.reason)
            if result.deleted:
                await self._purge()
            return result

    async def _purge(self) -> None:
        """Leave nothing of what was deleted in files: a copy is made anew, and what is small."""
        try:
            path = await self._store.read(lambda ledger: ledger.path)
            if path.stat().st_size <= SMALL_BYTES:
                await self._store.read(lambda ledger: ledger.purge())
            copied = await self._in_thread(partial(renew_copy, path, self._clock.now_ms()))
        except (LedgerError, OSError, BlockingTimeoutError) as error:
            log.warning("what was deleted may still be in a file until the next start: %s", error)
            return
        if copied not in {Copied.MADE, None}:
            log.warning("the copy of the ledger may hold what was deleted: %s", copied)


class _Job:
    """One deletion."""

    def __init__(self, owner: Deletions, keys: Sequence[int], *, is_asked: bool) -> None:
        self._owner = owner
        self._keys = list(keys)
        self._is_asked = is_asked
        self._due_s = 0.0
        self.is_cancelled = False

    async def run(self, store: SessionStore) -> DeletionResult:
        """Batch after batch: each is one transaction, between which others write."""
        deleted, kept, at = 0, dict[int, KeptReason](), 0
        problem = None
        try:
            while at < len(self._keys) and not self.is_cancelled:
                batch = self._keys[at : at + AT_ONCE]
                done = await store.delete(batch, local_date)
                deleted += len(done.tasks)
                kept |= done.kept
                at += batch.index(done.left[0]) if done.left else len(batch)
                self._tell(store, at)
        except LedgerError as error:
            problem = error
        finally:
            store.tell_deleted(is_asked=self._is_asked)
        counts = dict(Counter(kept.values()))
        left = len(self._keys) - at
        return DeletionResult(deleted=deleted, kept=counts, left=left, problem=problem)

    def _tell(self, store: SessionStore, at: int) -> None:
        if self._is_asked:
            self._owner.progressed.emit(at)
        began_s = perf_counter()
        if began_s >= self._due_s:
            store.tell_deleted(is_asked=self._is_asked)
            ended_s = perf_counter()
            self._due_s = ended_s + max(NEWS_S, REST * (ended_s - began_s))
