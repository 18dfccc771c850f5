"""The list of steps: it follows, stands still, is read and copied; by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.steps.page import StepsPage
from tests.kit.builders import steps
from tests.kit.clock import NOW
from tests.kit.fakes import FakeScope, FakeTimeline
from tests.ui.steps.reading import rows_seen

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Page(StepsPage):
    """A page over a time line that a test fills."""

    def __init__(self, qapp: QApplication) -> None:
        scope: Any = FakeScope()
        self.timeline: Any = FakeTimeline()
        self.qapp = qapp
        model = StepsModel()
        super().__init__(model, StepsLoader(self.timeline, scope, model))

    def fill(self, n: int = 300) -> None:
        self.grow(0, n)

    def grow(self, start: int, end: int, task_key: int = 1) -> None:
        """Add a run of steps; the list is laid out anew as before the next frame."""
        self.timeline.add_many(task_key, steps(start, end))
        self.qapp.processEvents()


@pytest.fixture
def page(light: None, qapp: QApplication) -> Iterator[Page]:
    page = Page(qapp)
    page.resize(320, 560)
    page.show()
    page.activateWindow()
    page._loader.turn_to(1)
    yield page
    page.close()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def copied() -> str:
    return QApplication.clipboard().text()


def value(page: Page) -> int:
    return page.list.verticalScrollBar().value()


def end(page: Page) -> int:
    return page.list.verticalScrollBar().maximum()


def first_seen(page: Page) -> str:
    return page._model.steps()[rows_seen(page.list)[0]].text


# -- following ---------------------------------------------------------------------------------


def test_it_follows_the_newest(page: Page) -> None:
    page.fill()
    assert value(page) == end(page) > 0
    page.grow(300, 320)
    assert value(page) == end(page)
    assert rows_seen(page.list)[-1] == 319


def test_scrolled_up_it_stands_still(page: Page) -> None:
    page.fill()
    page.list.verticalScrollBar().setValue(1_000)
    seen = first_seen(page)
    page.grow(300, 308)
    page.grow(308, 312)
    assert value(page) == 1_000
    assert first_seen(page) == seen
    QTest.keyClick(page.list, Qt.Key.Key_End)
    assert value(page) == end(page)
    page.grow(312, 320)
    assert value(page) == end(page)


def test_scrolled_back_to_the_end_it_follows_again(page: Page) -> None:
    page.fill()
    page.list.verticalScrollBar().setValue(1_000)
    page.grow(300, 305)
    page.list.verticalScrollBar().setValue(end(page))
    page.grow(305, 310)
    assert value(page) == end(page)


def test_it_follows_once_there_is_room_for_all(page: Page) -> None:
    page.fill(25)
    page.list.verticalScrollBar().setValue(0)
    page.resize(320, 800)
    page.qapp.processEvents()
    page.grow(25, 60)
    assert value(page) == end(page) > 0


def test_who_reads_a_row_is_left_alone(page: Page) -> None:
    page.fill()
    page.list.go_to(298)
    page.qapp.processEvents()
    before = value(page)
    page.grow(300, 303)
    assert value(page) == before
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_End)
    assert len(page.list.selected_steps()) == 0
    assert page.list.currentIndex().row() == 302  # the keyboard goes on from there
    assert value(page) == end(page)
    page.grow(303, 304)
    assert value(page) == end(page)


@pytest.mark.parametrize("n", [300, 3])
def test_another_task_begins_at_its_newest(page: Page, n: int) -> None:
    """Also after one whose few steps need no scrolling."""
    page.fill(n)
    page.list.go_to(n // 2)
    page.grow(n, n + 3)
    page.grow(0, 200, task_key=2)
    page._loader.turn_to(2)
    page.qapp.processEvents()
    assert value(page) == end(page) > 0


def test_a_page_made_late_begins_at_the_newest(page: Page) -> None:
    page.fill()
    late = StepsPage(page._model, page._loader)
    late.show()
    page.qapp.processEvents()
    assert rows_seen(late.list)[-1] == 299
    late.close()
    late.deleteLater()


# -- reading and copying -----------------------------------------------------------------------

STRANGE = {
    "html": "<b>bold</b> <script>alert(1)</script> &amp; <img src='file:///etc/passwd'>",
    "control": "bell\x07 \x1b[31mred\x1b[0m nul\x00 \u202etxt.exe\u202c",
    "long": "word" * 500,
    "rtl": "اختر المتجر الأول ثم اضغط على زر البحث",
    "emoji": "😀 👩‍👩‍👧 done 🎉",
    "lines": "first\nsecond\r\n\tthird",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_texts_are_shown_as_text(page: Page, text: str) -> None:
    for kind in ("agent", "question", "failed"):
        page.timeline.add(1, kind, text, NOW)
    for row in range(3):
        page.list.go_to(row)
        shown = page.whole.field.toPlainText()
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        clean = shown.replace("\N{REPLACEMENT CHARACTER}", "")
        hidden = dict.fromkeys(map(ord, "\x00\x07\x1b\u202e\u202c\r"))
        assert clean == text.translate(hidden)
        assert "\n" not in page._model.index(row, 0).data()
    page.grab()
    page.list.clearSelection()
    page.copy.click()
    assert copied().count("\n") == 2
    assert not any(c in copied() for c in "\x1b\x00\x07\u202e")


def test_news_leaves_what_is_selected_of_a_text(page: Page) -> None:
    page.fill(40)
    page.list.go_to(3)
    page.whole.field.selectAll()
    page.grow(40, 50)
    page.list.read.emit()  # as when more rows are selected
    assert page.whole.field.textCursor().selectedText() == "step 3"


def press(page: Page, row: int, *, release: bool = False) -> None:
    act = QTest.mouseRelease if release else QTest.mousePress
    point = page.list.visualRect(page._model.index(row, 0)).center()
    act(page.list.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_nothing_moves_while_the_mouse_is_pressed(page: Page) -> None:
    """The text that opens covers the last row: it moves up, but not away from under a finger."""
    page.fill()
    before, last = value(page), 299
    press(page, last)
    page.qapp.processEvents()
    assert len(page.list.selected_steps()) == 1
    assert not page.whole.isVisible()
    assert value(page) == before
    press(page, last, release=True)
    page.qapp.processEvents()
    assert page.whole.isVisible()
    assert last in rows_seen(page.list)
    assert [step.text for step in page.list.selected_steps()] == ["step 299"]


def test_after_reading_at_the_end_it_follows_again(page: Page) -> None:
    page.fill()
    page.list.go_to(298)
    page.qapp.processEvents()
    page.grow(300, 302)
    page.list.clearSelection()
    page.qapp.processEvents()
    page.grow(302, 303)
    assert value(page) == end(page)


def test_the_keyboard_is_not_lost_with_the_text(page: Page) -> None:
    page.fill(12)
    page.list.go_to(3)
    page.whole.field.setFocus()
    page._loader.turn_to(2)
    page.qapp.processEvents()
    assert not page.whole.isVisible()
    assert page.list.hasFocus()


def test_selected_rows_are_copied_or_all(page: Page) -> None:
    page.timeline.add(1, "opened", "", NOW)
    page.timeline.add(1, "action", "click_element: search button", NOW + 1_000)
    page.timeline.add(1, "live_gap", "soon", NOW + 2_000)
    assert page.copy.text() == "Copy all"
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_C, CONTROL)
    whole = copied()
    lines = [line.split("\t") for line in whole.split("\n")]
    assert [line[1:] for line in lines] == [
        ["Browser opened"],
        ["Does", "click element: search button"],
        ["", "No live updates: soon"],
    ]
    assert all(len(line[0]) == 8 for line in lines)
    page.list.go_to(1)
    assert page.copy.text() == "Copy"
    QTest.keyClick(page.list, Qt.Key.Key_C, CONTROL)
    assert copied() == whole.split("\n")[1]
    QApplication.clipboard().clear()
    page.copy.click()
    assert copied() == whole.split("\n")[1]


def test_that_they_could_not_be_read_is_said_beside_those_that_come(page: Page) -> None:
    page.timeline.error = LedgerError(Path("/ledger"), "broken")
    page._loader.turn_to(1)
    assert page.list._empty.text() == "The steps could not be read."
    page.timeline.add(1, "action", "first", NOW)
    assert page.count.text() == "The steps could not be read."


def test_empty_says_why(page: Page) -> None:
    words = "No steps yet. They appear here while the agent works."
    assert page.list._empty.isVisible()
    assert page.list._empty.text() == words
    assert page.list.accessibleDescription() == words
    assert page.copy.isHidden()
    page.timeline.add(1, "action", "first", NOW)
    assert page.list._empty.isHidden()
    assert "Newest at the bottom" in page.list.accessibleDescription()
    page._loader.turn_to(None)
    assert page.list._empty.text() == "Select a session or a task to see its steps."


# -- the keyboard, the theme, the font ---------------------------------------------------------


def test_the_keyboard_reaches_all(page: Page) -> None:
    page.fill(40)
    page.list.clearFocus()
    page.list.setFocus(Qt.FocusReason.TabFocusReason)
    assert page.list.currentIndex().row() == 39  # at the end, nothing selected
    assert len(page.list.selected_steps()) == 0
    QTest.keyClick(page.list, Qt.Key.Key_Up)
    assert len(page.list.selected_steps()) == 1
    assert page.list.currentIndex().row() == 38
    QTest.keyClick(page.list, Qt.Key.Key_Up, SHIFT)
    assert len(page.list.selected_steps()) == 2
    QTest.keyClick(page.list, Qt.Key.Key_Home)
    read = page.list.read_step()
    assert read is not None
    assert read.text == "step 0"
    QTest.keyClick(page.list, Qt.Key.Key_Tab)
    assert page.whole.field.hasFocus()
    QTest.keyClick(page.whole.field, Qt.Key.Key_Tab)
    assert page.copy.hasFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Escape)
    assert len(page.list.selected_steps()) == 0


def test_a_letter_asks_no_row(page: Page) -> None:
    page.fill(40)
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_S)
    assert len(page.list.selected_steps()) == 0
