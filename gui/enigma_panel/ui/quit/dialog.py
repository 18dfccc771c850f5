"""The dialog Quit.

It is asked while sessions are open or unconfirmed, a Terminate waits, or the ledger lacks
something.
"""

import asyncio
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.types import PendingCommand, WaitReason
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.quit.session_list import SessionList
from enigma_panel.ui.quit.text import (
    QuitReport,
    counts_at_quit,
    ending_text,
    is_lost,
    keyless_text,
    quit_report,
    stuck_text,
    unreached_text,
    waiting_text,
)
from enigma_panel.ui.text.states import duration
from enigma_panel.ui.widgets.basics import NoticeLabel, in_card, make_button, make_label, set_role
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.flow_layout import EdgeFlowLayout
from enigma_panel.ui.widgets.inputs import ScrollArea

tr = Translations("Quit")

LATE_MS = 20_000
"""How much later than the service promises the reply that names a task may come."""
HOPELESS = 3
"""How many failures in a row end the wait for a Terminate; the ledger keeps it."""
_WORKS = frozenset({TaskStatus.STARTING, TaskStatus.WORKING, TaskStatus.ASKS})
_TO_BE_CLOSED = frozenset({TaskStatus.FAILED, TaskStatus.STOPPED})
_STUCK = frozenset({WaitReason.CONNECTION, WaitReason.KEY, WaitReason.LEDGER})


class QuitChoice(StrEnum):
    """What the person wants; all but CANCEL end the program at once."""

    TERMINATE_ALL = "terminate_all"
    WHEN_DONE = "when_done"
    LEAVE_RUNNING = "leave_running"
    CANCEL = "cancel"


class Mode(StrEnum):
    """What the dialog is doing."""

    ASKING = "asking"
    NAMING = "naming"  # Wait: until every task has its name
    ENDING = "ending"  # Terminate all and quit: until every session has ended
    DONE = "done"  # Quit when they are done: the dialog is away, the window is in use


class QuitDialog(ModelessDialog):
    """The window; `choice` awaits what is chosen, and closing it means Cancel.

    Terminate all keeps it open until all have ended. Quit when they are done closes it and goes on
    waiting: `waiting_changed` brings the text for that, an empty one when the wait is over.
    leaving: the program is about to end (or no longer), so no queued task is to be started.
    """

    waiting_changed = Signal(str)
    leaving = Signal(bool)

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        super().__init__(tr("Quit"), parent)
        self._services = services
        self._answer: asyncio.Future[QuitChoice] | None = None
        self._mode = Mode.ASKING
        self._to_end: list[int] = []
        self._returned: set[int] = set()
        self._shown: object = None
        self._build_parts()
        self._build_layout()
        self._connect()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.text_label = make_label(wrap=True)
        self.list = SessionList(tr("Open sessions"))
        self.card = in_card(self.list)
        self.waiting = NoticeLabel()
        self.terminate_button = make_button(tr("Terminate all and quit"), "danger")
        self.leave_button = make_button(tr("Leave them running"))
        self.cancel_button = make_button(tr("Cancel"))
        self.done_button = make_button(tr("Quit when they are done"))
        self.wait_button = make_button(tr("Wait"), "primary")
        self._second = QTimer(self, interval=1000)

    def _build_layout(self) -> None:
        scroll = ScrollArea()
        scroll.column.addWidget(self.text_label)
        scroll.column.addWidget(self.card, 1)
        scroll.column.addWidget(self.waiting)
        self.body.addWidget(scroll, 1)
        others = (self.cancel_button, self.leave_button, self.done_button, self.wait_button)
        self.body.addLayout(EdgeFlowLayout(self.terminate_button, *others, gap=8))
        self.done_button.setToolTip(
            tr("The window stays in use; it closes when no task works or asks any more.")
        )
        self.setMinimumWidth(560)

    def _connect(self) -> None:
        self.terminate_button.clicked.connect(self._terminate_all)
        self.leave_button.clicked.connect(lambda: self._choose(QuitChoice.LEAVE_RUNNING))
        self.done_button.clicked.connect(self._wait_until_done)
        self.wait_button.clicked.connect(self._wait_for_names)
        self.cancel_button.clicked.connect(self.cancel)
        self.rejected.connect(self._closed)
        self._second.timeout.connect(self.refresh)
        self._services.sessions.changed.connect(self._follow)

    # -- for the program ---------------------------------------------------------------------

    async def choice(self) -> QuitChoice:
        """Ask and await the choice; whoever asks while it is open gets the same answer."""
        if self._answer is None:
            self._answer = asyncio.get_running_loop().create_future()
        answer = self._answer
        self._second.start()
        self.refresh()
        self.present(self.cancel_button)
        return await asyncio.shield(answer)

    def cancel(self) -> None:
        """Stay in the program; also cancels "Quit when they are done"."""
        self._settle(QuitChoice.CANCEL)
        self.reject()

    # -- showing -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show how things stand now, and choose when there is nothing left to wait for."""
        sessions, now = self._services.sessions, self._services.clock.now_ms()
        records = open_sessions(sessions)
        tasks = current_tasks(sessions, records)
        found = ((s.key, sessions.pending(s.key)) for s in records)
        all_pending = {key: pending for key, pending in found if pending is not None}
        queued = len(self._services.queue.entries())
        report = quit_report(
            records,
            tasks,
            now,
            all_pending=all_pending,
            queued=queued,
            is_unwritten=self._services.writer.is_failing,
            is_awaiting_reply=sessions.is_awaiting_reply,
        )
        self.text_label.setText("\n".join(report.lines) or tr("All sessions have ended."))
        self.list.show_sessions(self._services, records)
        self.card.setVisible(bool(records))
        self._go_on(report, records, queued)
        shown = (self.text_label.text(), len(records), self.waiting.text())
        if shown != self._shown and self.isVisible():
            self._shown = shown
            self.fit(only_grow=True)

    def _go_on(self, report: QuitReport, sessions: list[Session], queued: int) -> None:
        if report.wait_ms < -LATE_MS and self._mode is Mode.NAMING:
            self._set_mode(Mode.ASKING)  # the name did not come: the person decides
        choice = self._reached(report, sessions)
        if choice is not None and not self._services.writer.is_behind:
            self._choose(choice)
        else:
            self._say(self._waiting_text(report, sessions, queued))
            self._show_buttons(report, sessions)

    def _reached(self, report: QuitReport, sessions: list[Session]) -> QuitChoice | None:
        """Return the choice whose wait is over, None while there is something to wait for."""
        match self._mode:
            case Mode.NAMING if not report.unnamed:
                return QuitChoice.LEAVE_RUNNING
            case Mode.ENDING if not self._left(sessions):
                return QuitChoice.TERMINATE_ALL
            case Mode.DONE if waited_for(self._services.sessions).is_over:
                return QuitChoice.WHEN_DONE
        return None

    def _waiting_text(self, report: QuitReport, sessions: list[Session], queued: int) -> str:
        match self._mode:
            case Mode.ASKING:
                return ""
            case Mode.NAMING if not report.unnamed:
                return waiting_text(0, 0, 0, is_unwritten=True)
            case Mode.NAMING:
                left = duration(report.wait_ms + 999)
                return tr(
                    "Quits by itself when every task is named, in {time} at the latest.", time=left
                )
            case Mode.DONE:
                waited = waited_for(self._services.sessions)
                behind = self._services.writer.is_failing
                text = waiting_text(waited.tasks, waited.terminates, queued, is_unwritten=behind)
                self.waiting_changed.emit(text)
                return text
            case Mode.ENDING:
                return self._ending_text(sessions)

    def _ending_text(self, sessions: list[Session]) -> str:
        left, of = self._left(sessions), len(self._to_end)
        failed = [session.name for session in left if self._has_failed(session)]
        pending_of = self._services.sessions.pending
        waiting = [session for session in left if waits_for_key(pending_of(session.key))]
        keyless = [session.name for session in waiting]
        stuck = [s.name for s in left if self._is_stuck(s) and s not in waiting]
        sentences = [
            ending_text(of - len(left), of),
            unreached_text(failed) if failed else "",
            keyless_text(keyless) if keyless else "",
            stuck_text(stuck) if stuck else "",
        ]
        return "\n".join(line for line in sentences if line)

    def _say(self, text: str) -> None:
        if text != self.waiting.text() or bool(text) != self.waiting.isVisibleTo(self):
            self.waiting.show_text(text)

    def _show_buttons(self, report: QuitReport, sessions: list[Session]) -> None:
        ending = self._mode is Mode.ENDING
        left = self._left(sessions)
        again = ending and any(self._has_failed(session) for session in left)
        _name(self.terminate_button, tr("Try again") if ending else tr("Terminate all and quit"))
        self.terminate_button.setVisible(again or (bool(sessions) and not ending))
        leave = tr("Leave them running") if sessions else tr("Quit")
        behind, pending_of = self._services.writer.is_failing, self._services.sessions.pending
        if left and not again and not any(is_lost(pending_of(s.key), behind) for s in left):
            leave = tr("Quit, send them at the next start")
        _name(self.leave_button, leave)
        self.leave_button.setVisible(not left or again or any(map(self._is_stuck, left)))
        can_wait = self._mode is Mode.ASKING and report.wait_ms > 0
        self.wait_button.setVisible(can_wait)
        self.wait_button.setText(tr("Wait {time}", time=duration(report.wait_ms + 999)))
        self.wait_button.setAccessibleName(tr("Wait"))
        works = waited_for(self._services.sessions).tasks > 0
        self.done_button.setVisible(self._mode is Mode.ASKING and works)
        set_role(self.done_button, "" if can_wait else "primary")

    # -- what is chosen ----------------------------------------------------------------------

    def _wait_for_names(self) -> None:
        self._set_mode(Mode.NAMING)
        self.refresh()

    def _wait_until_done(self) -> None:
        self._set_mode(Mode.DONE)
        self.refresh()
        self.accept()

    def _terminate_all(self) -> None:
        """Terminate all sessions, or try again; commands on their way are not given twice."""
        sessions, scope = self._services.sessions, self._services.scope
        self._set_mode(Mode.ENDING)
        open_ones = [s for s in open_sessions(sessions) if s.phase is not Phase.UNCONFIRMED]
        keys = sessions.terminable_keys()
        self._to_end = list(dict.fromkeys([*self._to_end, *(s.key for s in open_ones)]))
        self._returned = set(self._to_end) - set(keys)
        for key in keys:
            scope.spawn(f"terminate {key} and quit", self._terminate(key))
        self.refresh()

    async def _terminate(self, key: int) -> None:
        await self._services.sessions.command([key], CommandVerb.TERMINATE)
        self._returned.add(key)
        if self._mode is Mode.ENDING:
            self.refresh()

    def _set_mode(self, mode: Mode) -> None:
        was, self._mode = self._mode, mode
        if was is Mode.DONE and mode is not Mode.DONE:
            self.waiting_changed.emit("")
        if (was is Mode.ASKING) is not (mode is Mode.ASKING):
            self.leaving.emit(mode is not Mode.ASKING)

    def _leave_for_good(self) -> None:
        if self._mode is Mode.DONE:
            self.waiting_changed.emit("")
        if self._mode is Mode.ASKING:
            self.leaving.emit(True)

    def _left(self, sessions: list[Session]) -> list[Session]:
        """Return the sessions that are to end and have not."""
        return [s for s in sessions if s.key in self._to_end and not s.is_ended]

    def _has_failed(self, session: Session) -> bool:
        """Return whether a session's Terminate came back and does not wait for another try."""
        return (
            session.key in self._returned and self._services.sessions.pending(session.key) is None
        )

    def _is_stuck(self, session: Session) -> bool:
        return is_stuck(self._services.sessions.pending(session.key))

    def _follow(self) -> None:
        if self._answer is not None:
            self.refresh()

    def _choose(self, choice: QuitChoice) -> None:
        self._settle(choice)
        self.accept()

    def _closed(self) -> None:
        """Treat closing the window as Cancel, unless the wait for tasks was chosen before."""
        if self._mode is not Mode.DONE:
            self._settle(QuitChoice.CANCEL)

    def _settle(self, choice: QuitChoice) -> None:
        answer, self._answer = self._answer, None
        if choice is QuitChoice.CANCEL:
            self._set_mode(Mode.ASKING)
        else:  # no queued task may start at the very end
            self._leave_for_good()
        self._to_end.clear()
        self._returned.clear()
        self._second.stop()
        if answer is not None and not answer.done():
            answer.set_result(choice)


def _name(button: QPushButton, text: str) -> None:
    button.setText(text)
    button.setAccessibleName(text)


class QuitWait(Struct, frozen=True):
    """What "Quit when they are done" waits for: tasks, and sessions that are being terminated."""

    tasks: int = 0
    terminates: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to wait for."""
        return not self.tasks and not self.terminates


def open_sessions(sessions: Sessions) -> list[Session]:
    """Return the sessions that are or may be open, or whose Terminate is still on its way."""
    found = (sessions.session(key) for key in sessions.session_keys())
    return [
        session
        for session in found
        if session is not None and (counts_at_quit(session) or _ends(sessions.pending(session.key)))
    ]


def current_tasks(sessions: Sessions, records: Iterable[Session]) -> dict[int, Task]:
    """Return the sessions' current tasks by session key."""
    pairs = ((session.key, sessions.current_task(session)) for session in records)
    return {key: task for key, task in pairs if task is not None}


def waited_for(sessions: Sessions) -> QuitWait:
    """Count tasks that work, ask, or are unconfirmed but named, and Terminates that can be sent.

    What waits for the person (a pause, a missing key) or for a connection is not counted: the wait
    could last for ever.
    """
    records = open_sessions(sessions)
    tasks = current_tasks(sessions, records)
    works = [s for s in records if s.key in tasks and _works(s, tasks[s.key])]
    ends = [s for s in records if _is_being_ended(s, tasks.get(s.key), sessions.pending(s.key))]
    return QuitWait(len([s for s in works if s not in ends]), len(ends))


def is_stuck(pending: PendingCommand | None) -> bool:
    """Return whether a Terminate waits for what may not come, or did not get through before."""
    return pending is not None and (pending.why in _STUCK or pending.attempt > 0)


def waits_for_key(pending: PendingCommand | None) -> bool:
    """Return whether a Terminate cannot be sent because the key is missing."""
    return pending is not None and pending.why is WaitReason.KEY


def _is_hopeless(pending: PendingCommand) -> bool:
    return pending.why in _STUCK or pending.attempt >= HOPELESS


def _works(session: Session, task: Task) -> bool:
    named = task.status is TaskStatus.UNCONFIRMED and task.service_id is not None
    return counts_at_quit(session) and (task.status in _WORKS or named)


def _is_being_ended(session: Session, task: Task | None, pending: PendingCommand | None) -> bool:
    if pending is not None and _ends(pending):
        return not _is_hopeless(pending)
    # A task failed in a session that was to close after it: the program terminates it in a moment.
    failed = task is not None and task.status in _TO_BE_CLOSED
    return session.close_after and session.phase is Phase.OPEN and failed


def _ends(pending: PendingCommand | None) -> bool:
    return pending is not None and pending.verb is CommandVerb.TERMINATE
