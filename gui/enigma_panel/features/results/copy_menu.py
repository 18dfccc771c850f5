"""The menu of what a result can be copied as."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from enigma_panel.features.results.result_formats import ReadResult, copied_formats
from enigma_panel.features.results.text import colleague_label, copy_label
from enigma_panel.ui.i18n import Translations

tr = Translations("Result")


class CopyMenu(QMenu):
    """asked: with the form in which the result is wanted. colleague_asked: see `colleague_text`."""

    asked = Signal(object, object)
    colleague_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Copy"))

    def show_below(self, button: QWidget, result: ReadResult) -> None:
        """Pop up, and return at once."""
        self.clear()
        for form in copied_formats(result) if result.text else ():
            action = self.addAction(copy_label(form))
            action.triggered.connect(lambda _=False, form=form: self.asked.emit(result, form))
        self.addSeparator()
        self.addAction(colleague_label()).triggered.connect(self.colleague_asked)
        self.popup(button.mapToGlobal(button.rect().bottomLeft()))
