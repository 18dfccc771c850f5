"""Where a ledger comes from: of a copy, or of another computer, what was queued may have run since.

Its `meta` holds a digest of the id of the computer that used it last. The id itself, by which other
programs know the computer, too, is kept nowhere.
"""

import hashlib
from typing import TYPE_CHECKING

from enigma_panel.store.ledger import file_copy
from enigma_panel.store.ledger.errors import typed_errors

if TYPE_CHECKING:
    from enigma_panel.store.ledger.ledger import Ledger

MACHINE = "machine"
"""Key in the `meta` with the digest of the computer that used the ledger last."""


def is_copy(ledger: "Ledger") -> bool:
    """Whether the ledger was a copy and has not been claimed since."""
    with typed_errors(ledger.path):
        sql = "SELECT 1 FROM meta WHERE name = ?"
        return ledger.connection.execute(sql, (file_copy.RESTORED,)).fetchone() is not None


def is_from_elsewhere(ledger: "Ledger", machine_id: bytes) -> bool:
    """Whether another computer used the ledger last, if known. machine_id: ours, or empty."""
    with typed_errors(ledger.path):
        sql = "SELECT value FROM meta WHERE name = ?"
        found = ledger.connection.execute(sql, (MACHINE,)).fetchone()
        return bool(found and machine_id) and found[0] != _digest(ledger, machine_id)


def claim(ledger: "Ledger", machine_id: bytes) -> None:
    """Note that this computer uses the ledger; a kill in between is made good. LedgerError."""
    with typed_errors(ledger.path):
        connection = ledger.connection
        if machine_id:
            connection.execute(file_copy.SET_META, (MACHINE, _digest(ledger, machine_id)))
        connection.execute("DELETE FROM meta WHERE name = ?", (file_copy.RESTORED,))


def _digest(ledger: "Ledger", machine_id: bytes) -> bytes:
    """Salted by the ledger, so that two ledgers do not show that they are of one computer."""
    salt = file_copy.label_of(ledger.connection, ledger.path).mark
    return hashlib.sha256(salt + machine_id).digest()
