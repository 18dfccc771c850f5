"""What there is to say about the API key."""

from enigma_panel.services.types import KeyCheck, KeyState
from enigma_panel.store.keychain import Result, SecretOutcome
from enigma_panel.ui.words import tr

MEMORY = "memory"


def place_text(where: str) -> str:
    """Where a key would be kept."""
    if where in {MEMORY, ""}:
        return tr("No keychain was found: the key will be kept only in memory until you quit.")
    return tr("The key will be kept in {place}.", place=where)


def key_state_text(state: KeyState, where: str, *, from_environment: bool) -> str:
    """Where the program stands with the key."""
    if from_environment and state is KeyState.READY:
        return tr(
            "The key in use comes from ENIGMA_API_KEY. It is used before the keychain and never "
            "stored; a key that you save here is used instead until you quit."
        )
    match state:
        case KeyState.LOOKING:
            return tr("Looking for your API key …")
        case KeyState.READY if where in {MEMORY, ""}:
            return tr("A key is in use, only in memory until you quit.")
        case KeyState.READY:
            return tr("A key is in use. It is kept in {place}.", place=where)
        case KeyState.ABSENT | KeyState.NO_KEYCHAIN:
            return tr("No API key was found. Enter the key of your Enigma account.")
        case KeyState.LOCKED:
            return tr("The keychain is locked. Unlock it and look again, or enter the key.")
        case KeyState.DENIED:
            return tr("The system does not let this program use the keychain. Enter the key.")
        case KeyState.FAILED:
            return tr("The keychain did not work. Look again, or enter the key.")


def saved_text(result: Result, check: KeyCheck | None) -> str:
    """Both halves of what came out of saving: where it is, and what the service said."""
    return " ".join(part for part in (_kept_text(result), check_text(check)) if part)


def _kept_text(result: Result) -> str:
    memory = tr("It is only in memory until you quit.")
    match result.outcome:
        case SecretOutcome.SAVED if result.where not in {MEMORY, ""}:
            return tr("Saved in {place}.", place=result.where)
        case SecretOutcome.SAVED:
            return tr("The key is kept only in memory until you quit.")
        case SecretOutcome.NO_KEYCHAIN:
            return tr("There is no keychain: the key is kept only in memory until you quit.")
        case SecretOutcome.LOCKED:
            return tr("The keychain is locked, the key was not saved.") + " " + memory
        case SecretOutcome.DENIED:
            return tr("The system did not let the keychain be used.") + " " + memory
        case SecretOutcome.TOO_LONG:
            return tr("The key is too long for the keychain.") + " " + memory
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
        case None:
            return ""


def removed_text(result: Result) -> str:
    """What came out of removing the key."""
    match result.outcome:
        case SecretOutcome.REMOVED | SecretOutcome.ABSENT | SecretOutcome.NO_KEYCHAIN:
            return tr("The key was removed.")
        case SecretOutcome.LOCKED:
            return tr("The keychain is locked: the key is no longer used, but still kept there.")
        case _:
            return tr("The keychain refused: the key is no longer used, but still kept there.")
