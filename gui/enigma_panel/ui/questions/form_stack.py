"""The forms of all questions that were looked at, one of them in view.

Every open question has an AnswerForm of its own, so what was typed for one never reaches another.
"""

from collections.abc import Container

from PySide6.QtCore import Signal

from enigma_panel.services.types import QuestionId
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.questions.forms.page import Asking
from enigma_panel.ui.questions.page_stack import PageStack


class FormStack(PageStack):
    """A stack of forms; its signals are theirs."""

    buttons_changed = Signal()
    filled = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._forms: dict[QuestionId, AnswerForm] = {}

    def form_for(self, asking: Asking) -> AnswerForm:
        """The form with what was typed for this question so far."""
        question = asking.question
        form = self._forms.get(question.id)
        if form is None:
            form = self._forms[question.id] = AnswerForm(asking)
            form.buttons_changed.connect(self.buttons_changed)
            form.filled.connect(self.filled)
            form.edited.connect(self.edited)
            self.add_page(form)
        form.question = question
        return form

    def is_begun(self, question: QuestionId) -> bool:
        """Whether anything is typed for that question."""
        form = self._forms.get(question)
        return form is not None and not form.is_empty()

    def forms_except(self, wanted: Container[QuestionId]) -> list[AnswerForm]:
        """The forms of all other questions."""
        return [form for key, form in self._forms.items() if key not in wanted]

    def drop(self, form: AnswerForm) -> None:
        """Forget a form and all that was typed in it."""
        form.forget()
        self._forms.pop(form.question.id, None)
        self.remove_page(form)
        form.deleteLater()
