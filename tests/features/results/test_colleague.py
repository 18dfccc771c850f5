"""Tasks and their results, copied for a colleague."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.features.results import colleague
from enigma_panel.features.results.colleague import ColleagueCopies
from enigma_panel.ui.actions import Actions

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def said(services: Any, app_actions: Actions) -> list[str]:
    """What was said of what is done with three tasks."""
    done: dict[str, Any] = {"status": TaskStatus.DONE}
    services.sessions.add(1, result="$5", **done)
    services.sessions.add(2, result="$9\nor less", **done)
    services.sessions.add(3, **done)
    said: list[str] = []
    for signal in (app_actions.done, app_actions.trouble):
        signal.connect(said.append)
    return said


def test_several_are_copied_for_a_colleague_one_below_the_other(
    copies: ColleagueCopies, said: list[str], services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.sessions.add(4, status=TaskStatus.WORKING)
    copies.copy_keys([4, 1, 2])
    first, second = QGuiApplication.clipboard().text().split("\n\n" + "-" * 20 + "\n\n")
    assert first.startswith("Task: ")
    assert (first[-2:], second[-10:]) == ("$5", "$9\nor less")
    copies.copy_keys([4, 4])
    monkeypatch.setattr(colleague, "MOST_TASKS", 2)
    copies.copy_keys([1, 2, 3])
    assert said == [
        "2 tasks were copied. 1 has not ended.",
        "None of them has ended, so nothing was copied.",
        "More than 2 tasks are not copied at once. Select fewer.",
    ]


def test_old_tasks_are_brought_from_the_ledger_before_they_are_copied(
    copies: ColleagueCopies, said: list[str], services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(keys: Any) -> None:
        assert list(keys) == [1, 9]
        services.sessions.add(9, status=TaskStatus.DONE, result="an old one")

    monkeypatch.setattr(services.sessions, "fetch", fetch)
    copies.copy_keys([1, 9])
    assert QGuiApplication.clipboard().text().endswith("an old one")
    assert said == ["2 tasks were copied."]
