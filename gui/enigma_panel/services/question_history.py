"""All questions that were asked, in this run and in earlier ones."""

from msgspec.structs import replace

from enigma_panel.core.question_history import AskedQuestion, QuestionOutcome
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.task_search import TaskSearch

MOST = 20_000
"""So many are shown; who looks for an older one filters its task by the question's words."""


class QuestionHistory:
    """Reads them from the ledger; of an answer that waits for its turn that knows nothing yet."""

    def __init__(self, task_search: TaskSearch, inbox: Inbox) -> None:
        self._task_search = task_search
        self._inbox = inbox

    async def read(self) -> list[AskedQuestion]:
        """Newest first. LedgerError."""
        return [self._now(each) for each in await self._task_search.asked_questions(MOST)]

    def _now(self, question: AskedQuestion) -> AskedQuestion:
        is_open = question.outcome is QuestionOutcome.OPEN
        if is_open and self._inbox.is_answering(question.task_key):
            return replace(question, outcome=QuestionOutcome.ANSWERING)
        return question
