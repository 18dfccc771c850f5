"""The card above the tables after a restart or a sleep: what was open, and what became of it.

It holds nothing but session keys, looked up whenever something changes, so that its sentence is
true at any time. Rows are kept, terminated, or end by themselves.
"""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QWidget

from enigma_panel.core.models import Session, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import Diff, PauseReason, Recovered
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.recovery.rows import MOST_ROWS, RecoveryRows, row_height
from enigma_panel.ui.recovery.text import (
    Outcome,
    RecoveredSession,
    RecoveryRow,
    away_text,
    recovered_text,
    recovery_row,
    settled_row,
)
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.basics import (
    ToolButton,
    available_height,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.glyph_label import GlyphLabel
from enigma_panel.ui.widgets.pointer_hold import PointerHold

tr = Translations("Recovery")

GATHER_MS = 100
"""News that come this close to each other are shown together."""

MARK_ROOM, PADDING = 80, 24
"""What the sentence leaves beside it, and the card around sentence and rows."""

_ORDER = (
    Outcome.UNSENT,
    Outcome.UNCONFIRMED,
    Outcome.ASKS,
    Outcome.IDLE,
    Outcome.PAUSED,
    Outcome.MAYBE_PAUSED,
    Outcome.MAYBE,
)
_COSTS = frozenset(_ORDER) - {Outcome.ASKS}
_UNSENT = frozenset({TaskStatus.QUEUED, TaskStatus.STOPPED})
"""A task that was never sent is queued again, or was taken out of the queue."""


class RecoveryCard(QFrame):
    """`show_recovered` after a start, `show_away` after a sleep; `task_wanted` names a result.

    It takes no focus. It leaves when the person has settled its last row, or closes it. While
    somebody aims at a row of a table, it neither comes, goes nor grows; while somebody aims at a
    row of its own, one that is settled keeps its place.
    """

    task_wanted = Signal(int)
    left = Signal()

    def __init__(
        self,
        services: Services,
        app_actions: Actions,
        hold: PointerHold,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._hold = hold
        self._services = services
        self._app_actions = app_actions
        self._keys: list[int] = []
        self._settled: set[int] = set()
        self._to_end: set[int] = set()
        self._standing: set[int] = set()
        self._unsent: frozenset[int] = frozenset()
        self._queue_stood = False
        self._slept_ms = 0
        self._is_up = False
        self._is_new = False
        self._is_asking: Callable[[int], bool] = services.sessions.is_asking
        self._build_parts()
        self._build_layout()
        self._connect()
        self.hide()

    # -- for the window ----------------------------------------------------------------------

    def show_recovered(self, recovered: Recovered) -> None:
        """What an earlier run left open; not shown where that was nothing."""
        self._unsent = recovered.unsent
        self._queue_stood = recovered.queued > 0
        self._slept_ms = 0
        self._begin(recovered.sessions)

    def show_away(self, slept_ms: int) -> bool:
        """The computer slept: what was open when it fell asleep; False where nothing was."""
        asleep_ms = self._services.clock.now_ms() - slept_ms
        sessions = self._services.sessions
        records = [s for s in map(sessions.session, sessions.session_keys()) if s is not None]
        open_then = [s.key for s in records if not s.is_ended or (s.ended_ms or 0) >= asleep_ms]
        self._slept_ms = slept_ms
        self._begin(open_then)
        return bool(self._keys)

    def tick(self) -> None:
        """A second went by: states and times left."""
        if self._is_up:
            self.refresh()

    def refresh(self) -> None:
        """Show the records as they are now."""
        is_held = self._hold.is_held
        if not self._is_up or (is_held and self._is_new):
            return
        recovered = self._sessions()
        if not (is_held or self.rows.is_pointer_inside):
            recovered = self._settle_and_sort(recovered)
            self._standing.clear()
        settled = self._settled - self._standing
        rows = [entry for entry in recovered if entry.session.key not in settled]
        self._standing = {entry.session.key for entry in rows}
        if is_held:
            self._show_rows(rows)
        elif rows:
            self._say(recovered)  # it may need another line
            self._show_all(rows)
        else:
            self._leave()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self._glyph = GlyphLabel(Glyph.BANG, Severity.AMBER)
        self.text_label = make_label(wrap=True)
        self.close_button = ToolButton()
        self.rows = RecoveryRows()
        self._soon = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._laid_out = QTimer(self, singleShot=True, interval=0)

    def _build_layout(self) -> None:
        set_role(self, "card")
        self.setAccessibleName(tr("From before"))
        for name in (self.close_button.setAccessibleName, self.close_button.setToolTip):
            name(tr("Close"))
        set_role(self.close_button, "plain")
        head = make_row(self._glyph, self.text_label, self.close_button)
        head.setStretch(1, 1)
        column = make_column(head, self.rows, gap=6)
        column.setContentsMargins(12, 6, 6, 8)
        self.setLayout(column)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._tint()

    def _connect(self) -> None:
        services = self._services
        services.sessions.changed.connect(self._follow)
        services.queue.changed.connect(self._soon_again)
        self._soon.timeout.connect(self.refresh)
        self._laid_out.timeout.connect(self._fit_rows)
        self._hold.released.connect(self.refresh)
        self.close_button.clicked.connect(self._leave)
        self.rows.left.connect(self.refresh)
        self.rows.kept.connect(self._keep)
        self.rows.terminated.connect(self._terminate)
        self.rows.shown.connect(self._show_task)
        theme.changed().connect(self._tint)

    # -- following ---------------------------------------------------------------------------

    def _follow(self, diff: Diff) -> None:
        if self._is_up and (diff.tasks or not diff.sessions.isdisjoint(self._keys)):
            self._soon_again()

    def _soon_again(self) -> None:
        if self._is_up and not self._soon.isActive():
            self._soon.start()

    def _begin(self, keys: Iterable[int]) -> None:
        self._settled.clear()
        self._to_end.clear()
        self._standing.clear()
        self._keys = list(keys)
        self._settle_and_sort(self._sessions())
        self._is_up = self._is_new = True
        self.refresh()

    def _sessions(self) -> list[RecoveredSession]:
        """All that the card is about, as it is now, in its order."""
        found = map(self._services.sessions.session, self._keys)
        return [self._recovered(session) for session in found if session is not None]

    def _recovered(self, session: Session) -> RecoveredSession:
        sessions = self._services.sessions
        task = sessions.current_task(session)
        return RecoveredSession(
            session=session,
            task=task,
            cost=sessions.session_cost(session.key),
            unsent=session.key in self._unsent and (task is None or task.status in _UNSENT),
            asking=self._is_asking(session.key),
            missing=sessions.is_missing(task),
            foreign=sessions.foreign(session),
            pending=sessions.pending(session.key),
        )

    def _settle_and_sort(self, recovered: list[RecoveredSession]) -> list[RecoveredSession]:
        """What only costs money comes first, what has ended last; else as it was.

        Rows that the person ended are settled; what ended by itself stays to be read.
        """
        ended = {entry.session.key for entry in recovered if entry.session.is_ended}
        self._settled |= ended & self._to_end
        recovered = sorted(recovered, key=_rank)
        self._keys = [entry.session.key for entry in recovered]
        return recovered

    def _queued_count(self) -> int:
        """Tasks in the queue, while it stands still since the restart."""
        queue = self._services.queue
        stands = self._queue_stood and queue.pause_reason is PauseReason.RESTARTED
        return len(queue.entries()) if stands else 0

    # -- showing -----------------------------------------------------------------------------

    def _say(self, recovered: list[RecoveredSession]) -> None:
        n = self._queued_count()
        text = (
            away_text(recovered, self._slept_ms, queued=n)
            if self._slept_ms
            else recovered_text(recovered, queued=n)
        )
        if text != self.text_label.text():
            self.text_label.setText(text)
            self.text_label.setAccessibleName(text)
        costs = any(entry.outcome in _COSTS for entry in recovered)
        sign = (Glyph.BANG, Severity.AMBER) if costs else (Glyph.DISC, Severity.DIM)
        self._glyph.show_glyph(*sign)

    def _show_all(self, recovered: list[RecoveredSession]) -> None:
        if self._is_new:
            self._is_new = False
            self.rows.start_over()
            self._fit_rows()
        self._show_rows(recovered)
        self.show()

    def _show_rows(self, recovered: list[RecoveredSession]) -> None:
        now = self._services.clock.now_ms()

        def row_at(place: int) -> RecoveryRow:
            can = self._services.sessions.can(recovered[place].session.key, CommandVerb.TERMINATE)
            row = recovery_row(recovered[place], now, can_terminate=can)
            return settled_row(row) if row.key in self._settled else row

        self.rows.put(len(recovered), row_at)

    def _fit_rows(self) -> None:
        """As many rows as leave to all else in the window what it needs."""
        room = available_height(self)
        if room is not None:
            head = self.text_label.heightForWidth(max(self.width() - MARK_ROOM, 200))
            rows = (room - head - PADDING) // row_height()
            self.rows.set_most(min(max(rows, 1), MOST_ROWS))

    def _tint(self) -> None:
        self.close_button.setIcon(icons.icon(Glyph.CLOSE, QColor(theme.colours().dim)))

    # -- what the person does ----------------------------------------------------------------

    def _keep(self, key: int) -> None:
        """The row goes; where Terminate waits to be undone, that is taken back instead."""
        sessions = self._services.sessions
        pending = sessions.pending(key)
        if pending is not None and pending.verb is CommandVerb.TERMINATE:
            self._to_end.discard(key)
            sessions.undo([key])
            self.refresh()
            return
        self._settled.add(key)
        left = [entry for entry in self._sessions() if entry.session.key not in self._settled]
        if all(entry.session.is_ended for entry in left):
            self._leave()  # nothing is left to decide
        else:
            self.refresh()

    def _terminate(self, key: int) -> None:
        self._to_end.add(key)
        self._app_actions.command([key], CommandVerb.TERMINATE)
        self.refresh()

    def _show_task(self, key: int) -> None:
        session = self._services.sessions.session(key)
        if session is not None and session.current_task is not None:
            self.task_wanted.emit(session.current_task)

    def _leave(self) -> None:
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self._is_up = False
        self.hide()
        if had_focus:
            self.left.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self._laid_out.start()  # once the other parts have their new sizes
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if (parent := self.parentWidget()) is not None:
            parent.installEventFilter(self)
        self._fit_rows()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if (parent := self.parentWidget()) is not None:
            parent.removeEventFilter(self)


def _rank(recovered: RecoveredSession) -> int:
    if recovered.session.is_ended:
        return len(_ORDER) + 1
    return _ORDER.index(recovered.outcome) if recovered.outcome in _ORDER else len(_ORDER)
