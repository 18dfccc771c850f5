"""Yes or no, with words of one's own behind it."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.questions.forms.radio_keys import RadioKeys
from enigma_panel.ui.questions.text import (
    NO,
    YES,
    as_typed_text,
    choice_of,
    with_choice,
)
from enigma_panel.ui.widgets.basics import make_row
from enigma_panel.ui.widgets.inputs import TextEdit

tr = Translations("Questions")


class YesNoPage(AnswerPage):
    """A page of two choices, none chosen at first; the words to be sent can be edited."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.yes = QRadioButton(tr("Yes"))
        self.no = QRadioButton(tr("No"))
        self.text = TextEdit(2)
        self._group = QButtonGroup(self)
        keys_of = RadioKeys(self)
        for button in (self.yes, self.no):
            self._group.addButton(button)
            button.setProperty("option", "true")
            keys_of.watch(button)
        self.column.addLayout(make_row(self.yes, self.no))
        self._problem = self.add_field(tr("Answer"), self.text)
        self.yes.clicked.connect(lambda: self._choose(YES))
        self.no.clicked.connect(lambda: self._choose(NO))
        self.text.textChanged.connect(self._on_text)

    def answer(self) -> str:
        return self.text.text().strip()

    def preview(self) -> str:
        return as_typed_text() if self.answer() else ""

    def enter_sends(self) -> bool:
        return False  # it adds a line

    def mistake(self) -> Mistake | None:
        if self.answer():
            return None
        return Mistake(tr("Choose Yes or No first."), self._problem, self.yes)

    def first_field(self) -> QWidget:
        """The choice; nothing is chosen by focusing it."""
        return self.yes

    def _choose(self, word: str) -> None:
        self.text.setPlainText(with_choice(self.text.text(), word))

    def _on_text(self) -> None:
        """The choice follows what the text says, so the two never contradict each other."""
        word = choice_of(self.text.text())
        self._group.setExclusive(False)
        self.yes.setChecked(word == YES)
        self.no.setChecked(word == NO)
        self._group.setExclusive(True)
