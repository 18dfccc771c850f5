"""The ledger: the only room that knows SQLite."""

from enigma_panel.store.ledger.errors import (
    BrokenDiskError,
    ClosedLedgerError,
    CorruptLedgerError,
    DiskFullError,
    InconsistentError,
    IntentSettledError,
    LedgerError,
    LockedLedgerError,
    NewerLedgerError,
    ReadOnlyLedgerError,
)
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger

__all__ = [
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
    "NewerLedgerError",
    "Outcome",
    "ReadOnlyLedgerError",
    "Step",
]
