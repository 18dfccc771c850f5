"""Deletion of ended tasks that the person chose."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from msgspec import Struct

from enigma_panel.core.deletion import DeletionPlan, KeptReason
from enigma_panel.runtime.event_loop import BlockingTimeoutError, blocking
from enigma_panel.services.clock import Clock
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.store.ledger.backup import make_copy
from enigma_panel.store.ledger.deletion import AT_ONCE
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.ledger import Ledger

log = logging.getLogger(__name__)

NEWS_S = 0.25
"""Interval at which deleted rows leave the window."""
COPY_S = 60.0

InThread = Callable[[Callable[[], None]], Awaitable[None]]


class DeletionResult(Struct, frozen=True, kw_only=True):
    """How many tasks stay and why; left: not reached by that problem."""

    deleted: int = 0
    kept: Mapping[KeptReason, int] = {}
    left: int = 0
    problem: LedgerError | None = None


class Deletions:
    """Deletes tasks, one job at a time."""

    def __init__(
        self,
        store: SessionStore,
        task_search: TaskSearch,
        clock: Clock,
        *,
        in_thread: InThread | None = None,
    ) -> None:
        self._in_thread = in_thread or partial(blocking, time_limit=COPY_S)
        self._store = store
        self._task_search = task_search
        self._clock = clock
        self._lock = asyncio.Lock()

    def may_delete_any(self, task_keys: Sequence[int]) -> bool:
        """Whether one of these tasks may perhaps be deleted: of old ones the ledger alone knows."""
        return any(self._store.records.kept_because(key) is None for key in task_keys)

    async def plan(self, task_keys: Sequence[int]) -> DeletionPlan:
        """What deleting these tasks would do now. LedgerError."""
        await self._store.flush()  # what is shown is in it
        return await self._task_search.plan_deletion(task_keys)

    async def delete(self, task_keys: Sequence[int]) -> DeletionResult:
        """Delete those of the tasks that may go."""
        async with self._lock:
            result = await self._delete(task_keys)
            if result.problem is not None:
                log.warning("tasks were not deleted: %s", result.problem.reason)
            if result.deleted:
                await self._renew_copy()
            return result

    # -- inside --------------------------------------------------------------------------------

    async def _delete(self, keys: Sequence[int]) -> DeletionResult:
        """Batch after batch: each is one transaction, between which others write."""
        deleted, kept, at, due_s = 0, Counter[KeptReason](), 0, 0.0
        problem = None
        try:
            while at < len(keys):
                batch = keys[at : at + AT_ONCE]
                done = await self._store.delete(batch)
                deleted += len(done.tasks)
                kept.update(done.kept.values())
                at += len(batch) - len(done.left)
                if perf_counter() >= due_s:
                    self._store.announce_deletions()
                    due_s = perf_counter() + NEWS_S
        except LedgerError as error:
            problem = error
        finally:
            self._store.announce_deletions()
        left = len(keys) - at
        return DeletionResult(deleted=deleted, kept=dict(kept), left=left, problem=problem)

    async def _renew_copy(self) -> None:
        """Leave nothing of what was deleted in the -wal and in the copy."""
        try:
            path = await self._store.read(_truncate_wal)
            await self._in_thread(partial(make_copy, path, self._clock.now_ms()))
        except (LedgerError, BlockingTimeoutError) as error:
            log.warning("the copy may hold what was deleted until the next start: %s", error)


def _truncate_wal(ledger: Ledger) -> Path:
    """Empty the -wal, where nobody reads it; else the ledger's close does."""
    ledger.truncate_wal()
    return ledger.path
