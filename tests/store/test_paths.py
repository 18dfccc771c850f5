"""The folders: where they are by each platform's rules, and that they are private and writable."""

import os
import stat
from pathlib import Path
from typing import IO

import pytest

from enigma_panel.store.paths import FolderError, Folders, default_folders, folders_below

posix = pytest.mark.skipif(os.name == "nt", reason="paths and modes are POSIX")


@posix
def test_linux_follows_the_xdg_rules() -> None:
    env = {"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "HOME": "/h"}
    expected = Folders(Path("/d/enigma-control-panel"), Path("/c/enigma-control-panel"))
    assert default_folders(env, "linux") == expected
    assert expected.ledger == Path("/d/enigma-control-panel/ledger.sqlite3")
    assert expected.settings == Path("/c/enigma-control-panel/settings.json")


@posix
@pytest.mark.parametrize("value", ["", "relative/data"])
def test_linux_ignores_what_is_empty_or_relative(value: str) -> None:
    env = {"XDG_DATA_HOME": value, "XDG_CONFIG_HOME": value, "HOME": "/h"}
    assert default_folders(env, "linux") == Folders(
        Path("/h/.local/share/enigma-control-panel"), Path("/h/.config/enigma-control-panel")
    )


@posix
def test_macos_and_windows() -> None:
    mac = Path("/h/Library/Application Support/Enigma Control Panel")
    assert default_folders({"HOME": "/h"}, "darwin") == Folders(mac / "data", mac / "config")
    win = Path("/local/Enigma Control Panel")
    env = {"LOCALAPPDATA": "/local", "USERPROFILE": "/h"}
    assert default_folders(env, "win32") == Folders(win / "data", win / "config")
    fallback = default_folders({"USERPROFILE": "/h"}, "win32")
    assert fallback.data == Path("/h/AppData/Local/Enigma Control Panel/data")


def test_no_home_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(FolderError, match="no home folder"):
        default_folders({}, "linux")


def test_a_data_folder_of_ones_own_holds_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = folders_below(Path("mine"))
    assert folders.ledger == tmp_path / "mine" / "data" / "ledger.sqlite3"
    assert folders.settings == tmp_path / "mine" / "config" / "settings.json"


@posix
def test_prepared_folders_are_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folders = folders_below(tmp_path)
    folders.data.mkdir(mode=0o755)
    folders.prepare()
    folders.prepare()
    for folder in (folders.data, folders.config):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(folder.iterdir()) == []
    # A folder that the person named may be a shared one: it keeps its mode.
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_an_unwritable_folder_is_named(open_folder: Path) -> None:
    folders = folders_below(open_folder)
    folders.prepare()
    with pytest.raises(FolderError) as caught:
        Folders(folders.data, Path("/proc/no/such")).prepare()
    assert caught.value.path == Path("/proc/no/such")
    assert caught.value.reason
    open_folder.chmod(0o500)
    with pytest.raises(FolderError, match="denied"):
        Folders(open_folder / "new", folders.config).prepare()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full device is Linux's")
def test_a_folder_without_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> IO[bytes]:
        return Path("/dev/full").open("wb")

    monkeypatch.setattr("enigma_panel.store.paths.tempfile.TemporaryFile", full)
    with pytest.raises(FolderError, match="No space left"):
        folders_below(tmp_path).prepare()


def test_a_file_in_a_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(FolderError) as caught:
        folders_below(tmp_path).prepare()
    assert caught.value.path == tmp_path / "data"
