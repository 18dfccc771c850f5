"""*Questions*: all that was asked, newest first, and the way to answer or to its task."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.question_history import AskedQuestion, QuestionOutcome
from enigma_panel.core.questions import QuestionKind
from enigma_panel.services.question_history import MOST
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.dialog_manager import DialogManager
from enigma_panel.ui.question_history.dialog import GATHER_MS, QuestionHistoryDialog
from enigma_panel.ui.question_history.model import Column
from enigma_panel.ui.widgets.table_model import KeyedTableModel
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeActions
from tests.kit.person import ENTER, active, click, key, shown_texts
from tests.kit.wait import until
from tests.kit.world import World

Q = QuestionOutcome


def asked(number: int, outcome: QuestionOutcome = Q.ANSWERED, **facts: Any) -> AskedQuestion:
    """The question in row `number`, which task 100 + number asked."""
    known: dict[str, Any] = {
        "n": 1,
        "asked_ms": NOW - number * 60_000,
        "text": f"Question {number}?",
        "kind": QuestionKind.FREE_TEXT,
        "session": f"shop.example {number}",
        "task": f"Task {number}",
        "settled_ms": NOW - number * 60_000 + 4_000,
    }
    return AskedQuestion(key=number, task_key=100 + number, outcome=outcome, **known | facts)


@pytest.fixture
def dialog(world: World) -> QuestionHistoryDialog:
    world.question_history.questions = [
        asked(3, Q.OPEN, settled_ms=None),
        asked(2, Q.MISSED),
        asked(1, text="Shall I pay $49.99?", kind=QuestionKind.PURCHASE, used="$49.99"),
    ]
    dialog = QuestionHistoryDialog(world.services, None, lambda _text: None)
    dialog.wanted = []  # type: ignore[attr-defined]  # for these tests
    for name in ("answer_wanted", "task_wanted", "export_wanted"):
        signal = getattr(dialog, name)
        signal.connect(lambda what, name=name: dialog.wanted.append((name, what)))  # type: ignore[attr-defined]
    return dialog


async def shown(world: World, dialog: QuestionHistoryDialog) -> None:
    dialog.ask()
    await world.settle()
    await active(dialog)


def row(model: KeyedTableModel, number: int) -> list[str]:
    """The row of that key, as a screen reader says it."""
    return [model.cell(number, column).accessible_text for column in Column]


async def test_each_question_is_a_row_newest_first(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    await shown(world, dialog)
    assert dialog.model.keys() == [3, 2, 1]
    assert row(dialog.model, 3)[1:] == [
        "shop.example 3",
        "Task 3",
        "Question 3?",
        "Free text",
        "open",
        "no news yet",
        "",
    ]
    assert row(dialog.model, 1)[3:] == [
        "Shall I pay $49.99?",
        "Purchase",
        "answered",
        "4 seconds",
        "$49.99",
    ]
    assert dialog.count.text() == "3 questions, 1 of them missed."
    assert dialog.table.hasFocus()


async def test_an_open_one_leads_to_its_answer_another_to_its_task(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    world.inbox.ask(a_question(103, "Question 3?"))
    await shown(world, dialog)
    assert not dialog.answer_button.isEnabled()
    assert not dialog.task_button.isEnabled()
    dialog.table.select_key(3)
    click(dialog.answer_button)
    key(dialog.table, ENTER)
    dialog.table.select_key(2)
    assert not dialog.answer_button.isEnabled()
    click(dialog.task_button)
    key(dialog.table, ENTER)
    dialog.table.selectAll()
    assert not dialog.task_button.isEnabled()
    click(dialog.export_button)
    assert dialog.wanted == [  # type: ignore[attr-defined]
        ("answer_wanted", 103),
        ("answer_wanted", 103),
        ("task_wanted", 102),
        ("task_wanted", 102),
        ("export_wanted", True),
    ]


async def test_what_comes_and_is_settled_shows_by_itself(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    await shown(world, dialog)
    dialog.table.select_key(2)
    world.question_history.questions = [
        asked(4, Q.OPEN),
        asked(3, Q.ANSWERED),
        *world.question_history.questions[1:],
    ]
    world.inbox.ask(a_question(104, "Question 4?"))
    await until(lambda: dialog.model.keys() == [4, 3, 2, 1])
    assert dialog.model.cell(3, Column.OUTCOME).text == "answered"
    assert dialog.table.selected_keys() == [2]
    dialog.reject()
    read = world.question_history.read_count
    world.inbox.close(104)
    await world.settle()
    assert world.question_history.read_count == read, "nobody sees it"


async def test_without_questions_it_says_so(world: World) -> None:
    dialog = QuestionHistoryDialog(world.services, None, lambda _text: None)
    await shown(world, dialog)
    assert "Nothing was asked yet." in shown_texts(dialog)
    assert not dialog.export_button.isEnabled()


async def test_a_ledger_that_cannot_be_read_is_said(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    world.question_history.error = LedgerError(Path("ledger"), "the disk is away")
    await shown(world, dialog)
    assert "The ledger could not be read (the disk is away)." in shown_texts(dialog)
    world.question_history.error = None
    world.inbox.changed.emit()
    await until(lambda: bool(dialog.model.keys()))
    assert "could not be read" not in shown_texts(dialog)


async def test_more_than_are_shown_are_said(world: World, dialog: QuestionHistoryDialog) -> None:
    world.question_history.questions = [asked(number) for number in range(MOST, 0, -1)]
    await shown(world, dialog)
    assert dialog.count.text() == "The last 20,000 questions"


async def test_the_manager_opens_it_and_exports_what_it_shows(world: World, tmp_path: Any) -> None:
    world.question_history.questions = [asked(2), asked(1)]
    manager = DialogManager(world.services, lambda: None)
    opened: list[int] = []
    manager.task_wanted.connect(opened.append)
    manager.open_question_history(FakeActions())  # type: ignore[arg-type]
    dialog = manager._questions
    assert dialog is not None
    await world.settle()
    await active(dialog)
    dialog.table.select_key(1)
    key(dialog.table, ENTER)
    assert opened == [101]
    click(dialog.export_button)
    export = manager._question_export
    assert export is not None
    await active(export)
    assert Qt.CheckState.Unchecked == export.mark.checkState()
    export.file.setText(str(tmp_path / "questions.csv"))
    key(export.file, ENTER)
    await world.settle()
    (order,) = world.exports.orders
    assert [question.key for question in order.questions] == [2, 1]
    manager.close_all()
    assert not dialog.isVisible()


async def test_one_that_waits_can_be_answered_whatever_became_of_the_first_answer(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    world.question_history.questions = [asked(3, Q.UNCONFIRMED, settled_ms=None)]
    world.inbox.ask(a_question(103, "Question 3?", maybe_answered=True))
    await shown(world, dialog)
    dialog.table.select_key(3)
    assert dialog.answer_button.isEnabled()
    key(dialog.table, ENTER)
    assert dialog.wanted == [("answer_wanted", 103)]  # type: ignore[attr-defined]


async def test_what_changes_while_it_is_read_is_read_once_more(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    world.question_history.gate = asyncio.Event()
    dialog.ask()
    await until(lambda: world.question_history.read_count == 1)
    before = world.question_history.questions
    world.question_history.questions = [asked(4, Q.OPEN), *before]
    for _ in range(3):
        dialog._look()
    world.question_history.gate.set()
    await until(lambda: dialog.model.keys()[:1] == [4])
    assert world.question_history.read_count == 2


async def test_figures_of_tasks_that_never_asked_are_no_reason_to_read(
    world: World, dialog: QuestionHistoryDialog
) -> None:
    await shown(world, dialog)
    read = world.question_history.read_count
    world.sessions.changed.emit(Diff(tasks=frozenset({7}), sessions=frozenset({7})))
    await asyncio.sleep(GATHER_MS / 1000 + 0.1)
    assert world.question_history.read_count == read
    world.sessions.changed.emit(Diff(tasks=frozenset({103})))
    await until(lambda: world.question_history.read_count > read)
