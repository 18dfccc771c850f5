"""The sheet Quit: what becomes of each session, and three choices, if anything is open."""

import asyncio
from enum import StrEnum

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.quitting import QuitOutcome, QuitPlan, quit_plan
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.quit.text import (
    at_quit_line,
    failed_text,
    open_text,
    quit_losses,
    quit_notes,
    terminate_text,
    waiting_text,
)
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import NoticeLabel
from enigma_panel.ui.widgets.confirm_sheet import ConfirmSheet

tr = Translations("Quit")


class QuitChoice(StrEnum):
    """What the person wants; all but CANCEL end the program."""

    TERMINATE_ALL = "terminate_all"
    WHEN_DONE = "when_done"
    LEAVE_RUNNING = "leave_running"
    CANCEL = "cancel"


class QuitDialog(ConfirmSheet):
    """The sheet; `choice` awaits what is chosen, and closing it means Cancel.

    Terminate all keeps it open until all have ended. Quit when they are done closes it and goes on
    waiting: `waiting_changed` brings the text for that, an empty one when the wait is over.
    leaving: the program is about to end (or no longer), so no queued task is to be started.
    """

    help_page = "trouble"
    waiting_changed = Signal(str)
    leaving = Signal(bool)

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        others = tr("Leave them running"), tr("Quit when they are done")
        super().__init__(tr("Quit"), parent, others=others, width=720)
        self._services = services
        self._answer: asyncio.Future[QuitChoice] | None = None
        self._awaited: QuitChoice | None = None  # what ends the program once it is reached
        self._under_way: set[int] = set()
        self._second = QTimer(self, interval=1000)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.leave_button, self.done_button = self.other_buttons
        self.waiting = NoticeLabel()
        self.column.addWidget(self.waiting)
        show_words(self.verb_button, tr("Terminate all and quit"))
        self.verb_button.setToolTip(tr("Quits once these sessions have ended."))
        self.done_button.setToolTip(tr("You can use the window, and answer, until then."))
        for button in (self.verb_button, *self.other_buttons):  # fewer words move none of them
            button.ensurePolished()
            button.setMinimumWidth(button.sizeHint().width())

    def _connect(self) -> None:
        self.leave_button.clicked.connect(lambda: self._choose(QuitChoice.LEAVE_RUNNING))
        self.done_button.clicked.connect(self._wait_until_done)
        self.rejected.connect(self._closed)
        self._second.timeout.connect(self.refresh)
        self._services.sessions.changed.connect(self._follow)

    async def choice(self) -> QuitChoice:
        """Ask and await the choice; whoever asks while it is open gets the same answer."""
        if self._answer is None:
            self._awaited = None
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

    def make_way(self) -> None:
        """Close for a question: where a choice was made it holds, and the window says so."""
        if self._awaited is None:
            self.reject()
        else:
            self.hide()
            self.refresh()

    # -- showing -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show how things stand now, and choose when there is nothing left to wait for."""
        plan, now = quit_plan(self._services), self._services.clock.now_ms()
        if self._awaited is not None and self._is_reached(plan):
            self._choose(self._awaited)
            return
        n = len(plan.sessions)
        stays = any(one.outcome is not QuitOutcome.ENDS for one in plan.sessions)
        leaving = tr.plural("If you leave it running:", "If you leave them running:", n)
        words = leaving if stays else tr("If you quit now:")
        left = [one for one in plan.to_end if one.outcome is not QuitOutcome.ENDS]
        left = [one for one in left if one.session.key not in self._under_way]
        self._show_waiting(plan, [one.session.name for one in left])
        self.verb_button.setVisible(bool(plan.to_end))
        self.done_button.setVisible(self._awaited is None and bool(plan.waited_for))
        leave = tr.plural("Leave it running", "Leave them running", n)
        show_words(self.leave_button, leave if stays else tr("Quit now"))
        waited = len(plan.waited_for)
        show_words(
            self.done_button, tr.plural("Quit when it is done", "Quit when they are done", waited)
        )
        self.say(
            f"{open_text(plan)} {words}" if n else tr("No session is open."),
            terminate_text(plan),
            [at_quit_line(one, now) for one in plan.sessions],
            can=bool(left),
            warning="\n".join(quit_losses(plan)),
            notes="\n".join(quit_notes(plan)),
        )

    def _is_reached(self, plan: QuitPlan) -> bool:
        is_end = self._awaited is QuitChoice.TERMINATE_ALL
        left = plan.to_end if is_end else plan.waited_for
        return not left and not self._services.writer.is_behind

    def _show_waiting(self, plan: QuitPlan, left: list[str]) -> None:
        """Show what is waited for, in the window too where the sheet is closed meanwhile.

        left: the sessions to which no Terminate is on its way; after Terminate all they failed.
        """
        text, role = "", "dim"
        if self._awaited is QuitChoice.WHEN_DONE:
            ends = sum(one.outcome is QuitOutcome.ENDS for one in plan.waited_for)
            text = waiting_text(len(plan.waited_for) - ends, ends)
            self.waiting_changed.emit(text)
        elif self._awaited is not None:
            text = failed_text(left) if left else waiting_text(0, len(plan.to_end))
            role = "notice" if left else "dim"
            if not self.isVisible():
                self.waiting_changed.emit(text)
        if text != self.waiting.text():
            self.waiting.show_text(text, role)

    # -- what is chosen ----------------------------------------------------------------------

    def _wait_until_done(self) -> None:
        self._await(QuitChoice.WHEN_DONE)
        self.refresh()
        self.accept()

    def confirm(self) -> None:
        """Terminate all sessions, or try again; a command on its way is not given twice."""
        self._await(QuitChoice.TERMINATE_ALL)
        self._services.queue.park()  # also where the quit is cancelled
        for key in self._services.sessions.terminable_keys():
            self._under_way.add(key)
            self._services.scope.spawn(f"terminate {key} and quit", self._terminate(key))
        self.refresh()

    async def _terminate(self, key: int) -> None:
        try:
            await self._services.sessions.command([key], CommandVerb.TERMINATE)
        finally:
            self._under_way.discard(key)
        self._follow()

    def _await(self, choice: QuitChoice | None) -> None:
        was, self._awaited = self._awaited, choice
        if was is not None:
            self.waiting_changed.emit("")
        if (was is None) is not (choice is None):
            self.leaving.emit(choice is not None)

    def _follow(self) -> None:
        if self._answer is not None:
            self.refresh()

    def _choose(self, choice: QuitChoice) -> None:
        self._settle(choice)
        self.accept()

    def _closed(self) -> None:
        """Treat closing the sheet as Cancel, unless the wait for tasks was chosen before."""
        if self._awaited is not QuitChoice.WHEN_DONE:
            self._settle(QuitChoice.CANCEL)

    def _settle(self, choice: QuitChoice) -> None:
        answer, self._answer = self._answer, None
        self._second.stop()
        self._await(None if choice is QuitChoice.CANCEL else choice)
        if answer is not None and not answer.done():
            answer.set_result(choice)
