"""The delivery of an answer, one at a time."""

from collections.abc import Callable

from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import AnswerResult, LedgerError
from enigma_panel.ui.questions.form import AnswerForm
from enigma_panel.ui.questions.text import STOP_TEXT
from enigma_panel.ui.text.outcome import not_saved_text

Settle = Callable[[AnswerForm, AnswerResult | None, str], None]
"""Called with the form that was sent, what became of it, and why it could not be saved."""


class AnswerDelivery:
    """Sends the answer of one form; `form` is the one on its way, None where none is."""

    def __init__(self, services: Services, settle: Settle) -> None:
        self._services = services
        self._settle = settle
        self.form: AnswerForm | None = None

    def start(self, form: AnswerForm, verb: AnswerVerb) -> None:
        """Send the answer of this form, or stop its task."""
        self.form = form
        form.mask_again()  # it may wait for a minute, and come back
        self._services.scope.spawn("answer", self._deliver(form, verb))

    async def _deliver(self, form: AnswerForm, verb: AnswerVerb) -> None:
        result: AnswerResult | None = None
        failure = ""
        try:
            result = await self._send(form, verb)
        except LedgerError as error:
            failure = not_saved_text(error)
        finally:
            self.form = None
            self._settle(form, result, failure)

    async def _send(self, form: AnswerForm, verb: AnswerVerb) -> AnswerResult:
        """The text is made here and kept by nobody: after this it is only in the fields."""
        inbox = self._services.inbox
        if verb is AnswerVerb.STOP:
            return await inbox.answer(form.question, STOP_TEXT, verb)
        page = form.page()
        page.note_sent()
        return await inbox.answer(
            form.question, page.answer(), verb, page.secrets(), used=page.used()
        )
