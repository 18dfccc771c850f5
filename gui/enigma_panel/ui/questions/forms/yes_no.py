"""Yes or no, with words of one's own behind it."""

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Field, Mistake
from enigma_panel.ui.questions.forms.radio_keys import RadioKeys
from enigma_panel.ui.questions.text import NO, YES, choice_of, enter_adds_text, with_choice
from enigma_panel.ui.widgets.basics import ProblemLabel, make_column, make_label, make_row
from enigma_panel.ui.widgets.inputs import TextEdit

tr = Translations("Questions")


class YesNoPage(AnswerPage):
    """A page of two choices, none chosen at first; the words to be sent can be edited."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.yes = QRadioButton(tr("Yes"))
        self.no = QRadioButton(tr("No"))
        self.text = TextEdit(2)
        self._problem = ProblemLabel(self.text)
        self._group = QButtonGroup(self)
        self._build()
        self.watch_fields()

    def _build(self) -> None:
        self._group.addButton(self.yes)
        self._group.addButton(self.no)
        label = make_label(tr("The agent reads:"), "dim")
        label.setBuddy(self.text)
        self.text.setAccessibleName(tr("The agent reads:"))
        self.text.setPlaceholderText(tr("Nothing is chosen yet."))
        choices = make_row(self.yes, self.no, None, gap=24)
        keys = make_label(enter_adds_text(), "dim")
        self.setLayout(make_column(choices, label, self.text, self._problem, keys, None, gap=6))
        keys_of = RadioKeys(self)
        for button in (self.yes, self.no):
            keys_of.watch(button)
        self.yes.clicked.connect(lambda: self._choose(YES))
        self.no.clicked.connect(lambda: self._choose(NO))
        self.text.textChanged.connect(self._on_text)

    def fields(self) -> tuple[Field, ...]:
        return (self.text,)

    def answer(self) -> str:
        return self.text.text().strip()

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
        self._problem.clear()
        word = choice_of(self.text.text())
        self._group.setExclusive(False)
        self.yes.setChecked(word == YES)
        self.no.setChecked(word == NO)
        self._group.setExclusive(True)
