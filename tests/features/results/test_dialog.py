"""The result view: what it shows, finds and copies, and how it goes on to the next task."""

import json
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QTextCursor

from enigma_panel.core.models import OutputType, TaskStatus
from enigma_panel.features.results.dialog import ResultDialog
from enigma_panel.features.results.structured_results import StructuredResults
from enigma_panel.features.results.text_view import LINE, ResultText
from enigma_panel.features.results.views import ResultTable, ResultTree
from enigma_panel.store.ledger.intents import Step
from tests.features.results.conftest import FakeRows
from tests.kit.builders import ID, LINK
from tests.kit.clock import NOW
from tests.kit.person import CTRL, click, key, type_text
from tests.kit.wait import until
from tests.kit.world import World

ALT = Qt.KeyboardModifier.AltModifier
HOSTILE = "NUL \x00, turned \u202e\u2067, half \ud83d of a letter, 😀 whole"
Show = Callable[..., Coroutine[Any, Any, ResultDialog]]


def tabs(dialog: ResultDialog) -> list[str]:
    return [dialog.tabs.tabText(n) for n in range(dialog.tabs.count())]


def copied() -> str:
    return QGuiApplication.clipboard().text()


def choose(dialog: ResultDialog, name: str) -> None:
    """In the menu that Copy… opens."""
    click(dialog.copy)
    assert dialog.menu.isVisible()
    action = next(action for action in dialog.menu.actions() if action.text() == name)
    dialog.menu.close()
    action.trigger()


async def test_plain_text_comes_first_and_other_forms_are_one_click_away(show: Show) -> None:
    dialog = await show("# Hubs\n\n- **one**")
    assert dialog.text.toPlainText() == "# Hubs\n\n- **one**"
    assert tabs(dialog) == ["Text", "Markdown"]
    dialog.tabs.setCurrentIndex(1)
    assert dialog.markdown.browser.toPlainText() == "Hubs\none"
    dialog = await show('{"price": 49.90}')
    assert tabs(dialog) == ["Text", "JSON"]
    dialog.tabs.setCurrentIndex(1)
    assert isinstance(dialog.views.currentWidget(), ResultTree)
    dialog = await show("name\tprice\nKeys\t109.99")
    assert tabs(dialog) == ["Text", "Table"]
    dialog.tabs.setCurrentIndex(1)
    table = dialog.views.currentWidget()
    assert isinstance(table, ResultTable)
    assert table.model().headerData(0, Qt.Orientation.Horizontal) == "name"
    dialog = await show("Sorry, none was found")
    assert tabs(dialog) == ["Text"]


async def test_what_was_asked_for_and_did_not_come_is_said(show: Show) -> None:
    dialog = await show("Sorry", output=OutputType.JSON)
    assert dialog.doubt.text().startswith("JSON was asked for, but this is none")
    assert dialog.doubt.isVisible()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"status": TaskStatus.WORKING, "ended_ms": None}, "There is no result yet."),
        ({"status": TaskStatus.FAILED, "code": "TASK_TIMEOUT"}, "took longer than its limit"),
        ({"result": ""}, "Done, without a text."),
    ],
)
async def test_no_result_is_said_and_nothing_offered(show: Show, facts: Any, said: str) -> None:
    dialog = await show(None, **facts)
    assert said in dialog.nothing.text()
    assert dialog.views.currentWidget() is dialog.nothing
    assert not dialog.tabs.isVisible()
    assert not dialog.find_bar.isVisible()
    assert not dialog.save_as.isEnabled()


async def test_a_result_that_comes_meanwhile_is_shown(show: Show, world: World) -> None:
    dialog = await show(None, status=TaskStatus.WORKING, ended_ms=None)
    world.sessions.change_task(1, status=TaskStatus.DONE, result="$5", ended_ms=NOW, is_new=True)
    await world.settle()
    assert dialog.text.toPlainText() == "$5"
    assert not world.sessions.tasks[1].is_new


async def test_an_old_result_is_shown_as_soon_as_its_record_is_there(
    show: Show, world: World
) -> None:
    dialog = await show(None)
    world.sessions.tasks[1] = replace(world.sessions.tasks[1], result="$5")
    world.sessions.loaded.emit(frozenset({1}))
    await world.settle()
    assert dialog.text.toPlainText() == "$5"


async def test_opening_it_marks_it_as_seen(show: Show, world: World) -> None:
    await show("$5", is_new=True)
    assert not world.sessions.tasks[1].is_new


async def test_hostile_texts_are_shown_and_copied_as_they_came(show: Show) -> None:
    dialog = await show(HOSTILE)
    shown = dialog.text.toPlainText()
    assert len(shown) == len(HOSTILE)
    assert not set("\x00\u202e\u2067\ud83d") & set(shown)
    type_text(dialog.find_bar.field, "whole")
    await until(lambda: dialog.find_bar.found.text() == "1 of 1")
    assert dialog.text.textCursor().selectedText() == "whole", "an emoji counts as two in Qt"


# -- find ----------------------------------------------------------------------------------------


async def test_find_counts_and_goes_round(show: Show) -> None:
    dialog = await show("one key, two KEYS, three keys")
    dialog.close_button.setFocus()  # nothing can be found in that
    key(dialog.close_button, Qt.Key.Key_F, CTRL)
    assert dialog.find_bar.field.hasFocus()
    type_text(dialog.find_bar.field, "key")
    await until(lambda: dialog.find_bar.found.text() == "1 of 3")
    assert len(dialog.text.extraSelections()) == 3
    key(dialog.find_bar.field, Qt.Key.Key_Return)
    assert dialog.text.textCursor().selectedText() == "KEY"
    click(dialog.find_bar.before)
    click(dialog.find_bar.before)
    assert dialog.find_bar.found.text() == "3 of 3"
    type_text(dialog.find_bar.field, "x")
    await until(lambda: dialog.find_bar.found.text() == "not found")
    key(dialog.find_bar.field, Qt.Key.Key_Escape)
    assert dialog.find_bar.field.text() == ""
    assert not dialog.text.extraSelections()
    key(dialog.find_bar.field, Qt.Key.Key_Escape)
    assert dialog.text.hasFocus()
    key(dialog.text, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_find_in_each_form(show: Show) -> None:
    rows = [{"n": n} for n in range(2_000)]
    dialog = await show(json.dumps({"rows": rows, "last": {"name": "Keys"}}))
    dialog.tabs.setCurrentIndex(1)
    type_text(dialog.find_bar.field, "keys")
    await until(lambda: dialog.find_bar.found.text() == "1 of 1")
    view = dialog.views.currentWidget()
    assert isinstance(view, ResultTree)
    assert view.currentIndex().data() == '"Keys"'
    dialog.find_bar.field.setText("1500")
    await until(lambda: view.currentIndex().data() == "1500")
    dialog = await show("name,price\nHub,5\nKeys,7\nmore keys,9")
    dialog.tabs.setCurrentIndex(1)
    dialog.find_bar.field.setText("keys")
    await until(lambda: dialog.find_bar.found.text() == "1 of 2")
    click(dialog.find_bar.after)
    table = dialog.views.currentWidget()
    assert isinstance(table, ResultTable)
    assert table.currentIndex().data() == "more keys"
    dialog = await show("# A 😀 heading\n\n| a | b |\n| - | - |\n| c | **keys** |\n")
    dialog.tabs.setCurrentIndex(1)
    await until(lambda: dialog.find_bar.found.text() == "1 of 1")
    assert dialog.markdown.browser.textCursor().selectedText() == "keys"


# -- long ones -----------------------------------------------------------------------------------


async def test_a_long_result_shows_its_beginning_and_all_when_asked(show: Show) -> None:
    text = "word " * 200_000
    dialog = await show(text)
    assert dialog.part.text() == "The first 50,000 of 1,000,000 characters."
    click(dialog.show_all)
    await until(lambda: dialog.text.shown == len(text))
    assert not dialog.part.isVisible()
    dialog.text.selectAll()
    dialog.text.copy()
    assert copied() == text, "no break of ours is copied"


async def test_find_leads_to_what_is_not_shown_yet(show: Show) -> None:
    text = "a 😀 " * 60_000 + "the needle"
    dialog = await show(text)
    type_text(dialog.find_bar.field, "needle")
    await until(lambda: dialog.text.textCursor().selectedText() == "needle")


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "a line of words\n" * 62_500, json.dumps([{"n": n} for n in range(80_000)])],
    ids=["one line", "lines", "JSON"],
)
async def test_a_megabyte_opens_without_a_gap(show: Show, dialog: ResultDialog, text: str) -> None:
    """In time of this thread: what else the machine has to do does not count."""
    dialog._reader = StructuredResults()  # in a thread
    gaps, last = [0.0], time.thread_time()

    def tick() -> None:
        nonlocal last
        gaps.append(time.thread_time() - last)
        last = time.thread_time()

    await show("small")
    timer = QTimer(interval=0)
    timer.timeout.connect(tick)
    last = time.thread_time()
    timer.start()
    dialog = await show(text)
    await until(lambda: dialog.tabs.count() == (2 if text[0] == "[" else 1))
    assert dialog.part.isVisible()
    timer.stop()
    assert max(gaps) < 0.15


def test_pieces_put_together_are_the_text(qapp: object, light: None) -> None:
    view = ResultText()
    text = "\n\nshort\n" + "x😀" * LINE + "\n" + "line\n" * 5_000 + "end"
    view.show_text(text)
    view.load_all()
    while view.shown < view.whole:
        view._go_on()
    cursor = view.textCursor()
    cursor.select(QTextCursor.SelectionType.Document)
    view.setTextCursor(cursor)
    assert view.createMimeDataFromSelection().text() == text
    assert max(len(line) for line in view.toPlainText().split("\n")) <= LINE
    for sought in ("short", "end"):
        places = view.finder(sought)()
        view.show_place(places, 0)
        assert view.textCursor().selectedText() == sought


# -- the next one --------------------------------------------------------------------------------


async def test_the_next_task_is_one_key_away(show: Show, rows: FakeRows, world: World) -> None:
    for text in ("first", "second"):
        await show(text)
    dialog = await show('{"third": 1}')
    assert not dialog.next.isEnabled()
    key(dialog.text, Qt.Key.Key_Up, ALT)
    assert dialog.text.toPlainText() == "second"
    assert dialog.next.isEnabled()
    click(dialog.previous)
    assert rows.selected == [2, 1]
    assert dialog.text.toPlainText() == "first"
    assert not dialog.previous.isEnabled()
    key(dialog, Qt.Key.Key_Up, ALT)
    assert dialog.task_key == 1
    key(dialog, Qt.Key.Key_Down, ALT)
    assert dialog.text.toPlainText() == "second"
    await world.settle()


async def test_its_steps_stand_beside_it_and_have_a_search_of_their_own(
    show: Show, world: World
) -> None:
    world.timeline.kept[1] = [Step(at_ms=NOW, kind="action", text="Opened the page", task_key=1)]
    dialog = await show("$5")
    dialog.resize(760, 500)
    assert dialog.steps.list.isVisible()
    assert dialog.steps.list.model().rowCount() == 1
    dialog.steps.list.setFocus()
    key(dialog.steps.list, Qt.Key.Key_F, CTRL)
    assert dialog.steps.search.field.hasFocus()
    dialog.resize(500, 400)
    assert not dialog.steps.list.isVisible()
    assert dialog.text.hasFocus()


# -- copying -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Copy as text", '{"price":49.90}'),
        ("Copy as JSON", '{\n  "price": 49.90\n}'),
        ("Copy as Markdown", '```json\n{\n  "price": 49.90\n}\n```\n'),
    ],
)
async def test_it_is_copied_in_each_form_that_it_has(show: Show, name: str, text: str) -> None:
    choose(await show('{"price":49.90}'), name)
    await until(lambda: copied() == text)


async def test_what_has_no_form_is_copied_as_text_alone(show: Show) -> None:
    dialog = await show("words")
    click(dialog.copy)
    names = [action.text() for action in dialog.menu.actions() if action.text()]
    dialog.menu.close()
    assert names == ["Copy as text", "Copy for a colleague"]


async def test_what_a_colleague_gets_opens_no_session(show: Show) -> None:
    dialog = await show(f"Seen at {LINK} in {ID}: $5")
    choose(dialog, "Copy for a colleague")
    text = copied()
    assert text.startswith("Task: Find a hub\nSite: shop.example\nDate: ")
    assert text.endswith("$5")
    assert LINK not in text
    assert ID not in text
