"""*Export* on the program's own services: a task that was just done is in the file."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.exports.feature import EXPORTS
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme
from tests.features.exports.fakes import undefuse
from tests.kit.fakes import FakeDialogs
from tests.kit.person import shown_texts
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture

TEXT = '=cmd|"Find the name of the mayor",\nof Ghent'


async def test_what_is_shown_is_in_the_file(
    running: Running, simulator: Callable[..., Any], qapp: QApplication, tmp_path: Path
) -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as the program does; else closing ends the loop
    theme.apply(qapp, Qt.ColorScheme.Light)
    async with running(simulator("--speed", "20").url) as parts:
        window = MainWindow(parts.services, FakeDialogs())  # type: ignore[arg-type]
        manager = Dialogs(parts.services, lambda: window)
        notifier = DesktopNotifier()
        EXPORTS.install(
            Host(services=parts.services, window=window, dialogs=manager, notifier=notifier)
        )
        window.show()
        done = await parts.services.sessions.start(TaskSpec(text=TEXT))
        sessions = parts.services.sessions
        # The channel tells the end first, a poll the cost.
        await until(lambda: sessions.task(done).is_final and sessions.task(done).cost is not None)
        target = tmp_path / "tasks.csv"
        export(window, target)
        await until(lambda: "Exported 1 task" in shown_texts(window.toast))
        check(read(target), sessions.task(done))
        manager.close_all()
        window.close_for_good()
        window.deleteLater()


def export(window: MainWindow, target: Path) -> None:
    actions = window.main_menu.menu.actions()
    next(action for action in actions if action.text() == "Export…").trigger()
    chooser = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
    chooser.selectFile(str(target))
    chooser.accept()


def read(target: Path) -> list[dict[str, str]]:
    with target.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, strict=True))


def check(rows: list[dict[str, str]], task: Any) -> None:
    (row,) = rows
    assert row["task"] == f"'{TEXT}"
    assert undefuse(row["task"]) == TEXT
    assert (row["key"], row["status"], row["cost"]) == (str(task.key), "done", str(task.cost or ""))
    assert undefuse(row["result"]) == task.result
    assert float(row["took_s"]) == (task.ended_ms - task.sent_ms) / 1000
