"""Save as: whole under its name or not at all, and never over a file that was there."""

import errno
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.features.results.dialog import ResultDialog
from enigma_panel.features.results.saver import suggested_name
from enigma_panel.ui.result.formats import read_result
from tests.kit.builders import a_task
from tests.kit.person import click
from tests.kit.wait import until

Show = Callable[..., Coroutine[Any, Any, ResultDialog]]
TEXT = "a\r\nb \x00 \u202e \ud800 😀"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def chooser(dialog: ResultDialog) -> QFileDialog:
    return next(d for d in dialog.findChildren(QFileDialog) if d.isVisible())


async def save(dialog: ResultDialog, path: Path) -> None:
    """Through the window that asks where to, up to the first news."""
    click(dialog.save_as)
    window = chooser(dialog)
    field = window.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(field, QLineEdit)
    field.setText(str(path))
    window.accept()
    await until(lambda: dialog.saver.news.text() not in {"", "Saving…"})


async def test_it_is_saved_as_it_came(show: Show, folder: Path) -> None:
    dialog = await show(TEXT)
    path = folder / "result.txt"
    await save(dialog, path)
    assert dialog.saver.news.text() == f"Saved as {path}"
    assert files(folder) == {"result.txt": TEXT.encode("utf-8", "replace")}


async def test_a_name_that_cannot_be_is_said(show: Show, folder: Path) -> None:
    dialog = await show(TEXT)
    dialog.saver.save(TEXT, str(folder / ("x" * 300)))
    await until(lambda: "name" in dialog.saver.news.text().lower())
    assert files(folder) == {}


async def test_the_window_for_it_blocks_nothing_and_is_one(show: Show) -> None:
    dialog = await show("$5")
    for _ in range(2):
        click(dialog.save_as)
    window = chooser(dialog)
    assert not window.isModal()
    assert [d for d in dialog.findChildren(QFileDialog) if d.isVisible()] == [window]
    assert Path(window.selectedFiles()[0]).name == "Find a hub.txt"
    window.reject()
    assert not dialog.saver.isVisible()


async def test_a_file_that_is_there_is_kept(show: Show, folder: Path) -> None:
    dialog = await show("new")
    (folder / "result.txt").write_text("old")
    await save(dialog, folder / "result.txt")
    assert dialog.saver.news.text() == f"Saved as {folder / 'result (2).txt'}"
    assert files(folder) == {"result.txt": b"old", "result (2).txt": b"new"}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EDQUOT, "full"), "the disk is full"),
        (OSError(errno.ENOSPC, "full"), "the disk is full"),
        (PermissionError(errno.EACCES, "no"), "you can't write there"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
async def test_what_fails_is_said_and_leaves_nothing(
    show: Show, folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def fail(_handle: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    dialog = await show("new")
    (folder / "old.txt").write_text("old")
    dialog.saver.save("new", str(folder / "result.txt"))
    await until(lambda: "Not saved" in dialog.saver.news.text())
    assert said in dialog.saver.news.text()
    dialog.saver.save("new", str(folder / "old.txt"))
    await until(lambda: "Not saved" in dialog.saver.news.text())
    assert files(folder) == {"old.txt": b"old"}


async def test_a_folder_that_is_gone_is_said(show: Show, folder: Path) -> None:
    dialog = await show("$5")
    dialog.saver.save("$5", str(folder / "gone" / "x.txt"))
    await until(lambda: "Not saved: that folder does not exist." in dialog.saver.news.text())
    assert files(folder) == {}


async def test_another_task_is_not_told_what_became_of_it(show: Show, folder: Path) -> None:
    dialog = await show("$5")
    dialog.saver.save("$5", str(folder / "gone" / "x.txt"))
    await until(lambda: "Not saved" in dialog.saver.news.text())
    assert dialog.saver.isVisible()
    await show("$6")
    assert not dialog.saver.isVisible()


@pytest.mark.parametrize(
    ("task", "text", "name"),
    [
        ("Find a hub", "$5", "Find a hub.txt"),
        (
            "Compare a/b\\c: “all” of shop.example?",
            "# x",
            "Compare a b c_ “all” of shop example_.md",
        ),
        ("x", "[1]", "x.json"),
        ("x", '[{"a": 1}, {"a": 2}]', "x.json"),
        ("x", "a,b\n1,2", "x.csv"),
        ("../../etc/passwd\x00\u202e", "$5", "etc passwd.txt"),
        ("word " * 50, "$5", "word word word word word word word word word word word word.txt"),
    ],
)
def test_a_name_is_suggested(task: str, text: str, name: str) -> None:
    spec = TaskSpec(text=task, output_type=OutputType.TEXT)
    assert suggested_name(a_task(spec=spec), read_result(spec, text)) == name
