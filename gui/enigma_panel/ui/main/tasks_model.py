"""The Tasks table: what was asked for and what came out, newest first."""

from enum import IntEnum

from PySide6.QtCore import QObject

from enigma_panel.core.money import to_nano
from enigma_panel.core.records import Task, TaskStatus
from enigma_panel.services.clock import Clock
from enigma_panel.services.fleet import Fleet
from enigma_panel.services.views import Diff
from enigma_panel.ui.errors_words import ErrorContext, explain_code
from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.main.cells import Cell
from enigma_panel.ui.main.keyed_model import NO_PARENT, Index, KeyedModel
from enigma_panel.ui.status_words import (
    ELLIPSIS,
    NONE,
    Tone,
    duration,
    local_moment,
    money,
    spoken,
    spoken_duration,
    task_word,
)
from enigma_panel.ui.words import one_line, tr


class Column(IntEnum):
    """Columns of Tasks; the last four are hidden at first."""

    NEW = 0
    STATUS = 1
    TASK = 2
    RESULT = 3
    COST = 4
    TOOK = 5
    ENDED = 6
    TOKENS_IN = 7
    TOKENS_OUT = 8
    STARTED = 9
    SESSION = 10


HIDDEN_AT_FIRST = (Column.TOKENS_IN, Column.TOKENS_OUT, Column.STARTED, Column.SESSION)
RIGHT = frozenset({Column.COST, Column.TOOK, Column.TOKENS_IN, Column.TOKENS_OUT})
_BOLD = frozenset(Column) - {Column.STATUS, Column.NEW}


def headings() -> tuple[str, ...]:
    """The columns' headings."""
    return (
        tr("New"),
        tr("Status"),
        tr("Task"),
        tr("Result"),
        tr("Cost"),
        tr("Took"),
        tr("Ended"),
        tr("Tokens in"),
        tr("Tokens out"),
        tr("Started"),
        tr("Session"),
    )


class TasksModel(KeyedModel):
    """Tasks from the fleet. Records of old tasks come from the ledger when they are shown."""

    right_columns = RIGHT

    def __init__(self, fleet: Fleet, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fleet = fleet
        self._clock = clock
        self._held = False
        self._headings = headings()
        fleet.changed.connect(self.take)
        self.arrange()

    def set_held(self, held: bool) -> None:
        """While held new tasks wait, so that no row moves away from whoever aims at it."""
        if held is not self._held:
            self._held = held
            if not held:
                self.arrange()

    def take(self, diff: Diff) -> None:
        """The fleet says what changed."""
        if diff.new_tasks:
            self.arrange()
        self.tell_changed(list(diff.tasks))

    def arrange(self) -> None:
        """Bring the rows up to date."""
        if not self._held:
            self.show_keys(list(self._fleet.task_keys()))

    def tick(self, rows: range) -> None:
        """A second went by: the times of the tasks at work among these (visible) rows."""
        live = [key for key in map(self.key_at, rows) if key is not None and self._is_live(key)]
        self.tell_changed(live, Column.TOOK, Column.TOOK)

    def _is_live(self, key: int) -> bool:
        task = self._fleet.task(key)
        return task is not None and not task.is_final

    def cell(self, key: int, column: int) -> Cell:
        task = self._fleet.task(key)
        if task is None:
            return Cell(text=ELLIPSIS, tone=Tone.DIM, said=tr("being loaded"))
        cell = self._cell(task, Column(column))
        if not (task.is_new and column in _BOLD):
            return cell
        return Cell(
            text=cell.text,
            tone=cell.tone,
            bold=True,
            right=cell.right,
            said=cell.spoken,
            sort=cell.sort,
            tip=cell.tip,
        )

    def _cell(self, task: Task, column: Column) -> Cell:
        match column:
            case Column.NEW:
                dot = Glyph.DOT if task.is_new else None
                said = tr("new") if task.is_new else tr("seen")
                return Cell(glyph=dot, said=said, sort=int(task.is_new))
            case Column.STATUS:
                return _status(task)
            case Column.TASK:
                text = one_line(task.spec.text)
                return Cell(text=text, sort=text, tip=one_line(task.spec.text, 600))
            case Column.RESULT:
                return result_cell(task)
            case Column.COST:
                return _cost(task)
            case Column.TOOK:
                return self._took(task)
            case _:
                return self._more(task, column)

    def _more(self, task: Task, column: Column) -> Cell:
        match column:
            case Column.ENDED:
                return self._moment(task.ended_ms)
            case Column.STARTED:
                return self._moment(task.created_ms)
            case Column.TOKENS_IN:
                return _count(task.usage.tokens_in, task)
            case Column.TOKENS_OUT:
                return _count(task.usage.tokens_out, task)
            case _:
                session = self._fleet.session(task.session_key)
                name = session.name if session is not None else NONE
                return Cell(text=name, sort=name, said=spoken(name))

    def _took(self, task: Task) -> Cell:
        end = task.ended_ms if task.ended_ms is not None else self._clock.now_ms()
        took = max(0, end - (task.sent_ms or task.created_ms))
        tone = Tone.PLAIN if task.is_final else Tone.DIM
        return Cell(
            text=duration(took), right=True, tone=tone, said=spoken_duration(took), sort=took
        )

    def _moment(self, ms: int | None) -> Cell:
        if ms is None:
            return Cell(text=NONE, tone=Tone.DIM, said=spoken(NONE), sort=0)
        return Cell(text=local_moment(ms, self._clock.now_ms()), tone=Tone.DIM, sort=ms)

    def record(self, key: int) -> Task | None:
        return self._fleet.task(key)

    def heading(self, column: int) -> str:
        return self._headings[column]

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)


def _status(task: Task) -> Cell:
    word = task_word(task.status)
    said = tr("{status}, new", status=word.word) if task.is_new else word.word
    return Cell(
        text=word.word,
        glyph=word.glyph,
        mark=word.mark,
        tone=word.tone,
        bold=word.bold,
        said=said,
        sort=word.word,
    )


def _cost(task: Task) -> Cell:
    was_sent = task.service_id is not None  # then it cost something, told or not
    text = money(task.cost, more_to_come=not task.is_final, spent=was_sent)
    nano = to_nano(task.cost)
    tone = Tone.DIM if task.cost is None else Tone.PLAIN
    return Cell(
        text=text, right=True, tone=tone, said=spoken(text), sort=-1 if nano is None else nano
    )


def _count(number: int | None, task: Task) -> Cell:
    if number is None:
        text = NONE if task.is_final else ELLIPSIS
        return Cell(text=text, right=True, tone=Tone.DIM, said=spoken(text), sort=-1)
    # A float for what no 64-bit integer holds: the service may send any number.
    sort = number if abs(number) < 1 << 62 else float(number)
    return Cell(text=f"{number:,}", right=True, sort=sort)


def result_cell(task: Task) -> Cell:
    """What came out, in one line."""
    match task.status:
        case TaskStatus.DONE:
            text = one_line(task.result or "") or tr("done, without a text")
        case TaskStatus.FAILED:
            text = explain_code(task.code, task.error, ErrorContext(cost=task.cost)).what
        case TaskStatus.STOPPED:
            by_you = task.stop_sent_ms is not None
            text = tr("stopped by you") if by_you else tr("stopped, its session was ended")
        case TaskStatus.LOST:
            text = tr("the result cannot be fetched")
        case TaskStatus.UNCONFIRMED:
            text = tr("may be running and cost money")
        case TaskStatus.ASKS:
            text = tr("asks: “{question}”", question=one_line(task.question or ""))
        case _:
            return Cell(text=ELLIPSIS, tone=Tone.DIM, said=spoken(ELLIPSIS), sort="")
    tone = Tone.DIM if task.status in {TaskStatus.STOPPED, TaskStatus.LOST} else Tone.PLAIN
    return Cell(text=text, tone=tone, sort=text, tip=one_line(task.result or text, 600))
