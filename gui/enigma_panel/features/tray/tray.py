"""The icon in the tray and its menu. Made only where the desktop has a tray."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from enigma_panel.features.tray.icon import tray_icon
from enigma_panel.features.tray.text import TrayState, hidden_text, question_entry, tray_tip
from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyState, OpenQuestion, ServiceStatus
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.debounce import Debounce

tr = Translations("Tray")

MOST_ENTRIES = 20
MOST_HINTS = 3
"""How often the program says that closing hides the window."""
_BAD_KEYS = frozenset({KeyState.LOCKED, KeyState.DENIED, KeyState.FAILED})


class Tray(QObject):
    """Shows what the program does, and leads to it.

    bring_to_front: shows the window before all others. icon: where it is shown.
    """

    def __init__(
        self,
        services: Services,
        window: MainWindow,
        *,
        bring_to_front: Callable[[], None],
        icon: QSystemTrayIcon | None = None,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._bring_to_front = bring_to_front
        self.icon = icon or QSystemTrayIcon(self)
        self.state: TrayState | None = None
        self.menu = QMenu()
        self._questions = QMenu(tr("Open questions"), self.menu)
        self._sessions = QMenu(tr("Running sessions"), self.menu)
        self._refresh_debounce = Debounce(self, self.refresh)
        self._build()
        self._connect()
        self.refresh()
        self.icon.show()

    # -- for the window ------------------------------------------------------------------------

    def hides_window(self) -> bool:
        """Whether closing the window hides it: while something is open, or waits."""
        if not self._services.settings.value.keep_in_tray:
            return False
        services = self._services
        return bool(self._running() or services.queue.entries() or services.inbox.questions())

    def note_hidden(self) -> None:
        """The window has hidden; that is said at first."""
        told = self._services.settings.value.tray_told
        if told < MOST_HINTS:
            self._services.settings.change(tray_told=told + 1)
            text = hidden_text(is_open=bool(self._running()))
            self.icon.showMessage(tr("Enigma Control Panel"), text, self.icon.icon())

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        menu = self.menu
        menu.addMenu(self._questions)
        menu.addMenu(self._sessions)
        menu.addSeparator()
        menu.addAction(tr("New task"), self._new_task)
        menu.addAction(self._window.main_menu.quiet)
        menu.addSeparator()
        menu.addAction(tr("Show window"), self._bring_to_front)
        menu.addAction(tr("Quit"), self._quit)
        self.icon.setContextMenu(menu)

    def _connect(self) -> None:
        services = self._services
        self.menu.aboutToShow.connect(self.refresh)
        self.icon.activated.connect(self._on_activated)
        for changed in (
            services.sessions.changed,
            services.inbox.changed,
            services.urgency.changed,
            services.health.changed,
            services.account.changed,
        ):
            changed.connect(self._refresh_debounce.trigger)

    # -- what is shown -------------------------------------------------------------------------

    def refresh(self) -> None:
        running, asking = self._running(), self._services.inbox.questions()
        state = self._find_state(running, asking)
        if state is not self.state:
            self.state = state
            self.icon.setIcon(tray_icon(state))
        self.icon.setToolTip(tray_tip(state, running=len(running), asking=len(asking)))
        self._fill(
            self._questions,
            [(self._entry(one), partial(self._answer, one.task_key)) for one in asking],
        )
        self._fill(
            self._sessions, [(self._name(key), partial(self._show_session, key)) for key in running]
        )

    def _fill(self, menu: QMenu, entries: list[tuple[str, Callable[[], None]]]) -> None:
        menu.clear()
        for text, act in entries[:MOST_ENTRIES]:
            menu.addAction(text.replace("&", "&&"), act)
        menu.menuAction().setEnabled(bool(entries))

    def _find_state(self, running: Sequence[int], asking: Sequence[OpenQuestion]) -> TrayState:
        if asking:
            return TrayState.ASKING
        services = self._services
        is_cut_off = services.health.status is ServiceStatus.UNREACHABLE
        if is_cut_off or services.account.state in _BAD_KEYS or services.writer.is_failing:
            return TrayState.TROUBLE
        return TrayState.RUNNING if running else TrayState.IDLE

    def _running(self) -> list[int]:
        sessions = self._services.sessions
        found = [(key, sessions.session(key)) for key in sessions.session_keys()]
        return [key for key, one in found if one is not None and one.occupies_slot]

    def _entry(self, question: OpenQuestion) -> str:
        name = self._name(question.session_key)
        return question_entry(question, name, self._services.clock.now_ms())

    def _name(self, session_key: int) -> str:
        session = self._services.sessions.session(session_key)
        return session.name if session is not None else ""

    # -- what is clicked -----------------------------------------------------------------------

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._bring_to_front()

    def _answer(self, task_key: int) -> None:
        self._bring_to_front()
        self._window.dialogs.open_question(task_key)

    def _show_session(self, key: int) -> None:
        self._bring_to_front()
        self._window.show_session(key)

    def _new_task(self) -> None:
        self._bring_to_front()
        self._window.new_task.trigger()

    def _quit(self) -> None:
        """Quit; it may have to ask, in front of the window."""
        self._bring_to_front()
        self._window.leave.trigger()
