"""Open a ledger whatever state its file is in: rubbish is kept aside and a fresh one made."""

from collections.abc import Sequence
from pathlib import Path

from enigma_panel.store.ledger.database import COMPANIONS, Database
from enigma_panel.store.ledger.errors import CorruptLedgerError, typed_errors
from enigma_panel.store.ledger.opening import sole_opener
from enigma_panel.store.ledger.schema import MIGRATIONS, Migration
from enigma_panel.store.problem import Problem, ProblemKind, keep_aside


def open_or_replace(
    path: Path, migrations: Sequence[Migration] = MIGRATIONS
) -> tuple[Database, Problem | None]:
    """Open `path`; a broken file goes aside with its -wal and -shm, and the problem is told.

    NewerLedgerError and the other LedgerErrors pass: for them a fresh file would be no help.
    """
    with sole_opener(path.parent):
        try:
            return Database.open(path, migrations), None
        except CorruptLedgerError as error:
            reason = error.reason
        with typed_errors(path):
            kept_as = keep_aside(path, COMPANIONS)
        problem = Problem(kind=ProblemKind.BROKEN, path=path, kept_as=kept_as, reason=reason)
        return Database.open(path, migrations), problem
