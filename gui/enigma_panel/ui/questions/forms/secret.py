"""A secret that is no login: a passphrase, a PIN, a code to a door."""

from PySide6.QtWidgets import QWidget

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.secrets.secret_answers import secrets_in
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.questions.text import dotted
from enigma_panel.ui.widgets.password_edit import PasswordEdit

tr = Translations("Questions")


class SecretPage(AnswerPage):
    """One masked field; outer spaces are sent, too."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.field = PasswordEdit(enter_moves_on=False)
        self._problem = self.add_field(tr("Answer"), self.field)

    def answer(self) -> str:
        return self.field.text()

    def preview(self) -> str:
        return dotted(len(self.field.text()))

    def secrets(self) -> list[str]:
        """All of it, whatever the question is taken for."""
        return secrets_in(self.answer(), QuestionKind.SECRET)

    def mistake(self) -> Mistake | None:
        if self.answer().strip():
            return None
        return Mistake(tr("Enter an answer first."), self._problem, self.field)

    def last_stop(self) -> QWidget:
        return self.field.show_button
