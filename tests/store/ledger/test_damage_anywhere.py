"""Damage at any place of the ledger or of its copy: said, never a crash, never a dead end."""

import contextlib
import random
from pathlib import Path

import pytest

from enigma_panel.store.ledger.backup import find_copy, use_copy
from enigma_panel.store.ledger.errors import CorruptLedgerError, LedgerError
from enigma_panel.store.ledger.ledger import Ledger
from tests.conftest import LogWatch, first_and_weekly_each
from tests.kit.clock import NOW
from tests.store.helpers import copy_ledger, start

ROUNDS = 40


def _spoil(path: Path, rng: random.Random) -> None:
    data = bytearray(path.read_bytes())
    match rng.randrange(4):
        case 0:  # some bytes, the header left alone
            for _ in range(rng.randint(1, 200)):
                data[rng.randrange(100, len(data))] ^= rng.randint(1, 255)
        case 1:
            page = rng.randrange(len(data) // 4096) * 4096
            data[page + 100 * (page == 0) : page + 4096] = rng.randbytes(4096 - 100 * (page == 0))
        case 2:
            del data[rng.randrange(200, len(data)) :]
        case _:
            page = rng.randrange(1, len(data) // 4096) * 4096
            data[page : page + 4096] = bytes(4096)
    path.write_bytes(data)


def _read_all(ledger: Ledger) -> None:
    """What a start reads; a LedgerError is an answer, too."""
    with contextlib.suppress(LedgerError):
        ledger.tasks(ledger.task_keys())
        ledger.sessions_not_past(0, 0)
        ledger.live_tasks()
        ledger.unsettled()
        ledger.used_since(0)


@first_and_weekly_each("block", range(2))
@pytest.mark.parametrize("what", ["ledger.sqlite3", "ledger.copy"])
def test_whatever_is_damaged_the_program_starts_or_offers_a_copy(
    tmp_path: Path, log_watch: LogWatch, what: str, block: int
) -> None:
    log_watch.allow("pieces of what was deleted may still be in the file")
    for seed in range(block * ROUNDS, (block + 1) * ROUNDS):
        folder = tmp_path / f"{seed}"
        path = folder / "ledger.sqlite3"
        ledger, _ = Ledger.open(path)
        for _ in range(3):
            start(ledger)
        copy_ledger(ledger, NOW)
        ledger.close()
        _spoil(folder / what, random.Random(seed))
        try:
            again, problem = Ledger.open(path)
        except CorruptLedgerError:
            use_copy(path)
            again, problem = Ledger.open(path)
        with again:
            _read_all(again)
        assert problem is None
        find_copy(path)
