"""The usual window says little: its controls and words, counted as a screen reader finds them.

A word has two letters or more. What the tables hold is counted, too, in texts of a usual length.
"""

from collections.abc import Iterator
from typing import Any

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.builders import a_question
from tests.kit.clock import NOW

Role = QAccessible.Role
CONTROLS = {Role.Button, Role.EditableText, Role.PageTab, Role.CheckBox, Role.ComboBox, Role.Link}
DONE = (
    ("Best wireless keyboards", "Kestrel, Orrin, Vantry"),
    ("Flights Vienna to Lisbon", "Bexley, 1 stop, $25.49"),
    ("New messages at mail.example", "4 new, 1 from the bank"),
    ("Buy the cheapest USB-C hub", "Ordered, $17.90, arrives Thursday"),
)
STEPS = ("Opened maps.example", "Read 12 results", "Opened datapier.example")


def test_two_sessions_and_eight_tasks(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions, ended = services.sessions, {"phase": Phase.CLOSED, "ended_ms": NOW - 1}
    for key, (text, result) in enumerate(DONE, start=4):
        sessions.add(key, status=TaskStatus.DONE, text=text, result=result, cost="0.031", **ended)
    failed = {"text": "MX Keys at saturn.example", "code": "NAVIGATION_TIMEOUT", "cost": "0.02"}
    sessions.add(3, status=TaskStatus.FAILED, **failed, **ended)
    sessions.add(1, site="maps.example", text="Opening hours of 12 pharmacies", cost="0.07")
    sessions.add(2, status=TaskStatus.ASKS, text="Last 3 orders", question="Log in?", cost="0.02")
    services.inbox.ask(a_question(2, "Please log in: username and password"))
    sessions.add_queued(8, text="MX Keys at galaxus.example")
    services.queue.put(8)
    for n, text in enumerate(STEPS):
        services.timeline.add(1, "action", text, NOW + n)
    services.task_search.tell_today(TaskSum(cost=sessions.tasks[1].cost))
    services.task_search.answer(by_person=False)
    window.resize(1280, 800)
    window.selection.sessions.select_key(1)
    qapp.processEvents()

    _, *found = _spoken(QAccessible.queryAccessibleInterface(window))  # without its title
    controls = sum(role in CONTROLS for role, _, _ in found)
    assert controls <= 22
    assert controls + 2 * len(CommandVerb) <= 29  # these are painted in their rows
    assert _words(name for _, name, in_table in found if not in_table) <= 90
    assert _words(name for _, name, _ in found) <= 150


def _words(names: Iterator[str]) -> int:
    words = [word for name in names for word in name.split()]
    return sum(sum(map(str.isalpha, word)) >= 2 for word in words)


def _spoken(
    one: QAccessibleInterface, *, in_table: bool = False
) -> Iterator[tuple[Role, str, bool]]:
    """The role and name of everything in sight, and whether it is in a table."""
    if one.state().invisible:
        return
    yield one.role(), one.text(QAccessible.Text.Name), in_table
    for n in range(one.childCount()):
        yield from _spoken(one.child(n), in_table=in_table or one.role() == Role.Table)
