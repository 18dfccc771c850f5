"""What a person does: keys, clicks, and looking at what stands there."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

ENTER = Qt.Key.Key_Return
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


async def until(condition: Callable[[], object]) -> None:
    """Wait for what comes by itself; the test fails when it does not."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - Qt has no events to await
            await asyncio.sleep(0.005)


async def active(window: QWidget) -> None:
    """Wait until a window has the focus: shortcuts and typing need it."""
    window.activateWindow()
    await until(window.isActiveWindow)


def click(button: QWidget) -> None:
    """Press and release the left mouse button in the middle of it."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def key(
    widget: QWidget,
    code: Qt.Key,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press and release a key."""
    QTest.keyClick(widget, code, modifiers)


def type_text(field: QWidget, text: str) -> None:
    """Type, letter by letter."""
    field.setFocus()
    QTest.keyClicks(field, text)


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


def undo_everything(window: QWidget) -> None:
    """Take back whatever any field would take back."""
    for field in window.findChildren(QWidget):
        if isinstance(field, QLineEdit | QPlainTextEdit) and not field.isReadOnly():
            for _ in range(10):
                field.undo()
