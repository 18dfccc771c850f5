"""A file in the making: hidden until it is whole, in nobody's place, and nothing of it stays."""

import errno
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.store.new_file import PREFIX, NewFile, save_text

Spoil = Callable[[pytest.MonkeyPatch], None]
FULL, REFUSED = "No space left", "Some words"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_it_is_hidden_until_it_is_whole_and_takes_no_files_place(folder: Path) -> None:
    """Nor has what a killed program leaves its name."""
    with NewFile(folder, "report.pdf") as new:
        new.write(b"abc")
        (part,) = folder.iterdir()
        assert part.name.startswith(PREFIX)
        (folder / "report.pdf").write_text("mine")
        (folder / "report (2).pdf").symlink_to(folder / "nowhere")
        made = new.finish()
    assert (made, made.read_bytes()) == (folder / "report (3).pdf", b"abc")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert (folder / "report.pdf").read_text() == "mine"
    assert len(list(folder.iterdir())) == 3


def test_it_is_synced_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: sizes.append(os.fstat(handle).st_size))
    save_text(folder / "t.txt", "abc")
    assert sizes == [3]


def fails(name: str, number: int) -> Spoil:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, REFUSED)

    return lambda patch: patch.setattr(f"enigma_panel.store.new_file.{name}", fail)


class FullFile(io.BytesIO):
    """Takes a little, then there is no room any more."""

    def write(self, data: Any, /) -> int:
        super().write(data[:5_000])
        raise OSError(errno.ENOSPC, "No space left on device")


def fills_up(patch: pytest.MonkeyPatch) -> None:
    def fdopen(handle: int, _mode: str) -> FullFile:
        os.close(handle)
        return FullFile()

    patch.setattr("enigma_panel.store.new_file.os.fdopen", fdopen)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (fills_up, FULL),
        (fails("os.fsync", errno.EIO), REFUSED),
        (fails("Path.replace", errno.EIO), REFUSED),
        (fails("tempfile.mkstemp", errno.EACCES), REFUSED),
    ],
)
def test_a_disk_that_refuses_leaves_nothing(
    folder: Path, spoil: Spoil, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "t.txt"
    path.write_text("mine")
    with monkeypatch.context() as patch:
        spoil(patch)
        with pytest.raises(OSError, match=words):
            save_text(path, "x" * 10_000)
    assert [one.read_text() for one in folder.iterdir()] == ["mine"]
