"""The window over the real services and a simulator process: one task from start to end."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.core.records import Phase, StateVerb, TaskSpec, TaskStatus
from enigma_panel.ui import theme
from enigma_panel.ui.main.sessions_model import Column
from enigma_panel.ui.main.window import MainWindow
from tests.services.conftest import Running, until
from tests.ui.main.doubles import Dialogs


async def test_a_task_from_start_to_end(
    running: Running, simulator: Callable[..., Any], qapp: QApplication
) -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as the program does; else closing ends the loop
    theme.apply(qapp, Qt.ColorScheme.Light)
    async with running(simulator("--speed", "20").url) as parts:
        window = MainWindow(parts.services, Dialogs())
        window.show()
        fleet, pilot = parts.services.fleet, window.pilot
        spec = TaskSpec(text="Price of MX Keys at amazon.com", close_after=False)
        key = await fleet.start(spec)
        assert pilot.tasks.select_key(key)
        (session_key,) = pilot.session_rows.keys()
        assert pilot.sessions.select_key(session_key)
        await until(lambda: fleet.task(key).status is TaskStatus.DONE)
        task = fleet.task(key)
        assert task is not None
        window.activateWindow()
        await until(lambda: not fleet.task(key).is_new)
        assert window.details.result.toPlainText() == task.result
        index = pilot.session_rows.index(0, Column.STATE)
        await until(lambda: index.data() == "idle – billing")
        enabled = {verb for verb, action in window.verbs.items() if action.isEnabled()}
        assert enabled == {StateVerb.TERMINATE}
        window.verbs[StateVerb.TERMINATE].trigger()
        await until(lambda: fleet.session(session_key).phase is not Phase.OPEN)
        assert index.data() in {"closed (assumed)", "ended by you"}
        assert "browser opened" in window.details.line.text()
        window.close_for_good()
        window.deleteLater()
