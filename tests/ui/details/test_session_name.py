"""The name of a session, edited where it stands."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.details.session_name import SessionName
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import ENTER, key, type_text


@pytest.fixture
def edited(window: MainWindow, services: Any) -> SessionName:
    window.activateWindow()
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    window.selection.sessions.setFocus()
    window.rename.trigger()
    return window.details.head.session_name


def test_f2_once_more_keeps_what_was_typed(edited: SessionName, services: Any) -> None:
    type_text(edited.edit, "My shop")
    key(edited.edit, Qt.Key.Key_F2)
    assert edited.edit.text() == "My shop"
    key(edited.edit, ENTER)
    assert services.sessions.sessions[1].label == "My shop"


@pytest.mark.parametrize(
    "reason", [Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason]
)
def test_half_a_name_is_not_given_where_the_focus_comes_back(
    edited: SessionName, services: Any, reason: Qt.FocusReason
) -> None:
    type_text(edited.edit, "My sh")
    QApplication.sendEvent(edited.edit, QFocusEvent(QEvent.Type.FocusOut, reason))
    assert services.sessions.sessions[1].label is None
    assert edited.edit.isVisible()


def test_a_name_that_is_too_long_to_edit_stays_whole(
    window: MainWindow, edited: SessionName, services: Any
) -> None:
    key(edited.edit, Qt.Key.Key_Escape)
    services.sessions.change_session(1, label="a" * 90)
    window.rename.trigger()
    window.selection.sessions.setFocus()
    assert services.sessions.sessions[1].label == "a" * 90
    assert not edited.edit.isVisible()


@pytest.mark.parametrize("by", [ENTER, Qt.Key.Key_Escape])
def test_the_keyboard_goes_back_to_the_row(
    window: MainWindow, edited: SessionName, by: Qt.Key
) -> None:
    type_text(edited.edit, "My shop")
    key(edited.edit, by)
    assert window.focusWidget() is window.selection.sessions
    assert edited.label.isVisible()
