"""The face is the desktop's: at 14 pt everything is larger, and nothing is cut."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Recovered, WaitReason
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import ElidedLabel
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SIZES = [(1280, 800), (2560, 1440)]


@pytest.fixture
def large(qapp: QApplication, light: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The desktop's face has 14 pt; offscreen the program would take its own."""
    usual = QFont(qapp.font())
    face = QFont(usual)
    face.setPointSize(14)
    monkeypatch.setattr(qapp, "platformName", lambda: "a desktop")
    qapp.setFont(face)
    theme.apply(qapp, Qt.ColorScheme.Light)
    yield
    qapp.setFont(usual)
    theme.apply(qapp, Qt.ColorScheme.Light)


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
    kinds = (QLabel, QAbstractButton, QLineEdit, QComboBox)
    parts = [part for kind in kinds for part in window.findChildren(kind) if part.isVisible()]
    assert len(parts) > 3
    return [
        f"{type(part).__name__} {part.accessibleName() or getattr(part, 'text', str)()}"
        for part in parts
        if is_cut(part) or part.mapTo(window, part.rect().bottomRight()).x() >= window.width()
    ]


def test_headings_and_rows_follow_the_face(qapp: QApplication, large: None, services: Any) -> None:
    services.sessions.add(1)
    window = MainWindow(services, FakeDialogs())
    window.show()
    qapp.processEvents()
    face = QFontInfo(qapp.font()).pixelSize()
    assert face == 19
    label = next(part for part in window.findChildren(QLabel) if part.text() == "Sessions")
    assert QFontInfo(label.font()).pixelSize() == face + 1
    table = window.selection.sessions
    assert QFontInfo(table.font()).pixelSize() == face
    assert table.rowHeight(0) >= table.fontMetrics().height() + 14
    assert table.horizontalHeader().height() >= table.fontMetrics().height() + 14
    window.close_for_good()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_of_the_main_window_is_cut(
    qapp: QApplication, large: None, services: Any, size: tuple[int, int]
) -> None:
    for key, status in enumerate((TaskStatus.ASKS, TaskStatus.WORKING, TaskStatus.DONE), start=1):
        services.sessions.add(key, status=status, cost="0.1", left_s=100)
    services.inbox.ask(a_question(1, "What is the code?"))
    services.sessions.set_pending(3, CommandVerb.TERMINATE, WaitReason.UNDO, due_ms=NOW + 3_000)
    window = MainWindow(services, FakeDialogs())
    window.resize(*size)
    window.show()
    window.show_recovered(Recovered(sessions=(2, 3)))
    window.selection.sessions.select_key(3)
    qapp.processEvents()
    window._tick()
    qapp.processEvents()
    assert (window.width(), window.height()) == size
    assert cut_parts(window) == []
    window.close_for_good()


def test_nothing_of_the_settings_is_cut(qapp: QApplication, large: None, services: Any) -> None:
    settings = SettingsDialog(services, None, lambda: None)
    settings.ask()
    for page in range(settings.tabs.count()):
        settings.tabs.setCurrentIndex(page)
        qapp.processEvents()
        assert cut_parts(settings) == [], settings.tabs.tabText(page)
    settings.close()
