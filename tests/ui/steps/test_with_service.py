"""Steps over the real services, the simulator's live channel and a real ledger."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.services.state.timeline import LIVE_KINDS
from enigma_panel.ui.details.panel import Tab
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme
from tests.kit.fakes import FakeDialogs
from tests.kit.wait import until
from tests.services.conftest import Running


async def test_steps_appear_while_the_agent_works(
    running: Running, simulator: Callable[..., Any], qapp: QApplication
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    theme.apply(qapp, Qt.ColorScheme.Light)
    async with running(simulator("--speed", "4").url) as parts:
        window = MainWindow(parts.services, FakeDialogs())
        window.show()
        sessions, details = parts.services.sessions, window.details
        details.turn_to(Tab.STEPS)
        spec = TaskSpec(text="Price of MX Keys at amazon.com")
        key = await sessions.start(spec)
        await until(lambda: window.selection.tasks.select_key(key))
        told = lambda: [s for s in details._model.steps() if s.kind in LIVE_KINDS]  # noqa: E731
        await until(told)
        assert not sessions.task(key).is_final
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
        assert details.steps.list.is_at_end()
        kept = await parts.services.timeline.steps(key, 10_000)
        await until(lambda: len(details._model.steps()) == len(kept))
        assert [(s.kind, s.text) for s in details._model.steps()] == [
            (s.kind, s.text) for s in sorted(kept, key=lambda step: step.at_ms)
        ]
        details._loader.turn_to(key)  # read from the ledger they are the same
        await until(lambda: not details._loader.is_reading)
        assert [s.text for s in details._model.steps()] == [s.text for s in kept]
        window.close_for_good()
        window.deleteLater()
