"""Words about the dialects of the service."""

from enigma_panel.core.models import Session, Task
from enigma_panel.core.service_rules import (
    RULES,
    Dialect,
    dialect_of_host,
    fits_host,
    host_of_keys,
    known_prefix,
)
from enigma_panel.services.account import Account
from enigma_panel.ui.i18n import Translations

tr = Translations("Settings")


def service_name(dialect: Dialect) -> str:
    """Return the name of the service that speaks a dialect: 'WebRun'."""
    return RULES[dialect].name


def dialect_name(dialect: Dialect) -> str:
    """Return the name of a dialect: 'WebRun (W2)'."""
    return f"{service_name(dialect)} ({dialect})"


def wanted_dialect(session: Session | None, task: Task | None) -> Dialect | None:
    """Return the other dialect that the service asked for as it refused the task, or None."""
    if session is None or task is None:
        return None
    return RULES[session.dialect].switches.get(task.code or "")


def wanted_dialect_name(session: Session | None, task: Task | None) -> str:
    wanted = wanted_dialect(session, task)
    return dialect_name(wanted) if wanted is not None else ""


def offered_dialect(session: Session | None, task: Task | None, account: Account) -> Dialect | None:
    """Return the same unless it is in use already, or the address changed."""
    if session is None or session.base_url != account.base_url:
        return None
    wanted = wanted_dialect(session, task)
    return None if wanted is account.dialect else wanted


def switch_label(dialect: Dialect) -> str:
    """Return the label of what switches to a dialect and starts the refused task again."""
    return tr("Switch to {service} and start again", service=service_name(dialect))


def dialect_doubt(dialect: Dialect, host: str) -> str:
    """Return the warning that the host is known to speak another dialect, "" otherwise."""
    if fits_host(dialect, host):
        return ""
    return tr("{host} probably does not speak {dialect}.", host=host, dialect=dialect_name(dialect))


def key_service(key: str, host: str) -> str:
    """Return the service whose keys begin like this one, "" where the key fits the host."""
    other = host_of_keys(known_prefix(key) or "", host)
    return service_name(dialect_of_host(other)) if other is not None else ""


def key_doubt(service: str) -> str:
    """Return that a key looks like one for this service, "" for none."""
    return tr("This looks like a {service} key.", service=service) if service else ""


def dialect_note(*, is_for_run: bool) -> str:
    """Return when to choose a dialect, and whether the command line chose it."""
    note = tr("Leave it on Automatic unless the service says otherwise.")
    return f"{note} {tr('Set on the command line, for this run only.')}" if is_for_run else note
