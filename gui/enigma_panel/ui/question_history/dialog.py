"""The window *Questions*: a table of all that agents asked, in this run and in earlier ones."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.question_history import AskedQuestion, QuestionOutcome
from enigma_panel.services.container import Services
from enigma_panel.services.question_history import MOST
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.question_history.model import QuestionsModel
from enigma_panel.ui.widgets.basics import NoticeLabel, make_button, make_label
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table import KeyedTable

tr = Translations("Question history")

GATHER_MS = 300
"""What changes within this time is read at once."""
FIRST_SIZE, LEAST_SIZE = QSize(1060, 480), QSize(420, 300)


class QuestionHistoryDialog(ModelessDialog):
    """The window.

    answer_wanted: to the open question of that task. task_wanted: the task with that key.
    export_wanted: of the selected rows, else of all. copy: puts a text into the clipboard.
    """

    answer_wanted = Signal(int)
    task_wanted = Signal(int)
    export_wanted = Signal(bool)

    def __init__(
        self, services: Services, parent: QWidget | None, copy: Callable[[str], None]
    ) -> None:
        super().__init__(tr("Questions"), parent)
        self._services = services
        self._later = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._is_reading = self._is_stale = False
        self._asked: set[int] = set()
        self.model = QuestionsModel(services.clock, self)
        hold = PointerHold(services.clock.now_ms, self)
        self.table = KeyedTable(self.model, tr("Questions"), hold, self)
        hold.watch(self.table)
        self.count = make_label(role="dim")
        self.problem = NoticeLabel()
        self.answer_button = make_button(tr("Answer"), "primary")
        self.task_button = make_button(tr("Show task"))
        self.export_button = make_button(tr("Export…"))
        self.close_button = make_button(tr("Close"))
        self._build()
        self._connect(copy)

    def ask(self) -> None:
        """Show what there is now."""
        self.present(self.table)

    def fit(self, *, only_grow: bool = False) -> None:
        """As large as the person made it; a table fills whatever there is."""
        del only_grow
        if not self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * 0.94))

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.table.set_empty_text(tr("Nothing was asked yet.\nWhat agents ask is listed here."))
        self.body.addWidget(self.problem)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.count)
        self.add_buttons(
            self.export_button, None, self.task_button, self.answer_button, self.close_button
        )
        self.setMinimumSize(LEAST_SIZE)
        self._enable()

    def _connect(self, copy: Callable[[str], None]) -> None:
        self._later.timeout.connect(self._look)
        self._services.inbox.changed.connect(self._follow)
        self._services.inbox.waiting_changed.connect(self._follow)
        self._services.sessions.changed.connect(self._follow_tasks)
        self.table.selected.connect(self._enable)
        self.table.opened.connect(self._open)
        self.table.copy_wanted.connect(copy)
        self.answer_button.clicked.connect(self._answer)
        self.task_button.clicked.connect(self._show_task)
        self.export_button.clicked.connect(
            lambda: self.export_wanted.emit(self.table.selected_count() > 1)
        )
        self.close_button.clicked.connect(self.reject)

    # -- what is shown -------------------------------------------------------------------------

    def _follow(self, _what: object = None) -> None:
        if self.isVisible() and not self._later.isActive():
            self._later.start()

    def _follow_tasks(self, diff: Diff) -> None:
        """Of those that asked; figures of all others change all the time."""
        if diff.deleted or not self._asked.isdisjoint(diff.tasks):
            self._follow()

    def _look(self) -> None:
        """One read after the other, and one more for what changed meanwhile."""
        if not self.isVisible():
            return
        if self._is_reading:
            self._is_stale = True
        else:
            self._is_reading = True
            self._services.scope.spawn("questions", self._read())

    async def _read(self) -> None:
        try:
            self._show(await self._services.question_history.read())
        except LedgerError as error:
            reason = tr("The ledger could not be read ({reason}).", reason=error.reason)
            self.problem.show_text(reason)
        finally:
            self._is_reading = False
            if self._is_stale:
                self._is_stale = False
                self._later.start()

    def _show(self, questions: list[AskedQuestion]) -> None:
        self.problem.show_text("")
        self._asked = {question.task_key for question in questions}
        self.model.show_questions(questions)
        self.count.setText(_count_text(questions))
        self._enable()

    def _enable(self) -> None:
        questions = self._selected()
        one = questions[0] if len(questions) == 1 else None
        self.task_button.setEnabled(one is not None)
        self.answer_button.setEnabled(one is not None and self._is_open(one))
        self.export_button.setEnabled(bool(self.model.keys()))

    def _selected(self) -> list[AskedQuestion]:
        found = map(self.model.question, self.table.selected_keys())
        return [question for question in found if question is not None]

    def _is_open(self, question: AskedQuestion) -> bool:
        """Whether it waits for an answer now, also where one may have arrived."""
        identity = (question.task_key, question.n)
        return any(one.id == identity for one in self._services.inbox.questions())

    # -- what is clicked -----------------------------------------------------------------------

    def _open(self, key: int) -> None:
        """Enter, or a double click: to what can be done with it."""
        question = self.model.question(key)
        if question is None:
            return
        wanted = self.answer_wanted if self._is_open(question) else self.task_wanted
        wanted.emit(question.task_key)

    def _answer(self) -> None:
        for question in self._selected():
            self.answer_wanted.emit(question.task_key)

    def _show_task(self) -> None:
        for question in self._selected():
            self.task_wanted.emit(question.task_key)

    # -- Qt ------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()


def _count_text(questions: list[AskedQuestion]) -> str:
    """'42 questions, 3 of them missed.'; nothing where there is none."""
    if not questions:
        return ""
    text = tr.plural("1 question", "{n} questions", len(questions))
    if len(questions) == MOST:
        text = tr("The last {n} questions", n=MOST)
    missed = sum(question.outcome is QuestionOutcome.MISSED for question in questions)
    return tr("{text}, {missed} of them missed.", text=text, missed=missed) if missed else text
