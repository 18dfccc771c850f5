"""Throw-away folders of the dead are removed, and nothing else in the temp directory is."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from enigma_panel.store.folder_lock import PREFIX, FolderLock, clear_leftovers
from enigma_panel.store.paths import FolderError

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX")
LATER_S = time.time() + 3_600


def make(parent: Path, name: str = "one", *, mode: int = 0o700) -> Path:
    folder = parent / f"{PREFIX}{name}"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "ledger.sqlite3").write_bytes(b"x")
    (folder / "data" / "panel.lock").touch()
    folder.chmod(mode)
    return folder


def test_a_dead_ones_folder_goes(tmp_path: Path) -> None:
    folder = make(tmp_path)
    assert clear_leftovers(tmp_path, LATER_S) == [folder]
    assert not folder.exists()


def test_one_that_died_before_it_had_a_lock_goes_too(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}x").mkdir(mode=0o700)
    assert len(clear_leftovers(tmp_path, LATER_S)) == 1


def test_a_living_ones_folder_stays(tmp_path: Path) -> None:
    folder = make(tmp_path)
    lock = FolderLock(folder / "data")
    assert clear_leftovers(tmp_path, LATER_S) == []
    lock.release()
    assert clear_leftovers(tmp_path, LATER_S) == [folder]


def test_a_young_one_stays(tmp_path: Path) -> None:
    make(tmp_path)
    assert clear_leftovers(tmp_path) == []
    assert clear_leftovers(tmp_path, time.time() + 50) == []


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o1777, 0o707])
def test_one_that_others_can_enter_is_none_of_ours(tmp_path: Path, mode: int) -> None:
    make(tmp_path, mode=mode)
    assert clear_leftovers(tmp_path, LATER_S) == []


def test_files_links_and_other_names_stay(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir(mode=0o700)
    (target / "kept").touch()
    (tmp_path / f"{PREFIX}link").symlink_to(target)
    (tmp_path / f"{PREFIX}file").touch(mode=0o700)
    (tmp_path / "another-demo-").mkdir(mode=0o700)
    before = sorted(tmp_path.iterdir())
    assert clear_leftovers(tmp_path, LATER_S) == []
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_inside_is_removed_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = make(tmp_path)
    (folder / "config").symlink_to(outside)
    assert clear_leftovers(tmp_path, LATER_S) == [folder]
    assert (outside / "kept").exists()


def test_a_data_folder_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    """Its lock would be made in somebody else's folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / f"{PREFIX}x"
    folder.mkdir(mode=0o700)
    (folder / "data").symlink_to(outside)
    clear_leftovers(tmp_path, LATER_S)
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives files away")
def test_another_users_stays(tmp_path: Path) -> None:
    os.chown(make(tmp_path), 12_345, 12_345)
    assert clear_leftovers(tmp_path, LATER_S) == []


def test_no_temp_directory_is_no_error(tmp_path: Path) -> None:
    assert clear_leftovers(tmp_path / "nowhere", LATER_S) == []


@pytest.mark.parametrize("put", [os.mkfifo, os.mkdir])
def test_a_lock_that_is_no_file_is_said(tmp_path: Path, put: Callable[[Path], None]) -> None:
    put(tmp_path / "panel.lock")
    with pytest.raises(FolderError, match=re.escape("panel.lock: not a file")):
        FolderLock(tmp_path)
