"""Tasks and their results, copied for a colleague."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.features.results import colleague
from enigma_panel.features.results.colleague import ColleagueCopies
from enigma_panel.ui.actions import Actions
from tests.kit.builders import ID, LINK
from tests.kit.clock import NOW

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
        "2 tasks copied. 1 has not ended.",
        "Nothing copied: none of them has ended.",
        "Not copied: 2 tasks at most. Select fewer.",
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
    assert said == ["2 tasks copied."]


def test_what_a_colleague_gets_opens_no_session(copies: ColleagueCopies, services: Any) -> None:
    spec = TaskSpec(text="Find a hub at shop.example")
    services.sessions.add(
        1, status=TaskStatus.DONE, result=f"Seen at {LINK} in {ID}: $5", spec=spec, ended_ms=NOW
    )
    copies.copy_keys([1])
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Task: Find a hub at shop.example\nSite: shop.example\nDate: ")
    assert text.endswith("$5")
    assert LINK not in text
    assert ID not in text
