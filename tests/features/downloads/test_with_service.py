"""Files of a result, fetched from a simulator process by a click in the window."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.service_rules import Dialect
from enigma_panel.features.downloads.downloads import Downloads
from enigma_panel.features.downloads.feature import add_panel
from enigma_panel.features.downloads.panel import FileRow, ResultFiles
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme
from tests.kit.fakes import FakeDialogs
from tests.kit.person import button
from tests.kit.wait import until
from tests.services.conftest import Running

NAMES = {
    "../../x": "x",
    "C:\\Windows\\win.ini": "win.ini",
    "CON": "_CON",
    "nul\x00.txt": "_nul.txt",
    "x" * 300 + ".pdf": "x" * 146 + ".pdf",
}
"""What a service may call a file, and what it is called here."""

ELSEWHERE = {
    "{url}/moved": "the server redirects to another address. That is not allowed",
    "http://127.0.0.2/x": "this address is blocked for your safety",
}
"""Addresses that lead to other hosts or may do so, and what is said of them."""
CUT = "The download broke off. Nothing was kept. Try again"


@asynccontextmanager
async def shown_files(
    running: Running, url: str, qapp: QApplication, text: str
) -> AsyncIterator[ResultFiles]:
    qapp.setQuitOnLastWindowClosed(False)  # as the program does; else closing ends the loop
    theme.apply(qapp, Qt.ColorScheme.Light)
    async with running(url, dialect=Dialect.W2) as parts:
        window = MainWindow(parts.services, FakeDialogs())
        files = add_panel(window, Downloads(parts.services.scope, parts.services.store))
        window.show()
        key = await parts.services.sessions.start(TaskSpec(text=text), one_call=True)
        window.selection.tasks.select_key(key)
        await until(lambda: files.rows)
        try:
            yield files
        finally:
            window.close_for_good()
            window.deleteLater()


async def download(row: FileRow, folder: Path) -> str:
    """Click, choose the folder, and wait; what the row says then."""
    button(row, "Download…").click()
    dialog = next(one for one in row.window().findChildren(QFileDialog) if one.isVisible())
    dialog.fileSelected.emit(str(folder))
    dialog.close()
    await until(row.download.isHidden)
    await until(lambda: not row.download.isHidden())
    return row.state.text().replace("\N{ZERO WIDTH SPACE}", "")


def set_faults(url: str, *faults: dict[str, Any]) -> None:
    httpx.post(
        f"{url}/_sim/faults", json=list(faults), trust_env=False, verify=False
    ).raise_for_status()


async def test_a_file_is_fetched_whole_or_not_at_all(
    running: Running, simulator: Callable[..., Any], qapp: QApplication, tmp_path: Path
) -> None:
    url = simulator("--speed", "20", "--dialect", "W2", "--faults").url
    folder = tmp_path / "Downloads"
    folder.mkdir()
    async with shown_files(running, url, qapp, "Download 3 MB") as panel:
        row, other = panel.rows
        said = await download(row, folder)
        assert said == f"download · 3.0 MB, saved as {folder / 'report.pdf'}"
        assert (folder / "report.pdf").stat().st_size == 3_000_000
        assert button(row, "Show in folder").isEnabled()
        set_faults(url, {"path": "/files/*", "kind": "truncated"})
        assert await download(other, folder) == f"download · {CUT}."
        assert [path.name for path in folder.iterdir()] == ["report.pdf"]


async def test_no_word_of_the_service_decides_where_or_whether_a_file_is_kept(
    running: Running, simulator: Callable[..., Any], qapp: QApplication, tmp_path: Path
) -> None:
    url = simulator("--speed", "20", "--dialect", "W2", "--faults").url
    folder = tmp_path / "a" / "b" / "Downloads"
    folder.mkdir(parents=True)
    told = [(name, f"{url}/odd/{n}") for n, name in enumerate(NAMES)]
    told += [("x", address.format(url=url)) for address in ELSEWHERE]
    files = [{"source": "download", "filename": name, "downloadUrl": at} for name, at in told]
    data = {"message": "Here", "files": files}
    ids = {"sessionId": "s-1", "taskId": "t-1"}
    done = {"success": True, "type": "task_completed", "data": data, "usage": {"cost": 0.01}, **ids}
    moved = {"location": f"{url}/odd/1"}
    set_faults(
        url,
        {"path": "/start/run-task", "kind": "status:200", "body": done},
        {"path": "/odd/*", "kind": "status:200", "body": "kept", "times": 0},
        {"path": "/moved", "kind": "status:302", "body": "", "headers": moved},
    )
    async with shown_files(running, url, qapp, "Look") as panel:
        rows = panel.rows
        for row, name in zip(rows, NAMES.values(), strict=False):
            assert row.name.accessibleName() == name
            said = await download(row, folder)
            assert said == f"download · 4 bytes, saved as {folder / name}"
        for row, why in zip(rows[len(NAMES) :], ELSEWHERE.values(), strict=True):
            assert await download(row, folder) == f"download · Not downloaded: {why}."
    kept = {path.name: path.read_text() for path in folder.iterdir()}
    assert kept == dict.fromkeys(NAMES.values(), "kept")
    assert {path.parent for path in (tmp_path / "a").rglob("*") if path.is_file()} == {folder}
