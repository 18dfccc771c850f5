"""Until when browsers may be open, read where nothing can be written."""

from pathlib import Path

import pytest

from enigma_panel.core.models import Phase
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.open_until import open_until_ms
from tests.kit.builders import new_session
from tests.kit.clock import NOW
from tests.store.helpers import start

SOON, LATER = NOW + 60_000, NOW + 180_000


def write(ledger: Ledger, *ends_ms: int | None, phase: Phase = Phase.OPEN) -> None:
    for end_ms in ends_ms:
        start(ledger, new_session(phase=phase, expires_ms=end_ms))


@pytest.mark.parametrize(
    ("phase", "ends_ms", "expected"),
    [
        (Phase.OPEN, (), 0),
        (Phase.OPEN, (SOON, LATER), LATER),
        (Phase.STARTING, (SOON,), SOON),  # its reply may be lost
        (Phase.OPEN, (LATER, None), None),
        (Phase.OPEN, (NOW - 1,), 0),
        (Phase.ENDED_BY_YOU, (LATER,), 0),
    ],
)
def test_the_last_one_counts(
    ledger: Ledger, phase: Phase, ends_ms: tuple[int | None, ...], expected: int | None
) -> None:
    write(ledger, *ends_ms, phase=phase)
    assert open_until_ms(ledger.path, NOW) == expected


def test_in_a_folder_that_cannot_be_written(open_folder: Path) -> None:
    path = open_folder / "ledger.sqlite3"
    with Ledger.open(path)[0] as ledger:
        write(ledger, LATER)
    open_folder.chmod(0o500)
    assert [file.name for file in open_folder.iterdir()] == ["ledger.sqlite3"]
    assert open_until_ms(path, NOW) == LATER


def test_what_a_killed_program_left_counts_or_it_is_unknown(open_folder: Path) -> None:
    path, wal, shm = (open_folder / f"ledger.sqlite3{end}" for end in ("", "-wal", "-shm"))
    with Ledger.open(path)[0] as ledger:
        write(ledger, SOON)
    with Ledger.open(path)[0] as ledger:
        write(ledger, LATER)
        kept = {file: file.read_bytes() for file in (path, wal, shm)}
    for file, content in kept.items():
        file.write_bytes(content)
    open_folder.chmod(0o500)
    assert open_until_ms(path, NOW) == LATER
    open_folder.chmod(0o700)
    shm.unlink()
    open_folder.chmod(0o500)
    assert open_until_ms(path, NOW) is None


def test_without_a_ledger_none_is_open(tmp_path: Path) -> None:
    assert open_until_ms(tmp_path / "none" / "ledger.sqlite3", NOW) == 0
    (tmp_path / "ledger.sqlite3").touch()  # a full disk takes the name and not the content
    assert open_until_ms(tmp_path / "ledger.sqlite3", NOW) == 0


def test_one_that_makes_no_sense_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"rubbish" * 1000)
    assert open_until_ms(tmp_path / "ledger.sqlite3", NOW) is None
