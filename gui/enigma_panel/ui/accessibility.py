"""Gives assistive technology a safe object for each scroll area, in place of Qt's own."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_UNCHECKED = frozenset({"QAbstractScrollArea", "QScrollArea"})
"""Classes, also below a table's header, whose object in Qt ends the program when it is asked for a
child behind its last: docs/decisions/12-scroll-areas.md."""


def install_safe_scroll_areas() -> None:
    """Replace Qt's objects; those that were made before stay, so no widget may exist yet."""
    QAccessible.installFactory(_make)


def _make(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    """Return a plain widget's object, which knows its children, or leave it to Qt."""
    if class_name in _UNCHECKED and isinstance(thing, QWidget):
        return QAccessibleWidget(thing)
    return None
