"""The ways to answer: credentials, yes or no, free text; each knows what the agent reads.

Every open question has an AnswerForm of its own, so what was typed for one never reaches another.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from enigma_panel.core.questions import credentials_text
from enigma_panel.ui.dialogs.fields import LineField, TextField
from enigma_panel.ui.dialogs.parts import (
    ElidedLabel,
    FieldGrid,
    ProblemLabel,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.dialogs.question_text import (
    NO,
    YES,
    choice_of,
    dotted_credentials,
    with_choice,
)
from enigma_panel.ui.dialogs.secret_edit import SecretEdit
from enigma_panel.ui.words import tr


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with an answer, in words, and where."""

    sentence: str
    problem: ProblemLabel
    field: QWidget


class CredentialsPage(QWidget):
    """Username and password, sent in the service's documented wording.

    filled: Enter in the last field, so that the keyboard goes on to Send and not to Show.
    """

    filled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.username = LineField()
        self.password = SecretEdit(enter_moves_on=False)
        self._preview = ElidedLabel("dim")
        self._build()
        self._show_preview()

    def _build(self) -> None:
        self.username.setInputMethodHints(
            Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        grid = FieldGrid()
        self._no_username = grid.add_field(tr("Username"), self.username)
        self._no_password = grid.add_field(
            tr("Password"), self.password, self.password.show_button()
        )
        column = make_column(grid, self._preview, None)
        self.setLayout(column)
        self.username.textChanged.connect(self._on_changed)
        self.password.textChanged.connect(self._on_changed)
        self.password.returnPressed.connect(self.filled)

    def answer(self) -> str:
        """What the agent reads."""
        return credentials_text(self.username.text(), self.password.text())

    def mistake(self) -> Mistake | None:
        """The first empty field."""
        if not self.username.text().strip():
            return Mistake(tr("Enter the username."), self._no_username, self.username)
        if not self.password.text():
            sentence = tr("Enter the password. To answer something else, choose Free text.")
            return Mistake(sentence, self._no_password, self.password)
        return None

    def is_empty(self) -> bool:
        """Whether both fields are empty."""
        return not self.username.text() and not self.password.text()

    def forget(self) -> None:
        """Empty both fields and their histories."""
        self.username.setText("")
        self.password.forget()

    def first_field(self) -> QWidget:
        """The field still to fill."""
        return self.password if self.username.text() else self.username

    def _on_changed(self) -> None:
        self._no_username.clear()
        self._no_password.clear()
        self._show_preview()

    def _show_preview(self) -> None:
        dotted = dotted_credentials(self.username.text(), len(self.password.text()))
        self._preview.show_text(tr("The agent reads: {text}", text=dotted))


class TextPage(QWidget):
    """Free text: the agent reads exactly what stands in the field."""

    def __init__(self) -> None:
        super().__init__()
        self.text = TextField(4)
        self._problem = ProblemLabel(self.text)
        self._build()

    def _build(self) -> None:
        label = make_label(tr("Answer"))
        label.setBuddy(self.text)
        self.text.setAccessibleName(tr("Answer"))
        note = make_label(tr("The agent reads: exactly this text."), "dim")
        column = make_column(label, self.text, self._problem, note, gap=6)
        column.setStretchFactor(self.text, 1)
        self.setLayout(column)
        self.text.textChanged.connect(self._problem.clear)

    def answer(self) -> str:
        """What the agent reads."""
        return self.text.text().strip()

    def mistake(self) -> Mistake | None:
        """An empty answer."""
        if self.answer():
            return None
        return Mistake(tr("Write an answer first."), self._problem, self.text)

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.text.text()

    def forget(self) -> None:
        """Empty the field; setPlainText empties its history, too."""
        self.text.setPlainText("")

    def first_field(self) -> QWidget:
        """The text."""
        return self.text


class YesNoPage(QWidget):
    """Yes or No, nothing preselected; the words that are sent can be edited."""

    def __init__(self) -> None:
        super().__init__()
        self.yes = QRadioButton(tr("Yes"))
        self.no = QRadioButton(tr("No"))
        self.text = TextField(2)
        self._problem = ProblemLabel(self.text)
        self._group = QButtonGroup(self)
        self._build()

    def _build(self) -> None:
        self._group.addButton(self.yes)
        self._group.addButton(self.no)
        label = make_label(tr("The agent reads:"), "dim")
        label.setBuddy(self.text)
        self.text.setAccessibleName(tr("The agent reads:"))
        self.text.setPlaceholderText(tr("Nothing is chosen yet."))
        choices = make_row(self.yes, self.no, None, gap=24)
        self.setLayout(make_column(choices, label, self.text, self._problem, None, gap=6))
        self.yes.clicked.connect(self._choose_yes)
        self.no.clicked.connect(self._choose_no)
        self.text.textChanged.connect(self._on_text)

    def answer(self) -> str:
        """What the agent reads."""
        return self.text.text().strip()

    def mistake(self) -> Mistake | None:
        """Nothing chosen and nothing written."""
        if self.answer():
            return None
        return Mistake(tr("Choose Yes or No first."), self._problem, self.yes)

    def is_empty(self) -> bool:
        """Whether nothing was chosen or written."""
        return not self.text.text()

    def forget(self) -> None:
        """Take the choice back and empty the field."""
        self.text.setPlainText("")

    def first_field(self) -> QWidget:
        """The choice; nothing is chosen by focusing it."""
        return self.yes

    def _choose_yes(self) -> None:
        self._choose(YES)

    def _choose_no(self) -> None:
        self._choose(NO)

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


AnswerPage = CredentialsPage | YesNoPage | TextPage
