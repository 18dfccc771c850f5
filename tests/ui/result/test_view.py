"""A result in its best form, in Details: a table, a tree or a text, and each doubt said."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView

from enigma_panel.core.models import OutputType, TaskSpec, TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.result.cells import MOST_LEVELS, MOST_VALUES, ResultTree, view_of
from enigma_panel.ui.result.formats import read_result
from tests.kit.person import CTRL, button, key

COLUMNS = '["name", "price"]'
FOUND = {"found": 2, "next": None, "shops": [{"name": "a.example", "open": True, "price": "5"}]}
LONG = "long " * 500
RIGHT = Qt.AlignmentFlag.AlignRight
Show = Callable[..., QAbstractItemView | None]


@pytest.fixture
def show(window: MainWindow, services: Any) -> Show:
    """Show a task with this result in Details; returns the table or tree there."""

    def shown(text: str, output: OutputType = OutputType.TEXT, schema: str = "{}") -> Any:
        spec = TaskSpec(text="x", output_type=output, output_schema=schema)
        number = len(services.sessions.tasks) + 1
        services.sessions.add(number, status=TaskStatus.DONE, result=text, spec=spec)
        window.selection.sessions.select_key(number)
        views = window.details.result.findChildren(QAbstractItemView)
        return next((view for view in views if view.isVisible()), None)

    return shown


def lines(
    model: QAbstractItemModel, parent: QModelIndex | None = None, level: int = 0
) -> list[str]:
    """All that a model shows, a line a row, what stands below indented."""
    parent, found = parent or QModelIndex(), []
    for row in range(model.rowCount(parent)):
        cells = [model.index(row, n, parent) for n in range(model.columnCount(parent))]
        found.append("  " * level + " | ".join(str(cell.data()) for cell in cells))
        found += lines(model, cells[0], level + 1) if model.rowCount(cells[0]) else []
    return found


def test_json_is_a_tree(show: Show, window: MainWindow) -> None:
    view = show(json.dumps(FOUND), OutputType.JSON)
    assert view is not None
    assert view.accessibleName() == "Result as a tree"
    assert lines(view.model()) == [
        "found | 2",
        "next | null",
        "shops | 1 item",
        "  0 | 3 fields",
        '    name | "a.example"',
        "    open | true",
        '    price | "5"',
    ]
    assert not window.details.result.reading.isVisible()


def test_a_table_is_a_table(show: Show, window: MainWindow) -> None:
    doubt = window.details.result.view.doubt
    view = show('name,price\n"a, b",$5.00\nc', OutputType.CSV, COLUMNS)
    assert view is not None
    assert lines(view.model()) == ["a, b | $5.00", "c | "]
    headings = [view.model().headerData(n, Qt.Orientation.Horizontal) for n in range(2)]
    assert headings == ["name", "price"]
    align = int(Qt.ItemDataRole.TextAlignmentRole)
    sides = [view.model().index(0, n).data(align) for n in range(2)]
    assert [bool(side & int(RIGHT)) for side in sides] == [False, True], "figures at the right"
    assert doubt.text() == "Row 2 has 1 cell instead of 2."
    assert doubt.isVisible()
    show("name,price\na,5", OutputType.CSV, COLUMNS)
    assert not doubt.isVisible()
    view = show('[{"n": 1.50, "ok": true}, {"n": 2, "ok": null}]')
    assert view is not None
    assert lines(view.model()) == ["1.50 | true", "2 | null"]


def test_what_cannot_be_read_is_shown_as_text(show: Show, window: MainWindow) -> None:
    result = window.details.result
    assert show('{"a": 1}') is not None
    assert show("Sorry, no.", OutputType.JSON) is None
    assert result.view.doubt.text() == "You asked for JSON. This is not JSON (line 1, column 1)."
    assert result.reading.toPlainText() == "Sorry, no."
    assert result.reading.isVisible()


def test_it_is_copied_as_it_came(show: Show, window: MainWindow) -> None:
    text = ' {"price":  49.90}'
    show(text)
    button(window.details.result, "Copy").click()
    assert QGuiApplication.clipboard().text() == text


def test_it_stays_as_it_is_however_often_its_task_changes(
    show: Show, window: MainWindow, services: Any
) -> None:
    view = show(json.dumps(FOUND))
    services.sessions.change_task(1, is_new=False)
    services.sessions.change_task(1, question_n=2)
    assert window.details.result.view.view is view
    services.sessions.change_task(1, result='{"other": 1}')
    assert window.details.result.view.view is not view


def test_a_value_is_copied_whole_by_the_keyboard(show: Show, window: MainWindow) -> None:
    view = show(json.dumps({"text": LONG}))
    assert view is not None
    window.activateWindow()
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 1))
    key(view, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == LONG
    assert len(str(view.currentIndex().data())) < 310
    assert len(view.currentIndex().data(Qt.ItemDataRole.ToolTipRole)) < 1_100


@pytest.mark.parametrize(
    "text", [json.dumps([0] * (MOST_VALUES + 1)), "[" * MOST_LEVELS + "[1]" + "]" * MOST_LEVELS]
)
def test_a_tree_that_would_be_too_large_is_text(show: Show, window: MainWindow, text: str) -> None:
    assert show(text) is None
    assert window.details.result.reading.toPlainText().startswith("[\n  ")


def test_nothing_opens_all_of_a_large_tree_at_once(no_window_left: None) -> None:
    text = json.dumps([[[n] * 3 for n in range(30)] for _ in range(30)])
    tree = view_of(read_result(TaskSpec(text="x"), text), as_table=False, fits=False)
    assert isinstance(tree, ResultTree)
    tree.setCurrentIndex(tree.model().index(0, 0))
    key(tree, Qt.Key.Key_Asterisk)
    assert not tree.isExpanded(tree.model().index(0, 0))
    (found, *_more) = tree.matches("29")
    tree.go_to(found)
    assert tree.isExpanded(found.parent()), "a match is in sight"
