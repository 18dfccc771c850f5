"""Windows and dialogs within the free screen, with their frames."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from enigma_panel.ui.main_window.window import FIRST_SIZE, LEAST_SIZE, MainWindow
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.free_screen import fit_on_screen


def test_the_first_window_is_no_larger_than_the_screen(window: MainWindow) -> None:
    free = window.screen().availableGeometry()
    assert FIRST_SIZE.width() > free.width()
    window.hide()
    window.move(300, 300)
    fit_on_screen(window)
    assert free.contains(window.frameGeometry())


def test_not_even_where_the_least_size_is_larger(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At twice the size a small screen has 512 × 384."""
    free = QRect(0, 0, 512, 384)
    monkeypatch.setattr(type(window.screen()), "availableGeometry", lambda _: free)
    monkeypatch.setattr(type(window.screen()), "availableSize", lambda _: free.size())
    assert LEAST_SIZE.width() > free.width()
    window.hide()
    fit_on_screen(window)
    assert free.contains(window.frameGeometry())


@pytest.mark.parametrize("corner", ["topLeft", "topRight", "bottomLeft", "bottomRight"])
def test_no_dialog_opens_or_grows_beyond_the_screen(
    no_window_left: None, qapp: QApplication, corner: str
) -> None:
    parent = QWidget()
    free = parent.screen().availableGeometry()
    parent.resize(200, 200)
    parent.move(getattr(free, corner)() - QPoint(100, 100))
    parent.show()
    dialog = ModelessDialog("One", parent)
    label = QLabel("line\n" * 10)
    dialog.body.addWidget(label)
    dialog.present()
    qapp.processEvents()
    assert free.contains(dialog.frameGeometry())
    label.setText("a longer line than before\n" * 20)
    dialog.fit()
    assert free.contains(dialog.frameGeometry())
