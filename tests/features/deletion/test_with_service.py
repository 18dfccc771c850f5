"""The feature on the program's own services: what is too old goes by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.features.deletion import deletions
from enigma_panel.features.deletion.feature import DELETION
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.builders import a_session, a_task
from tests.kit.ledgers import put
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture


async def test_what_is_too_old_goes_by_itself(
    running: Running,
    simulator: Callable[..., Any],
    qapp: QApplication,
    light: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    monkeypatch.setattr(deletions, "FIRST_MS", 50)
    async with running(simulator("--speed", "20").url) as parts:
        services = parts.services
        ended_ms = services.clock.now_ms() - 2 * deletions.DAY_MS
        session = a_session(1, phase=Phase.CLOSED, ended_ms=ended_ms)
        task = a_task(1, status=TaskStatus.DONE, ended_ms=ended_ms)
        await services.writer.write(lambda ledger: put(ledger, session, task))
        services.scope.spawn("health", services.health.run())
        services.settings.change(keep_tasks_days=1)
        dialogs = Dialogs(services, lambda: window)
        window = MainWindow(services, dialogs)
        host = Host(services=services, window=window, dialogs=dialogs, notifier=DesktopNotifier())
        gone: list[int] = []
        services.store.changed.connect(lambda diff: gone.extend(diff.deleted))
        DELETION.install(host)
        await until(lambda: gone == [1])
        assert [part.page for part in dialogs.settings_parts] == ["General"]
        window.close_for_good()
        window.deleteLater()
