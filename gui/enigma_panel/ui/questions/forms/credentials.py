"""A login: username and password, sent in the service's documented wording."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from enigma_panel.core.questions.kinds import LOGIN_USED, credentials_text
from enigma_panel.core.secrets.secret_answers import can_be_misread, login_secrets
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking, Mistake
from enigma_panel.ui.questions.text import dotted_credentials, misread_text
from enigma_panel.ui.widgets.inputs import LineEdit
from enigma_panel.ui.widgets.password_edit import PasswordEdit

tr = Translations("Questions")


class CredentialsPage(AnswerPage):
    """Two fields, or an account that a feature fills in."""

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self.username = LineEdit()
        self.password = PasswordEdit(enter_moves_on=False)
        self.helper = asking.make_login_helper()
        self._note_username, self._earlier = asking.note_username, asking.username
        self.username.setText(self._earlier)
        self._filled = ""
        self._build()

    def _build(self) -> None:
        self.username.setInputMethodHints(
            Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        if self.helper is not None:
            self.column.addWidget(self.helper)
        self._no_username = self.add_field(tr("Username"), self.username, labelled=True)
        self._no_password = self.add_field(tr("Password"), self.password, labelled=True)
        self.username.textChanged.connect(self._on_changed)
        self.password.textChanged.connect(self._on_changed)
        if self.helper is not None:
            self.column.addWidget(self.helper.remember)
            self.helper.filled.connect(self._fill_in)
            self.helper.resized.connect(self._show_helper)
            self._show_helper()

    def answer(self) -> str:
        return credentials_text(self.username.text(), self.password.text())

    def preview(self) -> str:
        username, length = self.username.text(), len(self.password.text())
        return dotted_credentials(username, length) if username or length else ""

    def doubt(self) -> str:
        texts = (self.username.text(), self.password.text())
        return misread_text() if any(map(can_be_misread, texts)) else ""

    def used(self) -> str:
        """The account that was filled in."""
        return f"{LOGIN_USED}{self._filled}" if self._filled else ""

    def note_sent(self) -> None:
        """Save the login, if that is wanted, whatever becomes of the answer."""
        name = self.username.text()
        self._note_username("" if can_be_misread(name) else name)
        if self.helper is not None:
            self.helper.note_sent(name, self.password.text())

    def secrets(self) -> list[str]:
        return login_secrets(self.username.text(), self.password.text())

    def mistake(self) -> Mistake | None:
        if not self.username.text().strip():
            return Mistake(tr("Enter the username."), self._no_username, self.username)
        if not self.password.text():
            sentence = tr("Enter the password. For other answers, choose Free text.")
            return Mistake(sentence, self._no_password, self.password)
        return None

    def is_empty(self) -> bool:
        return not self.password.text() and self.username.text() == self._earlier

    def forget(self) -> None:
        self._earlier = ""
        if self.helper is not None:
            self.helper.give_up()
        super().forget()

    def first_field(self) -> QWidget:
        """The field still to fill."""
        return self.password if self.username.text() else self.username

    def last_stop(self) -> QWidget:
        return self.password.show_button if self.helper is None else self.helper.remember

    def _show_helper(self) -> None:
        if self.helper is not None:
            self.helper.setVisible(not self.helper.is_empty())
            self.resized.emit()

    def _fill_in(self, account: str, password: str) -> None:
        self.username.setText(account)
        self.password.setText(password)
        self._filled = account
        self.edited.emit()
        self.password.setFocus()

    def _on_changed(self) -> None:
        self._filled = ""  # what is typed is not the chosen account any more
        if self.helper is not None:
            self.helper.give_up()  # nor is it to be written over
        for field in (self.username, self.password):
            field.setAccessibleDescription(misread_text() if can_be_misread(field.text()) else "")
