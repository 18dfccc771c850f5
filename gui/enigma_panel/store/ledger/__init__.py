"""The ledger: the only package that knows SQLite."""

from enigma_panel.store.ledger.backup import (
    find_copy,
    make_copy,
    start_empty,
    use_copy,
)
from enigma_panel.store.ledger.errors import (
    BrokenDiskError,
    ClosedLedgerError,
    CorruptLedgerError,
    DiskFullError,
    InconsistentError,
    IntentSettledError,
    LedgerError,
    LockedLedgerError,
    MissingLedgerError,
    NewerLedgerError,
    ReadOnlyLedgerError,
)
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.row_mapper import BadRow

__all__ = [
    "BadRow",
    "BrokenDiskError",
    "ClosedLedgerError",
    "CorruptLedgerError",
    "DiskFullError",
    "InconsistentError",
    "Intent",
    "IntentKind",
    "IntentSettledError",
    "Ledger",
    "LedgerError",
    "LockedLedgerError",
    "MissingLedgerError",
    "NewerLedgerError",
    "Outcome",
    "ReadOnlyLedgerError",
    "Step",
    "find_copy",
    "make_copy",
    "start_empty",
    "use_copy",
]
