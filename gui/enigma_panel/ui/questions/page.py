"""The middle of the question's panel: the form in which one question is answered."""

from collections.abc import Callable, Container
from functools import partial

from PySide6.QtCore import Signal

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.questions.options import without_options
from enigma_panel.services.container import Services
from enigma_panel.services.types import OpenQuestion, QuestionId
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.questions.form_stack import FormStack
from enigma_panel.ui.questions.forms.login_helper import LoginHelper
from enigma_panel.ui.questions.forms.page import AnswerPage, Asking
from enigma_panel.ui.text.outcome import asked_again_text, maybe_answered_text, unknown_asker_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label
from enigma_panel.ui.widgets.inputs import ScrollArea

MakeLoginHelper = Callable[[TaskSpec, str], LoginHelper | None]
"""Makes what fills in a login, from a task and the text of its question."""

LEAST_HEIGHT = 60


class QuestionPage(ScrollArea):
    """Shows `form`, None before the first question. What was typed for others stays with them.

    The signals are the forms'. doubts: stand above the form, and are scrolled with it.
    """

    buttons_changed = Signal()
    filled = Signal()
    edited = Signal()

    def __init__(
        self,
        services: Services,
        make_login_helper: MakeLoginHelper,
        open_live_page: Callable[[], None],
    ) -> None:
        super().__init__()
        self._services = services
        self._make_login_helper = make_login_helper
        self._open_live_page = open_live_page
        self.form: AnswerForm | None = None
        self.doubts = make_label(role="amber", wrap=True)
        self._forms = FormStack()
        self._doubted: list[bool] = []
        self._usernames: dict[int, str] = {}
        self._build()

    def _build(self) -> None:
        self.setMinimumHeight(theme.scaled(LEAST_HEIGHT))
        self.column.setContentsMargins(16, 8, 16, 8)
        self.column.addWidget(self.doubts)
        self.column.addWidget(self._forms, 1)
        if (content := self.widget()) is not None:
            content.setMinimumWidth(1)  # as wide as the panel, whatever stands there
        self.doubts.hide()
        self._forms.buttons_changed.connect(self.buttons_changed)
        self._forms.filled.connect(self.filled)
        self._forms.edited.connect(self.edited)

    def form_for(self, question: OpenQuestion) -> AnswerForm:
        session = self._services.sessions.session(question.session_key)
        asking = Asking(
            question,
            approved_today=self._services.inbox.used_today,
            live_page=session.web_view_url if session is not None else None,
            open_live_page=self._open_live_page,
            make_login_helper=partial(self._login_helper, question),
            username=self._usernames.get(question.task_key, ""),
            note_username=partial(self._usernames.__setitem__, question.task_key),
        )
        return self._forms.form_for(asking)

    def _login_helper(self, question: OpenQuestion) -> LoginHelper | None:
        """Return the helper for the site of the task that asks; None where that task is unknown."""
        task = self._services.sessions.task(question.task_key)
        if task is None or question.is_asker_unknown:
            return None
        return self._make_login_helper(task.spec, question.text)

    def is_begun(self, question: QuestionId) -> bool:
        """Return whether anything is typed for that question."""
        return self._forms.is_begun(question)

    def show_form(self, form: AnswerForm) -> None:
        self.form = form
        self._forms.show_page(form)
        self._forms.updateGeometry()  # also before it was ever seen, when Qt does not
        self.show_doubts(form.question)

    def show_doubts(self, question: OpenQuestion, stop: str = "") -> bool:
        """Say that its task is stopped soon, that it may have been answered, or be another task's;
        returns whether that came or went."""
        doubts = (
            (question.asked_again, asked_again_text),
            (question.maybe_answered, maybe_answered_text),
            (question.is_asker_unknown, unknown_asker_text),
        )
        said = [stop, *(say() if applies else "" for applies, say in doubts)]
        text, which = " ".join(filter(None, said)), list(map(bool, said))
        changed, self._doubted = which != self._doubted, which
        self.doubts.setText(text)
        self.doubts.setVisible(bool(text))
        return changed

    def question(self) -> OpenQuestion | None:
        return self.form.question if self.form else None

    def answer_page(self) -> AnswerPage | None:
        return self.form.page() if self.form else None

    def sentence(self) -> str:
        """What is asked, without the options that stand in the form."""
        if self.form is None:
            return ""
        text, has_options = self.form.question.text, self.form.page().has_options
        return without_options(text) if has_options else text

    def focus_form(self) -> None:
        if self.form is not None:
            self.form.focus_first()

    def enable_forms(self, *, on: bool) -> None:
        """Let the person type and choose, or not."""
        self._forms.setEnabled(on)

    def drop(self, form: AnswerForm) -> None:
        if form is self.form:
            self.form = None
        self._forms.drop(form)

    def drop_except(self, wanted: Container[QuestionId], sending: AnswerForm | None) -> None:
        """Drop the answers to questions that nobody can see any more."""
        for form in self._forms.forms_except(wanted):
            if form is not sending:
                self.drop(form)
