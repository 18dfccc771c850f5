"""The field for secrets."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from enigma_panel.ui.widgets.password_edit import FILLER, PasswordEdit
from tests.kit.person import CTRL, SHIFT, key, type_text
from tests.kit.world import World

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def field(world: World) -> PasswordEdit:
    field = PasswordEdit()
    field.show()
    return field


def test_it_is_masked_and_tells_input_methods_to_look_away(field: PasswordEdit) -> None:
    type_text(field, "hunter2")
    assert "hunter2" not in field.displayText()
    for hint in (
        Qt.InputMethodHint.ImhSensitiveData,
        Qt.InputMethodHint.ImhHiddenText,
        Qt.InputMethodHint.ImhNoPredictiveText,
    ):
        assert field.inputMethodHints() & hint


def test_show_shows_and_keeps_the_hints(field: PasswordEdit) -> None:
    type_text(field, "hunter2")
    field.show_button.click()
    assert field.displayText() == "hunter2"
    assert field.inputMethodHints() & Qt.InputMethodHint.ImhSensitiveData
    field.show_button.click()
    assert "hunter2" not in field.displayText()


def test_masked_it_gives_nothing_to_the_clipboard(field: PasswordEdit) -> None:
    type_text(field, "hunter2")
    field.selectAll()
    key(field, Qt.Key.Key_C, CTRL)
    key(field, Qt.Key.Key_X, CTRL)
    assert QApplication.clipboard().text() == ""
    assert field.text() == "hunter2"


def test_pasting_works(field: PasswordEdit) -> None:
    QApplication.clipboard().setText("enig_1")
    QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Paste))
    assert field.text() == "enig_1"


def test_no_key_brings_a_deleted_secret_back(field: PasswordEdit) -> None:
    field.show_button.click()
    type_text(field, "hunter2")
    field.selectAll()
    key(field, Qt.Key.Key_Delete)
    key(field, Qt.Key.Key_Z, CTRL)
    key(field, Qt.Key.Key_Z, CTRL | SHIFT)
    assert field.text() == ""


def test_forgetting_empties_history_and_masks_again(field: PasswordEdit) -> None:
    field.show_button.click()
    type_text(field, "hunter2")
    field.forget()
    assert field.text() == ""
    field.undo()
    assert field.text() == ""
    assert not field.isUndoAvailable()
    assert field.is_masked()
    assert not field.show_button.isChecked()


def test_enter_moves_on_and_presses_nothing(field: PasswordEdit) -> None:
    type_text(field, "x")
    key(field, Qt.Key.Key_Return)
    assert field.text() == "x"


def _qt_text(field: PasswordEdit) -> str:
    """What Qt itself holds, and so what it tells assistive technology."""
    return QLineEdit.text(field)


def test_qt_holds_fillers_only_whatever_is_done(field: PasswordEdit) -> None:
    told: list[str] = []
    field.textChanged.connect(told.append)
    QTest.keyClicks(field, "hunter2 ok")
    assert field.text() == "hunter2 ok"
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    field.setCursorPosition(1)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, "XY")
    assert field.text() == "hXYnter2 o"
    field.setSelection(0, 3)
    QTest.keyClicks(field, "P")
    assert field.text() == "Pnter2 o"
    field.setSelection(1, 2)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.text() == "Per2 o"
    assert set("".join(told)) == {FILLER}
    assert _qt_text(field) == FILLER * len("Per2 o")


def test_what_comes_from_outside_is_taken_over_and_hidden(field: PasswordEdit) -> None:
    QTest.keyClicks(field, "abcd")
    field.setCursorPosition(2)
    QLineEdit.insert(field, "from outside")  # as assistive technology does
    assert field.text() == "abfrom outsidecd"
    assert set(_qt_text(field)) == {FILLER}
    QLineEdit.setText(field, "all new")
    assert field.text() == "all new"
    assert set(_qt_text(field)) == {FILLER}


def test_others_read_the_right_text_when_they_are_told(field: PasswordEdit) -> None:
    read: list[str] = []
    field.textChanged.connect(lambda: read.append(field.text()))
    QTest.keyClicks(field, "ab")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert read == ["a", "ab", "a"]


def test_showing_and_masking_keep_the_text(field: PasswordEdit) -> None:
    QTest.keyClicks(field, "hunter2")
    field.set_masked(False)
    assert (field.text(), _qt_text(field)) == ("hunter2", "hunter2")
    QTest.keyClicks(field, "!")
    field.set_masked(True)
    assert field.text() == "hunter2!"
    assert set(_qt_text(field)) == {FILLER}
