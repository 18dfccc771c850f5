"""Exports of tasks into a file: one snapshot of the ledger, streamed, whole or not at all."""

import asyncio
import time
from contextlib import closing
from errno import EINVAL
from itertools import chain
from pathlib import Path

from msgspec import Struct

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.features.exports.columns import read_tasks
from enigma_panel.features.exports.encoder import (
    ExportFormat,
    encoded,
    encoded_head,
    in_turns,
    lines_of,
)
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.new_file import NewFile

TURN_S = 0.0002
"""Pause after each batch, in seconds: the window need not wait 5 ms for the interpreter."""


class ExportOrder(Struct, frozen=True, kw_only=True):
    """The keys of tasks in their order, and a file; where that is taken, both are kept."""

    keys: tuple[int, ...]
    form: ExportFormat
    path: Path


class Exported(Struct, frozen=True):
    """An export: where it is, perhaps under another name, and how many tasks are in it."""

    path: Path
    count: int


class ExportJob:
    """One export, in a thread of its own. is_over: the program ends, and nothing is to be kept."""

    def __init__(self, order: ExportOrder, redactor: Redactor) -> None:
        self._order = order
        self._redactor = redactor
        self.is_over = False

    def run(self, ledger: Path) -> Exported:
        """Make the export. OSError, LedgerError: nothing of it is left."""
        path = self._order.path
        try:
            with NewFile(path.parent, path.name) as new:
                count = self._write(new, ledger)
                return Exported(new.finish(), count)
        except ValueError as error:  # a character that no name has
            raise OSError(EINVAL, str(error)) from None

    def _write(self, new: NewFile, ledger: Path) -> int:
        """Write the tasks; how many there were."""
        order, count = self._order, 0
        new.write(encoded_head(order.form))
        with closing(read_tasks(ledger, order.keys)) as batches:
            for rows in chain.from_iterable(map(in_turns, batches)):
                if self.is_over:
                    raise InterruptedError
                new.write(encoded(lines_of(rows, self._redactor), order.form))
                count += len(rows)
                time.sleep(TURN_S)
        return count


class Exports:
    def __init__(self, store: SessionStore, redactor: Redactor) -> None:
        self._store = store
        self._redactor = redactor

    async def save(self, order: ExportOrder) -> Exported:
        """Make one. OSError, LedgerError: nothing was exported."""
        await self._store.flush()  # what is shown is in it
        ledger = await self._store.read(lambda ledger: ledger.path)
        job = ExportJob(order, self._redactor)
        work = asyncio.get_running_loop().run_in_executor(None, job.run, ledger)
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:  # the program ends
            job.is_over = True
            await asyncio.wait([work])
            work.exception()  # nobody is there to be told
            raise
        return work.result()
