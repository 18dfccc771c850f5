"""The choice 'Run in': a new session or an open one."""

from msgspec import Struct
from PySide6.QtCore import QItemSelectionModel, QSignalBlocker

from enigma_panel.core.models import Phase, Session, SessionState, shown_state
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.sessions import Sessions
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.inputs import ChoiceBox

tr = Translations("New task")


class TargetSession(Struct, frozen=True):
    """Where a task runs. session_key: an open session; else a new one, which closes or stays."""

    session_key: int | None
    close_after: bool


NEW_CLOSED = TargetSession(None, close_after=True)
NEW_KEPT = TargetSession(None, close_after=False)
_AT_WORK = frozenset(
    {SessionState.WORKING, SessionState.ASKS, SessionState.PAUSED, SessionState.STARTING}
)


class SessionPicker(ChoiceBox):
    """The choice. A chosen session stays listed when it ends, so that no choice moves by itself."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self._sessions = sessions
        self._n = 1
        debounce = Debounce(self, self._take_selected, 0)
        self.view().selectionModel().selectionChanged.connect(debounce.trigger)
        self.refresh()

    def target(self) -> TargetSession:
        """Return what is chosen.

        Whether an open session closes after the task is asked for beside this box.
        """
        data = self.currentData()
        return data if isinstance(data, TargetSession) else NEW_CLOSED

    def is_possible(self) -> bool:
        """Return whether the chosen session still takes tasks."""
        session = self.session()
        return self.target().session_key is None or (
            session is not None and accepts_tasks(self._sessions, session)
        )

    def is_after_another(self) -> bool:
        """Return whether the task would run after the one at work in the chosen session."""
        session = self.session()
        return session is not None and self.is_possible() and is_at_work(self._sessions, session)

    def session(self) -> Session | None:
        """Return the chosen open session, None where a new one is chosen."""
        key = self.target().session_key
        return self._sessions.session(key) if key is not None else None

    def choose(self, target: TargetSession) -> None:
        """Choose a place, if it is offered."""
        self.refresh(keep=target)

    def show_count(self, n: int) -> None:
        """Name the new sessions as those of n tasks."""
        self._n = n
        for row, name in enumerate(_new_names(n)):
            self.setItemText(row, name)

    def refresh(self, keep: TargetSession | None = None) -> None:
        """Update the choices, without a signal where the chosen one stays."""
        chosen = keep or self.target()
        targets = list(zip(_new_names(self._n), (NEW_CLOSED, NEW_KEPT), strict=True))
        targets += [
            (self._name_of(session), TargetSession(session.key, close_after=False))
            for session in open_sessions(self._sessions)
        ]
        if chosen not in [target for _, target in targets]:
            targets.append((self._name_of_ended(chosen), chosen))
        before = self.target()
        with QSignalBlocker(self):
            self.clear()
            for name, target in targets:
                self.addItem(name, target)
            self.setCurrentIndex([target for _, target in targets].index(chosen))
        if before != chosen:
            self.currentIndexChanged.emit(self.currentIndex())

    def _take_selected(self) -> None:
        """Take a choice that assistive technology made in the list.

        It moves no cursor, as keys and pointer do, and Qt goes by the cursor alone.
        """
        chooser = self.view().selectionModel()
        selected = chooser.selectedIndexes()
        if selected and selected[0].row() != chooser.currentIndex().row():
            chooser.setCurrentIndex(selected[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.setCurrentIndex(selected[0].row())
            self.hidePopup()

    def _name_of(self, session: Session) -> str:
        if is_at_work(self._sessions, session):
            return tr("{session} – after its current task", session=session.name)
        return session.name

    def _name_of_ended(self, target: TargetSession) -> str:
        session = self._sessions.session(target.session_key or 0)
        name = session.name if session is not None else tr("a session")
        if session is None or session.is_ended:
            return tr("{session} – has ended", session=name)
        return tr("{session} – takes no more tasks", session=name)


def _new_names(n: int) -> tuple[str, str]:
    return (
        tr.plural("New session, closed after the task", "New sessions, closed after each task", n),
        tr.plural("New session, kept open", "New sessions, kept open", n),
    )


def is_at_work(sessions: Sessions, session: Session) -> bool:
    """Return whether a task works there, so that another one would have to wait for it."""
    return shown_state(session, sessions.current_task(session)) in _AT_WORK


def accepts_tasks(sessions: Sessions, session: Session) -> bool:
    """Return whether a task can be sent there, now or after the one at work.

    The session is open, the key in use can reach it, and it neither closes after its task nor is
    being closed.
    """
    if session.phase is not Phase.OPEN or session.service_id is None or session.close_after:
        return False
    idle = shown_state(session, sessions.current_task(session)) is SessionState.IDLE
    ending = sessions.pending_verb(session.key) is CommandVerb.TERMINATE
    return (idle or is_at_work(sessions, session)) and not ending and sessions.is_ours(session)


def open_sessions(sessions: Sessions) -> list[Session]:
    """Return the sessions that take a task, those without work first."""
    found = [sessions.session(key) for key in sessions.session_keys()]
    able = [
        session for session in found if session is not None and accepts_tasks(sessions, session)
    ]
    return sorted(able, key=lambda session: is_at_work(sessions, session))
