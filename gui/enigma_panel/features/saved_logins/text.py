"""Texts for saved logins and for what a keychain does with them."""

from collections.abc import Callable

from enigma_panel.features.saved_logins.logins import Fault, LoginFault, RememberedLogin
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.store.keychain import MEMORY, NO_PLACE, SecretOutcome
from enigma_panel.ui.i18n import Translations, shorten

tr = Translations("Logins")

NAME_CHARS = 40
_FAULTS: dict[Fault, Callable[[str], str]] = {
    SecretOutcome.ABSENT: lambda name: tr("{keychain} has no password for it.", keychain=name),
    SecretOutcome.NO_KEYCHAIN: lambda _: tr("There is no keychain on this computer."),
    SecretOutcome.DENIED: lambda name: tr("{keychain} denied access.", keychain=name),
    LoginFault.TOO_LONG: lambda _: tr("The account is too long to save."),
    SecretOutcome.LOCKED: lambda name: tr("{keychain} could not be used.", keychain=name),
    SecretOutcome.FAILED: lambda name: tr("{keychain} could not be used.", keychain=name),
    LoginFault.TOO_MANY: lambda _: tr("Too many logins are saved. Remove some in Settings."),
    LoginFault.NO_ANSWER: lambda name: tr("{keychain} does not respond.", keychain=name),
}


def keychain_words(where: str) -> str:
    return tr("the keychain") if where == NO_PLACE else where


def place_words(where: str) -> str:
    return tr("memory until you quit") if where == MEMORY else keychain_words(where)


def keychain_name(where: str) -> str:
    name = keychain_words(where)
    return f"{name[:1].upper()}{name[1:]}"


def fault_text(fault: Fault, where: str) -> str:
    """Why the keychain did not do what was asked."""
    return _FAULTS[fault](keychain_name(where))


def nobody_text() -> str:
    return tr("Nobody, ask me")


def login_text(login: SavedLogin) -> str:
    """'maria at bank.example'."""
    return tr(
        "{account} at {host}",
        account=shorten(login.account, NAME_CHARS),
        host=shorten(login.host, 60),
    )


def fill_label(login: SavedLogin) -> str:
    """'Fill in maria'."""
    return tr("Fill in {account}", account=shorten(login.account, NAME_CHARS))


def fill_text() -> str:
    """Return the words of the button beside an account."""
    return tr("Fill in")


def saved_text(where: str) -> str:
    """'Saved in the GNOME keyring'."""
    if where in {NO_PLACE, MEMORY}:
        return tr("Saved login")
    return tr("Saved in {keychain}", keychain=where)


def source_text(host: str) -> str:
    """Where the host comes from that stands beside the offer."""
    return tr(
        "For {host}, guessed from your task. The browser may be on another site now.",
        host=shorten(host, 60),
    )


def choose_text() -> str:
    """Asked where a task's words do not say it for certain."""
    return tr("Which site is this login for?")


def another_site_text(named: str, host: str) -> str:
    """Say that an agent's question names another site than the login's."""
    return tr(
        "The question names {named}, not {host}.", named=shorten(named, 60), host=shorten(host, 60)
    )


def remember_label(host: str, where: str) -> str:
    """'Remember for bank.example in the GNOME keyring'."""
    if where == NO_PLACE:
        return tr("Remember for {host}", host=shorten(host, 60))
    if where == MEMORY:
        return tr("Remember for {host} until I quit", host=shorten(host, 60))
    return tr("Remember for {host} in {keychain}", host=shorten(host, 60), keychain=where)


def waiting_text(where: str) -> str:
    """Say that the keychain may wait for a person."""
    return tr("Waiting for {keychain}. You may need to unlock it.", keychain=keychain_words(where))


def remembered_text(remembered: RememberedLogin) -> str:
    login, result = remembered.login, remembered.result
    account, host = shorten(login.account, NAME_CHARS), shorten(login.host, 60)
    if result.fault is None:
        return tr(
            "Saved {account} for {host} in {keychain}.",
            account=account,
            host=host,
            keychain=result.where,
        )
    why = fault_text(result.fault, result.where)
    if result.fault is LoginFault.NO_ANSWER:
        return tr("The login for {host} may not be saved: {why}", host=host, why=why)
    return tr("Not saved for {host}: {why}", host=host, why=why)
