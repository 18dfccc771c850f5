"""What differs between the dialects of the service in time, limits, fields and their names
(api.md §2, §9).

A dialect is a name for how the service is spoken to. What is decided by it is asked of its rules,
never of its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from enigma_panel.core.observation import MISSING_PROMPT, MISSING_TASK_DETAILS

POLL_MS = 2_000
"""Documented poll interval (api.md §1.6, seed); never shorter while a task runs."""
DEFAULT_CAP_MS = 300_000
"""The maximum duration that holds where none is given (api.md §2)."""


class Dialect(StrEnum):
    """E: Enigma. W1, W2: WebRun's first and its newest form."""

    E = "E"
    W1 = "W1"
    W2 = "W2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRules:
    """The rules of one dialect.

    name: of the service that speaks it. switches: the dialect that a refusal with this code asks
    for, where it is written in another way. caps_session: a maximum duration ends the whole
    session; else the task alone, and a session ends after idle_ms (milliseconds) in which nothing
    happens. key_prefix: how its keys begin in the documentation. has_avoid_domains: whether a task
    may bring that field. has_browser_options: whether a browser may be opened with an environment,
    a policy and a proxy; the first pages of W1 know only the environment, but its last ones know
    all three, also as what WebRun has beyond Enigma (api.md §1.3, §9). has_output_types: whether a
    result may be asked for as JSON or CSV. file_hosts: hosts from which the files of a result may
    be fetched, beside the session's own.

    What is sent: text_name is what the text of a task or an answer is called, starting_url_name and
    message_url_name the address to start at, in run-task and in newTask. nests_task: run-task holds
    the task as `task`.
    """

    name: str
    switches: Mapping[str, Dialect]
    caps_session: bool
    key_prefix: str
    idle_ms: int = 300_000
    has_avoid_domains: bool = False
    has_browser_options: bool = False
    has_output_types: bool = False
    file_hosts: tuple[str, ...] = ()
    text_name: str = "taskDetails"
    starting_url_name: str = "startingUrl"
    message_url_name: str = "startingUrl"
    nests_task: bool = False

    def latest_end_ms(self, sent_ms: int, cap_ms: int | None) -> int:
        """When a session ends at the latest (epoch ms) that got nothing but a task with this
        maximum duration, sent at sent_ms."""
        return sent_ms + (cap_ms or DEFAULT_CAP_MS) + (0 if self.caps_session else self.idle_ms)


_WEBRUN = ServiceRules(
    name="WebRun",
    switches={MISSING_TASK_DETAILS: Dialect.E},
    caps_session=False,
    key_prefix="wr_",
    has_browser_options=True,
    has_output_types=True,
    file_hosts=("blobs.webrun.ai",),
    text_name="prompt",
    nests_task=True,
)

RULES: Mapping[Dialect, ServiceRules] = {
    Dialect.E: ServiceRules(
        name="Enigma",
        switches={MISSING_PROMPT: Dialect.W2},
        caps_session=True,
        key_prefix="enig_",
        has_avoid_domains=True,
    ),
    Dialect.W1: replace(
        _WEBRUN,
        name="WebRun, first form",
        switches={MISSING_PROMPT: Dialect.W2},
        key_prefix="enig_",
        has_avoid_domains=True,
        text_name="taskDetails",
        # Its pages call the address of run-task startingUrl and startingPoint (api.md §1.4).
        message_url_name="startingPoint",
        nests_task=False,
    ),
    Dialect.W2: _WEBRUN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Host:
    """A host of the service. dialects: what it speaks, the preset first."""

    dialects: tuple[Dialect, ...]
    account_page: str


_HOSTS = {
    "connect.enigma.click": _Host(
        dialects=(Dialect.E,), account_page="https://enigma.click/settings"
    ),
    "connect.webrun.ai": _Host(
        dialects=(Dialect.W2, Dialect.W1), account_page="https://app.webrun.ai/usage"
    ),
}


def dialect_of_host(host: str) -> Dialect:
    """The dialect that is preset for a host: E where nobody knows the host."""
    return _HOSTS[host].dialects[0] if host in _HOSTS else Dialect.E


def fits_host(dialect: Dialect, host: str) -> bool:
    """False where a host is known to speak another one."""
    return host not in _HOSTS or dialect in _HOSTS[host].dialects


def account_page_of_host(host: str) -> str | None:
    """The address of the page with a person's account, None where nobody knows the host."""
    return _HOSTS[host].account_page if host in _HOSTS else None


def foreign_prefix(key: str, dialect: Dialect) -> str | None:
    """How a key begins that looks like one for another dialect, None for any other key."""
    prefix = known_prefix(key)
    return None if prefix == RULES[dialect].key_prefix else prefix


def known_prefix(key: str) -> str | None:
    """How a key begins, where one of the dialects has such keys."""
    prefixes = (rules.key_prefix for rules in RULES.values())
    return next((prefix for prefix in prefixes if key.startswith(prefix)), None)


def host_of_keys(prefix: str, host: str) -> str | None:
    """The known host for which keys that begin so are, where this one is known to be for others."""
    hosts = [
        name
        for name, known in _HOSTS.items()
        if any(RULES[dialect].key_prefix == prefix for dialect in known.dialects)
    ]
    return hosts[0] if hosts and host in _HOSTS and host not in hosts else None
