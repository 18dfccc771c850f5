"""A secret that is no login: a passphrase, a PIN, a code to a door."""

from PySide6.QtWidgets import QWidget

from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.secrets.secret_answers import secrets_in
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Field, Mistake
from enigma_panel.ui.questions.text import dotted, enter_text, preview_text
from enigma_panel.ui.widgets.basics import ElidedLabel, FieldGrid, make_column
from enigma_panel.ui.widgets.password_edit import PasswordEdit

tr = Translations("Questions")


class SecretPage(AnswerPage):
    """One masked field; outer spaces are sent, too."""

    def __init__(self, _asking: Asking) -> None:
        super().__init__()
        self.field = PasswordEdit(enter_moves_on=False)
        self._preview = ElidedLabel("dim")
        self._build()
        self.watch_fields()
        self._on_changed()

    def _build(self) -> None:
        grid = FieldGrid()
        self._problem = grid.add_field(
            tr("Answer"), self.field, self.field.show_button(), note=enter_text()
        )
        self.setLayout(make_column(grid, self._preview, None))
        self.field.textChanged.connect(self._on_changed)
        self.field.returnPressed.connect(self.filled)

    def fields(self) -> tuple[Field, ...]:
        return (self.field,)

    def answer(self) -> str:
        return self.field.text()

    def secrets(self) -> list[str]:
        """All of it, whatever the question is taken for."""
        return secrets_in(self.answer(), QuestionKind.SECRET)

    def mistake(self) -> Mistake | None:
        if self.answer().strip():
            return None
        return Mistake(tr("Write an answer first."), self._problem, self.field)

    def last_stop(self) -> QWidget:
        return self.field.show_button()

    def _on_changed(self) -> None:
        self._problem.clear()
        self._preview.show_text(
            preview_text(dotted(len(self.field.text())), is_empty=self.is_empty())
        )
