"""'Run in': a new session that closes or stays, or an open one that has nothing to do."""

from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QSignalBlocker, QTimer
from PySide6.QtWidgets import QComboBox

from enigma_panel.core.records import Session, SessionState, shown_state
from enigma_panel.services.fleet import Fleet
from enigma_panel.ui.words import tr


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task runs. session_key: an open session; else a new one, which closes or stays."""

    session_key: int | None
    close_after: bool


NEW_CLOSED = Place(None, close_after=True)
NEW_KEPT = Place(None, close_after=False)


def idle_sessions(fleet: Fleet) -> list[Session]:
    """Open sessions that wait for work, and that the key in use can reach."""
    found = [fleet.session(key) for key in fleet.session_keys()]
    return [session for session in found if session is not None and _is_free(fleet, session)]


def _is_free(fleet: Fleet, session: Session) -> bool:
    idle = shown_state(session, fleet.current_task(session)) is SessionState.IDLE
    free = idle and session.service_id is not None and not session.close_after
    return free and fleet.pending(session.key) is None and fleet.is_ours(session)


class RunInBox(QComboBox):
    """The choice. A chosen session stays listed when it ends, so that no choice moves by itself."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._take_selected)
        self.view().selectionModel().selectionChanged.connect(self._look.start)
        self.refresh()

    def place(self) -> Place:
        """What is chosen; close_after of an open session is asked for beside this box."""
        data = self.currentData()
        return data if isinstance(data, Place) else NEW_CLOSED

    def is_possible(self) -> bool:
        """Whether the chosen session still waits for work."""
        key = self.place().session_key
        return key is None or any(session.key == key for session in idle_sessions(self._fleet))

    def choose(self, place: Place) -> None:
        """Choose a place, if it is offered."""
        self.refresh(keep=place)

    def refresh(self, keep: Place | None = None) -> None:
        """Offer what is there now, without a signal where the choice stays."""
        chosen = keep or self.place()
        places = [(tr("New session, closed after the task"), NEW_CLOSED)]
        places.append((tr("New session, kept open"), NEW_KEPT))
        places += [(s.name, Place(s.key, close_after=False)) for s in idle_sessions(self._fleet)]
        if chosen not in [place for _, place in places]:
            places.append((self._name_of_ended(chosen), chosen))
        before = self.place()
        with QSignalBlocker(self):
            self.clear()
            for name, place in places:
                self.addItem(name, place)
            self.setCurrentIndex([place for _, place in places].index(chosen))
        if before != chosen:
            self.currentIndexChanged.emit(self.currentIndex())

    def _take_selected(self) -> None:
        """Assistive technology selects in the list and moves no cursor; keys and pointer do both.

        Qt goes by the cursor alone and would take no notice.
        """
        chooser = self.view().selectionModel()
        selected = chooser.selectedIndexes()
        if selected and selected[0].row() != chooser.currentIndex().row():
            chooser.setCurrentIndex(selected[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.setCurrentIndex(selected[0].row())
            self.hidePopup()

    def _name_of_ended(self, place: Place) -> str:
        session = self._fleet.session(place.session_key or 0)
        name = session.name if session is not None else tr("a session")
        return tr("{session} – not idle any more", session=name)
