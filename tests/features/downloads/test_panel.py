"""Files of a result in Details: what is shown, asked for, and never told."""

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from enigma_panel.api.errors import DownloadError, DownloadFault
from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import ResultFile
from enigma_panel.features.downloads.downloads import Download, Downloads, DownloadState
from enigma_panel.features.downloads.feature import add_panel
from enigma_panel.features.downloads.panel import ResultFiles
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import all_text, button

SECRET = "T0kenThatNobodySees"
URL = f"https://blobs.webrun.ai/b/1?token={SECRET}"
REPORT = ResultFile(name="../report.pdf", url=URL, source="download")
OTHER = ResultFile(name="", url=f"{URL}2")


class FakeDownloads(QObject):
    """Downloads as a test puts them in; what is asked for is only noted."""

    changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[tuple[int, ResultFile], Download] = {}
        self.calls: list[tuple[Any, ...]] = []

    def put(self, task_key: int, file: ResultFile, **facts: Any) -> None:
        self.known[task_key, file] = Download(**facts)
        self.changed.emit(task_key)

    def of(self, task_key: int, file: ResultFile) -> Download | None:
        return self.known.get((task_key, file))

    def start(self, task_key: int, file: ResultFile, folder: Path) -> None:
        self.calls.append(("start", task_key, file, folder))

    def cancel(self, task_key: int, file: ResultFile) -> None:
        self.calls.append(("cancel", task_key, file))


@pytest.fixture
def downloads() -> FakeDownloads:
    return FakeDownloads()


@pytest.fixture
def files(window: MainWindow, services: Any, downloads: FakeDownloads) -> ResultFiles:
    panel = add_panel(window, cast("Downloads", downloads))
    services.sessions.add(1, status=TaskStatus.DONE, result="Here", files=(REPORT, OTHER))
    services.sessions.add(2, status=TaskStatus.DONE, result="Nothing")
    window.selection.sessions.select_key(1)
    return panel


def test_files_are_listed_by_names_that_are_safe(files: ResultFiles, window: MainWindow) -> None:
    assert files.isVisible()
    assert [row.name.text() for row in files.rows] == ["report.pdf", "file"]
    assert not any(row.state.isVisible() for row in files.rows)
    window.selection.sessions.select_key(2)
    assert not files.isVisible()


def test_a_panel_that_comes_later_shows_the_files_at_once(
    files: ResultFiles, window: MainWindow, downloads: FakeDownloads
) -> None:
    later = add_panel(window, cast("Downloads", downloads))
    assert [row.file for row in later.rows] == [row.file for row in files.rows]


def test_it_is_downloaded_into_a_folder_of_choice(
    files: ResultFiles, window: MainWindow, downloads: FakeDownloads, tmp_path: Path
) -> None:
    button(files.rows[0], "Download…").click()
    button(files.rows[1], "Download…").click()
    dialog = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
    assert not dialog.isModal()
    assert downloads.calls == []
    window.selection.sessions.select_key(2)  # it stays about the file it was asked for
    dialog.fileSelected.emit(str(tmp_path))
    assert downloads.calls == [("start", 1, OTHER, tmp_path)]
    window.close_for_good()
    assert not dialog.isVisible()


def test_progress_cancel_and_the_way_to_the_folder(
    files: ResultFiles,
    window: MainWindow,
    downloads: FakeDownloads,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = files.rows[0]
    row.download.setFocus()
    downloads.put(1, REPORT, got=1_200_000, total=3_400_000)
    assert row.state.text() == "1.2 MB of 3.4 MB"
    assert row.cancel.hasFocus()
    assert not row.download.isVisible()
    button(row, "Cancel").click()
    assert downloads.calls == [("cancel", 1, REPORT)]
    downloads.put(1, REPORT, state=DownloadState.SAVING, got=3_400_000)
    assert not row.cancel.isVisible()
    saved = Path("/home/m/report.pdf")
    downloads.put(1, REPORT, state=DownloadState.SAVED, got=3_400_000, path=saved)
    assert row.state.text() == "3.4 MB, saved as /home/m/report.pdf"
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    button(row, "Show in folder").click()
    assert opened == [QUrl.fromLocalFile("/home/m")]
    assert "No program could open" in window.toast.accessibleName()


def test_a_name_without_end_makes_nothing_wider(
    files: ResultFiles, window: MainWindow, downloads: FakeDownloads
) -> None:
    path = Path("/home/maria") / ("x" * 146 + ".pdf")
    downloads.put(1, REPORT, state=DownloadState.SAVED, path=path)
    column, viewport = files.parentWidget(), window.details._overview.viewport()
    assert column.minimumSizeHint().width() <= viewport.width()
    assert "\N{ZERO WIDTH SPACE}" in files.rows[0].state.text()


def test_what_was_fetched_is_known_when_its_task_is_shown_again(
    files: ResultFiles, window: MainWindow, downloads: FakeDownloads
) -> None:
    window.selection.sessions.select_key(2)
    downloads.put(1, REPORT, state=DownloadState.CANCELLED, total=5)
    window.selection.sessions.select_key(1)
    assert files.rows[0].state.text() == "5 bytes, cancelled, nothing was kept"


def test_each_failure_has_its_words(files: ResultFiles, downloads: FakeDownloads) -> None:
    said = set()
    for fault in DownloadFault:
        error = DownloadError(fault, status=410, reason="Permission denied")
        downloads.put(1, REPORT, state=DownloadState.FAILED, error=error)
        row = files.rows[0]
        assert row.state.text().startswith(("Not downloaded: ", "The download"))
        assert row.state.property("role") == "red"
        assert row.download.isVisible()
        said.add(row.state.text())
    assert len(said) == len(DownloadFault)


def test_the_address_of_a_file_is_shown_to_nobody(
    files: ResultFiles, window: MainWindow, downloads: FakeDownloads
) -> None:
    button(files.rows[0], "Download…").click()
    error = DownloadError(DownloadFault.ADDRESS)
    downloads.put(1, REPORT, state=DownloadState.FAILED, error=error)
    told = all_text(window)
    assert "report.pdf" in told
    assert SECRET not in told
    assert "blobs" not in told
