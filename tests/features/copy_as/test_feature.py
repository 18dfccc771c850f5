"""*Copy as code* in the menu of one task."""

from typing import Any, cast

from PySide6.QtWidgets import QApplication

from enigma_panel.features.copy_as import feature
from enigma_panel.features.feature import Host
from enigma_panel.ui.main_window.window import MainWindow


def test_of_one_task_the_code_is_copied(services: Any, window: MainWindow) -> None:
    services.sessions.add(1, text="Buy a hub")
    services.sessions.add(2, text="Look at lamps")
    nothing = cast("Any", None)
    host = Host(services=services, window=window, dialogs=nothing, notifier=nothing)
    feature.install(host)
    actions = {one.text(): one for one in window.menus.for_tasks}
    curl, python = (actions[f"Copy as code ({name})"] for name in ("cURL", "Python"))
    window.selection.tasks.select_keys([1, 2])
    assert not curl.isEnabled()
    window.selection.tasks.select_keys([2])
    for action, word in ((curl, "curl -sS"), (python, "import httpx")):
        assert action.isEnabled()
        action.trigger()
        code = QApplication.clipboard().text()
        assert word in code
        assert "Look at lamps" in code
