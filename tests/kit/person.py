"""What a person does at a window: keys, clicks, the pointer, and reading what stands there."""

from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from enigma_panel.ui.notices.notice_list import NoticeList
from enigma_panel.ui.theme import theme
from tests.kit.existing import existing
from tests.kit.wait import until

W = TypeVar("W", bound=QWidget)
ENTER = Qt.Key.Key_Return
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


# -- doing ----------------------------------------------------------------------------------------


async def active(window: QWidget) -> None:
    """Wait until a window has the focus: shortcuts and typing need it."""
    window.activateWindow()
    await until(window.isActiveWindow)


def click(button: QWidget) -> None:
    """Press and release the left mouse button in the middle of it."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def double_click(widget: QWidget, at: QPoint) -> None:
    """Two clicks there. Qt's own leaves the button pressed: later moves would seem to drag."""
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(widget, left, pos=at)
    QTest.mouseDClick(widget, left, pos=at)
    QTest.mouseRelease(widget, left, pos=at)


def key(
    widget: QWidget, code: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(widget, code, modifiers)


def type_text(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClicks(field, text)


def undo_everything(window: QWidget) -> None:
    """Take back whatever any field would take back."""
    for field in window.findChildren(QWidget):
        if isinstance(field, QLineEdit | QPlainTextEdit) and not field.isReadOnly():
            for _ in range(10):
                field.undo()


def move_to(view: QAbstractItemView, row: int) -> None:
    """The pointer moves over the first cell of a row."""
    point = QPointF(view.visualRect(view.model().index(row, 0)).center())
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        view.viewport().mapToGlobal(point),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), event)


def leave(view: QAbstractItemView) -> None:
    card = existing(view.parentWidget())
    for part in (view.viewport(), view, card):
        QApplication.sendEvent(part, QEvent(QEvent.Type.Leave))


def write_by_screen_reader(field: QWidget, text: str) -> None:
    """What assistive technology writes into a field; Qt tells of no edit then."""
    QAccessible.queryAccessibleInterface(field).setText(QAccessible.Text.Value, text)


# -- reading --------------------------------------------------------------------------------------


def in_sight(kind: type[W]) -> list[W]:
    """What is open of that kind: windows of their own, and sheets in a window."""
    found = [
        one for top in QApplication.topLevelWidgets() for one in (top, *top.findChildren(kind))
    ]
    return [one for one in dict.fromkeys(found) if isinstance(one, kind) and one.isVisible()]


def button(parent: QWidget, name: str) -> QAbstractButton:
    buttons = [b for b in parent.findChildren(QAbstractButton) if b.isVisible()]
    found = [b for b in buttons if b.accessibleName() == name]
    assert len(found) == 1, [b.accessibleName() for b in buttons]
    return found[0]


def shown_texts(parent: QWidget) -> str:
    return "\n".join(label.text() for label in parent.findChildren(QLabel) if label.isVisible())


def notice_texts(notices: NoticeList) -> list[str]:
    """What all notices say, the first one last."""
    return [notice.words for notice in reversed(notices.notices())]


def all_text(window: QWidget) -> str:
    """Everything that stands anywhere in a window, shown or not, names and tips included."""
    words: list[str] = []
    for widget in [window, *window.findChildren(QWidget)]:
        words += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel | QLineEdit | QPushButton):
            words.append(widget.text())
        if isinstance(widget, QPlainTextEdit):
            words.append(widget.toPlainText())
    return "\n".join(words)


def style(app: QApplication, scheme: Qt.ColorScheme | None = None) -> None:
    """Style the program as it is shown, in a scheme or the desktop's."""
    app.setStyle(theme.STYLE)
    theme.prepare(app, scheme)
    theme.apply_stylesheet()
