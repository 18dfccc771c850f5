"""A row of buttons that goes on in the next line."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from enigma_panel.ui.widgets.basics import make_button
from enigma_panel.ui.widgets.flow_layout import EdgeFlowLayout, FlowLayout

NAMES = ("Start next", "Up", "Remove", "Run again", "Edit and run again")


def lay_out(qapp: QApplication, width: int) -> tuple[QWidget, list[QPushButton], QWidget]:
    buttons = [make_button(name) for name in NAMES]
    above = QWidget()
    row = FlowLayout(*buttons)
    row.setContentsMargins(13, 0, 13, 4)
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(above, 1)
    column.addLayout(row)
    holder.resize(width, 300)
    holder.show()
    qapp.processEvents()
    return holder, buttons, above


@pytest.mark.parametrize("width", [180, 250, 320, 900])
def test_no_button_is_cut_and_none_covers_another(qapp: QApplication, width: int) -> None:
    holder, buttons, above = lay_out(qapp, width)
    assert holder.width() == width
    room = QRect(13, 0, width - 26, 300 - 4)
    for button in buttons:
        assert room.contains(button.geometry())
        assert button.width() >= button.sizeHint().width()
        assert button.height() >= button.sizeHint().height()
        assert not above.geometry().intersects(button.geometry())
    for one in buttons:
        assert not any(one.geometry().intersects(b.geometry()) for b in buttons if b is not one)
    holder.deleteLater()


def test_with_room_they_stand_in_one_line(qapp: QApplication) -> None:
    holder, buttons, above = lay_out(qapp, 900)
    assert {button.y() for button in buttons} == {buttons[0].y()}
    assert above.height() == 300 - 4 - buttons[0].height() - holder.layout().spacing()
    holder.deleteLater()


def test_what_is_hidden_takes_no_room(qapp: QApplication) -> None:
    holder, buttons, _above = lay_out(qapp, 250)
    line = buttons[-1].y()
    for button in buttons[:3]:
        button.hide()
    qapp.processEvents()
    assert buttons[3].x() == 13
    assert buttons[3].y() > line - 100
    for button in buttons[3:]:
        button.hide()
    qapp.processEvents()
    assert holder.layout().itemAt(1).heightForWidth(250) == 0
    holder.deleteLater()


@pytest.mark.parametrize("width", [180, 300, 400, 900])
def test_the_first_one_stays_apart(qapp: QApplication, width: int) -> None:
    buttons = [make_button(name) for name in ("Terminate all", "Cancel", "Leave", "When done")]
    holder = QWidget()
    row = EdgeFlowLayout(*buttons, gap=8)
    holder.setLayout(row)
    holder.resize(width, 200)
    holder.show()
    qapp.processEvents()
    first, others = buttons[0], buttons[1:]
    assert first.x() == 0
    assert max(b.geometry().right() for b in others) == width - 1
    assert (others[0].y() == 0) is (row.sizeHint().width() <= width)
    for button in buttons:
        assert button.width() >= button.sizeHint().width()
        assert QRect(0, 0, width, row.heightForWidth(width)).contains(button.geometry())
        assert not any(button.geometry().intersects(b.geometry()) for b in buttons if b != button)
    first.hide()
    qapp.processEvents()
    assert others[0].y() == 0
    assert max(b.geometry().right() for b in others) == width - 1
    holder.deleteLater()
