"""The Sessions table: what is open now, most urgent first."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from enigma_panel.core.money import to_nano
from enigma_panel.core.records import (
    Phase,
    Session,
    SessionState,
    Task,
    TaskStatus,
    shown_since_ms,
    shown_state,
)
from enigma_panel.services.clock import Clock
from enigma_panel.services.fleet import Fleet
from enigma_panel.services.views import Diff
from enigma_panel.ui.line_words import Waiting
from enigma_panel.ui.main.cells import NO_CELL, Cell
from enigma_panel.ui.main.keyed_model import NO_PARENT, Index, KeyedModel
from enigma_panel.ui.status_words import (
    NONE,
    Tone,
    duration,
    is_life_assumed,
    money,
    session_word,
    spoken,
    spoken_duration,
    time_left,
    verb_pending,
)
from enigma_panel.ui.wish_words import undo_words, wish_words
from enigma_panel.ui.words import one_line, tr

ENDED_STAY_MS = 30_000
AMBER_LEFT_MS = 90_000
RED_LEFT_MS = 30_000
_FAR = 1 << 62

_URGENCY = {
    state: rank
    for rank, state in enumerate(
        (
            SessionState.ASKS,
            SessionState.UNCONFIRMED,
            SessionState.CONNECTION_LOST,
            SessionState.IDLE,
            SessionState.PAUSED,
            SessionState.WORKING,
            SessionState.STARTING,
        )
    )
}
_MARKS = {TaskStatus.DONE: "✓ ", TaskStatus.FAILED: "✗ ", TaskStatus.STOPPED: "■ "}


class Column(IntEnum):
    """Columns of Sessions."""

    STATE = 0
    SESSION = 1
    TASK = 2
    LEFT = 3
    COST = 4
    VERBS = 5


class SessionsModel(KeyedModel):
    """Sessions from the fleet. `hold` keeps every row where it is while somebody aims at one."""

    renamed = Signal(int, str)
    right_columns = frozenset({Column.COST})

    def __init__(self, fleet: Fleet, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fleet = fleet
        self._clock = clock
        self._held = False
        self._show_ended = False
        self._pinned: frozenset[int] = frozenset()
        fleet.changed.connect(self.take)
        self.arrange()

    # -- what is shown -----------------------------------------------------------------------

    def set_show_ended(self, show: bool) -> None:
        """Show the ended sessions, too."""
        self._show_ended = show
        self.arrange()

    def set_held(self, held: bool) -> None:
        """While held no row moves or leaves; new ones come in at the end."""
        if held is not self._held:
            self._held = held
            if not held:
                self.arrange()

    def set_pinned(self, keys: frozenset[int]) -> None:
        """These rows (the selected ones) do not leave, even when their session has ended."""
        self._pinned = keys

    def take(self, diff: Diff) -> None:
        """The fleet says what changed."""
        changed = set(diff.sessions)
        for key in diff.tasks:
            task = self._fleet.task(key)
            if task is not None:
                changed.add(task.session_key)
        if changed:
            self.arrange()
            self.tell_changed(list(changed))

    def tick(self, rows: range) -> None:
        """A second went by: ages and times left of these (visible) rows, rows whose time is up."""
        if any(self._is_over(key) for key in self._keys):
            self.arrange()
        keys = [key for key in map(self.key_at, rows) if key is not None]
        self.tell_changed(keys, Column.STATE, Column.STATE)
        self.tell_changed(keys, Column.LEFT, Column.LEFT)

    def arrange(self) -> None:
        """Bring rows and order up to date."""
        shown = [s for s in map(self._fleet.session, self._fleet.session_keys()) if s is not None]
        wanted = [s.key for s in sorted(filter(self._is_wanted, shown), key=self._rank)]
        if self._held:
            present = set(self._keys)
            wanted = self._keys + [key for key in wanted if key not in present]
        self.show_keys(wanted)

    def counts(self) -> dict[SessionState, int]:
        """How many sessions are in which state, without the ended ones."""
        counts: dict[SessionState, int] = {}
        for session in map(self._fleet.session, self._fleet.session_keys()):
            if session is not None and not session.is_ended:
                state = shown_state(session, self._fleet.current_task(session))
                counts[state] = counts.get(state, 0) + 1
        return counts

    def session(self, key: int) -> Session | None:
        """The record of a row."""
        return self._fleet.session(key)

    # -- inside ------------------------------------------------------------------------------

    def _is_wanted(self, session: Session) -> bool:
        if not session.is_ended or self._show_ended or session.key in self._pinned:
            return True
        return self._clock.now_ms() - (session.ended_ms or 0) < ENDED_STAY_MS

    def _is_over(self, key: int) -> bool:
        session = self._fleet.session(key)
        return session is None or not self._is_wanted(session)

    def _rank(self, session: Session) -> tuple[int, int, int]:
        if session.is_ended:
            return len(_URGENCY), -(session.ended_ms or 0), session.key
        state = shown_state(session, self._fleet.current_task(session))
        return _URGENCY[state], session.expires_ms or _FAR, session.key

    def cell(self, key: int, column: int) -> Cell:
        session = self._fleet.session(key)
        if session is None:
            return NO_CELL
        task = self._fleet.current_task(session)
        match column:
            case Column.STATE:
                return self._state(session, task)
            case Column.SESSION:
                tone = Tone.DIM if session.is_ended else Tone.PLAIN
                return Cell(text=session.name, tone=tone, sort=session.name, tip=session.name)
            case Column.TASK:
                return _task(session, task)
            case Column.LEFT:
                return self._left(session)
            case Column.COST:
                return self._cost(session)
            case _:
                return self._verbs(key)

    def _verbs(self, key: int) -> Cell:
        said = tr("Pause, Resume, Stop, Terminate: in the tool bar and the menu")
        wish = self._fleet.wish(key)
        if wish is not None and wish.can_undo:
            said = tr("{undo}: Ctrl+Z, in the tool bar and the menu", undo=undo_words([wish]))
        return Cell(said=said)

    def _state(self, session: Session, task: Task | None) -> Cell:
        state = shown_state(session, task)
        word = session_word(state, task)
        lasted = self._clock.now_ms() - shown_since_ms(session, task)
        tail = "" if session.is_ended else duration(lasted)
        said = word.word if session.is_ended else f"{word.word}, {spoken_duration(lasted)}"
        waiting = self._waiting(session.key)
        if waiting is not None:
            tail, said = waiting.text, f"{word.word}, {waiting.said}"
        return Cell(
            text=word.word if waiting is None else word.short,
            tail=tail,
            glyph=word.glyph,
            mark=word.mark,
            tone=word.tone,
            bold=word.bold,
            said=said,
            tip=f"{word.word}, {tail}" if waiting is not None else "",
            sort=_URGENCY.get(state, len(_URGENCY)),
        )

    def _waiting(self, key: int) -> Waiting | None:
        """The command on its way to a session, in words."""
        wish = self._fleet.wish(key)
        if wish is not None:
            return wish_words(wish, self._clock.now_ms())
        pending = self._fleet.pending(key)
        words = verb_pending(pending) if pending is not None else ""
        return Waiting(text=words, said=words) if words else None

    def _left(self, session: Session) -> Cell:
        text = time_left(session, self._clock.now_ms())
        if text == NONE or session.expires_ms is None:
            return Cell(text=NONE, tone=Tone.DIM, said=spoken(NONE), sort=_FAR)
        left = max(0, session.expires_ms - self._clock.now_ms())
        life = max(1, session.expires_ms - session.created_ms)
        tone = (
            Tone.RED if left < RED_LEFT_MS else Tone.AMBER if left < AMBER_LEFT_MS else Tone.PLAIN
        )
        said = spoken_duration(left)
        if is_life_assumed(session):
            said = tr("about {time}", time=said)
        return Cell(text=text, bar=min(1.0, left / life), tone=tone, said=said, sort=left)

    def _cost(self, session: Session) -> Cell:
        cost = self._fleet.session_cost(session.key)
        text = money(cost, more_to_come=not session.is_ended)
        nano = to_nano(cost)
        tone = Tone.DIM if cost is None else Tone.PLAIN
        sort = -1 if nano is None else nano
        return Cell(text=text, right=True, tone=tone, said=spoken(text), sort=sort)

    def record(self, key: int) -> Session | None:
        return self._fleet.session(key)

    def heading(self, column: int) -> str:
        return (tr("State"), tr("Session"), tr("Task"), tr("Left"), tr("Cost"), "")[column]

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.EditRole and index.column() == Column.SESSION:
            role = Qt.ItemDataRole.DisplayRole
        return super().data(index, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        key = self.key_at(index.row())
        if key is None or role != Qt.ItemDataRole.EditRole or value == index.data():
            return False
        self.renamed.emit(key, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == Column.SESSION:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags


def _task(session: Session, task: Task | None) -> Cell:
    if task is None:
        return Cell(text=NONE, tone=Tone.DIM, said=spoken(NONE), sort="")
    text = one_line(task.spec.text)
    mark = _MARKS.get(task.status, "") if session.phase is Phase.OPEN else ""
    tone = Tone.DIM if session.is_ended else Tone.PLAIN
    return Cell(
        text=mark + text, tone=tone, said=text, sort=text, tip=one_line(task.spec.text, 600)
    )
