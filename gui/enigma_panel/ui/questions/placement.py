"""Where a question may come up by itself: over no words that somebody typed and did not send, and
not over the row under the pointer."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QWidget

from enigma_panel.ui.widgets.free_screen import TITLE_BAR, place_inside

GAP = 12


def unsent_rects() -> list[QRect]:
    """Where fields in sight hold such words; of a field in a dialog, all of the dialog.

    What a field was given by us, and what acts with each letter, is not modified.
    """
    rects: list[QRect] = []
    for window in QApplication.topLevelWidgets():
        if not window.isVisible() or window.isMinimized():
            continue
        fields: list[QLineEdit | QPlainTextEdit] = [
            *window.findChildren(QLineEdit),
            *window.findChildren(QPlainTextEdit),
        ]
        for field in fields:
            if field.isVisible() and field.window() is window and _holds_words(field):
                is_dialog = isinstance(window, QDialog)
                rects.append(window.frameGeometry() if is_dialog else _on_screen(field))
    return rects


def move_beside(window: QWidget, taken: Sequence[QRect]) -> bool:
    """Move a window that is about to be shown to a place where it covers nothing of what is taken.

    False where there is none, or nobody can know: Wayland lets no window choose its place, nor
    does it say where others are.
    """
    if QGuiApplication.platformName().startswith("wayland"):
        return False
    room, parent = window.screen().availableGeometry(), window.parentWidget()
    rect = QRect(QPoint(), window.size() + QSize(0, TITLE_BAR))
    rect.moveCenter(room.center() if parent is None else parent.frameGeometry().center())
    place = free_place(rect, room, taken)
    if place is not None:
        window.move(place)
    return place is not None


def free_place(wanted: QRect, room: QRect, taken: Sequence[QRect]) -> QPoint | None:
    """The place in the room that covers nothing of what is taken: the wanted one, else one beside
    all of it; None where there is none."""
    box = QRect()
    for rect in taken:
        box = box.united(rect)
    inside = place_inside(wanted, room)
    x, y = inside.x(), inside.y()
    places = (
        inside,
        QPoint(box.right() + 1 + GAP, y),
        QPoint(box.left() - wanted.width() - GAP, y),
        QPoint(x, box.bottom() + 1 + GAP),
        QPoint(x, box.top() - wanted.height() - GAP),
    )
    for place in places:
        rect = QRect(place, wanted.size())
        if room.contains(rect) and not any(map(rect.intersects, taken)):
            return place
    return None


def _holds_words(field: QLineEdit | QPlainTextEdit) -> bool:
    if isinstance(field, QLineEdit):
        return field.isModified() and not field.isReadOnly() and bool(field.text())
    is_modified = field.document().isModified()
    return is_modified and not field.isReadOnly() and not field.document().isEmpty()


def _on_screen(field: QWidget) -> QRect:
    return QRect(field.mapToGlobal(QPoint()), field.size())
