"""Words about the dialects of the service."""

from enigma_panel.core.models import Session, Task
from enigma_panel.core.service_rules import (
    RULES,
    Dialect,
    dialect_of_host,
    fits_host,
    foreign_prefix,
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


def offered_dialect(session: Session | None, task: Task | None, account: Account) -> Dialect | None:
    """Return the same where it is not in use by now and the address has not changed."""
    if session is None or session.base_url != account.base_url:
        return None
    wanted = wanted_dialect(session, task)
    return None if wanted is account.dialect else wanted


def switch_label(dialect: Dialect) -> str:
    """Return the label of what switches to a dialect and starts the refused task again."""
    return tr("Switch to {service} and start again", service=service_name(dialect))


def dialect_doubt(dialect: Dialect, host: str) -> str:
    """Return that the host is known to speak another dialect, empty where it is not."""
    if fits_host(dialect, host):
        return ""
    return tr(
        "{host} probably does not speak {dialect}.",
        host=host,
        dialect=dialect_name(dialect),
    )


def key_doubt(key: str, account: Account) -> str:
    """Return that a key's beginning is one for another address or dialect, else ""."""
    prefix, dialect = known_prefix(key), account.dialect
    if prefix is None:
        return ""
    host = host_of_keys(prefix, account.host)
    if host is not None:
        return tr(
            "This looks like a {service} key, but it would go to {host}. First set {address} in "
            "Settings → Account.",
            prefix=prefix,
            service=service_name(dialect_of_host(host)),
            host=account.host,
            address=f"https://{host}",
        )
    if foreign_prefix(key, dialect) is None:
        return ""
    return tr(
        "This looks like a key for another dialect, not {dialect}.",
        dialect=dialect_name(dialect),
    )


def dialect_note(*, is_for_run: bool, is_kept: bool) -> str:
    """Return what a choice changes, and how long it holds."""
    note = tr("Must match the service at this address. Open sessions keep their dialect.")
    if is_for_run:
        note += " " + tr("Set on the command line, for this run only.")
    elif not is_kept:
        note += " " + tr("Your choice holds for this run only, like the address.")
    return note
