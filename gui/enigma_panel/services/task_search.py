"""The search for tasks that are shown: filtered, in order, with counts and sums."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.deletion import DeletionPlan
from enigma_panel.core.task_filter import NEWEST_FIRST, NO_FILTER, Order, TaskFilter, TaskSum
from enigma_panel.runtime.event_loop import Executor, TaskScope
from enigma_panel.services.clock import Clock, local_day
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.task_reader import AccountTask, Day, DayCosts, Figures, TaskReader

log = logging.getLogger(__name__)
T = TypeVar("T")

DELAY_MS = 250
"""Delay between two answers that nobody asked for, in ms."""
FIRST_ROWS = 24
"""How many rows have their records read before they are shown: a usual window's (4 ms)."""


class TaskSearch(QObject):
    """The keys of the tasks that are shown. A new query follows the one that is being answered.

    found: `keys` is another list; its argument says whether the person asked for it. counted:
    `figures`, with what today cost, or `problem` (why nothing could be read) changed. Nothing is
    read before the first `ask` and before the records were loaded; from then on it follows them by
    itself.
    """

    found = Signal(bool)
    counted = Signal()

    def __init__(
        self,
        store: SessionStore,
        reader: TaskReader,
        executor: Executor,
        scope: TaskScope,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._store = store
        self._reader = reader
        self._executor = executor
        self._scope = scope
        self._clock = clock
        self.filter: TaskFilter = NO_FILTER
        self.order: Order = NEWEST_FIRST
        self.keys: list[int] = []
        self.figures = Figures()
        self.problem: LedgerError | None = None
        self._is_asked = self._is_loaded = False
        self._is_stale = self._is_by_person = False
        self._answered_ms = 0
        self._ended: dict[int, bool] = {}
        self._added: list[int] = []
        self._changed = asyncio.Event()
        self._day = local_day(clock.now_ms())
        store.changed.connect(self._follow)

    def ask(self, task_filter: TaskFilter | None = None, order: Order | None = None) -> None:
        """Show what fits this filter, in this order, from now on; None leaves what there is."""
        self.filter = self.filter if task_filter is None else task_filter
        self.order = self.order if order is None else order
        self._is_asked = self._is_by_person = True
        self._ask_again()

    def follow_day(self) -> None:
        """Count again where another local day has begun; called once a second."""
        day = local_day(self._clock.now_ms())
        if day != self._day:
            self._day, self.figures = day, replace(self.figures, day=None)
            self._ask_again()

    async def sum_of(self, keys: Sequence[int]) -> TaskSum:
        """The cost of these tasks together. LedgerError."""
        return await self._read(lambda: self._reader.sum_of(keys))

    async def results_of(self, keys: Sequence[int], most_chars: int) -> list[str] | None:
        """The results of those that have one, in order; None where too long. LedgerError."""
        return await self._read(lambda: self._reader.results(keys, most_chars))

    async def costs_of(self, days: Sequence[Day]) -> list[DayCosts]:
        """The costs of days that follow each other, oldest first. LedgerError."""
        return await self._read(lambda: self._reader.costs_of(days))

    async def tasks_of_account(
        self, base_url: str, key_fingerprint: str, from_ms: int
    ) -> list[AccountTask]:
        """The tasks that ran with that key at that address since then. LedgerError."""
        ask = partial(self._reader.tasks_of_account, base_url, key_fingerprint, from_ms)
        return await self._read(ask)

    async def plan_deletion(self, keys: Sequence[int]) -> DeletionPlan:
        """Which of these tasks may be deleted, what they cost, and why others stay. LedgerError."""
        now = self._clock.now_ms()
        begin, _end = local_day(now)
        return await self._read(lambda: self._reader.plan_deletion(keys, now, begin))

    async def aclose(self) -> None:
        """Close the files; nothing may be asked for afterwards."""
        await self._executor.run(self._reader.close)

    # -- inside --------------------------------------------------------------------------------

    def _follow(self, diff: Diff) -> None:
        if not self._is_loaded:
            self._is_loaded = True
            diff = Diff(new_tasks=tuple(self._store.records.task_keys))
        changed = [key for key in diff.sessions if self._has_changed(key)]
        is_other = changed or diff.tasks or diff.new_tasks or diff.deleted
        if diff.sessions and not is_other:
            return
        if diff.deleted:
            self._added = self._store.records.not_deleted(self._added)
            self.keys = self._store.records.not_deleted(self.keys)
            self.found.emit(True)
        if diff.new_tasks:
            self._added = [*diff.new_tasks, *self._added]
            if self._shows_all:
                self.keys = self._with_added(self.keys)
                self.found.emit(False)
        self._ask_again()

    def _has_changed(self, session_key: int) -> bool:
        """Whether the session has ended, which rows show, or is seen for the first time."""
        session = self._store.session(session_key)
        is_ended = session is None or session.is_ended
        before, self._ended[session_key] = self._ended.get(session_key), is_ended
        return is_ended is not before

    @property
    def _shows_all(self) -> bool:
        """Whether a new task stands on top without being looked for."""
        return self.filter.is_empty and not self.order

    def _with_added(self, keys: list[int]) -> list[int]:
        """The keys with those that came while they were looked for."""
        added = set(self._added).difference(keys[: len(self._added)])
        return [*(key for key in self._added if key in added), *keys] if added else keys

    def _ask_again(self) -> None:
        self._is_stale = True
        self._changed.set()
        if self._is_asked and self._is_loaded:
            self._scope.spawn("search tasks", self._work(), exclusive=True)

    async def _work(self) -> None:
        """Answer until nothing changed meanwhile."""
        while self._is_stale:
            try:
                await self._answer()
            except LedgerError as error:
                self._tell_problem(error)
                self._answered_ms = self._clock.now_ms()
                self._is_stale = True
                await self._wait()

    def _tell_problem(self, error: LedgerError) -> None:
        if self.problem is None:
            log.warning("the tasks cannot be searched: %s", error.reason)
        self.problem = error
        self.counted.emit()

    async def _answer(self) -> None:
        if not self._is_by_person:
            await self._wait()
        by_person, self._is_by_person, self._is_stale = self._is_by_person, False, False
        task_filter, order = self.filter, self.order
        self._added = []
        keys = await self._read(lambda: self._find(task_filter, order))
        await self._store.fetch(keys[:FIRST_ROWS])  # rows that are seen at once
        if self._is_by_person:
            return  # something else was asked for meanwhile
        self._show(keys, by_person)
        self.figures = await self._read(lambda: self._count(task_filter))
        self.problem = None
        self.counted.emit()
        self._answered_ms = self._clock.now_ms()

    def _show(self, keys: list[int], by_person: bool) -> None:
        keys = self._store.records.not_deleted(keys)
        self.keys = self._with_added(keys) if self._shows_all else keys
        self.found.emit(by_person)

    def _find(self, task_filter: TaskFilter, order: Order) -> list[int]:
        """Find the keys. Runs in the reader's thread. A row that cannot be read is in no answer."""
        keys = self._reader.keys(task_filter, order, self._clock.now_ms())
        bad = {row.key for row in self._store.bad_rows if row.table == "tasks"}
        return [key for key in keys if key not in bad] if bad else keys

    def _count(self, task_filter: TaskFilter) -> Figures:
        """Count, also what today cost. Runs in the reader's thread."""
        return self._reader.figures(task_filter, local_day(self._clock.now_ms()))

    async def _wait(self) -> None:
        """Wait until some time after the last answer, or until the person asks."""
        due = self._answered_ms + DELAY_MS
        while not self._is_by_person and self._clock.now_ms() < due:
            self._changed.clear()
            await self._clock.wait(self._changed, due)

    async def _read(self, question: Callable[[], T]) -> T:
        """Read. A read that is not waited for any more may fail unheard, unlike a write."""
        answer = await self._executor.run(_answer_or_error, question)
        if isinstance(answer, LedgerError):
            raise answer
        return answer


def _answer_or_error(question: Callable[[], T]) -> T | LedgerError:
    """The answer of a query, or its error. Runs in the reader's thread."""
    try:
        return question()
    except LedgerError as error:
        return error
