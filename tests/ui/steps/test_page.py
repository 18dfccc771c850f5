"""Details with its two tabs: a short time line and all steps, of the task that is selected now."""

import asyncio
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.types import WaitReason
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.details.panel import Details, Tab
from enigma_panel.ui.details.text import LINES, usage_text
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.steps.delegate import row_height
from enigma_panel.ui.text.steps import step_row
from enigma_panel.ui.text.task import task_summary, trouble_text
from tests.kit.builders import a_session, a_step, a_task, steps
from tests.kit.clock import NOW
from tests.kit.fakes import FakeScope
from tests.kit.person import button, shown_texts
from tests.kit.world import World
from tests.ui.steps.reading import texts


def plain(html: str) -> str:
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText().replace("\u200b", "").replace("\xa0", " ")


def time_line(details: Details) -> list[str]:
    return [step_row(step).text for step in details.timeline.lines.steps()]


def lived(services: Any, told: int, key: int = 1) -> None:
    """A task that was opened, told something and was done."""
    life = [Step(at_ms=NOW - 2_000, kind="opened", text=""), a_step(-1, " ", "accepted")]
    done = Step(at_ms=NOW + 10_000_000, kind="completed", text="")
    services.timeline.add_many(key, [*life, *steps(0, told), done])


# -- the short time line -------------------------------------------------------------------------


def test_the_time_line_stays_short(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    lived(services, 140)
    window.selection.sessions.select_key(1)
    told = [f"Step {n}" for n in range(111, 140)]
    assert time_line(window.details) == [
        "Task sent",
        "111 earlier steps under Steps",
        *told,
        "Done",
    ]
    assert window.details._model.rowCount() == 143


def test_nothing_is_left_out_of_a_short_one(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    lived(services, 3)
    window.selection.sessions.select_key(1)
    assert time_line(window.details) == ["Task sent", "Step 0", "Step 1", "Step 2", "Done"]
    services.timeline.add(1, "action", "one more", NOW + 6_000)
    assert "One more" in time_line(window.details)
    view = window.details.timeline.view
    assert view.height() == 6 * row_height(view.fontMetrics()), "it is not scrolled by itself"


def test_a_long_one_says_how_many_there_are_more(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    lived(services, 2_000)
    window.selection.sessions.select_key(1)
    earlier = f"{2_001 - LINES:,} earlier steps under Steps"
    assert time_line(window.details)[:2] == ["Task sent", earlier]


def test_thoughts_are_folded_into_what_they_led_to(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.timeline.add(1, "agent", "A search box!", NOW + 1_000)
    services.timeline.add(1, "action", "click_element: search box", NOW + 2_000)
    services.timeline.add(1, "agent", "Let me type", NOW + 3_000)
    window.selection.sessions.select_key(1)
    details = window.details
    assert time_line(details) == ["Task sent", "Clicked search box"]
    button(details, "2 thoughts").click()
    thoughts = ["A search box!", "Clicked search box", "Let me type"]
    assert time_line(details) == ["Task sent", *thoughts]
    button(details, "Hide thoughts").click()
    assert len(time_line(details)) == 2


def test_a_task_that_was_not_sent_is_not_said_to_be(window: MainWindow, services: Any) -> None:
    services.sessions.add_queued(1)
    services.queue.put(1)
    window.selection.tasks.select_key(1)
    assert time_line(window.details) == []
    assert not window.details.timeline.isVisible()


def test_html_in_the_time_line_is_text(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.timeline.add(1, "response_update", "<img src=x><b>bold</b> &amp; \x1b[31m", NOW)
    services.timeline.add(1, "action", "https://" + "x" * 3_000, NOW + 1_000)
    window.selection.sessions.select_key(1)
    lines = window.details.timeline.view.model()
    assert lines.index(1, 0).data().endswith("<img src=x><b>bold</b> &amp; [31m")
    window.grab()
    inner = window.details.timeline.parentWidget()
    assert inner is not None
    assert inner.width() <= window.details.width()


# -- the tabs ------------------------------------------------------------------------------------


def test_the_tab_stays_while_the_selection_moves(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for key in (1, 2):
        services.sessions.add(key)
        lived(services, key, key)
    window.selection.sessions.select_key(1)
    details = window.details
    assert details.tabs.currentIndex() == Tab.OVERVIEW
    details.turn_to(Tab.STEPS)
    window.selection.sessions.select_key(2)
    assert details.steps.isVisible()
    assert texts(details._model) == ["", " ", "step 0", "step 1", ""]
    window.selection.tasks.select_key(1)
    assert details.steps.isVisible()
    assert texts(details._model) == ["", " ", "step 0", ""]


def test_the_tabs_by_keyboard(window: MainWindow, services: Any) -> None:
    window.activateWindow()
    services.sessions.add(1)
    lived(services, 3)
    window.selection.sessions.select_key(1)
    details = window.details
    details.tabs.setFocus()
    QTest.keyClick(details.tabs, Qt.Key.Key_Right)
    assert details.steps.isVisible()
    QTest.keyClick(details.tabs, Qt.Key.Key_Tab)
    assert details.steps.list.hasFocus()
    QTest.keyClick(details.steps.list, Qt.Key.Key_Backtab)
    QTest.keyClick(details.tabs, Qt.Key.Key_Left)
    assert not details.steps.isVisible()
    assert [details.tabs.tabText(n) for n in (0, 1)] == ["Overview", "Steps"]
    assert details.tabs.accessibleName()


def test_steps_of_a_session_without_a_task(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    lived(services, 2)
    services.sessions.change_session(1, current_task=None)
    window.selection.sessions.select_key(1)
    assert texts(window.details._model) == []
    services.sessions.change_session(1, current_task=1)
    assert len(texts(window.details._model)) == 5


# -- late answers --------------------------------------------------------------------------------


async def test_turning_back_reads_once_more(qapp: QApplication) -> None:
    services, scope = World(FakeScope()).services, TaskScope()
    services.scope = scope
    for key in (1, 2):
        services.sessions.add(key, tell=False)
        services.timeline.add(key, "action", f"of {key}", NOW)
    details = Details(services)
    services.timeline.gate = slow = asyncio.Event()
    for key in (1, 2, 1):
        details.show_task(key)
        await asyncio.sleep(0.01)
    services.timeline.add(1, "action", "meanwhile", NOW + 1_000)
    slow.set()
    await asyncio.sleep(0.05)
    assert texts(details._model) == ["of 1", "meanwhile"]
    await scope.close()
    details.deleteLater()


# -- the state ------------------------------------------------------------------------------------


def test_the_state_says_what_it_means_and_leaves_the_clock_to_the_row(
    window: MainWindow, services: Any
) -> None:
    services.sessions.add(1, status=TaskStatus.PAUSED)
    window.selection.sessions.select_key(1)
    head = window.details.head
    assert "Not confirmed, sent at" in head.state.toolTip()
    assert head.state.accessibleDescription() == plain(head.state.toolTip())
    assert "0:30" not in shown_texts(head)
    services.sessions.change_task(1, status=TaskStatus.WORKING)
    assert head.state.toolTip() == ""


def test_a_command_on_its_way_stands_behind_the_state(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    services.sessions.set_pending(1, CommandVerb.STOP, WaitReason.UNDO, due_ms=NOW + 3_000)
    window.details.tick()
    assert window.details.head.note.text() == "Stopping in 3 s"
    services.sessions.set_pending(1, None)
    window.details.tick()
    assert window.details.head.note.text() == ""


def test_what_a_task_used_stands_in_one_line(window: MainWindow, services: Any) -> None:
    usage = Usage(cost=Decimal("0.0212"), tokens_in=11_000, tokens_out=388, compute_s=Decimal(12))
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=NOW, usage=usage)
    window.selection.tasks.select_key(1)
    line = window.details.usage
    assert line.text() == "$0.0212 · 12 s of compute · 11,388 tokens"
    services.sessions.change_task(1, status=TaskStatus.WORKING)
    assert not line.isVisible(), "its row has the cost so far"


def test_the_total_of_the_service_counts() -> None:
    usage = Usage(tokens_in=1_000, tokens_total=1_500)
    done = a_task(status=TaskStatus.DONE, usage=usage)
    assert usage_text(done) == "Cost unknown · 1,500 tokens"


def test_what_was_taken_out_of_the_line_took_no_time_and_used_nothing() -> None:
    taken_back = {"status": TaskStatus.STOPPED, "code": "TAKEN_BACK", "sent_ms": None}
    task = a_task(created_ms=NOW - 9_000, ended_ms=NOW, **taken_back)
    assert "took" not in task_summary(task, None, NOW)
    assert usage_text(task) == ""


def test_nothing_was_started_and_cost_unknown_never_stand_together() -> None:
    refused = a_task(service_id=None, status=TaskStatus.FAILED, code="INVALID_PARAMS", error="No.")
    trouble = trouble_text(a_session(1, service_id=None), refused, NOW)
    assert trouble is not None
    assert (trouble.money, usage_text(refused)) == ("Nothing was started.", "")
    taken = a_task(service_id="t", status=TaskStatus.FAILED, code="INVALID_PARAMS", error="No.")
    trouble = trouble_text(a_session(1, service_id=None), taken, NOW)
    assert trouble is not None
    assert (trouble.money, usage_text(taken)) == ("", "Cost unknown")
