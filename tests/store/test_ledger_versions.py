"""Ledgers of other versions: older ones are brought along, newer ones left alone."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from enigma_panel.store.ledger import Ledger, LedgerError, NewerLedgerError, database, schema
from enigma_panel.store.ledger.schema import MIGRATIONS
from tests.store.helpers import raw, start


def test_a_newer_ledger_is_left_untouched(ledger_path: Path) -> None:
    Ledger.open(ledger_path)[0].close()
    with raw(ledger_path) as connection:
        connection.execute("CREATE TABLE later (x)")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 3}")
    before = ledger_path.read_bytes()
    with pytest.raises(NewerLedgerError) as caught:
        Ledger.open(ledger_path)
    assert (caught.value.found, caught.value.known) == (len(MIGRATIONS) + 3, len(MIGRATIONS))
    assert ledger_path.read_bytes() == before
    assert [file.name for file in ledger_path.parent.iterdir()] == ["ledger.sqlite3"]


def _second(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sessions ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'")


def _half(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sessions ADD COLUMN half TEXT")
    connection.execute("INSERT INTO nowhere VALUES (1)")


def _dangling(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM tasks")


def test_a_migration_brings_the_old_rows_along(ledger_path: Path) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        session = start(ledger).session
    newer = database.Database.open(ledger_path, [*MIGRATIONS, _second])
    assert newer.rows("SELECT key, colour FROM sessions") == [(session.key, "grey")]
    assert newer.rows("PRAGMA user_version") == [(2,)]
    assert newer.rows("PRAGMA foreign_keys") == [(1,)]
    newer.close()
    database.Database.open(ledger_path, [*MIGRATIONS, _second]).close()
    with pytest.raises(NewerLedgerError):
        Ledger.open(ledger_path)


def test_a_migration_that_another_process_has_just_made_is_not_repeated(ledger: Ledger) -> None:
    with raw(ledger.path) as connection:
        schema._step(connection, MIGRATIONS)
    assert ledger._db.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]


@pytest.mark.parametrize("step", [_half, _dangling])
def test_a_migration_that_fails_changes_nothing(
    ledger_path: Path, step: Callable[[sqlite3.Connection], None]
) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        intent = start(ledger)
    with pytest.raises(LedgerError):
        database.Database.open(ledger_path, [*MIGRATIONS, step])
    with Ledger.open(ledger_path)[0] as again:
        assert again.unsettled() == [intent]
        assert again._db.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
        columns = [row[1] for row in again._db.rows("PRAGMA table_info(sessions)")]
        assert "half" not in columns
