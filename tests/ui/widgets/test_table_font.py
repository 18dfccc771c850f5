"""What a table measures of its texts."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.widgets import table_font
from enigma_panel.ui.widgets.table_font import TableFont

TEXTS = (
    "",
    "done",
    "Find the cheapest flight from Oslo to Rome and tell me when it leaves. " * 9,
    "i" * 900,
    "W" * 900,
    "a\u0301" * 300,  # two signs, one letter
    "\u200b" * 300 + "hidden",
    "\u0645\u0631\u062d\u0628\u0627 " * 90,
    "\N{GRINNING FACE}" * 90,
)


@pytest.mark.parametrize("room", [-3, 0, 1, 17, 90, 300, 2_000])
def test_a_text_is_cut_as_if_all_of_it_was_measured(qapp: QApplication, room: int) -> None:
    font = QFont(qapp.font())
    one, metrics = TableFont(font), QFontMetrics(font)
    for text in TEXTS:
        whole = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) if room > 0 else ""
        assert [one.cut(text, room), one.cut(text, room)] == [whole] * 2, text[:10]


def test_what_is_remembered_is_bounded(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_font, "MOST_TEXTS", 3)
    one = TableFont(QFont(qapp.font()))
    widths = [one.width("0" * n) for n in range(9)]
    assert widths == sorted(widths)
    for n in range(9):
        one.cut("0" * n, 100)
    assert max(len(one._widths), len(one._cut)) <= 3
    assert one.demi_bold.width("bold face") >= one.width("bold face")


def test_all_figures_are_as_wide(qapp: QApplication) -> None:
    one = TableFont(QFont(qapp.font()))
    assert [each.font.featureValue(QFont.Tag("tnum")) for each in (one, one.demi_bold)] == [1, 1]
