"""The model of the Sessions table: what is open now, in the order of its start."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import IntEnum

from msgspec.structs import replace
from PySide6.QtCore import QObject

from enigma_panel.core.models import (
    Phase,
    Session,
    SessionState,
    Task,
    TaskStatus,
    has_idled,
    shown_state,
)
from enigma_panel.core.money import MoneyKind, format_least
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff, ForeignSession, Recovered
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.cells import NO_CELL, USUAL_COST, Cell, cost_cell, stale_cell
from enigma_panel.ui.text.money import left_out_text, spoken_money
from enigma_panel.ui.text.states import (
    NONE,
    StateText,
    StateWord,
    duration,
    is_life_assumed,
    second_of,
    session_state_text,
    special_word,
    spoken_duration,
    state_text,
    task_status_text,
    time_left,
)
from enigma_panel.ui.text.steps import now_text
from enigma_panel.ui.text.verbs import verb_labels
from enigma_panel.ui.text.waiting import pending_text, undo_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Severity
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.delegates import PAD
from enigma_panel.ui.widgets.table.model import RIGHT, ColumnDef, KeyedTableModel

tr = Translations("Sessions")

ENDED_STAY_MS, ASSUMED_STAY_MS = 30_000, 600_000
"""How long an ended session is counted, and one whose end is only assumed."""
AMBER_LEFT_MS = 90_000
LONG_MS, LIFE_MS = 754_000, 300_000
"""A time of 12:34, which few states last; and how long a session is assumed to live at most."""
LONG_STATES = (SessionState.CLOSED_FAILED, SessionState.ENDED_BY_LIMIT)
NAME, SHORT_NAME, LONG_NAME = "tickethall.example 1", "shop.example 1", "harborgoods.example 12"
VERB_WIDTH, VERB_APART = 28, 8
"""Width of a verb and of the gap before Terminate, in the usual font."""


class Column(IntEnum):
    """Columns of Sessions, from left to right. The settings store their names."""

    STATE = 0
    SESSION = 1
    TASK = 2
    LEFT = 3
    COST = 4
    VERBS = 5


class SessionsModel(KeyedTableModel):
    """The open sessions as rows, the newest last; below them ended ones, where they are shown.

    An ended one leaves at once, but not while it is selected or somebody aims at a row.
    """

    def __init__(
        self, services: Services, hold: PointerHold, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._hold = hold
        self._sessions = sessions = services.sessions
        self._health = services.health
        self._live = live = services.live
        self._clock = services.clock
        self._live_keys: set[int] = set()
        self._show_live_debounce = Debounce(self, self._show_live)
        live.changed.connect(self._follow_live)
        self._show_ended = False
        self._pinned: frozenset[int] = frozenset()
        self._before = Recovered()
        sessions.changed.connect(self.apply_diff)
        self._health.changed.connect(self._follow_health)
        self._follow_health()
        hold.released.connect(self.arrange)
        self.arrange()

    def make_columns(self) -> Iterable[ColumnDef[Session]]:
        left = Cell(text=tr("{time} left", time=tr("≈ {time}", time=duration(LIFE_MS))))
        cost = (Cell(text=USUAL_COST), Cell(text=format_least(Decimal("0.001"), MoneyKind.COST)))
        verbs_width = verb_width() * len(CommandVerb) + VERB_APART + PAD
        return (
            ColumnDef(
                Column.STATE,
                tr("State"),
                self._state,
                width=tuple(_short_states(*LONG_STATES)),
                wide=tuple(_usual_states()),
                least=tuple(_short_states()),
            ),
            ColumnDef(
                Column.SESSION,
                tr("Session"),
                self._name,
                width=(Cell(text=NAME),),
                wide=(Cell(text=LONG_NAME),),
                least=(Cell(text=SHORT_NAME),),
            ),
            ColumnDef(Column.TASK, tr("Task"), self._task, gives_way=True),
            ColumnDef(
                Column.LEFT, tr("Left"), self._left, width=(replace(left, bar=1.0),), least=(left,)
            ),
            ColumnDef(Column.COST, tr("Cost"), self._cost, RIGHT, width=cost),
            ColumnDef(Column.VERBS, "", self._verbs, width=verbs_width),
        )

    # -- what is shown -----------------------------------------------------------------------

    def set_show_ended(self, show: bool) -> None:
        if show is not self._show_ended:
            self._show_ended = show
            self.show_keys(self._wanted())

    def set_pinned(self, keys: frozenset[int]) -> None:
        """Keep these (selected) rows, also of ended sessions, and bring back those that left."""
        self._pinned = keys
        if any(self.row_of(key) is None for key in keys):
            self.arrange()

    def set_from_before(self, recovered: Recovered) -> None:
        """Mark what was open before this start."""
        self._before = recovered
        self.notify_changed(recovered.sessions)

    def apply_diff(self, diff: Diff) -> None:
        changed = set(diff.sessions)
        for key in diff.tasks:
            task = self._sessions.task(key)
            if task is not None:
                changed.add(task.session_key)
        if changed:
            self.arrange()
            self.notify_changed(list(changed))

    def tick(self, rows: range) -> None:
        """Update ages and times left of these (visible) rows, once a second."""
        self.arrange()
        keys = [key for key in map(self.key_at, rows) if key is not None]
        for column in (Column.STATE, Column.LEFT, Column.VERBS):
            self.notify_changed(keys, column)

    def arrange(self) -> None:
        wanted = self._wanted()
        if self._hold.is_held:
            present = set(self._keys)
            wanted = self._keys + [key for key in wanted if key not in present]
        self.show_keys(wanted)

    def count_ended(self) -> tuple[int, int]:
        """Return how many sessions ended, lately where they have no row, and how many perhaps."""
        ended = (session for session in self._known() if session.is_ended)
        are_final = [s.is_final for s in ended if self._show_ended or self._left_lately(s)]
        return are_final.count(True), are_final.count(False)

    def asking(self) -> list[int]:
        """Return the keys of the rows that need the person, the least time left last."""
        asking = (s for s in self._known() if self.needs_you(s.key))
        return [s.key for s in sorted(asking, key=lambda s: -(s.expires_ms or 0))]

    # -- inside ------------------------------------------------------------------------------

    def _follow_health(self) -> None:
        self.show_stale(self._health.unreachable_since_ms)

    def _follow_live(self, key: int) -> None:
        """Note a session whose channel came or went, or whose agent does something else."""
        self._live_keys.add(key)
        self._show_live_debounce.trigger()

    def _show_live(self) -> None:
        keys, self._live_keys = self._live_keys, set()
        self.notify_changed(list(keys), Column.TASK)

    def _wanted(self) -> list[int]:
        """Return the keys of the rows to show, in their order."""
        shown = [s for s in self._known() if self._show_ended or not self._is_gone(s)]
        shown.sort(key=lambda s: (self._is_gone(s), s.created_ms, s.key))
        return [session.key for session in shown]

    def _known(self) -> Iterator[Session]:
        return filter(None, map(self._sessions.session, self._sessions.session_keys()))

    def _is_gone(self, session: Session) -> bool:
        return session.is_ended and session.key not in self._pinned

    def _left_lately(self, session: Session) -> bool:
        stay_ms = ENDED_STAY_MS if session.is_final else ASSUMED_STAY_MS
        is_recent = self._clock.now_ms() - (session.ended_ms or 0) < stay_ms
        return is_recent and self.row_of(session.key) is None

    def cell(self, key: int, column: int) -> Cell:
        session = self._sessions.session(key)
        if session is None:
            return NO_CELL
        cell = self.columns[column].cell(session)
        goes_on = session.is_ended or column == Column.LEFT
        if self.stale_since_ms is None or goes_on:
            return replace(cell, needs_you=True) if self.needs_you(key) else cell
        return stale_cell(cell, self._health.heard_ms)

    def is_ended(self, key: int) -> bool:
        """Whether it ended, or is assumed to have."""
        session = self._sessions.session(key)
        return session is not None and session.is_ended

    def needs_you(self, key: int) -> bool:
        session = self._sessions.session(key)
        if session is None or self.stale_since_ms is not None:
            return False
        task = self._sessions.current_task(session)
        asks = shown_state(session, task) is SessionState.ASKS
        return asks and special_word(self._sessions, task) is None

    def _name(self, session: Session) -> Cell:
        return name_cell(session, is_from_before=session.key in self._before.sessions)

    def _task(self, session: Session) -> Cell:
        task = self._sessions.current_task(session)
        cell = task_cell(session, task, self._now(session, task))
        foreign = self._sessions.foreign(session) if not session.is_ended else None
        return with_foreign(cell, foreign) if foreign is not None else cell

    def _left(self, session: Session) -> Cell:
        return left_cell(session, self._clock.now_ms())

    def _cost(self, session: Session) -> Cell:
        sessions, key = self._sessions, session.key
        cost, n_unknown = sessions.session_cost(key), sessions.session_unknown_costs(key)
        is_idle = has_idled(session, sessions.current_task(session))
        idle = session_state_text(SessionState.IDLE)
        is_said = is_idle and self._state_text(session).word == idle
        return session_cost_cell(session, cost, n_unknown, is_idle=is_idle, is_said=is_said)

    def _verbs(self, session: Session) -> Cell:
        """Return a cell that differs with the possible verbs, so that they are painted anew."""
        able = [verb for verb in CommandVerb if self._sessions.can(session.key, verb)]
        pending = self._sessions.pending(session.key)
        if pending is not None and pending.can_undo:
            return Cell(spoken=undo_text([pending]), hint=tr("Ctrl+Z, or in the menu."))
        return Cell(spoken=verb_labels(able) or NONE, hint=tr("In Details and the menu."))

    def _state(self, session: Session) -> Cell:
        state = self._state_text(session)
        cell = replace(_state_cell(state.word), tail=state.tail, spoken=state.spoken)
        pending = self._sessions.pending(session.key)
        if pending is None:
            return replace(cell, tip=state.text, hint=state.tip)
        tail = pending_text(pending, self._clock.now_ms())
        return replace(
            cell,
            text=cell.short,
            tail=tail,
            tail_first=True,  # the last part of it is how long
            spoken=f"{state.word.accessible_text}, {tail}",
            tip=f"{state.word.word}, {tail}",
            hint=state.tip,
        )

    def _state_text(self, session: Session) -> StateText:
        task = self._sessions.current_task(session)
        return state_text(
            session,
            task,
            self._clock.now_ms(),
            known_ms=self.stale_since_ms,
            special=special_word(self._sessions, task),
            is_unheard=self._is_unheard(task),
        )

    def _is_unheard(self, task: Task | None) -> bool:
        """Return whether a task's state is from the last run; a question counts as current."""
        if task is None or task.status is TaskStatus.ASKS:
            return False
        return task.key in self._before.tasks and self._sessions.is_asking(task.session_key)

    def _now(self, session: Session, task: Task | None) -> str:
        """Return what the agent of a working session does now, where it reports that."""
        works = shown_state(session, task) in {SessionState.WORKING, SessionState.STARTING}
        return now_text(self._live.doing(session.key)) if works else ""


def verb_width() -> int:
    return theme.scaled(VERB_WIDTH)


def _state_cell(word: StateWord) -> Cell:
    return Cell(
        text=word.word,
        short=word.short,
        glyph=word.glyph,
        mark=word.mark,
        severity=word.severity,
        bold=word.bold,
    )


def _usual_states() -> Iterator[Cell]:
    s = SessionState
    for state in (s.ASKS, s.WORKING, s.STARTING, s.IDLE):
        yield replace(_state_cell(session_state_text(state)), tail=duration(LONG_MS))


def _short_states(*others: SessionState) -> Iterator[Cell]:
    """Yield the usual states, with a time where they are short, and these others."""
    s = SessionState
    yield replace(_state_cell(session_state_text(s.ASKS)), tail=duration(LIFE_MS))
    for state in (s.IDLE, s.CLOSED_ASSUMED, *others):
        yield _state_cell(session_state_text(state))


def name_cell(session: Session, *, is_from_before: bool) -> Cell:
    """Return the cell of a session's name; tip and speech say that it is from before this start."""
    severity = Severity.DIM if session.is_ended else Severity.PLAIN
    _, gap, last = session.name.rpartition(" ")
    ending = len(gap + last) if last.isdecimal() else 0  # tells the sessions of a site apart
    cell = Cell(text=session.name, severity=severity, tip=session.name, ending=ending)
    if not is_from_before:
        return cell
    spoken = tr("{session}, from before", session=session.name)
    return replace(cell, spoken=spoken, hint=tr("From before this start"))


def task_cell(session: Session, task: Task | None, now: str) -> Cell:
    """Return the cell of a task and, dimmed behind it, what the agent does now, if it is known."""
    if task is None:
        return Cell(text=NONE, severity=Severity.DIM)
    text = shorten(task.spec.text)
    word, has_glyph = task_status_text(task), task.is_final and session.phase is Phase.OPEN
    tip = shorten(task.spec.text, 600)
    return Cell(
        text=text,
        glyph=word.glyph if has_glyph else None,
        mark=word.mark,
        tail=f"· {now}" if now else "",
        steady=bool(now),
        severity=Severity.DIM if session.is_ended else Severity.PLAIN,
        spoken=tr("{task}, now: {now}", task=text, now=now) if now else text,
        tip=f"{tip}\n{now}" if now else tip,
    )


def with_foreign(cell: Cell, foreign: ForeignSession) -> Cell:
    """Return a task's cell with the reason why its session cannot be ended now."""
    is_key = foreign is ForeignSession.KEY
    why = tr("opened with another key") if is_key else tr("opened on another server")
    key, address = tr("Enter that key to end it."), tr("Switch back there to end it.")
    spoken = f"{cell.accessible_text}, {why}"
    return replace(cell, tail=f"· {why}", spoken=spoken, hint=key if is_key else address)


def left_cell(session: Session, now_ms: int) -> Cell:
    """Return the cell of the time left, with a bar."""
    text = time_left(session, now_ms)
    if text == NONE or session.expires_ms is None:
        return Cell(text=NONE, severity=Severity.DIM)
    left = max(0, session.expires_ms - second_of(now_ms))
    life = max(1, session.expires_ms - session.created_ms)
    severity = Severity.AMBER if left < AMBER_LEFT_MS else Severity.DIM
    spoken = spoken_duration(left)
    if is_life_assumed(session):
        spoken = tr("about {time}", time=spoken)
    return Cell(
        text=tr("{time} left", time=text),
        bar=min(1.0, left / life),
        severity=severity,
        bold=severity is not Severity.DIM,
        spoken=spoken,
    )


def session_cost_cell(
    session: Session,
    cost: Decimal | None,
    n_unknown: int = 0,
    *,
    is_idle: bool = False,
    is_said: bool = False,
) -> Cell:
    """Return the cell of what a session's tasks cost so far.

    n_unknown: the number of tasks whose cost is not known. is_idle: it was open without a task,
    too; is_said: its state says so.
    """
    # A browser was open for some time: that costs.
    spent = session.opened_ms is not None or n_unknown > 0
    cell = cost_cell(cost, more_to_come=not session.is_ended and not n_unknown, spent=spent)
    if cost is None:
        return cell
    text, copied, hints = cell.text, cell.copied, [cell.hint]
    if n_unknown or is_idle:
        copied = f"≥ {copied}"
        hints.append(left_out_text(TaskSum(unknown=n_unknown, has_idle=is_idle)))
    if n_unknown or (is_idle and not is_said):
        # Rounded as its tasks' costs are, beside which it stands: else it would seem less.
        text = f"≥ {text}" if cost and text[0] != "<" else tr("unknown")
    hint = "\n".join(filter(None, hints))
    return replace(cell, text=text, spoken=spoken_money(copied), hint=hint, copied=copied)
