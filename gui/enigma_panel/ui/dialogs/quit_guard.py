"""'Quit': asked only while sessions are open or unconfirmed."""

import asyncio
from enum import StrEnum

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.records import Session, StateVerb, Task
from enigma_panel.services.bundle import Services
from enigma_panel.services.fleet import Fleet
from enigma_panel.ui.dialogs.base import ModelessDialog
from enigma_panel.ui.dialogs.fields import ReadingText
from enigma_panel.ui.dialogs.parts import NoticeLabel, in_card, make_button, make_label, set_role
from enigma_panel.ui.dialogs.quit_words import (
    QuitReport,
    counts_at_quit,
    quit_lines,
    session_line,
)
from enigma_panel.ui.status_words import duration
from enigma_panel.ui.words import tr

MOST_LINES = 10
LATE_MS = 20_000
"""The reply that names a task may come this much later than the service promises."""


class QuitChoice(StrEnum):
    """What the person wants."""

    TERMINATE_ALL = "terminate_all"
    LEAVE_RUNNING = "leave_running"
    CANCEL = "cancel"


def open_sessions(fleet: Fleet) -> list[Session]:
    """Sessions that are or may be open, or whose Terminate is still on its way."""
    found = [fleet.session(key) for key in fleet.session_keys()]
    return [
        session
        for session in found
        if session is not None
        and (counts_at_quit(session) or fleet.pending(session.key) is StateVerb.TERMINATE)
    ]


class QuitDialog(ModelessDialog):
    """The window; `choice` awaits what is chosen, and closing it means Cancel.

    Wait closes nothing: it keeps the program until every task has its name, then leaves the
    sessions running as "Leave them running" does.
    """

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        super().__init__(tr("Quit"), parent)
        self._services = services
        self._answer: asyncio.Future[QuitChoice] | None = None
        self._is_waiting = False
        self._build_parts()
        self._build_layout()
        self._connect()

    def _build_parts(self) -> None:
        self.words = make_label(wrap=True)
        self.list = ReadingText(MOST_LINES)
        set_role(self.list, "reading")
        self.card = in_card(self.list)
        self.list.setAccessibleName(tr("Open sessions"))
        self.waiting = NoticeLabel()
        self.terminate_button = make_button(tr("Terminate all and quit"), "danger")
        self.leave_button = make_button(tr("Leave them running"))
        self.cancel_button = make_button(tr("Cancel"))
        self.wait_button = make_button(tr("Wait"), "primary")
        self._second = QTimer(self, interval=1000)

    def _build_layout(self) -> None:
        for widget in (self.words, self.card, self.waiting):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.add_buttons(
            self.terminate_button, None, self.cancel_button, self.leave_button, self.wait_button
        )
        self.setMinimumWidth(600)

    def _connect(self) -> None:
        self.terminate_button.clicked.connect(lambda: self._choose(QuitChoice.TERMINATE_ALL))
        self.leave_button.clicked.connect(lambda: self._choose(QuitChoice.LEAVE_RUNNING))
        self.wait_button.clicked.connect(self._wait)
        self.cancel_button.clicked.connect(self.reject)
        self.rejected.connect(lambda: self._settle(QuitChoice.CANCEL))
        self._second.timeout.connect(self.refresh)
        self._services.fleet.changed.connect(self._on_fleet)

    async def choice(self) -> QuitChoice:
        """Ask and await the choice; whoever asks while it is open gets the same answer."""
        if self._answer is None:
            self._answer = asyncio.get_running_loop().create_future()
        answer = self._answer
        self.refresh()
        self.present(self.cancel_button)
        return await asyncio.shield(answer)

    def refresh(self) -> None:
        """Say how things stand now; ends the waiting when there is nothing to wait for."""
        now, fleet = self._services.clock.now_ms(), self._services.fleet
        sessions = open_sessions(fleet)
        tasks = _current_tasks(fleet, sessions)
        report = quit_lines(sessions, tasks, now)
        self.words.setText("\n".join(report.lines) or tr("All sessions have ended."))
        lines = [session_line(s, tasks.get(s.key), now) for s in sessions]
        if self.list.toPlainText() != "\n".join(lines):
            self.list.setPlainText("\n".join(lines))
            self.list.fit()
        self.card.setVisible(bool(lines))
        self._show_wait(report)
        if self._is_waiting and not report.unnamed:
            self._choose(QuitChoice.LEAVE_RUNNING)

    def _show_wait(self, report: QuitReport) -> None:
        if report.wait_ms < -LATE_MS:
            self._is_waiting = False  # the name did not come: the person decides
        self.wait_button.setVisible(report.wait_ms > 0 and not self._is_waiting)
        left = duration(report.wait_ms + 999)
        self.wait_button.setText(tr("Wait {time}", time=left))
        self.wait_button.setAccessibleName(tr("Wait"))
        words = tr("Quits by itself when every task is named, in {time} at the latest.", time=left)
        if self._is_waiting != self.waiting.isVisibleTo(self) or self._is_waiting:
            self.waiting.say(words if self._is_waiting else "")
            self.fit()

    def _wait(self) -> None:
        self._is_waiting = True
        self.refresh()

    def _on_fleet(self) -> None:
        if self.isVisible():
            self.refresh()

    def _choose(self, choice: QuitChoice) -> None:
        self._settle(choice)
        self.accept()

    def _settle(self, choice: QuitChoice) -> None:
        answer, self._answer = self._answer, None
        self._is_waiting = False
        if answer is not None and not answer.done():
            answer.set_result(choice)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()


def _current_tasks(fleet: Fleet, sessions: list[Session]) -> dict[int, Task]:
    pairs = ((session.key, fleet.current_task(session)) for session in sessions)
    return {key: task for key, task in pairs if task is not None}
