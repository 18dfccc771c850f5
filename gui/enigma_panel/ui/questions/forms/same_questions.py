"""Other sessions that ask the same of the same site: one answer can go to all of them."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QMenu, QWidget

from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.widgets.basics import make_button, make_row

tr = Translations("Questions")

NAME_CHARS = 60


class SameQuestion(Struct, frozen=True):
    """A question that is the same as the one in the window. name: of its session."""

    question: OpenQuestion
    name: str


class SameQuestions(QWidget):
    """A box, off at first, and a button that lists the sessions; there is none where nobody else
    asks. What is sent goes to those that were counted there at that moment.

    resized: others are counted now.
    """

    resized = Signal()

    def __init__(self, find: Callable[[], Sequence[SameQuestion]]) -> None:
        super().__init__()
        self._find = find
        self._shown: tuple[SameQuestion, ...] = ()
        self.box = QCheckBox()
        self.which = make_button(tr("Which?"))
        self.menu = QMenu(self)
        self.menu.setAccessibleName(tr("Which?"))
        row = make_row(self.box, self.which)
        row.addStretch(1)
        self.setLayout(row)
        self.which.clicked.connect(self._list)
        self._show()
        self.refresh()

    def chosen(self) -> tuple[OpenQuestion, ...]:
        """The other questions that get the same answer: those that were counted and still ask."""
        if not self.box.isChecked():
            return ()
        counted = {one.question.id for one in self._shown}
        return tuple(one.question for one in self._find() if one.question.id in counted)

    def refresh(self) -> None:
        """Who asks the same now. Nobody meant one that came since the box was checked."""
        found = tuple(self._find())
        if found == self._shown:
            return
        counted = {one.question.id for one in self._shown}
        if any(one.question.id not in counted for one in found):
            self.box.setChecked(False)
        self._shown = found
        self._show()
        self.resized.emit()

    def _show(self) -> None:
        n = len(self._shown)
        self.box.setText(
            tr.plural("Send the same to 1 more session", "Send the same to {n} more sessions", n)
        )
        self.setVisible(n > 0)

    def _list(self) -> None:
        self.menu.clear()
        for one in self._shown:
            name = shorten(one.name, NAME_CHARS).replace("&", "&&")
            self.menu.addAction(name).setEnabled(False)
        self.menu.popup(self.which.mapToGlobal(self.which.rect().bottomLeft()))
