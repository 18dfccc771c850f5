"""Files of a result: opened where they may be, and their addresses shown to nobody."""

import logging
from typing import Any, cast

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import ResultFile
from enigma_panel.core.service_rules import Dialect
from enigma_panel.features.result_files.feature import add_panel
from enigma_panel.features.result_files.panel import ResultFiles
from enigma_panel.services.types import Diff
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import all_text, button, shown_texts

SECRET = "T0kenThatNobodySees"
URL = f"https://blobs.webrun.ai/b%2F1?token={SECRET}%2B%3D&x=~a+b"
REPORT = ResultFile(name="../report.pdf", url=URL, source="download")
OTHER = ResultFile(name="", url="https://connect.webrun.ai:8443/f")


def show(
    services: Any, *files: ResultFile, key: int = 1, base_url: str = "https://connect.webrun.ai"
) -> None:
    sessions = services.sessions
    sessions.add(key, status=TaskStatus.DONE, result="Here", files=files, tell=False)
    sessions.put(replace(sessions.session(key), base_url=base_url, dialect=Dialect.W2))
    sessions.changed.emit(Diff(sessions=frozenset({key}), tasks=frozenset({key}), new_tasks=(key,)))


def select(window: MainWindow, key: int) -> None:
    window.selection.sessions.select_key(key)
    QGuiApplication.processEvents()  # rows that come into a panel on the screen are shown by Qt


@pytest.fixture
def files(window: MainWindow, services: Any) -> ResultFiles:
    panel = add_panel(window, services.sessions)
    show(services, REPORT, OTHER)
    show(services, key=2)
    window.selection.sessions.select_key(1)
    return cast("ResultFiles", panel)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the web browser was asked for; the desktop says that none is there."""
    urls: list[str] = []

    def note(url: QUrl) -> None:
        urls.append(bytes(url.toEncoded().data()).decode())

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    return urls


def test_files_are_listed_by_names_that_are_safe(files: ResultFiles, window: MainWindow) -> None:
    assert files.isVisible()
    assert [row.name.text() for row in files.rows] == ["report.pdf", "file"]
    window.selection.sessions.select_key(2)
    assert not files.isVisible()


def test_a_panel_that_comes_later_shows_the_files_at_once(
    files: ResultFiles, window: MainWindow, services: Any
) -> None:
    later = cast("ResultFiles", add_panel(window, services.sessions))
    assert [row.file for row in later.rows] == [REPORT, OTHER]


def test_the_web_browser_opens_it_at_exactly_its_address(
    files: ResultFiles, window: MainWindow, opened: list[str]
) -> None:
    for row in files.rows:
        button(row, "Open").click()
    assert opened == [URL, OTHER.url]
    assert "No program could open the file." in shown_texts(window)


def test_a_file_of_the_demo_is_opened_on_this_machine(
    files: ResultFiles, window: MainWindow, services: Any, opened: list[str]
) -> None:
    here = "http://127.0.0.1:5000"
    show(services, ResultFile(name="a", url=f"{here}/a"), key=3, base_url=here)
    select(window, 3)
    button(files.rows[0], "Open").click()
    assert opened == [f"{here}/a"]


def test_a_copied_link_is_a_secret(files: ResultFiles, window: MainWindow) -> None:
    button(files.rows[0], "Copy link").click()
    assert QGuiApplication.clipboard().text() == URL
    assert "leaves the clipboard after 30 seconds" in shown_texts(window)
    window.close_for_good()
    assert QGuiApplication.clipboard().text() == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/f",
        "http://blobs.webrun.ai/f",  # not safely
        "http://127.0.0.1:5000/f",  # another machine's answer leads nowhere on this one
        "https://connect.webrun.ai@evil.example/f",
        "https://evil.example\\@blobs.webrun.ai/f",
        "https://blobs.webrun.ai.evil.example/f",
        "https://[::1/f",
        "file:///etc/passwd",
    ],
)
def test_an_address_elsewhere_is_blocked(
    files: ResultFiles, window: MainWindow, services: Any, url: str
) -> None:
    show(services, ResultFile(name="report.pdf", url=url), key=3)
    select(window, 3)
    assert files.rows[0].findChildren(QPushButton) == []
    assert "Blocked: another host" in shown_texts(files)


def test_what_a_link_gives_away_is_told_before_the_click(files: ResultFiles) -> None:
    for words, where in (("Open", "browser history"), ("Copy link", "clipboard after 30")):
        tip = " ".join(button(files.rows[0], words).toolTip().split())
        assert "Anyone with its link can open the file." in tip
        assert where in tip


def test_a_name_without_end_makes_nothing_wider(
    files: ResultFiles, window: MainWindow, services: Any
) -> None:
    show(services, ResultFile(name="x" * 146 + ".pdf", url=URL), key=3)
    select(window, 3)
    column, viewport = cast("QWidget", files.parentWidget()), window.details.page.viewport()
    assert column.minimumSizeHint().width() <= viewport.width()


def test_the_address_of_a_file_is_shown_to_nobody(
    files: ResultFiles, window: MainWindow, opened: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    button(files.rows[0], "Open").click()
    button(files.rows[0], "Copy link").click()
    told = all_text(window) + caplog.text
    assert "report.pdf" in told
    assert SECRET not in told
    assert "blobs" not in told
