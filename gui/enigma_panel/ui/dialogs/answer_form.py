"""The answer to one question: the chips that choose how, and the ways to answer below them."""

from collections.abc import Container

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QWidget

from enigma_panel.core.questions import QuestionKind
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.dialogs.parts import make_button, make_column, make_label, make_row
from enigma_panel.ui.dialogs.question_forms import (
    AnswerPage,
    CredentialsPage,
    Mistake,
    TextPage,
    YesNoPage,
)
from enigma_panel.ui.words import tr

Identity = tuple[int, int]


def identity(question: OpenQuestion) -> Identity:
    """What tells a question from all others: its task and its number within it."""
    return question.task_key, question.question_n


class AnswerForm(QWidget):
    """What a person has chosen and typed for one question.

    `buttons_changed` tells that another way to answer stands there now, `filled` that Enter was
    pressed in its last field.
    """

    buttons_changed = Signal()
    filled = Signal()

    def __init__(self, question: OpenQuestion) -> None:
        super().__init__()
        self.question = question
        self.notice = ""
        self.is_over = False
        self.credentials = CredentialsPage()
        self.credentials.filled.connect(self.filled)
        self.yes_no = YesNoPage()
        self.free_text = TextPage()
        self.chips: dict[QuestionKind, QPushButton] = {}
        self._pages: dict[QuestionKind, AnswerPage] = {
            QuestionKind.CREDENTIALS: self.credentials,
            QuestionKind.YES_NO: self.yes_no,
            QuestionKind.FREE_TEXT: self.free_text,
        }
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._build()
        self.choose(question.kind)

    def _build(self) -> None:
        for kind, page in self._pages.items():
            self._stack.addWidget(page)
            chip = make_button(_chip_text(kind), "chip")
            chip.setCheckable(True)
            self._group.addButton(chip)
            chip.clicked.connect(self._on_chip)
            self.chips[kind] = chip
        words = make_label(tr("Answer with:"), "dim")
        self.setLayout(make_column(make_row(words, *self.chips.values(), None), self._stack))

    def choose(self, kind: QuestionKind) -> None:
        """Show this way to answer. What was typed for another one stays, unsent."""
        self.chips[kind].setChecked(True)
        self._stack.setCurrentWidget(self._pages[kind])

    def page(self) -> AnswerPage:
        """The way to answer that is chosen."""
        shown = self._stack.currentWidget()
        return next(page for page in self._pages.values() if page is shown)

    def answer(self) -> str:
        """What the agent reads."""
        return self.page().answer()

    def find_mistake(self) -> bool:
        """Name what keeps the answer from being sent beside its field; False when it is fine."""
        mistake: Mistake | None = self.page().mistake()
        if mistake is None:
            return False
        mistake.problem.show_text(mistake.sentence)
        mistake.field.setFocus()
        return True

    def is_empty(self) -> bool:
        """Whether nothing was typed or chosen anywhere in it."""
        return all(page.is_empty() for page in self._pages.values())

    def forget(self) -> None:
        """Let go of all that was typed."""
        for page in self._pages.values():
            page.forget()

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self.page().first_field().setFocus()

    def _on_chip(self) -> None:
        chosen = self._group.checkedButton()
        kind = next(kind for kind, chip in self.chips.items() if chip is chosen)
        self.choose(kind)
        self.focus_first()
        self.buttons_changed.emit()


class FormStack(QStackedWidget):
    """The forms of all questions that were looked at, one of them in view."""

    buttons_changed = Signal()
    filled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._forms: dict[Identity, AnswerForm] = {}

    def form_for(self, question: OpenQuestion) -> AnswerForm:
        """The form with what was typed for this question so far."""
        form = self._forms.get(identity(question))
        if form is None:
            form = self._forms[identity(question)] = AnswerForm(question)
            form.buttons_changed.connect(self.buttons_changed)
            form.filled.connect(self.filled)
            self.addWidget(form)
        form.question = question
        return form

    def forms_except(self, wanted: Container[Identity]) -> list[AnswerForm]:
        """The forms of all other questions."""
        return [form for key, form in self._forms.items() if key not in wanted]

    def drop(self, form: AnswerForm) -> None:
        """Forget a form and all that was typed in it."""
        form.forget()
        self._forms.pop(identity(form.question), None)
        self.removeWidget(form)
        form.deleteLater()


def _chip_text(kind: QuestionKind) -> str:
    return {
        QuestionKind.CREDENTIALS: tr("Credentials"),
        QuestionKind.YES_NO: tr("Yes / No"),
        QuestionKind.FREE_TEXT: tr("Free text"),
    }[kind]
