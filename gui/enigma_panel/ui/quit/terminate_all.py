"""The sheet Terminate all: names every session before it closes them."""

from collections.abc import Sequence

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.quitting import QuitOutcome, quit_plan
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.quit.text import at_terminate_line
from enigma_panel.ui.text.waiting import parked_text
from enigma_panel.ui.widgets.confirm_sheet import ConfirmSheet

tr = Translations("Quit")


class TerminateAllDialog(ConfirmSheet):
    """The sheet *Terminate all*.

    Where it was asked about all, nothing is started beside it: what was on its way is added, the
    queue is parked by the click, and unconfirmed starts, which have no id yet, are listed, too. One
    whose end was assumed before, and which was chosen all the same, stays until that is proven.
    """

    help_page = "money"

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        super().__init__(tr("Terminate all"), parent, width=680)
        self._services = services
        self._keys: tuple[int, ...] = ()
        self._over: set[int] = set()
        self._is_all = False
        services.sessions.changed.connect(self._follow_sessions)

    def ask(self, session_keys: Sequence[int]) -> None:
        self._keys = tuple(session_keys)
        able = set(self._services.sessions.terminable_keys())
        self._over = set(session_keys) - able
        self._is_all = set(session_keys) == able
        self._hold()
        self.present(self.cancel_button)

    def _hold(self) -> None:
        self._services.queue.set_held(self._is_all)
        self._show_sessions()

    def _show_sessions(self) -> None:
        """Show the sessions; those that ended meanwhile leave the list."""
        sessions = self._services.sessions
        if self._is_all:
            self._keys = tuple(sessions.terminable_keys())
        is_open = self._over.union(sessions.terminable_keys()).__contains__
        able = (key for key in self._keys if sessions.can(key, CommandVerb.TERMINATE))
        self._keys = tuple(filter(is_open, able))
        n = len(self._keys)
        found = quit_plan(self._services).sessions
        named = (
            one
            for one in found
            if one.session.key in self._keys
            or (self._is_all and one.outcome is QuitOutcome.UNCONFIRMED)
        )
        queued = len(self._services.queue.entries()) if n and self._is_all else 0
        verb = tr.plural("Terminate 1 session", "Terminate {n} sessions", n)
        self.setWindowTitle(tr("Terminate all") if self._is_all else verb)
        self.setAccessibleName(self.windowTitle())
        said = f"{_question(n)} {parked_text(queued)}".strip()
        self.say(said, verb, list(map(at_terminate_line, named)), can=n > 0)

    def _follow_sessions(self) -> None:
        if self.isVisible():
            self._show_sessions()

    def confirm(self) -> None:
        keys, sessions = self._keys, self._services.sessions
        if self._is_all:
            self._services.queue.park()
        self._services.scope.spawn("terminate all", sessions.command(keys, CommandVerb.TERMINATE))
        self.accept()

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self._hold()  # also where the window was hidden meanwhile, and the queue went on
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._services.queue.set_held(False)
        super().hideEvent(event)


def _question(n: int) -> str:
    if n == 0:
        return tr("Nothing is left to terminate.")
    return tr.plural(
        "This closes 1 session. Running tasks end and billing stops.",
        "This closes {n} sessions. Running tasks end and billing stops.",
        n,
    )
