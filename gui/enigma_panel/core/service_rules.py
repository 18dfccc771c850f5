"""What differs between the dialects of the service in time, limits, fields and their names
(api.md §2, §9).

A dialect is a name for how the service is spoken to. What is decided by it is asked of its rules,
never of its name.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field as with_default
from msgspec.structs import replace

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


class Field(StrEnum):
    """The field in which a person typed it."""

    TASK = "task"
    STARTING_URL = "starting_url"
    TIME_LIMIT = "time_limit"
    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"
    AVOID_DOMAINS = "avoid_domains"
    OUTPUT_SCHEMA = "output_schema"
    OUTPUT_TYPE = "result"
    ENVIRONMENT = "environment"
    POLICY = "policy"
    PROXY = "proxy"
    PROXY_COUNTRY = "proxy_country"
    PROXY_ADDRESS = "proxy_address"
    KEY = "key"


class ServiceRules(Struct, frozen=True, kw_only=True):
    """The rules of one dialect.

    name: of the service that speaks it. switches: the dialect that a refusal with this code asks
    for, where it is written in another way. caps_session: a maximum duration ends the whole
    session; else the task alone, and a session ends after idle_ms (milliseconds) in which nothing
    happens. key_prefix: how its keys begin in the documentation. file_hosts: hosts from which the
    files of a result may be opened, beside the session's own.

    names: what it calls the fields that it has, on the wire; the text of an answer as that of a
    task. in_new_task: those that newTask calls otherwise. nests_task: run-task holds the task as
    `task`. opens_page: start-session takes the address to start at and, where the service wants
    one, a text; else newTask takes the address.
    """

    name: str
    switches: Mapping[str, Dialect]
    caps_session: bool
    key_prefix: str
    names: Mapping[Field, str]
    in_new_task: Mapping[Field, str] = with_default(default_factory=dict)
    idle_ms: int = 300_000
    file_hosts: tuple[str, ...] = ()
    nests_task: bool = False
    opens_page: bool = False

    def latest_end_ms(self, sent_ms: int, cap_ms: int | None) -> int:
        """The latest end (epoch ms) of a session with a task of that duration alone, sent then."""
        return sent_ms + (cap_ms or DEFAULT_CAP_MS) + (0 if self.caps_session else self.idle_ms)


_OF_ALL = {
    Field.STARTING_URL: "startingUrl",
    Field.TIME_LIMIT: "maxDuration",
    Field.INPUT_TOKENS: "maxInputTokens",
    Field.OUTPUT_TOKENS: "maxOutputTokens",
}
_OF_ENIGMA = _OF_ALL | {Field.TASK: "taskDetails", Field.AVOID_DOMAINS: "avoidDomains"}
# The first pages of W1 know only the environment of a browser, but its last ones know all three,
# also as what WebRun has beyond Enigma (api.md §1.3, §9).
_BEYOND_ENIGMA = {
    Field.OUTPUT_TYPE: "outputType",
    Field.OUTPUT_SCHEMA: "outputSchema",
    Field.ENVIRONMENT: "environmentId",
    Field.POLICY: "policyId",
    Field.PROXY: "proxy",
}
_WEBRUN = ServiceRules(
    name="WebRun",
    switches={MISSING_TASK_DETAILS: Dialect.E},
    caps_session=False,
    key_prefix="wr_",
    names=_OF_ALL | {Field.TASK: "prompt"} | _BEYOND_ENIGMA,
    file_hosts=("blobs.webrun.ai",),
    nests_task=True,
)

RULES: Mapping[Dialect, ServiceRules] = {
    Dialect.E: ServiceRules(
        name="Enigma",
        switches={MISSING_PROMPT: Dialect.W2},
        caps_session=True,
        key_prefix="enig_",
        names=_OF_ENIGMA,
        opens_page=True,
    ),
    Dialect.W1: replace(
        _WEBRUN,
        name="WebRun, first form",
        switches={MISSING_PROMPT: Dialect.W2},
        key_prefix="enig_",
        names=_OF_ENIGMA | _BEYOND_ENIGMA,
        # Its pages call the address of run-task startingUrl and startingPoint (api.md §1.4).
        in_new_task={Field.STARTING_URL: "startingPoint"},
        nests_task=False,
    ),
    Dialect.W2: _WEBRUN,
}


class _Host(Struct, frozen=True, kw_only=True):
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


SERVICES = {RULES[of.dialects[0]].name: f"https://{host}" for host, of in _HOSTS.items()}
"""The address of each service by its name."""


def dialect_of_host(host: str) -> Dialect:
    """The dialect that is preset for a host: E where the host is unknown."""
    return _HOSTS[host].dialects[0] if host in _HOSTS else Dialect.E


def fits_host(dialect: Dialect, host: str) -> bool:
    """False where a host is known to speak another one."""
    return host not in _HOSTS or dialect in _HOSTS[host].dialects


def account_page_of_host(host: str) -> str | None:
    """The address of the page with a person's account, None where the host is unknown."""
    return _HOSTS[host].account_page if host in _HOSTS else None


def known_prefix(key: str) -> str | None:
    """The prefix of a key, where one of the dialects has such keys."""
    prefixes = (rules.key_prefix for rules in RULES.values())
    return next((prefix for prefix in prefixes if key.startswith(prefix)), None)


def host_of_keys(prefix: str, host: str) -> str | None:
    """The known host for keys with that prefix, if this one is known to be for others."""
    hosts = [
        name
        for name, known in _HOSTS.items()
        if any(RULES[dialect].key_prefix == prefix for dialect in known.dialects)
    ]
    return hosts[0] if hosts and host in _HOSTS and host not in hosts else None
