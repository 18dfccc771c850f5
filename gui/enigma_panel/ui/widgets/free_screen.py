"""Places windows within the free screen, with their frames."""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget

TITLE_BAR, BORDER = 40, 6
"""The height of a title bar and the width of a border, assumed until the real frame is known."""
ROOM = QSize(2 * BORDER, TITLE_BAR + BORDER)


def free_size(window: QWidget) -> QSize:
    """Return the largest size of a window whose frame is visible, too."""
    return window.screen().availableSize() - ROOM


def fit_on_screen(window: QWidget) -> None:
    """Make a window that is about to be shown no larger than the free screen."""
    most = free_size(window)
    window.setMinimumSize(window.minimumSize().boundedTo(most))
    if not window.isMaximized() and not window.isFullScreen():
        window.resize(window.size().boundedTo(most))
        keep_on_screen(window)


def keep_on_screen(window: QWidget) -> None:
    """Move a window that is partly outside the free screen."""
    frame = window.frameGeometry()
    if frame == window.geometry():
        frame.setSize(frame.size() + ROOM)
    moved = place_inside(frame, window.screen().availableGeometry()) - frame.topLeft()
    if not moved.isNull():
        window.move(window.pos() + moved)


def place_inside(rect: QRect, room: QRect) -> QPoint:
    """Return where a rectangle is within a room; of one that is larger, the beginning is."""
    return QPoint(
        max(room.left(), min(rect.x(), room.right() + 1 - rect.width())),
        max(room.top(), min(rect.y(), room.bottom() + 1 - rect.height())),
    )
