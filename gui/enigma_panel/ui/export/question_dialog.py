"""The dialog *Export* of the questions that are shown or selected."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from enigma_panel.core.question_history import AskedQuestion
from enigma_panel.services.container import Services
from enigma_panel.services.exports import Exported, FileOrder, QuestionExportOrder
from enigma_panel.ui.export.dialog import ExportDialog
from enigma_panel.ui.export.text import questions_done_text, questions_progress_text
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.table import KeyedTable

tr = Translations("Export")


class QuestionExportDialog(ExportDialog):
    """As that of tasks. question: the one in the row of that key."""

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        table: KeyedTable,
        question: Callable[[int], AskedQuestion | None],
    ) -> None:
        super().__init__(services, parent, table)
        self._question = question

    def make_order(self, path: Path) -> FileOrder:
        """These questions, as they are now."""
        found = map(self._question, self.chosen_keys())
        return QuestionExportOrder(
            questions=tuple(question for question in found if question is not None),
            form=self.form(),
            with_mark=self.mark.isChecked(),
            path=path,
        )

    def save(self, order: Any) -> Coroutine[Any, Any, Exported | None]:
        """Export them."""
        return self._services.exports.save_questions(order)

    def name(self, date: str) -> str:
        """'questions 2026-01-02.csv'."""
        return f"{tr('questions {date}', date=date)}.{self.form()}"

    def most(self, order: Any) -> int:
        """So many questions."""
        return len(order.questions)

    def progress_text(self, done: int, most: int) -> str:
        """'3,200 of 20,000 questions'."""
        return questions_progress_text(done, most)

    def done_text(self, order: Any, exported: Exported) -> str:
        """'Exported 12 questions'."""
        return questions_done_text(order, exported)
