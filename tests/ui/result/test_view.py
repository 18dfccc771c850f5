"""A result in its best form, in Details: a table or a text, and each doubt said."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView

from enigma_panel.core.models import OutputType, TaskSpec, TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import CTRL, button, key

COLUMNS = '["name", "price"]'
FOUND = {"found": 2, "next": None, "shops": [{"name": "a.example", "open": True, "price": "5"}]}
LONG = "long " * 500
ROWS = '[{"a": 1}, {"a": 3}]'
RIGHT = Qt.AlignmentFlag.AlignRight
Show = Callable[..., QAbstractItemView | None]


@pytest.fixture
def show(window: MainWindow, services: Any) -> Show:
    """Show a task with this result in Details; returns the table there."""

    def shown(text: str, output: OutputType = OutputType.TEXT, schema: str = "{}") -> Any:
        spec = TaskSpec(text="x", output_type=output, output_schema=schema)
        number = len(services.sessions.tasks) + 1
        services.sessions.add(number, status=TaskStatus.DONE, result=text, spec=spec)
        window.selection.sessions.select_key(number)
        views = window.details.result.findChildren(QAbstractItemView)
        return next((view for view in views if view.isVisible()), None)

    return shown


def lines(model: QAbstractItemModel) -> list[str]:
    """All that a model shows, a line a row."""
    rows, columns = range(model.rowCount()), range(model.columnCount())
    return [" | ".join(str(model.index(row, n).data()) for n in columns) for row in rows]


def test_json_is_indented_text(show: Show, window: MainWindow) -> None:
    assert show(json.dumps(FOUND), OutputType.JSON) is None
    shown = window.details.result.reading.toPlainText()
    assert shown == json.dumps(FOUND, indent=2)


def test_a_table_is_a_table(show: Show, window: MainWindow) -> None:
    doubt = window.details.result.view.doubt
    view = show('name,price\n"a, b",$5.00\nc\u202e', OutputType.CSV, COLUMNS)
    assert view is not None
    assert lines(view.model()) == ["a, b | $5.00", "c\ufffd | "]
    headings = [view.model().headerData(n, Qt.Orientation.Horizontal) for n in range(2)]
    assert headings == ["name", "price"]
    align = int(Qt.ItemDataRole.TextAlignmentRole)
    sides = [view.model().index(0, n).data(align) or 0 for n in range(2)]
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
    assert show(ROWS) is not None
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
    view = show(ROWS)
    services.sessions.change_task(1, is_new=False)
    services.sessions.change_task(1, question_n=2)
    assert window.details.result.view.view is view
    services.sessions.change_task(1, result=ROWS.replace("1", "2"))
    assert window.details.result.view.view is not view


def test_a_value_is_copied_whole_by_the_keyboard(show: Show, window: MainWindow) -> None:
    view = show(json.dumps([{"text": LONG}] * 2))
    assert view is not None
    window.activateWindow()
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))
    key(view, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == LONG
    assert len(view.currentIndex().data(Qt.ItemDataRole.ToolTipRole)) < 1_100
