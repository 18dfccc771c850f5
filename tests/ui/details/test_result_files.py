"""Files of a result and network addresses in Details: what is shown, asked for, and never told."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from enigma_panel.api.errors import DownloadError, DownloadFault
from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import ResultFile
from enigma_panel.services.types import DownloadState
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import all_text, button, shown_texts

SECRET = "T0kenThatNobodySees"
URL = f"https://blobs.webrun.ai/b/1?token={SECRET}"
REPORT = ResultFile(name="../report.pdf", url=URL, source="download")
OTHER = ResultFile(name="", url=f"{URL}2")
ADDRESSES = ("https://a.example/1", "https://a.example/" + "long" * 100)


@pytest.fixture
def files(window: MainWindow, services: Any) -> Any:
    services.sessions.add(1, status=TaskStatus.DONE, result="Here", files=(REPORT, OTHER))
    services.sessions.add(2, status=TaskStatus.DONE, result="Nothing")
    window.selection.sessions.select_key(1)
    return window.details.files


def test_files_are_listed_by_names_that_are_safe(files: Any, window: MainWindow) -> None:
    assert files.isVisible()
    assert [row.name.text() for row in files.rows] == ["report.pdf", "file"]
    assert [row.state.text() for row in files.rows] == [
        "download · size not known yet",
        "size not known yet",
    ]
    window.selection.sessions.select_key(2)
    assert not files.isVisible()


def test_it_is_downloaded_into_a_folder_of_choice(
    files: Any, window: MainWindow, services: Any, tmp_path: Path
) -> None:
    button(files.rows[0], "Download…").click()
    button(files.rows[1], "Download…").click()
    dialog = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
    assert not dialog.isModal()
    assert services.downloads.calls == []
    window.selection.sessions.select_key(2)  # it stays about the file it was asked for
    dialog.fileSelected.emit(str(tmp_path))
    assert services.downloads.calls == [("start", 1, OTHER, tmp_path)]
    window.close_for_good()
    assert not dialog.isVisible()


def test_progress_cancel_and_the_way_to_the_folder(
    files: Any, window: MainWindow, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = files.rows[0]
    row.download.setFocus()
    services.downloads.put(1, REPORT, got=1_200_000, total=3_400_000)
    assert row.state.text() == "download · 1.2 MB of 3.4 MB"
    assert files.rows[1].state.text() == "size not known yet"
    assert row.cancel.hasFocus()
    assert not row.download.isVisible()
    button(row, "Cancel").click()
    assert services.downloads.calls == [("cancel", 1, REPORT)]
    services.downloads.put(1, REPORT, state=DownloadState.SAVING, got=3_400_000)
    assert not row.cancel.isVisible()
    saved = Path("/home/m/report.pdf")
    services.downloads.put(1, REPORT, state=DownloadState.SAVED, got=3_400_000, path=saved)
    assert row.state.text() == "download · 3.4 MB, saved as /home/m/report.pdf"
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    button(row, "Show in folder").click()
    assert opened == [QUrl.fromLocalFile("/home/m")]
    assert "No program opened" in shown_texts(window.notice_bar)


def test_a_name_without_end_makes_nothing_wider(
    files: Any, window: MainWindow, services: Any
) -> None:
    path = Path("/home/maria") / ("x" * 146 + ".pdf")
    services.downloads.put(1, REPORT, state=DownloadState.SAVED, path=path)
    column, viewport = files.parentWidget(), window.details._overview.viewport()
    assert column.minimumSizeHint().width() <= viewport.width()
    assert "\N{ZERO WIDTH SPACE}" in files.rows[0].state.text()


def test_what_was_fetched_is_known_when_its_task_is_shown_again(
    files: Any, window: MainWindow, services: Any
) -> None:
    window.selection.sessions.select_key(2)
    services.downloads.put(1, REPORT, state=DownloadState.CANCELLED, total=5)
    window.selection.sessions.select_key(1)
    assert files.rows[0].state.text() == "download · 5 bytes, cancelled, nothing of it was kept"


def test_each_failure_has_its_words(files: Any, services: Any) -> None:
    said = set()
    for fault in DownloadFault:
        error = DownloadError(fault, status=410, reason="Permission denied")
        services.downloads.put(1, REPORT, state=DownloadState.FAILED, error=error)
        row = files.rows[0]
        assert row.state.text().startswith("download · Not fetched: ")
        assert row.state.property("role") == "red"
        assert row.download.isVisible()
        said.add(row.state.text())
    assert len(said) == len(DownloadFault)


def test_the_addresses_are_counted_and_copied_whole(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, result="Here", network=ADDRESSES)
    window.selection.sessions.select_key(1)
    network = window.details.network
    assert network.count.text() == "2 addresses"
    assert network.lines.toPlainText().splitlines()[0] == ADDRESSES[0]
    button(network, "Copy addresses").click()
    assert QGuiApplication.clipboard().text() == "\n".join(ADDRESSES)
    services.sessions.change_task(1, network=())
    assert not network.isVisible()


def test_the_address_of_a_file_is_shown_to_nobody(
    files: Any, window: MainWindow, services: Any
) -> None:
    button(files.rows[0], "Download…").click()
    error = DownloadError(DownloadFault.ADDRESS)
    services.downloads.put(1, REPORT, state=DownloadState.FAILED, error=error)
    told = all_text(window)
    assert "report.pdf" in told
    assert SECRET not in told
    assert "blobs" not in told
