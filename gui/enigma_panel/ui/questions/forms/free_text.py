"""Free text: the agent reads exactly what stands in the field."""

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.questions.text import as_typed_text
from enigma_panel.ui.widgets.inputs import TextEdit

tr = Translations("Questions")


class FreeTextPage(AnswerPage):
    """A field of several lines."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.text = TextEdit(4)
        self._problem = self.add_field(tr("Answer"), self.text)

    def answer(self) -> str:
        return self.text.text().strip()

    def preview(self) -> str:
        return as_typed_text() if self.answer() else ""

    def enter_sends(self) -> bool:
        return False  # it adds a line

    def mistake(self) -> Mistake | None:
        if self.answer():
            return None
        return Mistake(tr("Enter an answer first."), self._problem, self.text)
