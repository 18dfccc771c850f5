"""What a ledger knows of the computer that used it last."""

from pathlib import Path

from enigma_panel.store.ledger import origin
from enigma_panel.store.ledger.ledger import Ledger
from tests.store.helpers import raw

HERE, THERE = b"id of this computer", b"id of another one"


def digest(path: Path) -> bytes:
    with raw(path) as connection:
        sql = "SELECT value FROM meta WHERE name = 'machine'"
        value: bytes = connection.execute(sql).fetchone()[0]
    return value


def test_it_knows_the_computer_that_claimed_it(ledger_path: Path) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        assert not origin.is_from_elsewhere(ledger, HERE)  # nobody knows
        origin.claim(ledger, HERE)
    with Ledger.open(ledger_path)[0] as ledger:
        assert not origin.is_from_elsewhere(ledger, HERE)
        assert origin.is_from_elsewhere(ledger, THERE)
        assert not origin.is_from_elsewhere(ledger, b"")
        origin.claim(ledger, b"")
        assert origin.is_from_elsewhere(ledger, THERE)
        origin.claim(ledger, THERE)
        assert not origin.is_from_elsewhere(ledger, THERE)


def test_it_holds_no_id_and_two_ledgers_of_one_computer_no_equal_digest(tmp_path: Path) -> None:
    paths = [tmp_path / "one.sqlite3", tmp_path / "other.sqlite3"]
    for path in paths:
        ledger, _ = Ledger.open(path)
        origin.claim(ledger, HERE)
        ledger.close()
        assert HERE not in path.read_bytes()
    assert digest(paths[0]) != digest(paths[1])
