"""The last good copy of a lost or a newer ledger: offered, brought back, declined."""

import os
from pathlib import Path

import pytest

from enigma_panel.store.files import ProblemKind
from enigma_panel.store.ledger import (
    Copied,
    CorruptLedgerError,
    Ledger,
    LedgerError,
    NewerLedgerError,
    backup,
    copy_to_offer,
    decline_copy,
    find_copy,
    origin,
    use_copy,
)
from enigma_panel.store.ledger.schema import MIGRATIONS
from tests.kit.clock import NOW
from tests.store.helpers import copy_ledger, old_ledger, raw, start
from tests.store.ledger.damage import LOST, filled, flip, lost


@pytest.fixture
def copy(ledger_path: Path) -> Path:
    """Where the copy is."""
    return ledger_path.parent / "ledger.copy"


def _names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


@pytest.mark.parametrize("how", sorted(LOST))
def test_the_copy_of_a_lost_ledger_is_offered_and_brings_it_back(
    ledger_path: Path, how: str
) -> None:
    intents, problem = lost(ledger_path, how)
    missing = how in {"empty", "gone"}
    assert problem.kind is (ProblemKind.MISSING if missing else ProblemKind.BROKEN)
    assert (problem.kept_as is None) is missing
    assert problem.copy is not None
    assert (problem.copy.made_ms, problem.copy.sessions_open) == (NOW, len(intents))
    with Ledger.open(ledger_path)[0] as ledger:  # a later run offers it still
        assert copy_to_offer(ledger) == problem.copy
    fresh = use_copy(ledger_path, problem.copy)
    ledger, none = Ledger.open(ledger_path)
    with ledger:
        assert none is None
        assert ledger.unsettled() == intents
        assert copy_to_offer(ledger) is None
        assert copy_ledger(ledger, NOW + 9) is Copied.MADE
    assert fresh is not None
    assert fresh.name.startswith("ledger.sqlite3.replaced-2")
    with raw(fresh) as connection:
        assert connection.execute("SELECT site FROM sessions").fetchall() == [("fresh.example",)]


def test_a_ledger_that_was_a_copy_knows_it_until_it_is_claimed(ledger_path: Path) -> None:
    filled(ledger_path)
    found = find_copy(ledger_path)
    assert found is not None
    with Ledger.open(ledger_path)[0] as ledger:
        assert not origin.is_copy(ledger)
    use_copy(ledger_path, found)
    for _ in range(2):
        with Ledger.open(ledger_path)[0] as ledger:
            assert origin.is_copy(ledger)
    with Ledger.open(ledger_path)[0] as ledger:
        origin.claim(ledger, b"")
        assert not origin.is_copy(ledger)
    with Ledger.open(ledger_path)[0] as ledger:
        assert not origin.is_copy(ledger)


def test_what_a_killed_program_was_about_to_use_is_gone_with_the_next_start(
    ledger_path: Path,
) -> None:
    filled(ledger_path)
    before = _names(ledger_path)
    for ending in ("", "-journal"):
        Path(f"{ledger_path}.new{ending}").write_text("half")
    Ledger.open(ledger_path)[0].close()
    assert _names(ledger_path) == before


def test_no_copy_of_a_fresh_ledger_replaces_that_of_a_lost_one(
    ledger_path: Path, copy: Path
) -> None:
    _, problem = lost(ledger_path, "rubbish")
    before = copy.read_bytes()
    with Ledger.open(ledger_path)[0] as ledger:
        assert copy_ledger(ledger, NOW + 1) is Copied.OF_ANOTHER
        assert copy_to_offer(ledger) == problem.copy
        assert copy.read_bytes() == before
        kept = decline_copy(ledger)
        assert copy_to_offer(ledger) is None
        assert copy_ledger(ledger, NOW + 1) is Copied.MADE
        assert copy_to_offer(ledger) is None
    assert [path.read_bytes() for path in kept] == [before]
    assert all(".declined-2" in path.name for path in kept)


def test_without_a_copy_there_is_nothing_to_offer(ledger_path: Path) -> None:
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert problem is None
        assert find_copy(ledger_path) is None
        assert copy_to_offer(ledger) is None
        assert decline_copy(ledger) == []
    ledger_path.write_bytes(b"rubbish")
    ledger, problem = Ledger.open(ledger_path)
    ledger.close()
    assert problem is not None
    assert problem.copy is None


@pytest.mark.parametrize("how", ["flipped in page 3", "cut in half", "empty", "rubbish", "gone"])
def test_a_copy_that_is_broken_itself_is_not_offered_and_replaced(
    ledger_path: Path, copy: Path, how: str
) -> None:
    filled(ledger_path)
    good = find_copy(ledger_path)
    assert good is not None
    LOST[how](copy)
    assert find_copy(ledger_path) is None
    before = ledger_path.read_bytes()
    with pytest.raises(LedgerError):
        use_copy(ledger_path, good)
    assert ledger_path.read_bytes() == before
    with Ledger.open(ledger_path)[0] as ledger:
        assert copy_ledger(ledger, NOW) is Copied.MADE
    assert find_copy(ledger_path) is not None


def test_another_programs_database_is_no_copy(ledger_path: Path, copy: Path) -> None:
    ledger_path.parent.mkdir()
    with raw(copy) as connection:
        connection.execute("CREATE TABLE meta (name, value)")
        connection.execute("INSERT INTO meta VALUES ('salt', x'00')")
    assert find_copy(ledger_path) is None


def test_a_copy_of_a_newer_version_cannot_be_used(ledger_path: Path, copy: Path) -> None:
    filled(ledger_path)
    good = find_copy(ledger_path)
    assert good is not None
    with raw(copy) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    assert find_copy(ledger_path) is None
    with pytest.raises(NewerLedgerError):
        use_copy(ledger_path, good)


def test_a_newer_ledger_goes_aside_for_the_copy_of_this_version(
    ledger_path: Path, copy: Path
) -> None:
    intents = filled(ledger_path)
    with raw(ledger_path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer = ledger_path.read_bytes()
    with pytest.raises(NewerLedgerError):
        Ledger.open(ledger_path)
    found = find_copy(ledger_path)
    assert found is not None
    kept = use_copy(ledger_path, found)
    assert kept is not None
    assert kept.read_bytes() == newer
    with Ledger.open(ledger_path)[0] as ledger:
        assert ledger.unsettled() == intents


def test_a_wal_left_behind_is_not_mixed_into_the_copy(ledger_path: Path) -> None:
    intents = filled(ledger_path)
    with Ledger.open(ledger_path)[0] as ledger:
        start(ledger)
        left = {end: Path(f"{ledger_path}{end}").read_bytes() for end in ("-wal", "-shm")}
    for end, content in left.items():
        Path(f"{ledger_path}{end}").write_bytes(content)
    found = find_copy(ledger_path)
    assert found is not None
    kept = use_copy(ledger_path, found)
    assert Path(f"{kept}-wal").read_bytes() == left["-wal"]
    with Ledger.open(ledger_path)[0] as ledger:
        assert ledger.unsettled() == intents


def test_a_disk_that_refuses_leaves_the_ledger_where_it_is(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(ledger_path)
    found = find_copy(ledger_path)
    assert found is not None
    before, names = ledger_path.read_bytes(), _names(ledger_path)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LedgerError):
        use_copy(ledger_path, found)
    assert (ledger_path.read_bytes(), _names(ledger_path)) == (before, names)


def test_a_clock_that_was_set_back_does_not_bring_an_older_version(ledger_path: Path) -> None:
    old_ledger(ledger_path)
    with Ledger.open(ledger_path)[0] as ledger:  # its copy of version 1 has today's date
        copy_ledger(ledger, 1)
    found = find_copy(ledger_path)
    assert found is not None
    assert (found.version, found.made_ms) == (len(MIGRATIONS), 1)


def test_checks_raise_the_type_that_tells_damage(ledger_path: Path, copy: Path) -> None:
    filled(ledger_path)
    flip(copy, 2 * 4096)
    with pytest.raises(CorruptLedgerError):
        backup._check_copy(copy)
