"""A structured result in Details: a tree or a table, the text beside it, and each doubt said."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView

from enigma_panel.core.models import OutputType, TaskSpec, TaskStatus
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.features.results.models import PART, JsonModel
from enigma_panel.features.results.structured_view import StructuredView
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import CTRL, button, key

COLUMNS = '["name", "price"]'
FOUND = {"found": 2, "next": None, "shops": [{"name": "a.example", "open": True, "price": "5"}]}
LONG = "long " * 500
Show = Callable[..., Any]


@pytest.fixture
def show(window: MainWindow, services: Any, viewer: StructuredView) -> Show:
    """Show a task with this result, and hand out what Details makes of it."""

    def shown(text: str, output: OutputType = OutputType.JSON, schema: str = "{}") -> Any:
        spec = TaskSpec(text="x", output_type=output, output_schema=schema)
        number = len(services.sessions.tasks) + 1
        services.sessions.add(number, status=TaskStatus.DONE, result=text, spec=spec)
        window.selection.sessions.select_key(number)
        return viewer

    return shown


def view_of(window: MainWindow) -> QAbstractItemView | None:
    views = window.details.result.findChildren(QAbstractItemView)
    return next((view for view in views if view.isVisible()), None)


def lines(
    model: QAbstractItemModel, parent: QModelIndex | None = None, level: int = 0
) -> list[str]:
    """All that a model shows, a line a row, what stands below indented."""
    parent, found = parent or QModelIndex(), []
    for row in range(model.rowCount(parent)):
        cells = [model.index(row, n, parent) for n in range(model.columnCount(parent))]
        assert all(cell.parent() == parent for cell in cells)
        found.append("  " * level + " | ".join(str(cell.data()) for cell in cells))
        found += lines(model, cells[0], level + 1) if model.rowCount(cells[0]) else []
    return found


def test_json_is_a_tree(show: Show, window: MainWindow) -> None:
    structured = show(json.dumps(FOUND))
    view = view_of(window)
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
    assert not structured.doubt.isVisible()
    assert not window.details.result.reading.isVisible()


def test_csv_is_a_table(show: Show, window: MainWindow) -> None:
    text = 'name,price\n"a, b",5\nc'
    structured = show(text, OutputType.CSV, COLUMNS)
    view = view_of(window)
    assert view is not None
    assert lines(view.model()) == ["a, b | 5", "c | "]
    headings = [view.model().headerData(n, Qt.Orientation.Horizontal) for n in range(2)]
    assert headings == ["name", "price"]
    assert structured.doubt.text() == "Row 2 has 1 cell instead of 2."
    assert structured.doubt.isVisible()
    show("name,price\na,5", OutputType.CSV, COLUMNS)
    assert not structured.doubt.isVisible()
    show("product,price\na,5", OutputType.CSV, COLUMNS)
    assert structured.doubt.text() == "The columns are product, price. Asked for were name, price."


def test_the_text_is_one_click_away_and_copied_as_it_is(show: Show, window: MainWindow) -> None:
    text = ' {"price":  49.90}'
    structured = show(text)
    structured.switch.setFocus()
    button(window.details, "Show as text").click()
    assert window.details.result.reading.toPlainText() == text
    assert view_of(window) is None
    assert structured.switch.hasFocus()
    show("name,price\na,5", OutputType.CSV, COLUMNS)
    assert window.details.result.reading.isVisible(), "what was chosen stays"
    button(window.details, "Show as table").click()
    assert view_of(window) is not None
    window.selection.sessions.select_key(1)
    button(window.details, "Copy result").click()
    assert QGuiApplication.clipboard().text() == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sorry, no.", "JSON was asked for, but this is none (line 1, column 1)."),
        (f'{{"code": {MARK}}}', "A secret in it was replaced, which may be why."),
        ("[" * 10_000, "This JSON is nested too deeply to be shown as a tree."),
    ],
)
def test_what_cannot_be_read_is_shown_as_text(
    show: Show, window: MainWindow, reader: Any, text: str, said: str
) -> None:
    structured = show(text)
    assert structured.doubt.text().endswith(said)
    assert window.details.result.reading.toPlainText() == text
    assert not structured.switch.isVisible()
    assert reader.calls == [text]


def test_a_plain_result_has_none_of_it(show: Show, window: MainWindow, reader: Any) -> None:
    structured = show('{"a": 1}', OutputType.TEXT, "")
    assert not structured.isVisible()
    assert not structured.switch.isVisible()
    assert window.details.result.reading.isVisible()
    assert reader.calls == []


def test_it_is_read_once_however_often_its_task_is_told(
    show: Show, window: MainWindow, services: Any, reader: Any
) -> None:
    show(json.dumps(FOUND))
    view = view_of(window)
    services.sessions.change_task(1, is_new=False)
    services.sessions.change_task(1, question_n=2)
    assert reader.calls == [json.dumps(FOUND)]
    assert view_of(window) is view
    services.sessions.change_task(1, result='{"other": 1}')
    assert reader.calls == [json.dumps(FOUND), '{"other": 1}']


def test_a_value_is_copied_whole_by_the_keyboard(show: Show, window: MainWindow) -> None:
    show(json.dumps({"text": LONG}))
    view = view_of(window)
    assert view is not None
    window.activateWindow()
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 1))
    key(view, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == LONG
    assert len(str(view.currentIndex().data())) < 310
    assert len(view.currentIndex().data(Qt.ItemDataRole.ToolTipRole)) < 1_100


def test_only_what_is_opened_is_made(qapp: object) -> None:
    value: Any = {"rows": [{"n": str(n)} for n in range(100_000)], "n": "1"}
    model = JsonModel(value)
    rows = model.index(0, 0)
    assert model.rowCount(rows) == 100_000 // PART
    last = model.index(99, 0, rows)
    assert last.data() == "99,000 … 99,999"
    assert model.rowCount(last) == PART
    assert model.index(PART - 1, 0, last).data() == "99999"
    assert model.index(0, 0, model.index(PART - 1, 0, last)).parent().data() == "99999"
    assert len(model._nodes) < 2 * PART


def test_nothing_opens_all_of_it_at_once(show: Show, window: MainWindow) -> None:
    show(json.dumps([[[n] * 3 for n in range(40)] for _ in range(40)]))
    view = view_of(window)
    assert view is not None
    made = len(view.model()._nodes)  # type: ignore[attr-defined]
    view.setCurrentIndex(view.model().index(0, 0))
    key(view, Qt.Key.Key_Asterisk)
    assert len(view.model()._nodes) == made  # type: ignore[attr-defined]
