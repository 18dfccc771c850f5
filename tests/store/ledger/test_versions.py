"""Ledgers of other versions are refused and left alone; those that lack a table are damaged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from enigma_panel.store.ledger.errors import OtherVersionError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.schema import TABLES, VERSION
from tests.store.helpers import raw, start


def _files(path: Path) -> dict[str, tuple[bytes, int]]:
    """What there is, with its mode; but for SQLite's index of the -wal, which holds nothing."""
    files = [file for file in path.parent.iterdir() if not file.name.endswith("-shm")]
    return {file.name: (file.read_bytes(), file.stat().st_mode) for file in files}


@pytest.mark.parametrize("found", [0, 1, VERSION - 1, VERSION + 1])
def test_a_ledger_of_another_version_is_left_untouched(ledger_path: Path, found: int) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        start(ledger)
        wal = Path(f"{ledger_path}-wal").read_bytes()
    with raw(ledger_path) as connection:
        connection.execute(f"PRAGMA user_version = {found}")
    Path(f"{ledger_path}-wal").write_bytes(wal)
    ledger_path.with_name("ledger.sqlite3.new").touch()
    ledger_path.chmod(0o644)
    before = _files(ledger_path)
    with pytest.raises(OtherVersionError) as caught:
        Ledger.open(ledger_path)
    assert str(caught.value) == (
        f"{ledger_path}: its format is {found}, this program needs {VERSION}"
    )
    assert _files(ledger_path) == before
    assert "ledger.sqlite3-wal" in before


def test_the_version_of_one_that_was_killed_in_its_first_run_is_in_its_wal(
    ledger_path: Path,
) -> None:
    code = (
        "import os, pathlib, sys\nfrom enigma_panel.store.ledger import schema\n"
        "schema.VERSION = 16\nfrom enigma_panel.store.ledger.ledger import Ledger\n"
        "kept = Ledger.open(pathlib.Path(sys.argv[1]))\nos._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(ledger_path)], check=True, env=os.environ)
    before = _files(ledger_path)
    with pytest.raises(OtherVersionError, match="its format is 16"):
        Ledger.open(ledger_path)
    assert _files(ledger_path) == before


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_ledger_that_lacks_a_table_is_kept_aside_as_damaged(
    ledger_path: Path, table: str
) -> None:
    ledger = Ledger.open(ledger_path)[0]
    found = ledger._db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    assert {name for (name,) in found} == TABLES
    ledger.close()
    with raw(ledger_path) as connection:
        connection.execute(f"DROP TABLE {table}")
    ledger, problem = Ledger.open(ledger_path)
    ledger.close()
    assert problem is not None
    assert problem.kept_as is not None
