"""The copy of a lost or a newer ledger: offered, restored, declined."""

import os
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.store.files import Copy, ProblemKind
from enigma_panel.store.ledger import backup, origin
from enigma_panel.store.ledger.backup import find_copy, start_empty, use_copy
from enigma_panel.store.ledger.errors import (
    CorruptLedgerError,
    LedgerError,
    MissingLedgerError,
    OtherVersionError,
)
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.schema import VERSION
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.store.helpers import copy_ledger, raw, start
from tests.store.ledger.damage import LOST, filled


@pytest.fixture
def copy(ledger_path: Path) -> Path:
    return ledger_path.parent / "ledger.copy"


def _names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


@pytest.mark.parametrize("how", sorted(LOST))
def test_the_copy_of_a_lost_ledger_is_offered_and_brings_it_back(
    ledger_path: Path, how: str
) -> None:
    intents = filled(ledger_path)
    LOST[how](ledger_path)
    damaged = ledger_path.read_bytes() if ledger_path.exists() else None
    is_missing = how in {"empty", "gone"}
    for _ in range(2):  # a later run offers it still
        with (
            pytest.raises(MissingLedgerError if is_missing else CorruptLedgerError),
            Ledger.open(ledger_path)[0] as ledger,
        ):
            copy_ledger(ledger, NOW + 1)  # looks at all pages
    assert find_copy(ledger_path) == Copy(made_ms=NOW, sessions_open=len(intents))
    use_copy(ledger_path)
    kept = [path.read_bytes() for path in ledger_path.parent.glob("ledger.sqlite3.replaced-2*Z")]
    assert len(kept) == (damaged is not None)
    assert is_missing or kept[0][4096:] == damaged[4096:]
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert problem is None
        assert ledger.unsettled() == intents
        copy_ledger(ledger, NOW + 9)


@pytest.mark.parametrize("how", ["gone", "rubbish"])
def test_whoever_starts_with_an_empty_ledger_loses_no_file(
    ledger_path: Path, copy: Path, how: str
) -> None:
    filled(ledger_path)
    LOST[how](ledger_path)
    before = {path.read_bytes() for path in ledger_path.parent.iterdir()}
    start_empty(ledger_path)
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert problem is None
        assert ledger.task_keys() == []
        copy_ledger(ledger, NOW)
    assert before <= {path.read_bytes() for path in ledger_path.parent.iterdir()}
    found = existing(find_copy(ledger_path))
    assert found.sessions_open == 0


def test_a_kill_before_the_copy_is_declined_leaves_it_on_offer(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(ledger_path)
    LOST["rubbish"](ledger_path)
    aside, kept = backup.keep_aside, list[Path]()

    def killed_at_the_second(path: Path, *rest: Any, **more: Any) -> Path:
        if kept:
            raise OSError(5, "killed")
        kept.append(aside(path, *rest, **more))
        return kept[0]

    monkeypatch.setattr(backup, "keep_aside", killed_at_the_second)
    with pytest.raises(LedgerError):
        start_empty(ledger_path)
    with pytest.raises(MissingLedgerError):
        Ledger.open(ledger_path)
    assert find_copy(ledger_path) is not None


def test_a_ledger_that_was_a_copy_knows_it_until_it_is_claimed(ledger_path: Path) -> None:
    filled(ledger_path)
    with Ledger.open(ledger_path)[0] as ledger:
        assert not origin.is_copy(ledger)
    use_copy(ledger_path)
    for _ in range(2):
        with Ledger.open(ledger_path)[0] as ledger:
            assert origin.is_copy(ledger)
    with Ledger.open(ledger_path)[0] as ledger:
        origin.claim(ledger)
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


def test_without_a_copy_there_is_nothing_to_offer(ledger_path: Path) -> None:
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert problem is None
        assert find_copy(ledger_path) is None
    ledger_path.write_bytes(b"rubbish")
    ledger, problem = Ledger.open(ledger_path)
    ledger.close()
    assert problem is not None
    assert problem.kind is ProblemKind.BROKEN


@pytest.mark.parametrize("how", ["flipped in page 3", "cut in half", "empty", "rubbish", "gone"])
def test_a_copy_that_is_broken_itself_is_not_offered_and_replaced(
    ledger_path: Path, copy: Path, how: str
) -> None:
    filled(ledger_path)
    LOST[how](copy)
    assert find_copy(ledger_path) is None
    before = ledger_path.read_bytes()
    with pytest.raises(LedgerError):
        use_copy(ledger_path)
    assert ledger_path.read_bytes() == before
    with Ledger.open(ledger_path)[0] as ledger:
        copy_ledger(ledger, NOW)
    assert find_copy(ledger_path) is not None


def test_another_programs_database_is_no_copy(ledger_path: Path, copy: Path) -> None:
    ledger_path.parent.mkdir()
    with raw(copy) as connection:
        connection.execute("CREATE TABLE meta (name, value)")
        connection.execute("INSERT INTO meta VALUES ('salt', x'00')")
    assert find_copy(ledger_path) is None


@pytest.mark.parametrize("found", [VERSION - 1, VERSION + 1])
def test_a_copy_of_another_version_cannot_be_used(
    ledger_path: Path, copy: Path, found: int
) -> None:
    filled(ledger_path)
    with raw(copy) as connection:
        connection.execute(f"PRAGMA user_version = {found}")
    assert find_copy(ledger_path) is None
    with pytest.raises(OtherVersionError):
        use_copy(ledger_path)


def test_a_wal_left_behind_is_not_mixed_into_the_copy(ledger_path: Path) -> None:
    intents = filled(ledger_path)
    with Ledger.open(ledger_path)[0] as ledger:
        start(ledger)
        left = {end: Path(f"{ledger_path}{end}").read_bytes() for end in ("-wal", "-shm")}
    for end, content in left.items():
        Path(f"{ledger_path}{end}").write_bytes(content)
    use_copy(ledger_path)
    (kept,) = ledger_path.parent.glob("*.replaced-*-wal")
    assert kept.read_bytes() == left["-wal"]
    with Ledger.open(ledger_path)[0] as ledger:
        assert ledger.unsettled() == intents


def test_a_disk_that_refuses_leaves_the_ledger_where_it_is(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(ledger_path)
    before, names = ledger_path.read_bytes(), _names(ledger_path)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LedgerError):
        use_copy(ledger_path)
    assert (ledger_path.read_bytes(), _names(ledger_path)) == (before, names)
