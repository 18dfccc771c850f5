"""Decides which notices are shown, and does what the person chooses on one."""

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.types import (
    KeyCheck,
    KeyState,
    LedgerError,
    NoticeKind,
    Problem,
    Recovered,
    ServiceNotice,
    SettingsError,
)
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.notices.expiry import is_over
from enigma_panel.ui.notices.from_before import BEFORE_TOPIC, FromBefore
from enigma_panel.ui.notices.notice_list import NoticeList
from enigma_panel.ui.notices.text import notice_text
from enigma_panel.ui.text.problems import (
    Notice,
    NoticeAction,
    NoticeRank,
    bad_rows_text,
    key_text,
    ledger_text,
    problem_text,
    unexpected_text,
)

if TYPE_CHECKING:
    from enigma_panel.ui.notices.dialog import NoticesDialog

tr = Translations("Main window")

STAYING = frozenset({NoticeAction.ENTER_KEY, NoticeAction.ACCOUNT_PAGE, NoticeAction.SHOW_SESSION})
"""Actions that settle nothing: their notice stays until its cause is gone."""
ONCE = frozenset({NoticeAction.START_AGAIN, NoticeAction.ASK_RESULT, NoticeAction.TERMINATE})
"""Actions that settle nothing and cost money: their notice stays, and offers them no more."""

QUIT_TOPIC = "quit"


class NoticeController(QObject):
    """Listens to the services and does what a notice offered.

    copy_wanted: restart with the ledger's copy. quit_cancelled: do not end when the tasks are done.
    diagnostics_wanted: copy what a bug report needs.
    """

    copy_wanted = Signal()
    quit_cancelled = Signal()
    diagnostics_wanted = Signal()

    def __init__(
        self,
        services: Services,
        app_actions: Actions,
        selection: Selection,
        notices: NoticeList,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._services = services
        self._app_actions = app_actions
        self._selection = selection
        self._notices = notices
        self._key: Notice | None = None
        self._before: FromBefore | None = None
        self._unconfirmed: dict[int, ServiceNotice] = {}
        self._connect()
        self._show_key()

    # -- for the program ---------------------------------------------------------------------

    def show(self, notice: ServiceNotice) -> None:
        """Show what a service has to say."""
        if notice.kind is NoticeKind.START_UNCONFIRMED and notice.session_key is not None:
            self._unconfirmed[notice.session_key] = notice
        self._notices.add(notice_text(notice, self._services))

    def show_problem(self, problem: Problem) -> None:
        """Show that a file of ours could not be used."""
        self._notices.add(problem_text(problem, self._services.clock.now_ms()))

    def show_recovered(self, recovered: Recovered) -> None:
        """Show what an earlier run left open, and how many rows of the ledger make no sense."""
        if recovered.bad_rows:
            self._notices.add(bad_rows_text(recovered.bad_rows))
        self._before = FromBefore(self._services, recovered)
        self.follow_before()

    def follow_before(self) -> None:
        """Show what became of what was open before; called once a second, too."""
        if self._before is None:
            return
        notice = self._before.notice()
        if notice is None:
            self._before = None
            self._notices.drop_where(lambda old: old.topic == BEFORE_TOPIC)
        elif notice not in self._notices.notices():
            self._notices.add(notice)

    def show_ledger(self, error: LedgerError) -> None:
        """Show that the ledger could not be read: there may be more than is shown."""
        self._notices.add(ledger_text(error))

    def show_unexpected(self) -> None:
        """Show that an unexpected error was logged."""
        self._notices.add(unexpected_text())

    def ledger_recovered(self) -> None:
        """Remove the notice about the ledger: all that was kept in memory has been written."""
        self._notices.drop_where(lambda notice: notice.topic == NoticeKind.LEDGER_FAILED.value)

    def show_quit(self, text: str) -> None:
        """Show that the program ends by itself later; an empty text: it no longer does."""
        if text:
            cancel = (NoticeAction.CANCEL_QUIT,)
            notice = Notice(text=text, actions=cancel, topic=QUIT_TOPIC, rank=NoticeRank.ENDING)
            self._notices.add(notice)
        else:
            self._notices.drop_where(lambda notice: notice.topic == QUIT_TOPIC)

    def refresh(self) -> None:
        """Remove notices that are no longer true; called once a second, too."""
        self._notices.drop_where(lambda notice: is_over(notice, self._services))
        self._notices.refresh()

    def show_all(self) -> None:
        """Show the list of all notices, also of those that have faded."""
        self._dialog.ask()

    @cached_property
    def _dialog(self) -> "NoticesDialog":
        from enigma_panel.ui.notices.dialog import NoticesDialog  # noqa: PLC0415 - small

        return NoticesDialog(self._notices, self._window)

    # -- inside ------------------------------------------------------------------------------

    def _connect(self) -> None:
        services = self._services
        services.sessions.said.connect(self.show)
        services.sessions.changed.connect(self.refresh)
        services.health.changed.connect(self.refresh)
        services.queue.changed.connect(self.refresh)
        services.account.changed.connect(self._show_key)
        services.settings.failed.connect(self._show_settings_error)
        services.settings.changed.connect(self._settings_saved)
        self._app_actions.trouble.connect(self._show_text)
        self._app_actions.awaited_again.connect(self._show_unconfirmed)
        self._notices.chosen.connect(self._choose)
        self._notices.dismissed.connect(self._dismissed)

    def _show_unconfirmed(self, session_key: int) -> None:
        """Show the notice of an unconfirmed start again, since its dismissal was undone."""
        if session_key in self._unconfirmed:
            self.show(self._unconfirmed[session_key])

    def _show_text(self, text: str) -> None:
        self._notices.add(Notice(text=text, rank=NoticeRank.GRAVE))

    def _show_settings_error(self, error: SettingsError) -> None:
        text = tr("The settings could not be saved: {reason}.", reason=error.reason)
        self._notices.add(Notice(text=text, rank=NoticeRank.GRAVE, topic="settings"))

    def _settings_saved(self) -> None:
        self._notices.drop_where(lambda notice: notice.topic == "settings")

    def _show_key(self) -> None:
        """Show one notice about the key, as long as it is true."""
        account = self._services.account
        notice = key_text(account.state)
        if account.state is KeyState.READY and account.last_check is KeyCheck.REFUSED:
            text = tr("The API key was refused. Enter another key.")
            notice = Notice(text=text, actions=(NoticeAction.ENTER_KEY,), rank=NoticeRank.GRAVE)
        if notice == self._key:
            return
        if self._key is not None:
            self._notices.drop(self._key)
        if notice is not None:
            self._notices.add(notice)
        self._key = notice

    def _dismissed(self, notice: Notice) -> None:
        """Follow a dismissal; that of the notice about the program's end cancels the end."""
        if notice.topic == QUIT_TOPIC:
            self.quit_cancelled.emit()
        elif notice.topic == BEFORE_TOPIC:
            self._before = None

    def _choose(self, notice: Notice, action: NoticeAction) -> None:
        if action in STAYING:
            self._notices.add(notice)
        elif action in ONCE:
            left = tuple(other for other in notice.actions if other is not action)
            self._notices.add(replace(notice, actions=left))
        match action:
            case NoticeAction.ENTER_KEY:
                self._app_actions.dialogs.open_key()
            case NoticeAction.USE_COPY:
                self.copy_wanted.emit()
            case NoticeAction.CANCEL_QUIT:
                self.quit_cancelled.emit()
            case NoticeAction.COPY_DIAGNOSTICS:
                self.diagnostics_wanted.emit()
            case NoticeAction.SHOW_TASK:
                self._selection.show_task(notice.task_key)
            case _:
                self._choose_for_session(notice, action)

    def _choose_for_session(self, notice: Notice, action: NoticeAction) -> None:
        sessions, key = self._services.sessions, notice.session_key
        task = sessions.task(notice.task_key) if notice.task_key is not None else None
        match action:
            case NoticeAction.SHOW_SESSION if key is not None:
                self._selection.show_session(key)
            case NoticeAction.EDIT_AND_RUN if task is not None:
                self._app_actions.edit_and_run(task)
            case _:
                self._app_actions.take_way_out(action, key, task)
