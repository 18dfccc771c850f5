"""The sheet API key: where the key is kept, the key, and what came out of saving it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.service_rules import SERVICES
from enigma_panel.core.validation import Finding, check_key
from enigma_panel.services.account import Account
from enigma_panel.services.container import Services
from enigma_panel.services.settings import use_address
from enigma_panel.services.types import BadAddressError, KeyCheck, KeyState, Result, SecretOutcome
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.check import address_text, finding_text
from enigma_panel.ui.text.dialects import key_doubt, key_service
from enigma_panel.ui.text.pages import account_page, open_account_page
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import (
    NoticeLabel,
    ProblemLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.dialog import Sheet
from enigma_panel.ui.widgets.inputs import ChoiceBox, LineEdit
from enigma_panel.ui.widgets.password_edit import PasswordEdit

tr = Translations("Settings")

MEMORY = "memory"
_ROLES: dict[KeyCheck | None, str] = {
    KeyCheck.ACCEPTED: "green",
    KeyCheck.REFUSED: "red",
    KeyCheck.NO_TEST: "",
}
_LOOK_AGAIN = frozenset({KeyState.LOCKED, KeyState.DENIED, KeyState.FAILED})
OTHER = ""
"""The address of the choice *other address*."""


class KeyDialog(Sheet):
    """The sheet. try_demo: starts the demo service; without it the button is not there."""

    help_page = "start"

    def __init__(
        self, services: Services, parent: QWidget | None, try_demo: Callable[[], None] | None = None
    ) -> None:
        super().__init__(tr("API key"), parent)
        self._services = services
        self._account = services.account
        self._base_url = services.account.base_url
        self._try_demo = try_demo
        self._chosen_for = ""  # the service of which the person knows that the key looks like
        self._is_saving = False
        self._is_refused = False
        self._build_parts()
        self._build_layout()
        self._connect()
        self._set_service(self._base_url)
        self._set_saving(saving=False)
        self._show_state()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.state_label = make_label(wrap=True)
        self.location_label = make_label(role="dim", wrap=True)
        self.service = ChoiceBox((*SERVICES.items(), (tr("Other address"), OTHER)))
        self.address = LineEdit()
        self.key = PasswordEdit(enter_moves_on=False)
        self.use_button = make_button("")
        self.outcome = NoticeLabel()
        self.keep_button = make_button(tr("Keep it anyway"), "link")
        self.keep_button.hide()
        self.again_button = make_button(tr("Try again"))
        self.page_button = make_button("", "link")
        self.demo_button = make_button(tr("Try the demo service"), "link")
        self.cancel_button = make_button(tr("Cancel"))
        self.save_button = make_button(tr("Save"), "primary")

    def _build_layout(self) -> None:
        self.service.setAccessibleName(tr("Service"))
        self.address.setAccessibleName(tr("Address"))
        self.address.setPlaceholderText("https://")
        self.key.setAccessibleName(tr("API key"))
        self.key.setPlaceholderText(tr("API key"))
        self._no_address, self._problem = ProblemLabel(self.address), ProblemLabel(self.key)
        label = make_label(tr("Service"))
        label.setBuddy(self.service)
        service = make_row(label, self.service, self.address)
        service.setStretch(1, 2)
        service.setStretch(2, 3)
        doubt = make_row(self._problem, self.use_button)
        doubt.setStretch(0, 1)
        links = make_row(self.page_button, None)
        keep = make_row(self.keep_button, None)
        state = make_row(self.state_label, self.again_button)
        state.setStretch(0, 1)
        self.body.addLayout(state)
        told = (doubt, links, self.location_label, self.outcome, keep)
        self.body.addLayout(make_column(service, self._no_address, self.key, *told, None))
        self.add_buttons(self.cancel_button, self.demo_button, self.save_button)
        self.demo_button.setVisible(self._try_demo is not None and not self._services.demo)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self._save)
        self.key.returnPressed.connect(self._save)
        self.key.textChanged.connect(self._on_typed)
        self.service.activated.connect(self._choose_service)
        self.address.textChanged.connect(self._no_address.clear)
        self.address.textChanged.connect(self._show_service)
        self.use_button.clicked.connect(self._use_other_service)
        self.cancel_button.clicked.connect(self._cancel)
        self.keep_button.clicked.connect(self._keep)
        self.again_button.clicked.connect(self._look_again)
        self.page_button.clicked.connect(lambda: open_account_page(self._base_url_chosen()))
        self.demo_button.clicked.connect(self._start_demo)
        self._account.changed.connect(self._show_state)

    # -- showing -----------------------------------------------------------------------------

    def ask(self) -> None:
        """Show it, because the person wants to or because there is no key."""
        self.present(self.key)

    def _show_state(self) -> None:
        account = self._account
        self.state_label.setText(key_state_text(account))
        if account.base_url != self._base_url:
            self._base_url = account.base_url
            self._say("", "")  # it was said of the key of the address before
            self._set_service(account.base_url)
        self.again_button.setVisible(account.state in _LOOK_AGAIN)
        self._show_service()

    def _set_service(self, base_url: str) -> None:
        is_known = base_url in SERVICES.values()
        self.service.setCurrentIndex(self.service.findData(base_url if is_known else OTHER))
        self.address.setText("" if is_known else base_url)

    def _base_url_chosen(self) -> str:
        """Return the address to which the key would go."""
        return self.service.currentData() or self.address.text().strip()

    def _show_service(self) -> None:
        """Show what follows from the chosen service: its page, and whether the key fits it."""
        self.address.setVisible(self.service.currentData() == OTHER)
        page = account_page(self._base_url_chosen()) or ""
        self.page_button.setText(tr("Get a key at {page}", page=page.removeprefix("https://")))
        self.page_button.setVisible(bool(page))
        self._show_doubt()

    def _choose_service(self) -> None:
        """The person chose: a key that looks like one for another service may go there."""
        self._chosen_for = self._looks_like()
        self._no_address.clear()
        self._show_service()

    def _use_other_service(self) -> None:
        self._set_service(SERVICES[self._looks_like()])
        self._show_service()
        self.key.setFocus()

    def _looks_like(self) -> str:
        """Return the service that the key looks like one for, where another one is chosen."""
        return key_service(self._typed(), urlsplit(self._base_url_chosen()).hostname or "")

    async def _show_location(self) -> None:
        self.location_label.setText(tr("Checking where the key can be kept…"))
        where, account = await self._account.where_it_would_go(), self._account
        is_said = account.state is KeyState.READY and where == account.where  # of the key in use
        self.location_label.setText("" if is_said else key_location_text(where))
        self.location_label.setVisible(not (is_said or self.outcome.text()))
        if self.isVisible():
            self.fit()

    def _say(self, text: str, role: str) -> None:
        self.outcome.show_text(text, role)
        self.keep_button.hide()
        self.location_label.setVisible(not text)
        if self.isVisible():
            self.fit()

    # -- doing -------------------------------------------------------------------------------

    def _typed(self) -> str:
        """Return the key without spaces around it, which come along from a page."""
        return self.key.text().strip()

    def _on_typed(self) -> None:
        self._problem.clear()
        self._is_refused = False
        self._show_doubt()
        if self.key.text():
            self._say("", "")
        self._show_done(is_done=False)

    def _show_doubt(self) -> None:
        """Ask which service is meant, unless the person has chosen with this key in sight."""
        other = self._looks_like()
        is_doubted = bool(other) and other != self._chosen_for
        self._problem.show_doubt(key_doubt(other) if is_doubted else "")
        show_words(self.use_button, tr("Use {service}", service=other))
        self.use_button.setVisible(is_doubted)
        self.fit(only_grow=True)

    def _save(self) -> None:
        if self._is_saving:
            return
        findings = check_key(self._typed())
        if findings:
            self._show_finding(findings[0])
            return
        if self.use_button.isVisibleTo(self):
            self.service.setFocus()  # it is sent nowhere before a service is chosen
            return
        self._save_with()

    def _keep(self) -> None:
        """The person insists on the key that the service refused."""
        if self._is_refused and not self._is_saving:
            self._save_with(even_refused=True)

    def _save_with(self, *, even_refused: bool = False) -> None:
        self._set_saving(saving=True)
        saving = self._save_now(self._typed(), even_refused=even_refused)
        self._services.scope.spawn("save key", saving)

    def _show_finding(self, finding: Finding) -> None:
        self._problem.show_text(finding_text(finding))
        self.fit()
        self.key.setFocus()

    async def _save_now(self, key: str, *, even_refused: bool) -> None:
        self._say(tr("Asking the service, then saving…"), "dim")
        text, check, is_done = tr("The key was not saved."), None, False
        try:
            if self._base_url_chosen() != self._account.base_url:
                await use_address(self._services.settings, self._account, self._base_url_chosen())
            result, check = await self._account.save(key, even_refused=even_refused)
            text = saved_text(result, check)
            is_done = result is not None and check is not KeyCheck.UNREACHABLE
            # What was refused may lack a letter, which can be put in until the window closes.
            self._is_refused = result is None and self.isVisible()
            if not self._is_refused:
                self.key.forget()
        except BadAddressError as error:
            self._no_address.show_text(address_text(error.problem))
        finally:
            self._set_saving(saving=False)
            self._say(text, _ROLES.get(check, "notice"))
            self.keep_button.setVisible(self._is_refused)
            self._show_done(is_done=is_done)
        if self._is_refused:
            self.key.selectAll()
        (self.cancel_button if is_done else self.key).setFocus()

    def _show_done(self, *, is_done: bool) -> None:
        """What is to be pressed next: Save, or Close once the key is kept and was asked for."""
        text = tr("Close") if is_done else tr("Cancel")
        self.cancel_button.setText(text)
        self.cancel_button.setAccessibleName(text)
        set_role(self.cancel_button, "primary" if is_done else "")
        set_role(self.save_button, "" if is_done else "primary")

    def _set_saving(self, *, saving: bool) -> None:
        self._is_saving = saving
        self.save_button.setEnabled(not saving)
        self.key.setReadOnly(saving)
        for chosen in (self.service, self.address):
            chosen.setEnabled(not saving and not self._services.demo)

    def _cancel(self) -> None:
        """Unlike Escape it throws away what was typed."""
        self.key.forget()
        self.reject()

    def _look_again(self) -> None:
        self._services.scope.spawn("look for key", self._account.load(), exclusive=True)

    def _start_demo(self) -> None:
        self.reject()
        if self._try_demo is not None:
            self._try_demo()

    # -- Qt ----------------------------------------------------------------------------------

    def done(self, result: int) -> None:
        if self._is_refused:
            self.key.forget()
            self.keep_button.hide()
        self.key.mask_again()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._chosen_for = ""
        self._set_service(self._base_url)
        self._show_state()
        self._services.scope.spawn("where a key goes", self._show_location(), exclusive=True)


def key_location_text(where: str) -> str:
    if where in {MEMORY, ""}:
        return tr("No keychain was found. The key will be kept only in memory until you quit.")
    kept = tr("The key will be kept in {place}.", place=where)
    return f"{kept} {password_text()}"


def password_text() -> str:
    """What may come up before a keychain answers."""
    return tr("Your desktop may ask for your keyring password.")


def key_state_text(account: Account) -> str:
    """Where the program stands with the key."""
    state, where = account.state, account.where
    if account.from_environment and state is KeyState.READY:
        return tr(
            "The key comes from ENIGMA_API_KEY and is never stored. "
            "A key saved here replaces it until you quit."
        )
    match state:
        case KeyState.LOOKING:
            return f"{tr('Looking for your API key…')} {password_text()}"
        case KeyState.READY if where in {MEMORY, ""}:
            return tr("Your key is kept only until you quit.")
        case KeyState.READY:
            return tr("A key is in use. It is kept in {place}.", place=where)
        case KeyState.ABSENT | KeyState.NO_KEYCHAIN:
            return tr("No API key was found. Enter your key.")
        case KeyState.DENIED:
            return tr("The keychain denied access. Enter the key.")
        case KeyState.LOCKED | KeyState.FAILED:
            return tr("The keychain could not be read. Try again, or enter your key.")


def saved_text(result: Result | None, check: KeyCheck | None) -> str:
    """Both halves of what came out of saving: where it is, and what the service said."""
    if result is None:
        return check_text(check) + " " + tr("It was not kept.")
    return " ".join(part for part in (_kept_text(result), check_text(check)) if part)


def _kept_text(result: Result) -> str:
    memory = tr("It is only in memory until you quit.")
    match result.outcome:
        case SecretOutcome.SAVED if result.where not in {MEMORY, ""}:
            return tr("Saved in {place}.", place=result.where)
        case SecretOutcome.SAVED:
            return tr("The key is kept only in memory until you quit.")
        case SecretOutcome.NO_KEYCHAIN:
            return tr("There is no keychain. The key is kept only in memory until you quit.")
        case SecretOutcome.DENIED:
            return tr("The keychain denied access.") + " " + memory
        case _:
            return tr("The keychain did not keep the key.") + " " + memory


def check_text(check: KeyCheck | None) -> str:
    match check:
        case KeyCheck.ACCEPTED:
            return tr("The service accepted this key.")
        case KeyCheck.REFUSED:
            return tr("The service refused this key.")
        case KeyCheck.UNREACHABLE:
            return tr("The service could not be asked.")
        case KeyCheck.NO_TEST:
            return tr("The service has no test for keys. The first task will tell.")
        case None:
            return ""


def removed_text(result: Result) -> str:
    match result.outcome:
        case SecretOutcome.REMOVED | SecretOutcome.ABSENT | SecretOutcome.NO_KEYCHAIN:
            return tr("The key was removed.")
        case _:
            return tr("The keychain could not be changed. The key stays there but is not used.")
