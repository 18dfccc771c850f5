"""Exports all tasks of a ledger into a file, slowly; says when it has begun.

Usage: python -m tests.features.exports.child_export LEDGER TARGET TASKS
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import ExportJob, ExportOrder
from enigma_panel.store.ledger.task_snapshot import TaskRow, TaskSnapshot

whole = TaskSnapshot.batches


def slow(self: TaskSnapshot, keys: Sequence[int]) -> Iterator[list[TaskRow]]:
    for rows in whole(self, keys):
        yield rows
        print("going on", flush=True)
        time.sleep(0.05)


TaskSnapshot.batches = slow  # type: ignore[method-assign]
ledger, target, tasks = sys.argv[1:]
order = ExportOrder(
    keys=tuple(range(1, int(tasks) + 1)),
    form=ExportFormat.CSV,
    path=Path(target),
)
ExportJob(order, Redactor(bytes(32))).run(Path(ledger))
