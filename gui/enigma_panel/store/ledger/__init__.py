"""The ledger: the only package that knows SQLite."""

from enigma_panel.store.ledger.backup import (
    Copied,
    copy_to_offer,
    decline_copy,
    find_copy,
    make_copy,
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
    "Copied",
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
    "copy_to_offer",
    "decline_copy",
    "find_copy",
    "make_copy",
    "use_copy",
]
