"""The result view: what it shows, finds and copies, and how it goes on to the next task."""

from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from enigma_panel.core.models import OutputType, TaskStatus
from enigma_panel.core.observation import ResultFile
from enigma_panel.features.results.dialog import ResultDialog
from enigma_panel.ui.questions.presenter import holds_unsent_words
from enigma_panel.ui.result.cells import ResultTable
from tests.features.results.conftest import FakeRows, FilesPanel
from tests.kit.clock import NOW
from tests.kit.person import CTRL, click, key, type_text
from tests.kit.world import World

ALT = Qt.KeyboardModifier.AltModifier
Show = Callable[..., Coroutine[Any, Any, ResultDialog]]


def tabs(dialog: ResultDialog) -> list[str]:
    return [dialog.view.tabs.tabText(n) for n in range(dialog.view.tabs.count())]


def text_of(dialog: ResultDialog) -> str:
    return dialog.view.reading.toPlainText()


def copied(dialog: ResultDialog) -> str:
    click(dialog.copy)
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize(
    ("text", "forms", "in_best"),
    [
        ("# Hubs\n\n- **one**", ["Markdown", "Text"], "# Hubs\n\n- **one**"),
        ('{"price":49.90}', ["JSON", "Text"], '{\n  "price": 49.90\n}'),
        ("name,price\nKeys,109.99", ["Table", "Text"], "name\tprice\nKeys\t109.99\n"),
        ("Sorry, none was found", ["Text"], "Sorry, none was found"),
    ],
)
async def test_the_best_form_comes_first_and_is_what_is_copied(
    show: Show, text: str, forms: list[str], in_best: str
) -> None:
    dialog = await show(text)
    assert tabs(dialog) == forms
    assert dialog.view.tabs.isVisible() is (len(forms) > 1)
    assert dialog.copy.text().casefold() == f"copy {forms[0]}".casefold()
    assert copied(dialog) == in_best
    dialog.view.tabs.setCurrentIndex(len(forms) - 1)
    assert text_of(dialog) == text
    assert dialog.copy.text() == "Copy text"
    assert copied(dialog) == text


async def test_what_was_asked_for_and_did_not_come_is_said(show: Show) -> None:
    dialog = await show("Sorry", output=OutputType.JSON)
    assert dialog.view.doubt.text().startswith("You asked for JSON.")
    assert dialog.view.doubt.isVisible()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"status": TaskStatus.WORKING, "ended_ms": None}, "No result yet."),
        ({"status": TaskStatus.FAILED, "code": "TASK_TIMEOUT"}, "took longer than its limit"),
        ({"result": ""}, "Done, no text."),
    ],
)
async def test_no_result_is_said_and_nothing_offered(show: Show, facts: Any, said: str) -> None:
    dialog = await show(None, **facts)
    assert said in dialog.nothing.text()
    assert dialog.nothing.isVisible()
    for widget in (dialog.view, dialog.view.tabs, dialog.find_bar):
        assert not widget.isVisible()
    for button in (dialog.copy, dialog.save_as):
        assert not button.isEnabled()


async def test_a_result_that_comes_meanwhile_is_shown(show: Show, world: World) -> None:
    dialog = await show(None, status=TaskStatus.WORKING, ended_ms=None)
    world.sessions.change_task(1, status=TaskStatus.DONE, result="$5", ended_ms=NOW, is_new=True)
    await world.settle()
    assert text_of(dialog) == "$5"
    assert not world.sessions.tasks[1].is_new


async def test_an_old_result_is_shown_as_soon_as_its_record_is_there(
    show: Show, world: World
) -> None:
    dialog = await show(None)
    world.sessions.tasks[1] = replace(world.sessions.tasks[1], result="$5")
    world.sessions.loaded.emit(frozenset({1}))
    await world.settle()
    assert text_of(dialog) == "$5"


async def test_opening_it_marks_it_as_seen(show: Show, world: World) -> None:
    await show("$5", is_new=True)
    assert not world.sessions.tasks[1].is_new


async def test_find_counts_and_goes_round(show: Show) -> None:
    dialog = await show("one key, two KEYS, three keys")
    reading = dialog.view.reading
    dialog.copy.setFocus()  # nothing can be found in that
    key(dialog.copy, Qt.Key.Key_F, CTRL)
    assert dialog.find_bar.field.hasFocus()
    type_text(dialog.find_bar.field, "key")
    assert dialog.find_bar.found.text() == "1 of 3"
    assert not holds_unsent_words(dialog.find_bar.field), "it acts with each letter"
    key(dialog.find_bar.field, Qt.Key.Key_Return)
    assert reading.textCursor().selectedText() == "KEY"
    for _ in range(2):
        key(dialog.find_bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.find_bar.found.text() == "3 of 3"
    type_text(dialog.find_bar.field, "x")
    assert dialog.find_bar.found.text() == "not found"
    key(dialog.find_bar.field, Qt.Key.Key_Escape)
    assert dialog.find_bar.found.text() == ""
    key(dialog.find_bar.field, Qt.Key.Key_Escape)
    assert reading.hasFocus()
    key(reading, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_find_in_each_form(show: Show) -> None:
    dialog = await show("name,price\nHub,5\nKeys,7\nmore keys,9")
    type_text(dialog.find_bar.field, "keys")
    assert dialog.find_bar.found.text() == "1 of 2"
    key(dialog.find_bar.field, Qt.Key.Key_Return)
    table = dialog.view.view
    assert isinstance(table, ResultTable)
    assert table.currentIndex().data() == "more keys"
    dialog = await show("# A 😀 heading\n\n| a | b |\n| - | - |\n| c | **keys** |\n")
    assert dialog.find_bar.found.text() == "1 of 1", "the words stay"
    assert dialog.view.reading.textCursor().selectedText() == "keys"


async def test_the_next_task_is_one_key_away(show: Show, rows: FakeRows, world: World) -> None:
    for text in ("first", "second"):
        await show(text)
    dialog = await show('{"third": 1}')
    assert not dialog.next.isEnabled()
    key(dialog, Qt.Key.Key_Up, ALT)
    assert text_of(dialog) == "second"
    assert dialog.next.isEnabled()
    click(dialog.previous)
    assert rows.selected == [2, 1]
    assert text_of(dialog) == "first"
    assert not dialog.previous.isEnabled()
    key(dialog, Qt.Key.Key_Up, ALT)
    assert dialog.task_key == 1
    key(dialog, Qt.Key.Key_Down, ALT)
    assert text_of(dialog) == "second"
    await world.settle()


async def test_what_features_show_of_a_result_stands_below_it(
    show: Show, files: FilesPanel
) -> None:
    await show("$5", files=(ResultFile(name="report.pdf", url="https://x.example/1"),))
    assert (files.names, files.isVisible()) == (["report.pdf"], True)
    await show("$5")
    assert not files.isVisible()


async def test_it_is_run_again_once_with_its_price_named(show: Show, world: World) -> None:
    world.spending.costs = [Decimal("0.02")] * 3
    dialog = await show(None, status=TaskStatus.WORKING, ended_ms=None)
    assert not dialog.again.isEnabled()
    world.sessions.change_task(1, status=TaskStatus.DONE, result="$5", ended_ms=NOW)
    assert dialog.again.accessibleName() == "Run again · ≈ $0.02"
    for _ in range(2):
        dialog.again.click()
        await world.settle()
        world.sessions.change_task(1, result="$6")
    assert [started.spec.text for started in world.sessions.started] == ["Find a hub"]
    dialog.reject()
    dialog.ask(1)
    assert dialog.again.isEnabled()


async def test_the_tab_that_was_chosen_stays(show: Show) -> None:
    dialog = await show("a,b\n1,2")
    dialog.view.tabs.setCurrentIndex(1)
    await show("a,b\n3,4")
    assert text_of(dialog) == "a,b\n3,4"
    dialog.reject()
    await show("a,b\n5,6")
    assert isinstance(dialog.view.view, ResultTable), "opened anew, in its best form"
