"""Whether a ledger was a copy: what was queued then may have run since."""

from typing import TYPE_CHECKING

from enigma_panel.store.ledger import file_copy
from enigma_panel.store.ledger.errors import typed_errors

if TYPE_CHECKING:
    from enigma_panel.store.ledger.ledger import Ledger


def is_copy(ledger: "Ledger") -> bool:
    """Whether the ledger was a copy and has not been claimed since."""
    with typed_errors(ledger.path):
        sql = "SELECT 1 FROM meta WHERE name = ?"
        return ledger.connection.execute(sql, (file_copy.RESTORED,)).fetchone() is not None


def claim(ledger: "Ledger") -> None:
    """Note that the copy is in use, once its queue was emptied. LedgerError."""
    with typed_errors(ledger.path):
        ledger.connection.execute("DELETE FROM meta WHERE name = ?", (file_copy.RESTORED,))
