"""The icon in the tray and its menu. Made only where the desktop has a tray."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from enigma_panel.features.tray.icon import tray_icon
from enigma_panel.features.tray.settings import TraySettings
from enigma_panel.features.tray.text import TrayState, hidden_text, tray_tip
from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyState, ServiceStatus
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.sums import today_text
from enigma_panel.ui.widgets.debounce import Debounce

tr = Translations("Tray")

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
        self._refresh_debounce = Debounce(self, self.refresh)
        self._build()
        self._connect()
        self.refresh()
        self.icon.show()

    # -- for the window ------------------------------------------------------------------------

    def hides_window(self) -> bool:
        """Whether closing the window hides it: while something is open, or waits."""
        if not self._services.settings.section(TraySettings).keep_in_tray:
            return False
        services = self._services
        return bool(self._running() or services.queue.entries() or services.inbox.questions())

    def note_hidden(self) -> None:
        """The window has hidden; that is said at first."""
        settings = self._services.settings
        told = settings.section(TraySettings).tray_told
        if told < MOST_HINTS:
            settings.change_section(TraySettings, tray_told=told + 1)
            text = hidden_text(is_open=bool(self._running()))
            self.icon.showMessage(tr("Enigma Control Panel"), text, self.icon.icon())

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        menu = self.menu
        menu.addAction(tr("New task"), self._new_task)
        menu.addAction(self._window.main_menu.quiet)
        menu.addSeparator()
        menu.addAction(tr("Show window"), self._bring_to_front)
        menu.addAction(tr("Quit"), self._quit)
        self.icon.setContextMenu(menu)

    def _connect(self) -> None:
        services = self._services
        self.icon.activated.connect(self._on_activated)
        for changed in (
            services.sessions.changed,
            services.inbox.changed,
            services.health.changed,
            services.account.changed,
            services.task_search.counted,
        ):
            changed.connect(self._refresh_debounce.trigger)

    # -- what is shown -------------------------------------------------------------------------

    def refresh(self) -> None:
        running, asking = self._running(), len(self._services.inbox.questions())
        state = self._find_state(running, asking)
        if state is not self.state:
            self.state = state
            self.icon.setIcon(tray_icon(state))
        search, each = self._services.task_search, self._services.spending.price()
        day = search.figures.day if search.problem is None else None
        today = today_text(day, each) if day is not None else ""
        self.icon.setToolTip(tray_tip(state, running=running, asking=asking, today=today))

    def _find_state(self, running: int, asking: int) -> TrayState:
        if asking:
            return TrayState.ASKING
        services = self._services
        is_cut_off = services.health.status is ServiceStatus.UNREACHABLE
        if is_cut_off or services.account.state in _BAD_KEYS or services.writer.is_failing:
            return TrayState.TROUBLE
        return TrayState.RUNNING if running else TrayState.IDLE

    def _running(self) -> int:
        sessions = self._services.sessions
        found = map(sessions.session, sessions.session_keys())
        return sum(one is not None and one.occupies_slot for one in found)

    # -- what is clicked -----------------------------------------------------------------------

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._bring_to_front()

    def _new_task(self) -> None:
        self._bring_to_front()
        self._window.new_task.trigger()

    def _quit(self) -> None:
        """Quit; it may have to ask, in front of the window."""
        self._bring_to_front()
        self._window.leave.trigger()
