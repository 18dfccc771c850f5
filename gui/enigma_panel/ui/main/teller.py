"""Decides what stands in the line of notices: what the fleet says, the key, files, the settings."""

from PySide6.QtCore import QObject

from enigma_panel.services.bundle import Services
from enigma_panel.services.views import KeyCheck, KeyState, Notice
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.problem import Problem
from enigma_panel.store.settings import SettingsError
from enigma_panel.ui.main.acts import Acts
from enigma_panel.ui.main.notice_words import (
    Offer,
    Said,
    words_for,
    words_for_key,
    words_for_problem,
)
from enigma_panel.ui.main.notices import Notices
from enigma_panel.ui.main.pilot import Pilot
from enigma_panel.ui.words import tr


class Teller(QObject):
    """Listens to the services and does what a notice offered."""

    def __init__(self, services: Services, acts: Acts, pilot: Pilot, notices: Notices) -> None:
        super().__init__(notices)
        self._services = services
        self._acts = acts
        self._pilot = pilot
        self._notices = notices
        self._key: Said | None = None
        services.fleet.said.connect(self.tell)
        services.account.changed.connect(self._tell_key)
        services.settings.failed.connect(self._tell_settings)
        acts.trouble.connect(self._tell_text)
        notices.taken.connect(self._take)
        self._tell_key()

    def tell(self, notice: Notice) -> None:
        """The fleet has something to say."""
        self._notices.say(words_for(notice, self._services))

    def tell_problem(self, problem: Problem) -> None:
        """A file of ours could not be used."""
        self._notices.say(words_for_problem(problem))

    def tell_ledger(self, error: LedgerError) -> None:
        """The ledger could not be read: there may be more than is shown."""
        self._tell_text(
            tr(
                "The ledger could not be read, so sessions that still cost money may be missing "
                "here: {reason}.",
                reason=error.reason,
            )
        )

    def _tell_text(self, text: str) -> None:
        self._notices.say(Said(text=text, grave=True))

    def _tell_settings(self, error: SettingsError) -> None:
        self._tell_text(tr("The settings could not be saved: {reason}.", reason=error.reason))

    def _tell_key(self) -> None:
        """One line about the key, as long as it is true."""
        account = self._services.account
        said = words_for_key(account.state)
        if account.state is KeyState.READY and account.last_check is KeyCheck.REFUSED:
            words = tr("The API key was refused. Enter another key.")
            said = Said(text=words, offers=(Offer.ENTER_KEY,), grave=True)
        if said == self._key:
            return
        if self._key is not None:
            self._notices.drop(self._key)
        if said is not None:
            self._notices.say(said)
        self._key = said

    def _take(self, said: Said, offer: Offer) -> None:
        task = self._services.fleet.task(said.task_key) if said.task_key is not None else None
        match offer:
            case Offer.ENTER_KEY:
                self._notices.say(said)  # stays until there is a key
                self._acts.dialogs.open_key()
            case Offer.SHOW_TASK:
                self._pilot.show_task(said.task_key)
            case Offer.SHOW_SESSION if said.session_key is not None:
                self._pilot.show_session(said.session_key)
            case Offer.EDIT_AND_RUN if task is not None:
                self._acts.edit_and_run(task)
            case Offer.PUT_AWAY if said.session_key is not None:
                self._acts.put_away(said.session_key)
