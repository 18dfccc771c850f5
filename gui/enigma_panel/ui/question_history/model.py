"""The model of the table *Questions*: newest first."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from PySide6.QtCore import QObject

from enigma_panel.core.question_history import AskedQuestion, QuestionOutcome
from enigma_panel.core.questions import LOGIN_USED, QuestionKind
from enigma_panel.services.clock import Clock
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.text.questions import kind_label, outcome_tip, outcome_word
from enigma_panel.ui.text.states import (
    ELLIPSIS,
    UNKNOWN,
    dated_moment,
    duration,
    local_moment,
    spoken_duration,
    spoken_text,
)
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.table_model import RIGHT, ColumnDef, ColumnLimits, KeyedTableModel

tr = Translations("Question history")

TIP_CHARS = 600
LONG_MS = 299_000
_UNSETTLED = frozenset({QuestionOutcome.OPEN, QuestionOutcome.ANSWERING})
_SEVERITIES = {
    QuestionOutcome.OPEN: Severity.AMBER,
    QuestionOutcome.ANSWERING: Severity.AMBER,
    QuestionOutcome.UNCONFIRMED: Severity.AMBER,
    QuestionOutcome.MISSED: Severity.RED,
    QuestionOutcome.ANSWERED: Severity.PLAIN,
}
_GLYPHS = {
    QuestionOutcome.OPEN: Glyph.QUESTION,
    QuestionOutcome.UNCONFIRMED: Glyph.BANG,
    QuestionOutcome.MISSED: Glyph.CROSS,
    QuestionOutcome.ANSWERED: Glyph.CHECK,
}


class Column(IntEnum):
    """Columns of Questions, from left to right."""

    ASKED = 0
    SESSION = 1
    TASK = 2
    QUESTION = 3
    KIND = 4
    OUTCOME = 5
    TOOK = 6
    WITH = 7


class QuestionsModel(KeyedTableModel):
    """The questions as rows."""

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._questions: dict[int, AskedQuestion] = {}

    def make_columns(self) -> Iterable[ColumnDef[AskedQuestion]]:
        kinds = tuple(Cell(text=kind_label(kind)) for kind in QuestionKind)
        outcomes = tuple(map(_outcome_cell, QuestionOutcome))
        name = ColumnLimits(least=96, most=0.16, samples=(Cell(text="shop.example 12"),))
        took = ColumnLimits(samples=(Cell(text=duration(LONG_MS)),))
        amount = ColumnLimits(most=0.12, samples=(Cell(text="$1,234.56"),))
        return (
            ColumnDef(Column.ASKED, tr("Asked"), self._asked, width=ColumnLimits()),
            ColumnDef(Column.SESSION, tr("Session"), _session, width=name),
            ColumnDef(Column.TASK, tr("Task"), _task),
            ColumnDef(Column.QUESTION, tr("Question"), _words),
            ColumnDef(Column.KIND, tr("Kind"), _kind, width=ColumnLimits(samples=kinds)),
            ColumnDef(
                Column.OUTCOME, tr("Outcome"), _outcome, width=ColumnLimits(samples=outcomes)
            ),
            ColumnDef(Column.TOOK, tr("Took"), _took, RIGHT, took),
            ColumnDef(Column.WITH, tr("With"), _with, width=amount),
        )

    def show_questions(self, questions: Sequence[AskedQuestion]) -> None:
        """Show these, in this order."""
        before, self._questions = self._questions, {each.key: each for each in questions}
        self.show_keys([each.key for each in questions])
        self.notify_changed({q.key for q in questions if before.get(q.key, q) != q})

    def question(self, key: int) -> AskedQuestion | None:
        """The question of that row."""
        return self._questions.get(key)

    def cell(self, key: int, column: int) -> Cell:
        question = self._questions.get(key)
        return Cell() if question is None else self.columns[column].cell(question)

    def _asked(self, question: AskedQuestion) -> Cell:
        text = local_moment(question.asked_ms, self._clock.now_ms())
        return Cell(text=text, copied=dated_moment(question.asked_ms))


def _session(question: AskedQuestion) -> Cell:
    return Cell(text=shorten(question.session))


def _task(question: AskedQuestion) -> Cell:
    return _text_cell(question.task)


def _words(question: AskedQuestion) -> Cell:
    return _text_cell(question.text)


def _text_cell(text: str) -> Cell:
    return Cell(text=shorten(text), tip=shorten(text, TIP_CHARS), copied=text)


def _kind(question: AskedQuestion) -> Cell:
    return Cell(text=kind_label(question.kind), severity=Severity.DIM)


def _outcome(question: AskedQuestion) -> Cell:
    return _outcome_cell(question.outcome)


def _outcome_cell(outcome: QuestionOutcome) -> Cell:
    severity = _SEVERITIES.get(outcome, Severity.DIM)
    return Cell(
        text=outcome_word(outcome),
        glyph=_GLYPHS.get(outcome),
        mark=severity,
        severity=severity,
        hint=outcome_tip(outcome),
    )


def _took(question: AskedQuestion) -> Cell:
    took_ms = question.took_ms
    if took_ms is None:
        text = ELLIPSIS if question.outcome in _UNSETTLED else UNKNOWN
        return Cell(text=text, severity=Severity.DIM, spoken=spoken_text(text))
    return Cell(text=duration(took_ms), spoken=spoken_duration(took_ms))


def _with(question: AskedQuestion) -> Cell:
    used = question.used
    if used.startswith(LOGIN_USED):
        used = tr("login {account}", account=used.removeprefix(LOGIN_USED))
    return Cell(text=shorten(used))
