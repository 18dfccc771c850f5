"""The sheet API key: where the key is kept, the key, and what came out of saving it."""

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.core.validation import Finding, check_key
from enigma_panel.services.account import Account
from enigma_panel.services.container import Services
from enigma_panel.services.types import KeyCheck, KeyState, Result, SecretOutcome
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.check import finding_text
from enigma_panel.ui.text.dialects import key_doubt
from enigma_panel.ui.text.pages import account_page, open_account_page
from enigma_panel.ui.widgets.basics import (
    NoticeLabel,
    ProblemLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.widgets.password_edit import PasswordEdit
from enigma_panel.ui.widgets.sheet import Sheet

tr = Translations("Settings")

MEMORY = "memory"
_ROLES: dict[KeyCheck | None, str] = {
    KeyCheck.ACCEPTED: "green",
    KeyCheck.REFUSED: "red",
    KeyCheck.NO_TEST: "",
}
_LOOK_AGAIN = frozenset({KeyState.LOCKED, KeyState.DENIED, KeyState.FAILED})
UNREAD_MS = 1_000
"""How long an Enter still means the key alone, in ms: nobody has read the doubt by then."""


class KeyDialog(Sheet):
    """The sheet. try_demo: starts the demo service; without it the button is not there."""

    help_page = "start"

    def __init__(
        self,
        services: Services,
        parent: QWidget | None,
        try_demo: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(tr("API key"), parent)
        self._services = services
        self._account = services.account
        self._base_url = services.account.base_url
        self._try_demo = try_demo
        self._doubt, self._doubted_ms = "", 0
        self._is_saving = False
        self._is_refused = False
        self._build_parts()
        self._build_layout()
        self._connect()
        self._show_state()

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        self.state_label = make_label(wrap=True)
        self.location_label = make_label(role="dim", wrap=True)
        self.key = PasswordEdit(enter_moves_on=False)
        self.outcome = NoticeLabel()
        self.keep_button = make_button(tr("Keep it anyway"), "link")
        self.keep_button.hide()
        self.again_button = make_button(tr("Look again"))
        self.page_button = make_button("", "link")
        self.demo_button = make_button(tr("Try the demo service"), "link")
        self.cancel_button = make_button(tr("Cancel"))
        self.save_button = make_button(tr("Save"), "primary")

    def _build_layout(self) -> None:
        self.key.setAccessibleName(tr("API key"))
        self._problem = ProblemLabel(self.key)
        links = make_row(self.page_button, None)
        keep = make_row(self.keep_button, None)
        state = make_row(self.state_label, self.again_button)
        state.setStretch(0, 1)
        self.body.addLayout(state)
        told = (self._problem, links, self.location_label, self.outcome, keep)
        self.body.addLayout(make_column(self.key, *told, None))
        self.add_buttons(self.cancel_button, self.demo_button, self.save_button)
        self.demo_button.setVisible(self._try_demo is not None and not self._services.demo)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self._save)
        self.key.returnPressed.connect(self._save)
        self.key.textChanged.connect(self._on_typed)
        self.cancel_button.clicked.connect(self._cancel)
        self.keep_button.clicked.connect(self._keep)
        self.again_button.clicked.connect(self._look_again)
        self.page_button.clicked.connect(lambda: open_account_page(self._account.base_url))
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
        self.again_button.setVisible(account.state in _LOOK_AGAIN)
        page = account_page(account.base_url) or ""
        self.page_button.setText(tr("Get a key at {page}", page=page.removeprefix("https://")))
        self.page_button.setVisible(bool(page))
        self._show_brand()

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
        self._show_brand()
        if self.key.text():
            self._say("", "")
        self._show_done(is_done=False)

    def _show_brand(self) -> None:
        """A key of the other brand may be what is meant, so it is only said."""
        if check_key(self._typed()):
            return  # the mistake is what there is to say
        doubt = key_doubt(self._typed(), self._account)
        if doubt != self._doubt:
            self._doubt, self._doubted_ms = doubt, self._services.clock.now_ms()
        also = tr("You can still save it.")
        self._problem.show_doubt(f"{doubt} {also}" if doubt else "")
        self.fit(only_grow=True)

    def _save(self) -> None:
        if self._is_saving:
            return
        findings = check_key(self._typed())
        if findings:
            self._show_finding(findings[0])
            return
        if self._doubt and self._services.clock.now_ms() - self._doubted_ms < UNREAD_MS:
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
            result, check = await self._account.save(key, even_refused=even_refused)
            text = saved_text(result, check)
            is_done = result is not None and check is not KeyCheck.UNREACHABLE
            # What was refused may lack a letter, which can be put in until the window closes.
            self._is_refused = result is None and self.isVisible()
            if not self._is_refused:
                self.key.forget()
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
        self._show_state()
        self._services.scope.spawn("where a key goes", self._show_location(), exclusive=True)


def key_location_text(where: str) -> str:
    """Where a key would be kept."""
    if where in {MEMORY, ""}:
        return tr("No keychain was found. The key will be kept only in memory until you quit.")
    return tr("The key will be kept in {place}.", place=where)


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
            return tr("Looking for your API key…")
        case KeyState.READY if where in {MEMORY, ""}:
            return tr("Your key is kept only until you quit.")
        case KeyState.READY:
            return tr("A key is in use. It is kept in {place}.", place=where)
        case KeyState.ABSENT | KeyState.NO_KEYCHAIN:
            return tr("No API key was found. Enter the key for {host}.", host=account.host)
        case KeyState.LOCKED:
            return tr("The keychain is locked. Unlock it and look again, or enter the key.")
        case KeyState.DENIED:
            return tr("The keychain denied access. Enter the key.")
        case KeyState.FAILED:
            return tr("The keychain failed. Look again, or enter the key.")


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
        case SecretOutcome.LOCKED:
            return tr("The keychain is locked. The key was not saved.") + " " + memory
        case SecretOutcome.DENIED:
            return tr("The keychain denied access.") + " " + memory
        case _:
            return tr("The keychain did not keep the key.") + " " + memory


def check_text(check: KeyCheck | None) -> str:
    """What the service said of the key."""
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
    """What came out of removing the key."""
    match result.outcome:
        case SecretOutcome.REMOVED | SecretOutcome.ABSENT | SecretOutcome.NO_KEYCHAIN:
            return tr("The key was removed.")
        case SecretOutcome.LOCKED:
            return tr("The keychain is locked. The key stays there but is not used.")
        case _:
            return tr("The keychain denied access. The key stays there but is not used.")
