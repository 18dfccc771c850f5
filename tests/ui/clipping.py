"""What of a window cannot be read: words that are cut, and parts that cover each other."""

from collections.abc import Iterator
from itertools import combinations

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QDialog,
    QLabel,
    QLayout,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QSplitter,
    QStackedLayout,
    QWidget,
)

from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.widgets.basics import ElidedLabel
from enigma_panel.ui.widgets.table.delegates import cell_width
from enigma_panel.ui.widgets.table.model import Role
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.existing import existing

KINDS = (QLabel, QAbstractButton, QLineEdit, QComboBox)


def faults(window: QWidget) -> list[str]:
    """All that is wrong with what is shown of a window now."""
    return [*cut_parts(window), *overlaps(window), *cut_columns(window), *too_wide(window)]


def is_cut(part: QWidget) -> bool:
    """Whether something of its words cannot be seen."""
    size, hint = part.size(), part.sizeHint()
    if isinstance(part, ElidedLabel):
        return size.height() < part.fontMetrics().height()
    if isinstance(part, QLabel) and part.wordWrap():
        return size.height() < part.heightForWidth(size.width())
    is_ignored = part.sizePolicy().horizontalPolicy() in {
        part.sizePolicy().Policy.Ignored,
        part.sizePolicy().Policy.Expanding,
    }
    return size.height() < hint.height() or (size.width() < hint.width() and not is_ignored)


def cut_parts(window: QWidget) -> list[str]:
    """What of the window's labels, buttons and fields is cut or lies outside it."""
    parts = [part for kind in KINDS for part in window.findChildren(kind) if part.isVisible()]
    parts = [part for part in parts if _home(part) is window and part.size().width()]
    assert parts
    return [f"cut: {_told(part)}" for part in parts if is_cut(part) or _is_outside(part, window)]


def _home(part: QWidget) -> QWidget:
    """The dialog that a part stands in, else the window."""
    while not (isinstance(part, QDialog) or part.isWindow()):
        part = existing(part.parentWidget())
    return part


def _is_outside(part: QWidget, window: QWidget) -> bool:
    outer = part.parentWidget()
    while outer is not None and outer is not window:
        if isinstance(outer.parentWidget(), QAbstractScrollArea):
            break
        outer = outer.parentWidget()
    frame = outer or window
    place = QRect(part.mapTo(frame, QPoint(0, 0)), part.size())
    room = frame.rect()
    is_beside = place.left() < 0 or place.right() > room.right()
    is_below = frame is window and (place.top() < 0 or place.bottom() > room.bottom())
    return is_beside or is_below


def overlaps(window: QWidget) -> list[str]:
    """Neighbours in a layout or a splitter of which one lies over the other."""
    found = []
    for parent in (window, *window.findChildren(QWidget)):
        if parent.isVisible() and parent.window() is window:
            for one, other in combinations(_neighbours(parent), 2):
                place, there = one.geometry(), other.geometry()
                holds = isinstance(one, QRadioButton) and place.contains(there)  # a choice's field
                if place.intersects(there) and not holds:
                    found.append(f"over each other: {_told(one)}, {_told(other)}")
    return found


def _neighbours(parent: QWidget) -> list[QWidget]:
    if isinstance(parent, QSplitter):
        parts = [existing(parent.widget(n)) for n in range(parent.count())]
    else:
        layout = parent.layout()
        parts = list(_laid_out(layout)) if layout is not None else []
    return [part for part in parts if part.isVisible()]


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    if isinstance(layout, QStackedLayout):
        return
    for place in range(layout.count()):
        item = existing(layout.itemAt(place))
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)


def too_wide(window: QWidget) -> list[str]:
    """What is scrolled up and down alone, but is wider than what shows it."""
    return [
        f"wider than its room: {_told(existing(area.widget()))}"
        for area in window.findChildren(QScrollArea)
        if area.isVisible() and existing(area.widget()).width() > area.viewport().width()
    ]


def cut_columns(window: QWidget) -> list[str]:
    """Headings of tables that are cut, and cells that no … may end: states and figures."""
    return [
        f"cut: {table.accessibleName()}, {fault}"
        for table in window.findChildren(KeyedTable)
        if table.isVisible()
        for fault in _cut_in(table)
    ]


def _cut_in(table: KeyedTable) -> Iterator[str]:
    header, model = table.horizontalHeader(), table.rows
    for column in range(header.count()):
        if header.isSectionHidden(column):
            continue
        title = model.headerData(column, Qt.Orientation.Horizontal)
        size = header.sectionSize(column)
        if header.isVisible() and size < header.sectionSizeHint(column):
            yield f"heading {title}: {size} < {header.sectionSizeHint(column)}"
        if title in SHORT:
            for row in table.visible_rows():
                cell = model.index(row, column).data(Role.CELL)
                if cell.tail_first:  # where both have no room, it stands alone
                    cell = Cell(text=cell.tail)
                elif cell.short:
                    cell = replace(cell, text=cell.short, tail="")
                needs = cell_width(replace(cell, bar=None), table.table_font)
                if size < needs:
                    yield f"{title} {cell.text}: {size} < {needs}"


SHORT = ("State", "Left", "Cost", "Status", "Took", "Ended")
"""Columns whose cells are words and figures of ours."""


def _told(part: QWidget) -> str:
    words = part.accessibleName() or getattr(part, "text", str)()
    return f"{type(part).__name__} “{words}” {part.width()}×{part.height()}"
