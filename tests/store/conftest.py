"""Fixtures of the store's tests: a ledger in a folder of its own, folders that refuse."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from enigma_panel.store.ledger.ledger import Ledger

NOBODY = 65_534


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    """Where the test's ledger is; the folder does not exist yet."""
    return tmp_path / "room" / "ledger.sqlite3"


@pytest.fixture
def ledger(ledger_path: Path) -> Iterator[Ledger]:
    opened, problem = Ledger.open(ledger_path)
    assert problem is None
    with opened:
        yield opened


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may write, outside pytest's private one; we are that user.

    File modes mean nothing to root, so the test runs as nobody meanwhile. The test closes it.
    """
    if os.name == "nt":
        pytest.skip("file modes are POSIX")
    as_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="enigma-store-") as name:
        folder = Path(name)
        if as_root:
            os.chown(folder, NOBODY, -1)
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if as_root:
                os.seteuid(0)
            folder.chmod(0o700)
