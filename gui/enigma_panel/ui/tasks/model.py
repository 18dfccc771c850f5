"""The model of the Tasks table: what matches the filter, in the chosen order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import chain, pairwise
from operator import neg
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal

from enigma_panel.core.models import (
    UNOPENED_PHASES,
    Session,
    SessionState,
    Task,
    TaskStatus,
    shown_state,
)
from enigma_panel.core.observation import UNSENT
from enigma_panel.core.task_filter import NEWEST_FIRST, Order, SortColumn
from enigma_panel.core.validation import NO_SITE
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff, QueueEntry, WaitReason
from enigma_panel.ui.i18n import Translations, number_text, shorten
from enigma_panel.ui.tasks.sorting import arrow, direction_text, next_order, spoken_order
from enigma_panel.ui.text.cells import (
    USUAL_COST,
    USUAL_NAME,
    Cell,
    cost_cell,
    result_cell,
    stale_cell,
)
from enigma_panel.ui.text.states import (
    ELLIPSIS,
    NONE,
    StateWord,
    at_most,
    duration,
    known_until_ms,
    local_moment,
    second_of,
    session_state_text,
    special_word,
    spoken_duration,
    spoken_text,
    task_status_text,
    usual_moments,
)
from enigma_panel.ui.text.steps import now_text
from enigma_panel.ui.text.waiting import QueueContext, WaitText, entry_text, firsts
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.model import RIGHT, ColumnDef, KeyedTableModel

tr = Translations("Tasks")

HOUR_MS = 3_600_000
USUAL_TOKENS = 1_000_000


class Column(IntEnum):
    """Columns of Tasks, from left to right. The settings store their names."""

    STATUS = 0
    TASK = 1
    RESULT = 2
    COST = 3
    TOOK = 4
    ENDED = 5
    TOKENS_IN = 6
    TOKENS_OUT = 7
    STARTED = 8
    SESSION = 9
    SITE = 10


SORTED_BY = {column: SortColumn[column.name] for column in Column}
_BOLD_WHERE_NEW = frozenset({Column.TASK, Column.RESULT})


class TasksModel(KeyedTableModel):
    """The tasks as rows. Records of old tasks come from the ledger when they are shown.

    The search gives the keys and their order; with newest first, the queue stands on top. Rows are
    arranged without any record. The owner calls `follow_queue` when the queue has changed. While
    somebody aims at a row, tasks that are new or leave the queue wait, and those that no longer
    match stay, dimmed; what the person moves or searches for does not wait. answered: the search
    has answered, also where the same rows are shown.
    """

    answered = Signal()

    def __init__(
        self, services: Services, hold: PointerHold, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._hold = hold
        self._sessions = sessions = services.sessions
        self._health = services.health
        self._queue = services.queue
        self._search = search = services.task_search
        self._unfit: frozenset[int] = frozenset()
        self._awaited: set[int] = set()
        self._order: Order = NEWEST_FIRST
        self._entries: dict[int, QueueEntry] = {}
        self._firsts: frozenset[int] = frozenset()
        self._clock = services.clock
        self._live = services.live
        self._live_keys: set[int] = set()
        self._show_live_debounce = Debounce(self, self._show_live)
        self._live.changed.connect(self._follow_live)
        sessions.changed.connect(self.apply_diff)
        sessions.loaded.connect(self._show_loaded)
        self._health.changed.connect(self._follow_health)
        self._follow_health()
        hold.released.connect(self.arrange)
        search.found.connect(self._follow_search)
        self.arrange()

    def make_columns(self) -> Iterable[ColumnDef[Task]]:
        tokens = _cells(number_text(USUAL_TOKENS))
        cost = _cells(USUAL_COST)
        took = _cells(duration(HOUR_MS - 1))
        moment = _cells(*usual_moments())
        name = _cells(USUAL_NAME)
        return (
            ColumnDef(Column.STATUS, tr("Status"), self._status, width=tuple(_usual_states())),
            ColumnDef(Column.TASK, tr("Task"), text_cell),
            ColumnDef(Column.RESULT, tr("Result"), self._result),
            ColumnDef(Column.COST, tr("Cost"), task_cost_cell, RIGHT, cost),
            ColumnDef(Column.TOOK, tr("Took"), self._took, RIGHT, took, gives_way=True),
            ColumnDef(Column.ENDED, tr("Ended"), self._ended, RIGHT, moment, gives_way=True),
            ColumnDef(Column.TOKENS_IN, tr("Tokens in"), tokens_in, RIGHT, tokens, hidden=True),
            ColumnDef(Column.TOKENS_OUT, tr("Tokens out"), tokens_out, RIGHT, tokens, hidden=True),
            ColumnDef(Column.STARTED, tr("Started"), self._started, RIGHT, moment, hidden=True),
            ColumnDef(
                Column.SESSION, tr("Session"), self._session, width=name, least=(), hidden=True
            ),
            ColumnDef(Column.SITE, tr("Site"), self._site, width=name, least=(), hidden=True),
        )

    @property
    def order(self) -> Order:
        return self._search.order

    def sort_by(self, column: int) -> None:
        self.set_order(next_order(self.order, SORTED_BY[Column(column)]))

    def set_order(self, order: Order) -> None:
        self._search.ask(order=order)
        self._tell_order()

    def order_text(self) -> str:
        """Return the order of the rows, in words."""
        columns = self.columns.items()
        return spoken_order(
            self.order, {SORTED_BY[Column(key)]: column.title for key, column in columns}
        )

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        found = super().headerData(section, orientation, role)
        if found is None and role == Qt.ItemDataRole.ToolTipRole:
            return tr("Click to sort, again to reverse, again for newest first.")
        by = next((by for by in self.order if section == Column[by.column.name]), None)
        if by is None or found is None or orientation is not Qt.Orientation.Horizontal:
            return found
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{found} {arrow(self.order, by.column)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return direction_text(found, descending=by.descending)
        return found

    def apply_diff(self, diff: Diff) -> None:
        if diff.new_tasks:
            before = self._entries
            self.arrange()
            self._notify_queue(before)
        sessions = (self._sessions.session(key) for key in diff.sessions)
        current = {session.current_task for session in sessions if session is not None}
        self.notify_changed([key for key in diff.tasks | current if key is not None])

    def _show_loaded(self, keys: frozenset[int]) -> None:
        shown = self._awaited & keys
        self._awaited -= shown
        self.notify_filled(list(shown))

    def follow_queue(self) -> None:
        """Follow a change of the queue, or of what it waits for."""
        before = self._entries
        self._read_queue()
        if before.keys() != self._entries.keys():
            self._show_rows()
        elif list(before) != list(self._entries):  # most changes are forecasts and move nothing
            self._show_order()
        self._notify_queue(before)

    def arrange(self) -> None:
        self._read_queue()
        self._show_rows()

    def load(self, rows: range) -> None:
        """Load the records of these rows, where there are any, before they are seen."""
        for key in map(self.key_at, rows):
            if key is not None:
                self._sessions.task(key)

    def tick(self, rows: range) -> None:
        """Update the times of what waits or works among these (visible) rows once a second."""
        keys = [key for key in map(self.key_at, rows) if key is not None]
        counting = [key for key in keys if key in self._entries]
        live = [key for key in keys if key not in self._entries and self._is_live(key)]
        self.notify_changed(counting, Column.RESULT)
        self.notify_changed(live, Column.TOOK)

    @property
    def is_without_tasks(self) -> bool:
        """Whether there is no task at all: none is shown, and no filter is set."""
        return not self._keys and self._search.filter.is_empty

    def count_filtered_out(self, keys: Sequence[int]) -> int:
        """Return how many of these tasks the filter hides."""
        if self._search.filter.is_empty:
            return 0
        hidden = set(keys).difference(self.shown_of(keys))
        return len(hidden.difference(self._search.keys)) if hidden else 0

    def waiting(self, task: Task) -> WaitText | None:
        """Return why a queued task waits, None when it is not queued."""
        entry = self._entries.get(task.key)
        if entry is None or task.status is not TaskStatus.QUEUED:
            return None
        named = entry.why in {WaitReason.BUSY, WaitReason.CLOSING}
        session = self._sessions.session(task.session_key) if named else None
        facts = QueueContext(
            pause_reason=self._queue.pause_reason,
            limit=self._queue.limit,
            session=session.name if session is not None else "",
            is_first=task.key in self._firsts,
            is_offline=self._health.unreachable_since_ms is not None,
        )
        return entry_text(entry, self._clock.now_ms(), facts)

    def _follow_health(self) -> None:
        self.show_stale(self._health.unreachable_since_ms)

    def _follow_live(self, session_key: int) -> None:
        """Note a session whose channel came or went, or whose agent does something else."""
        self._live_keys.add(session_key)
        self._show_live_debounce.trigger()

    def _show_live(self) -> None:
        sessions = map(self._sessions.session, self._live_keys)
        self._live_keys = set()
        current = (session.current_task for session in sessions if session is not None)
        self.notify_changed([key for key in current if key is not None], Column.RESULT)

    def _read_queue(self) -> None:
        entries = self._queue.entries()
        self._entries = {entry.task_key: entry for entry in entries}
        self._firsts = firsts(entries)

    def _tell_order(self) -> None:
        if self.order != self._order:
            self._order = self.order
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _follow_search(self, by_person: bool) -> None:
        self._tell_order()
        if by_person:
            self._show_fitting()
        else:
            self._show_rows()
        self.answered.emit()

    def _show_rows(self) -> None:
        if self._hold.is_held:
            self._dim()
        else:
            self._show_fitting()

    def _show_fitting(self) -> None:
        dimmed, self._unfit = self._unfit, frozenset()
        self.show_keys(self._wanted())
        self.notify_changed(list(dimmed))

    def _dim(self) -> None:
        """Dim rows that no longer match; they stay where they are until nobody aims at one."""
        before = self._unfit
        if not self._search.filter.is_empty:
            self._unfit = frozenset(self._keys).difference(self._search.keys)
        self.notify_changed(list(before ^ self._unfit))

    def _wanted(self) -> Sequence[int]:
        """Return the keys to show, with the queue on top where no other order was chosen."""
        keys = self._search.keys
        if not self._entries or self._search.order:
            return keys
        places = {key: place_of(keys, key) for key in self._entries}
        cuts = [-1, *sorted(place for place in places.values() if place is not None), len(keys)]
        others = (keys[before + 1 : after] for before, after in pairwise(cuts))
        shows_all = self._search.filter.is_empty
        fitting = (key for key, place in places.items() if shows_all or place is not None)
        return [*fitting, *chain.from_iterable(others)]

    def _show_order(self) -> None:
        """Move the rows of the queue at once, since only the person moves them.

        What waits for the hold goes on waiting.
        """
        if not self._search.order:
            moved = iter([key for key in self._entries if self.row_of(key) is not None])
            self.show_keys([next(moved) if key in self._entries else key for key in self._keys])

    def _notify_queue(self, before: dict[int, QueueEntry]) -> None:
        both = before.keys() | self._entries.keys()
        other = {key for key in both if before.get(key) != self._entries.get(key)}
        firsts_then = firsts(list(before.values()))
        self.notify_changed(list(other | (firsts_then ^ self._firsts)), Column.RESULT)

    def _is_live(self, key: int) -> bool:
        task = self._sessions.task(key)
        return task is not None and not task.is_final

    def cell(self, key: int, column: int) -> Cell:
        task = self._sessions.task(key)
        if task is None and self._sessions.is_deleted(key):
            return Cell(text=NONE, severity=Severity.DIM, spoken=tr("deleted"))
        if task is None:
            self._awaited.add(key)
            return Cell(text=ELLIPSIS, severity=Severity.DIM, spoken=tr("loading"))
        cell = self.columns[column].cell(task)
        if self.stale_since_ms is not None and task.may_be_at_work:
            cell = stale_cell(cell, self._health.heard_ms)
        if key in self._unfit:
            return unfit_cell(cell)
        if task.status is TaskStatus.ASKS and self.needs_you(key):
            return replace(cell, needs_you=True)
        return replace(cell, bold=True) if task.is_new and column in _BOLD_WHERE_NEW else cell

    def needs_you(self, key: int) -> bool:
        task = self._sessions.task(key)
        if self.stale_since_ms is not None or key in self._unfit or task is None:
            return False
        return task.status is TaskStatus.ASKS and self._status(task).bold

    def _status(self, task: Task) -> Cell:
        session = self._sessions.session(task.session_key)
        return status_cell(task, session, special_word(self._sessions, task))

    def _result(self, task: Task) -> Cell:
        waiting = self.waiting(task)
        if waiting is not None:
            return Cell(text=waiting.text, severity=waiting.severity, tip=waiting.text)
        session = self._sessions.session(task.session_key)
        if session is not None and session.current_task == task.key:
            works = shown_state(session, task) is SessionState.WORKING
            doing = now_text(self._live.doing(session.key)) if works else ""
            if doing:
                return Cell(text=doing, severity=Severity.DIM, tip=doing)
        return result_cell(task, session)

    def _session(self, task: Task) -> Cell:
        session = self._sessions.session(task.session_key)
        opened = session is not None and session.phase not in UNOPENED_PHASES
        return name_cell(session.name if session is not None and opened else "")

    def _site(self, task: Task) -> Cell:
        session = self._sessions.session(task.session_key)
        site = session.site if session is not None else NO_SITE
        return name_cell("" if site == NO_SITE else site)

    def _took(self, task: Task) -> Cell:
        if task.status is TaskStatus.QUEUED or task.code in UNSENT:
            return none_cell()
        known_ms = known_until_ms(task, self._sessions.session(task.session_key))
        end = task.ended_ms or known_ms or self.stale_since_ms or second_of(self._clock.now_ms())
        took = max(0, end - (task.sent_ms or task.created_ms))
        spoken = spoken_duration(took)
        if task.is_end_unseen:
            spoken = tr("at most {time}", time=spoken)
        text = at_most(duration(took), task)
        return Cell(text=text, severity=Severity.DIM, spoken=spoken)

    def _ended(self, task: Task) -> Cell:
        if task.ended_ms is None:
            return none_cell()
        cell = self._moment(task.ended_ms)
        if not task.is_end_unseen:
            return cell
        latest = tr("{time} at the latest", time=cell.spoken)
        return replace(cell, text=at_most(cell.text, task), spoken=latest, tip=latest)

    def _started(self, task: Task) -> Cell:
        return none_cell() if task.sent_ms is None else self._moment(task.sent_ms)

    def _moment(self, ms: int) -> Cell:
        now = self._clock.now_ms()
        text, whole = local_moment(ms, now, short=True), local_moment(ms, now)
        return Cell(text=text, severity=Severity.DIM, spoken=whole, tip=whole)


def _usual_states() -> Iterator[Cell]:
    for state in (SessionState.ASKS, SessionState.UNCONFIRMED):
        word = session_state_text(state)
        yield Cell(text=word.short, glyph=word.glyph, bold=word.bold)


def _cells(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text=text) for text in texts)


def place_of(keys: Sequence[int], key: int) -> int | None:
    """Return the place of a key among keys that are newest first, None where it is not there.

    A binary search, since there may be 100,000.
    """
    place = bisect_left(keys, -key, key=neg)
    return place if place < len(keys) and keys[place] == key else None


def name_cell(name: str) -> Cell:
    return Cell(text=name or NONE, tip=name)


def text_cell(task: Task) -> Cell:
    text = shorten(task.spec.text)
    return Cell(text=text, tip=shorten(task.spec.text, 600), copied=task.spec.text)


def status_cell(task: Task, session: Session | None, special: StateWord | None = None) -> Cell:
    """Return the status with its glyph; special: see special_word."""
    word = task_status_text(task, session)
    if special is not None and not task.is_final:  # counted as what it was
        word = special
    spoken = word.accessible_text
    if task.is_new:
        spoken = tr("{status}, new", status=spoken)
    return Cell(
        text=word.short,
        dot=task.is_new,
        glyph=word.glyph,
        mark=word.mark,
        severity=word.severity,
        bold=word.bold,
        spoken=spoken,
        tip=word.word if word.tip else "",
        hint=word.tip,
    )


def task_cost_cell(task: Task) -> Cell:
    may_cost = not task.is_final and task.status is not TaskStatus.QUEUED
    return cost_cell(task.cost, more_to_come=may_cost, spent=task.was_taken)


def tokens_in(task: Task) -> Cell:
    return count_cell(task.usage.tokens_in, task)


def tokens_out(task: Task) -> Cell:
    return count_cell(task.usage.tokens_out, task)


def count_cell(number: int | None, task: Task) -> Cell:
    if number is None:
        is_settled = task.is_final or task.status is TaskStatus.QUEUED
        text = NONE if is_settled else ELLIPSIS
        return Cell(text=text, severity=Severity.DIM, spoken=spoken_text(text))
    return Cell(text=number_text(number))


def unfit_cell(cell: Cell) -> Cell:
    """Return the cell of a task that no longer matches the filter but is still shown."""
    hint = tr("It no longer matches the filter.")
    dim = Severity.DIM
    return replace(cell, severity=dim, mark=dim, bold=False, hint=hint)


def none_cell() -> Cell:
    """Return the cell of what is not there, and does not come before the task is sent."""
    return Cell(text=NONE, severity=Severity.DIM)
