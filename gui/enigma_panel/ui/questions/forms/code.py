"""A code that is good once: by text message, by mail, by an authenticator."""

from PySide6.QtCore import Qt

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.secrets.one_time_codes import code_in, codes_in
from enigma_panel.core.secrets.secret_answers import secrets_in
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Questions")


class CodePage(AnswerPage):
    """One field, in which the message with the code may be pasted as a whole."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.field = LineEdit(enter_moves_on=False)
        hints = Qt.InputMethodHint
        self.field.setInputMethodHints(hints.ImhPreferNumbers | hints.ImhSensitiveData)
        self._problem = self.add_field(tr("Code"), self.field)

    def answer(self) -> str:
        return code_in(self.field.text())

    def secrets(self) -> list[str]:
        return secrets_in(self.answer(), QuestionKind.CODE)

    def mistake(self) -> Mistake | None:
        if not self.answer():
            return Mistake(tr("Enter the code."), self._problem, self.field)
        if len(codes_in(self.field.text())) > 1:
            sentence = tr("This is more than one code. Leave only the right one.")
            return Mistake(sentence, self._problem, self.field)
        return None
