"""A text to read is as high as it needs, however its lines are broken."""

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from enigma_panel.ui.widgets.inputs import FRAME, ReadingText

PARAGRAPHS = 5
TEXT = "\n".join(f"{n}. a paragraph that takes two lines at this width" for n in range(PARAGRAPHS))


def lines_shown(field: ReadingText) -> float:
    return (field.height() - FRAME) / field.fontMetrics().lineSpacing()


def in_window(qapp: QApplication, field: ReadingText, width: int) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.addWidget(field)
    column.addStretch(1)
    holder.resize(width, 600)
    holder.show()
    qapp.processEvents()
    return holder


@pytest.mark.parametrize("is_hidden", [False, True])
def test_paragraphs_that_were_never_in_sight_are_counted(
    qapp: QApplication, *, is_hidden: bool
) -> None:
    field = ReadingText(18)
    holder = in_window(qapp, field, 240)
    field.setPlainText("short")
    field.fit()
    qapp.processEvents()
    field.setHidden(is_hidden)
    field.setPlainText(TEXT)
    field.fit()
    field.show()
    qapp.processEvents()
    assert lines_shown(field) == 2 * PARAGRAPHS
    holder.resize(800, 600)
    qapp.processEvents()
    assert lines_shown(field) == PARAGRAPHS
    holder.resize(240, 600)
    qapp.processEvents()
    assert lines_shown(field) == 2 * PARAGRAPHS
    holder.deleteLater()


def test_a_long_text_is_scrolled(qapp: QApplication) -> None:
    field = ReadingText(6)
    holder = in_window(qapp, field, 240)
    field.setPlainText(TEXT * 400)
    field.fit()
    qapp.processEvents()
    assert lines_shown(field) == 6
    assert field.verticalScrollBar().isVisible()
    holder.deleteLater()
