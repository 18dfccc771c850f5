"""Writes to the ledger in the order of the facts; a failed write is kept and tried again first.

Two kinds: `commit` is for what must be durable before anything is sent (it raises), `write` for
what has happened already and cannot be undone by a full disk (it never raises, and is not lost
while the program runs).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

from enigma_panel.runtime.event_loop import Executor
from enigma_panel.store.ledger.errors import InconsistentError, IntentSettledError, LedgerError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.row_mapper import BadRow

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class LedgerWriter(QObject):
    """The way of all records to the ledger. failed: a LedgerError; recovered: writes work again."""

    failed = Signal(object)
    recovered = Signal()

    def __init__(self, ledger: Ledger, executor: Executor) -> None:
        super().__init__()
        self._ledger = ledger
        self._executor = executor
        self._unwritten: deque[tuple[int, Callable[[], None]]] = deque()
        self._numbers = count(1)
        self._last = 0
        self._is_failing = False

    @property
    def is_behind(self) -> bool:
        """True while something that happened is not in the ledger yet."""
        return bool(self._unwritten)

    @property
    def is_failing(self) -> bool:
        """True while what happened could not be written: it is lost if the program ends now."""
        return self._is_failing and self.is_behind

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Rows that could not be read, see Ledger.bad_rows. May be read in any thread."""
        return self._ledger.bad_rows

    async def read(self, call: Callable[[Ledger], T]) -> T:
        """Run a query of the ledger in its thread. Raises LedgerError."""
        return await self._executor.run(call, self._ledger)

    async def commit(self, call: Callable[[Ledger], T]) -> T:
        """Write what must be durable now, after all before it. LedgerError: nothing was written."""
        return await self._executor.run(self._after, self._last, call)

    async def write(self, call: Callable[[Ledger], None]) -> None:
        """Write what has happened now, or before the next write."""
        self.write_later(call)
        await self.catch_up()

    def write_later(self, call: Callable[[Ledger], None]) -> None:
        """Do as `write`, without a try now."""
        self._last = next(self._numbers)
        self._unwritten.append((self._last, partial(call, self._ledger)))

    async def catch_up(self, *, time_limit: float | None = None) -> None:
        """Try failed writes again; a try that takes longer than time_limit s counts as failed."""
        try:
            async with asyncio.timeout(time_limit):
                await self._executor.run(self._write_until, self._last)
        except TimeoutError:
            self._is_failing = True
        except LedgerError as error:
            self._is_failing = True
            self.failed.emit(error)
        else:
            if self._is_failing:
                self._is_failing = False
                self.recovered.emit()

    def _after(self, last: int, call: Callable[[Ledger], T]) -> T:
        self._write_until(last)
        return call(self._ledger)

    def _write_until(self, last: int) -> None:
        """Write up to that entry and no further, in the ledger's thread: later ones are newer."""
        while self._unwritten and self._unwritten[0][0] <= last:
            try:
                self._unwritten[0][1]()
            except IntentSettledError:
                # The commit reached the disk although SQLite reported an error.
                log.warning("an intent had been settled by a write that reported an error")
            except InconsistentError:
                log.exception("a record does not fit into the ledger; it is left out")
            except LedgerError:
                raise
            except Exception:  # a mistake of ours must not hold up the writes after it
                log.exception("a write to the ledger makes no sense; it is left out")
            self._unwritten.popleft()
