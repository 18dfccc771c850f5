"""What needs a look until it is over or dismissed, and what is said once."""

from collections.abc import Callable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import (
    LedgerError,
    NoticeKind,
    PauseReason,
    Problem,
    Recovered,
    ServiceNotice,
    SettingsError,
)
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.notices.from_before import BEFORE_TOPIC, FromBefore
from enigma_panel.ui.notices.kinds import is_over, notice_of
from enigma_panel.ui.notices.queue import CAP_TOPIC, QUEUE_TOPIC, at_cap, concerned, queue_notice
from enigma_panel.ui.text.problems import (
    KEY_TOPIC,
    REFUSED_TOPIC,
    Notice,
    NoticeAction,
    bad_rows_text,
    key_text,
    problem_text,
)
from enigma_panel.ui.text.waiting import QueueAction

tr = Translations("Notices")

QUIET_MS = 10_000
"""How long after a toast others of its kind come without one."""
QUIT_TOPIC, SETTINGS_TOPIC = "quit", "settings"
_WITHOUT_TOAST = frozenset({QUIT_TOPIC, QUEUE_TOPIC, CAP_TOPIC, KEY_TOPIC})
"""Topics without a toast: the top bar or a dialog says it."""
ONCE = frozenset({NoticeAction.START_AGAIN, NoticeAction.ASK_RESULT, NoticeAction.TERMINATE})
"""Actions that cost money or end something: their notice offers them no more."""


class Entry(Struct, frozen=True):
    """A notice and when it came."""

    notice: Notice
    since_ms: int


class NoticeList(QObject):
    """Follows the services, keeps what needs a look, and does what is chosen.

    No action removes its notice: that leaves when its cause is gone, or it is dismissed.
    changed: one came, went or says something else. came: a notice to be said at once, too.
    copy_wanted: restart with the ledger's copy. quit_cancelled: do not end when the tasks are done.
    diagnostics_wanted: copy what a bug report needs. costs_wanted: open *Costs*.
    show_task, show_session: make it, or several sessions, the subject.
    """

    changed = Signal()
    came = Signal(object)
    copy_wanted = Signal()
    quit_cancelled = Signal()
    diagnostics_wanted = Signal()
    costs_wanted = Signal()

    def __init__(
        self,
        services: Services,
        app_actions: Actions,
        show_task: Callable[[int | None], None],
        show_session: Callable[..., None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._app_actions = app_actions
        self._show_task, self._show_session = show_task, show_session
        self._entries: dict[str, Entry] = {}
        self._toast_ms: dict[str, int] = {}
        self._before: FromBefore | None = None
        self._quit = ""
        self._unconfirmed: dict[int, ServiceNotice] = {}
        self._connect()
        self.refresh()

    # -- reading -----------------------------------------------------------------------------

    def notices(self) -> list[Notice]:
        """Return all that need a look, the latest first."""
        return [entry.notice for entry in reversed(self._entries.values())]

    def since_ms(self, notice: Notice) -> int:
        return self._entries[notice.id].since_ms

    def need(self) -> Notice | None:
        """Return what keeps tasks from being started until the person decides."""
        found = self._entries.get(QUIT_TOPIC)
        if found is None and self._services.queue.pause_reason is not PauseReason.NONE:
            found = self._entries.get(QUEUE_TOPIC, self._entries.get(CAP_TOPIC))
        return found.notice if found is not None else None

    # -- for the program ---------------------------------------------------------------------

    def add(self, notice: Notice) -> None:
        """Add a notice, in the place of the one with its topic; one that needs no look is said."""
        was_there = self._entries.pop(notice.id, None) is not None
        if notice.needs_look:
            self._entries[notice.id] = Entry(notice, self._services.clock.now_ms())
            self.changed.emit()
        if not was_there:
            self._tell(notice)

    def drop(self, topic: str) -> None:
        """Remove the notice with that topic: it is no longer true."""
        if self._entries.pop(topic, None) is not None:
            self.changed.emit()

    def show(self, report: ServiceNotice) -> None:
        if report.kind is NoticeKind.START_UNCONFIRMED and report.session_key is not None:
            self._unconfirmed[report.session_key] = report
        self.add(notice_of(report, self._services))

    def show_problem(self, problem: Problem) -> None:
        """Show that a file of ours could not be used."""
        self.add(problem_text(problem, self._services.clock.now_ms()))

    def show_recovered(self, recovered: Recovered) -> None:
        """Show what an earlier run left open, and how many rows of the ledger make no sense."""
        if recovered.bad_rows:
            self.add(bad_rows_text(recovered.bad_rows))
        self._before = FromBefore(self._services, recovered)
        self.refresh()

    def show_ledger(self, error: LedgerError) -> None:
        """Show that the ledger could not be read: there may be more than is shown."""
        title = tr("The history can't be read: {reason}.", reason=error.reason)
        text = tr("Sessions that still cost money may be missing here.")
        self.add(Notice(title=title, text=text))

    def show_unexpected(self) -> None:
        """Show that an unexpected error was logged."""
        self.add(
            Notice(
                title=tr("Something went wrong in this program."),
                text=tr("It carries on, but may not show everything."),
                actions=(NoticeAction.COPY_DIAGNOSTICS,),
                topic="unexpected",
            )
        )

    def ledger_recovered(self) -> None:
        """Note that all that was kept in memory has been written."""
        self.drop(NoticeKind.LEDGER_FAILED.value)

    def show_quit(self, text: str) -> None:
        """Show that the program ends by itself later; an empty text: it no longer does."""
        self._quit = text
        self.refresh()

    def refresh(self) -> None:
        """Follow what is true; called once a second, too."""
        before = list(self._entries.values())
        for topic, notice in self._standing().items():
            self._keep(topic, notice)
        for topic, entry in list(self._entries.items()):
            if entry.notice.about is not None and is_over(entry.notice.about, self._services):
                del self._entries[topic]
        if list(self._entries.values()) != before:
            self.changed.emit()

    # -- for the person ----------------------------------------------------------------------

    def dismiss(self, notice: Notice) -> None:
        """Remove a notice that the person has read."""
        if notice.topic == BEFORE_TOPIC:
            self._before = None
        self.drop(notice.id)

    def choose(self, notice: Notice, action: NoticeAction) -> None:
        """Take an action of a notice, unless it needed a look and is over meanwhile."""
        entry = self._entries.get(notice.id)
        if notice.needs_look and (entry is None or action not in entry.notice.actions):
            return
        if entry is not None and action in ONCE:
            left = tuple(other for other in entry.notice.actions if other is not action)
            self._entries[notice.id] = Entry(replace(entry.notice, actions=left), entry.since_ms)
            self.changed.emit()
        self._do(action, notice)

    # -- inside ------------------------------------------------------------------------------

    def _connect(self) -> None:
        services, app_actions = self._services, self._app_actions
        services.sessions.said.connect(self.show)
        for service in (services.sessions, services.health, services.account):
            service.changed.connect(self.refresh)
        services.settings.failed.connect(self._show_settings_error)
        services.settings.changed.connect(self._drop_settings_error)
        app_actions.awaited_again.connect(self._show_unconfirmed)

    def _standing(self) -> dict[str, Notice | None]:
        """Return what is read off the services, by its topic."""
        key, queue = key_text(self._services.account), queue_notice(self._services)
        if queue is not None and self._services.queue.pause_reason is PauseReason.KEY:
            key = None  # the queue says it
        quits = Notice(
            title=self._quit, topic=QUIT_TOPIC, actions=(NoticeAction.CANCEL_QUIT,), stays=True
        )
        return {
            BEFORE_TOPIC: self._before.notice() if self._before is not None else None,
            KEY_TOPIC: key if key is not None and key.topic == KEY_TOPIC else None,
            REFUSED_TOPIC: key if key is not None and key.topic == REFUSED_TOPIC else None,
            CAP_TOPIC: at_cap(self._services),
            QUEUE_TOPIC: queue,
            QUIT_TOPIC: quits if self._quit else None,
        }

    def _keep(self, topic: str, notice: Notice | None) -> None:
        """Keep a notice in its place as long as it is true."""
        entry = self._entries.get(topic)
        if notice is None:
            self._entries.pop(topic, None)
        elif entry is not None:
            self._entries[topic] = Entry(notice, entry.since_ms)
        else:
            self._entries[topic] = Entry(notice, self._services.clock.now_ms())
            self._tell(notice)

    def _tell(self, notice: Notice) -> None:
        """Show a toast of a notice; of many alike, of the first alone."""
        if notice.topic in _WITHOUT_TOAST:
            return
        kind = notice.about.kind.value if notice.about is not None else notice.id
        now, toast_ms = self._services.clock.now_ms(), self._toast_ms.get(kind)
        if toast_ms is None or now - toast_ms >= QUIET_MS:
            self._toast_ms[kind] = now
            self.came.emit(notice)

    def _show_unconfirmed(self, session_key: int) -> None:
        """Show the notice of an unconfirmed start again, since its dismissal was undone."""
        report = self._unconfirmed.get(session_key)
        if report is not None and not is_over(report, self._services):
            self.show(report)

    def _show_settings_error(self, error: SettingsError) -> None:
        title = tr("The settings can't be saved: {reason}.", reason=error.reason)
        self.add(Notice(title=title, topic=SETTINGS_TOPIC))

    def _drop_settings_error(self) -> None:
        self.drop(SETTINGS_TOPIC)

    def _do(self, action: NoticeAction, notice: Notice) -> None:
        app_actions, queue = self._app_actions, self._services.queue
        match action:
            case NoticeAction.ENTER_KEY:
                app_actions.dialogs.open_key()
            case NoticeAction.SETTINGS:
                app_actions.dialogs.open_settings()
            case NoticeAction.USE_COPY:
                self.copy_wanted.emit()
            case NoticeAction.CANCEL_QUIT:
                self.quit_cancelled.emit()
            case NoticeAction.COPY_DIAGNOSTICS:
                self.diagnostics_wanted.emit()
            case NoticeAction.GO_ON:
                queue.go_on()
            case NoticeAction.TRY_NOW:
                queue.try_now()
            case NoticeAction.FUNDS_ADDED:
                queue.funds_added()
            case NoticeAction.COSTS | NoticeAction.RAISE_CAP | NoticeAction.TERMINATE_RUNNING:
                self._do_at_cap(action, notice.amount)
            case NoticeAction.ADD_FUNDS:
                app_actions.open_account_page()
            case NoticeAction.REMOVE_ALL:
                app_actions.queued(concerned(queue), QueueAction.REMOVE)
            case _:
                self._do_for_rows(action, notice)

    def _do_at_cap(self, action: NoticeAction, amount: str) -> None:
        caps, cap = self._services.caps, self._services.settings.value.cap_per_day
        if action is NoticeAction.TERMINATE_RUNNING:
            caps.terminate_running()
        elif action is NoticeAction.RAISE_CAP and cap and (raised := caps.raise_day()):
            text = tr("The daily cap is {amount} now.", amount=amount)
            self._app_actions.undoable_done.emit(text, partial(caps.lower_again, cap, raised))
        else:  # also where that is not enough since a moment ago
            self.costs_wanted.emit()

    def _do_for_rows(self, action: NoticeAction, notice: Notice) -> None:
        if notice.sessions and action is NoticeAction.TERMINATE:
            self._app_actions.command(notice.sessions, CommandVerb.TERMINATE)
        elif notice.sessions:
            self._show_session(*notice.sessions)
        elif notice.about is not None:
            self._do_for_report(action, notice.about)

    def _do_for_report(self, action: NoticeAction, report: ServiceNotice) -> None:
        key, task_key = report.session_key, report.task_key
        found = self._services.sessions.task(task_key) if task_key is not None else None
        match action:
            case NoticeAction.SHOW_TASK:
                self._show_task(task_key)
            case NoticeAction.SHOW_SESSION if key is not None:
                self._show_session(key)
            case _:
                self._app_actions.take_way_out(action, key, found)
