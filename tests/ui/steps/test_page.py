"""Details of the task that is selected now: its time line, its state, what it used."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.details.text import usage_text
from enigma_panel.ui.details.timeline import LINES, TimeLine
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.steps.delegate import row_height
from enigma_panel.ui.text.steps import step_row
from enigma_panel.ui.text.task import task_summary, trouble_text
from tests.kit.builders import a_session, a_step, a_task, steps
from tests.kit.clock import NOW
from tests.kit.person import button, shown_texts
from tests.kit.wait import run_events
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
    told = [f"Step {n}" for n in range(140)]
    assert time_line(window.details) == [*told[111:], "Done"]
    button(window.details, "112 earlier steps").click()
    assert time_line(window.details) == ["Task sent", *told, "Done"]
    assert "earlier" not in " ".join(shown_texts(window.details))
    services.sessions.add(2)
    window.selection.sessions.select_key(2)
    window.selection.sessions.select_key(1)
    assert len(time_line(window.details)) == LINES, "of the next one only the newest"


def test_nothing_is_left_out_of_a_short_one(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    lived(services, 3)
    window.selection.sessions.select_key(1)
    assert time_line(window.details) == ["Task sent", "Step 0", "Step 1", "Step 2", "Done"]
    services.timeline.add(1, "action", "one more", NOW + 6_000)
    assert "One more" in time_line(window.details)
    view = window.details.timeline.view
    assert view.height() == 6 * row_height(view.fontMetrics()), "it is not scrolled by itself"


def test_thoughts_are_folded_into_what_they_led_to(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.timeline.add(1, "agent", "A search box!", NOW + 1_000)
    services.timeline.add(1, "action", "click_element: search box", NOW + 2_000)
    services.timeline.add(1, "agent", "Let me type", NOW + 3_000)
    window.selection.sessions.select_key(1)
    details = window.details
    assert time_line(details) == ["Task sent", "Clicking search box"]
    button(details, "2 thoughts").click()
    thoughts = ["A search box!", "Clicking search box", "Let me type"]
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


# -- reading and copying -------------------------------------------------------------------------

STRANGE = {
    "html": "<b>bold</b> <script>alert(1)</script> &amp; <img src='file:///etc/passwd'>",
    "control": "bell\x07 \x1b[31mred\x1b[0m nul\x00 \u202etxt.exe\u202c",
    "long": "word" * 500,
    "rtl": "اختر المتجر الأول ثم اضغط على زر البحث",
    "emoji": "😀 👩‍👩‍👧 done 🎉",
    "lines": "first\nsecond\r\n\tthird",
}


@pytest.fixture
def line(window: MainWindow, services: Any) -> TimeLine:
    window.resize(1_200, 1_600)
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    return window.details.timeline


def copied() -> str:
    return QApplication.clipboard().text()


def go_to(line: TimeLine, row: int) -> None:
    line.view.setCurrentIndex(line.lines.index(row, 0))


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_texts_are_shown_as_text(
    window: MainWindow, services: Any, line: TimeLine, text: str
) -> None:
    for kind in ("question", "failed"):
        services.timeline.add(1, kind, text, NOW)
    for row in (1, 2):
        go_to(line, row)
        _head, shown = window.details.whole.toPlainText().split("\n", 1)
        clean = shown.replace("\N{REPLACEMENT CHARACTER}", "")
        hidden = dict.fromkeys(map(ord, "\x00\x07\x1b\u202e\u202c\r"))
        assert clean == text.translate(hidden)
        assert "\n" not in line.lines.index(row, 0).data()
    window.grab()
    line.view.clearSelection()
    assert not window.details.whole.isVisible()
    line.copy.click()
    assert copied().count("\n") == 1
    assert not any(c in copied() for c in "\x1b\x00\x07\u202e")


def test_selected_lines_are_copied_or_all(services: Any, line: TimeLine) -> None:
    services.timeline.add(1, "opened", "", NOW)
    services.timeline.add(1, "agent", "I see it", NOW + 500)
    services.timeline.add(1, "action", "click_element: search button", NOW + 1_000)
    services.timeline.add(1, "live_gap", "soon", NOW + 2_000)
    assert line.copy.text() == "Copy all"
    line.copy.click()
    whole = copied().split("\n")
    assert [one.split("\t")[1:] for one in whole] == [
        ["Browser opened"],
        ["Thinks", "I see it"],
        ["Does", "click element: search button"],
        ["", "No live updates: soon"],
    ]
    assert all(one.index("\t") == 8 for one in whole)
    go_to(line, 1)
    assert line.copy.text() == "Copy"
    QTest.keyClick(line.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied() == whole[2]
    QTest.keyClick(line.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    line.copy.click()
    assert copied() == "\n".join(whole[2:])
    QTest.keyClick(line.view, Qt.Key.Key_Escape)
    assert line.copy.text() == "Copy all"


def test_news_leaves_what_is_read_and_selected(
    window: MainWindow, services: Any, line: TimeLine
) -> None:
    services.timeline.add_many(1, steps(0, 40))
    go_to(line, LINES - 1)
    whole = window.details.whole
    whole.selectAll()
    services.timeline.add_many(1, steps(40, 50))
    assert whole.textCursor().selectedText().endswith("step 39")
    assert [step.text for step in line.view.selected_steps()] == ["step 39"]
    whole.setFocus()
    services.timeline.add_many(1, steps(50, 90))
    assert not whole.isVisible(), "its line is among the earlier ones"
    assert line.view.hasFocus()


def test_no_text_opens_while_the_mouse_is_pressed(
    window: MainWindow, services: Any, line: TimeLine
) -> None:
    """The text takes room: it would move the line away from under the finger."""
    services.timeline.add_many(1, steps(0, 5))
    place = line.view.visualRect(line.lines.index(3, 0)).center()
    left, ground = Qt.MouseButton.LeftButton, line.view.viewport()
    QTest.mousePress(ground, left, pos=place)
    assert len(line.view.selected_steps()) == 1
    assert not window.details.whole.isVisible()
    QTest.mouseRelease(ground, left, pos=place)
    assert window.details.whole.toPlainText().endswith("step 2")
    services.sessions.add(2)
    table = window.selection.sessions
    other = table.visualRect(table.model().index(1, 0)).center()
    QTest.mousePress(table.viewport(), left, pos=other)
    assert window.details.session_key == 2
    assert not window.details.whole.isVisible(), "it is of the other task"
    QTest.mouseRelease(table.viewport(), left, pos=other)


def test_at_the_end_it_follows_the_newest(
    window: MainWindow, services: Any, line: TimeLine, qapp: QApplication
) -> None:
    window.resize(1_200, 600)
    bar = window.details.page.verticalScrollBar()

    def grow(start: int, end: int) -> None:
        most = bar.maximum()
        services.timeline.add_many(1, steps(start, end))
        run_events(qapp, lambda: bar.maximum() > most)

    grow(0, 25)
    grow(25, 26)
    assert bar.value() == 0, "the result stays in sight"
    bar.setValue(bar.maximum())
    grow(26, 28)
    assert bar.value() == bar.maximum()
    services.sessions.add(2)
    window.selection.sessions.select_key(2)
    assert bar.value() == 0


def test_that_they_could_not_be_read_is_said_beside_those_that_come(
    window: MainWindow, services: Any
) -> None:
    services.timeline.error = LedgerError(Path("/ledger"), "broken")
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    services.timeline.add(1, "action", "first", NOW)
    assert "The steps could not be read." in shown_texts(window.details.timeline)
    assert time_line(window.details) == ["Task sent", "First"]


def test_the_keyboard_reaches_and_scrolls_all(
    window: MainWindow, services: Any, line: TimeLine, qapp: QApplication
) -> None:
    window.activateWindow()
    window.resize(1_200, 600)
    services.timeline.add_many(1, steps(0, 40))
    page = window.details.page
    run_events(qapp, lambda: page.verticalScrollBar().maximum() > 0)
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Down)
    assert page.verticalScrollBar().value() > 0
    line.view.setFocus()
    QTest.keyClick(line.view, Qt.Key.Key_End)
    assert [step.text for step in line.view.selected_steps()] == ["step 39"]
    QTest.keyClick(line.view, Qt.Key.Key_Tab)
    assert window.details.whole.hasFocus()


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
    world = World()
    for key in (1, 2):
        world.sessions.add(key, tell=False)
        world.timeline.add(key, "action", f"of {key}", NOW)
    details = Details(world.services)
    world.timeline.gate = slow = asyncio.Event()
    for key in (1, 2, 1):
        details.show_task(key)
        await asyncio.sleep(0.01)
    world.timeline.add(1, "action", "meanwhile", NOW + 1_000)
    slow.set()
    await asyncio.sleep(0.05)
    assert texts(details._model) == ["of 1", "meanwhile"]
    await world.scope.close()
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
    taken_back: dict[str, Any] = {"code": "TAKEN_BACK", "sent_ms": None}
    task = a_task(status=TaskStatus.STOPPED, created_ms=NOW - 9_000, ended_ms=NOW, **taken_back)
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
