"""Free text: the agent reads exactly what stands in the field."""

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Field, Mistake
from enigma_panel.ui.questions.text import enter_adds_text
from enigma_panel.ui.widgets.basics import ProblemLabel, make_column, make_label, make_row
from enigma_panel.ui.widgets.inputs import TextEdit

tr = Translations("Questions")


class FreeTextPage(AnswerPage):
    """A field of several lines."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.text = TextEdit(4)
        self._problem = ProblemLabel(self.text)
        self._build()
        self.watch_fields()

    def _build(self) -> None:
        label = make_label(tr("Answer"))
        label.setBuddy(self.text)
        self.text.setAccessibleName(tr("Answer"))
        note = make_label(tr("The agent reads: exactly this text."), "dim")
        keys = make_label(enter_adds_text(), "dim")
        column = make_column(label, self.text, self._problem, make_row(note, None, keys), gap=6)
        column.setStretchFactor(self.text, 1)
        self.setLayout(column)
        self.text.textChanged.connect(self._problem.clear)

    def fields(self) -> tuple[Field, ...]:
        return (self.text,)

    def answer(self) -> str:
        return self.text.text().strip()

    def mistake(self) -> Mistake | None:
        if self.answer():
            return None
        return Mistake(tr("Write an answer first."), self._problem, self.text)
