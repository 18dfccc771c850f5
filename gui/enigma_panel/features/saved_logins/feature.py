"""The feature of saved logins: in questions for a login, in new tasks, and in the settings."""

from functools import cache, partial

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.saved_logins.choice import LoginChoice
from enigma_panel.features.saved_logins.chosen import ChosenLogins
from enigma_panel.features.saved_logins.helper import SavedLogins
from enigma_panel.features.saved_logins.logins import Logins, LoginStore
from enigma_panel.features.saved_logins.offers import login_host
from enigma_panel.features.saved_logins.page import LoginsPage
from enigma_panel.features.saved_logins.text import remembered_text
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.store.keychain import KeychainStore, MemoryStore, SecretStore, login_service
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.dialog import SettingsPart

tr = Translations("Logins")


def install(host: Host) -> None:
    """Add it, over the system's keychain; the demo's logins are gone with it."""
    services = host.services
    store_for = memory() if services.demo else keychain_entry
    add(host, Logins(services.settings, store_for, services.scope))


def add(host: Host, logins: Logins) -> None:
    """Offer these logins in questions, new tasks and the settings, and answer as was chosen."""
    clock, scope, dialogs = host.services.clock, host.services.scope, host.dialogs
    dialogs.make_login_helper = partial(make_helper, logins, scope)
    dialogs.settings_parts.append(
        SettingsPart(page=tr("Logins"), make=lambda: LoginsPage(logins, clock, scope))
    )
    dialogs.task_parts.append(partial(LoginChoice, logins))
    host.services.inbox.offer_to(ChosenLogins(host.services, logins).takes)
    logins.remembered.connect(lambda remembered: dialogs.said.emit(remembered_text(remembered)))


def make_helper(
    logins: Logins, scope: TaskScope, spec: TaskSpec, question: str
) -> SavedLogins | None:
    """What that task's question is filled in with, None where neither names a site."""
    place = login_host(spec, question)
    if not (place.host or place.choices):
        return None
    return SavedLogins(logins, place, scope, question)


def keychain_entry(host: str, account: str) -> SecretStore:
    return KeychainStore(login_service(host), account)


def memory() -> LoginStore:
    """Entries of this run alone."""
    return cache(lambda _host, _account: MemoryStore())


SAVED_LOGINS = Feature(name="saved_logins", install=install)
