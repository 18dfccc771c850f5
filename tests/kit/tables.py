"""Reading and checking the models of tables."""

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtTest import QAbstractItemModelTester

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.sessions.table import VerbsDelegate
from enigma_panel.ui.widgets.table.model import KeyedTableModel
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.existing import existing

SPOKEN = Qt.ItemDataRole.AccessibleTextRole
STRICT = QAbstractItemModelTester.FailureReportingMode.Warning
"""For QAbstractItemModelTester: what it finds is a warning of Qt, which fails the test."""


def cell_text(
    model: KeyedTableModel, key: int, column: int, role: int = Qt.ItemDataRole.DisplayRole
) -> Any:
    row = existing(model.row_of(key))
    return model.index(row, column).data(role)


def read_tip(tip: Any) -> Any:
    """What a tool tip says, where Qt breaks it into lines as HTML."""
    is_html = isinstance(tip, str) and tip.startswith("<span>")
    return QTextDocumentFragment.fromHtml(tip).toPlainText() if is_html else tip


def verb_point(table: KeyedTable, row: int, verb: CommandVerb) -> QPoint:
    cell = table.visualRect(table.model().index(row, Column.VERBS))
    return VerbsDelegate.verb_rect(cell, verb).center()
