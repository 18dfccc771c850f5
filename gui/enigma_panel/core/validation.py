"""Checks of what a person typed, made before anything is sent, and the site that it names.

Every check returns a tuple of findings, empty when all is well, in the order in which to show them.
Lengths are characters, time is seconds where a person types it (a TaskSpec holds milliseconds).
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import reduce
from ipaddress import ip_address
from operator import attrgetter
from typing import Any, NoReturn
from urllib.parse import urlsplit

from msgspec import Struct, field as with_default
from msgspec.structs import replace

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.models import BrowserOptions, Limits, OutputType, Proxy, TaskSpec
from enigma_panel.core.secrets.hidden import Hidden, HidingStruct
from enigma_panel.core.service_rules import Field, ServiceRules

MAX_TASK_CHARS = 20_000
"""Longest task text; our own limit, the service documents none (api.md §11.4)."""

MAX_TIME_S = 300
MAX_TOKENS = 100_000
"""The widest documented range is 0…100000 for both token limits (api.md §1.3)."""

MAX_KEY_CHARS = 1_000
"""Longest API key: keychains hold some 1,280 characters at worst."""

NO_SITE = "session"
"""The name of a session whose task names no site."""

MAX_SITE_CHARS = 60
_READ_CHARS = 20_000
"""How many characters of a text are searched for a site."""

_LABEL = lazy_compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_URL = lazy_compile(r"""\bhttps?://[^\s"'<>()]{1,2000}""", re.IGNORECASE)
_DOMAIN = lazy_compile(r"(?<![\w@./-])(?:[^\W_][\w-]{0,62}\.){1,6}[A-Za-z]{2,12}(?![\w@-])")

# Two letters are a country, but for the endings of file names that people write into tasks.
_FILE_ENDINGS = frozenset({"js", "ts", "py", "rs", "md", "sh", "ps", "so", "pl", "cc", "vb"})
# fmt: off
_GENERIC = frozenset({
    "com", "org", "net", "edu", "gov", "int", "mil", "info", "biz", "app", "dev", "ai", "io",
    "co", "me", "tv", "shop", "store", "click", "cloud", "online", "site", "tech", "news", "blog",
    "wiki", "live", "world", "travel", "museum", "xyz", "page", "web", "design", "agency",
    "email", "games", "jobs", "health", "money", "bank", "media", "social", "studio", "academy",
    "software", "systems", "solutions", "support", "example",
})
# fmt: on

_UNPRINTABLE = lazy_compile(r"[\s\\\x00-\x1f\x7f-\x9f]")
_BARE_PORT = lazy_compile(r"(?:[^/?#:]*\.[^/?#:]*|localhost):\d+(?:[/?#].*)?", re.IGNORECASE)
_COUNTRY = lazy_compile(r"(?:[A-Za-z]{2})?")
_HOST_PORT = lazy_compile(
    r"(?:\[(?P<ip6>[^\[\]%\s]+)\]|(?P<host>[^\[\]:\s]+)):(?P<port>[0-9]{1,5})"
)
_BEARER = lazy_compile(r"\bbearer\s", re.IGNORECASE)
_KEY = lazy_compile("[!-~]+")
_SEPARATORS = lazy_compile(r"[\s,;]+")


class Problem(StrEnum):
    """A kind of problem. In brackets: the parameters of the finding."""

    EMPTY = "empty"
    TOO_LONG = "too_long"  # length, limit
    MISSING_SCHEME = "missing_scheme"  # suggested
    BAD_SCHEME = "bad_scheme"  # scheme
    NO_HOST = "no_host"
    BAD_URL = "bad_url"
    OUT_OF_RANGE = "out_of_range"  # value, low, high
    BAD_DOMAIN = "bad_domain"  # domain
    BAD_ID = "bad_id"
    BAD_COUNTRY = "bad_country"
    BAD_ADDRESS = "bad_address"
    USER_INFO = "user_info"
    HEADER_PASTED = "header_pasted"
    BAD_KEY = "bad_key"
    NO_JSON = "no_json"  # line, column
    NO_SCHEMA = "no_schema"
    NO_COLUMNS = "no_columns"


class Finding(HidingStruct, frozen=True, kw_only=True):
    """One problem with one field. `suggested` is a text that would pass."""

    field: Field
    problem: Problem
    params: Mapping[str, str | int] = with_default(default_factory=dict)
    suggested: Hidden[str | None] = None


Findings = tuple[Finding, ...]


def check_task_text(text: str) -> Findings:
    """Check a task's text: not blank, and at most MAX_TASK_CHARS characters."""
    if not text.strip():
        return (Finding(field=Field.TASK, problem=Problem.EMPTY),)
    return _too_long(Field.TASK, text, MAX_TASK_CHARS)


def check_starting_url(url: str | None) -> Findings:
    """Check a starting URL: None or "", else http or https with a host."""
    text = (url or "").strip()
    found = _url_problem(text) if text else None
    if found is None:
        return ()
    params: dict[str, str | int] = {}
    suggested = None
    if found is Problem.BAD_SCHEME:
        params["scheme"] = text.partition(":")[0].lower()[:40]
    if found is Problem.MISSING_SCHEME:
        suggested = "https://" + text.removeprefix("//")
    return (Finding(field=Field.STARTING_URL, problem=found, params=params, suggested=suggested),)


def _url_problem(text: str) -> Problem | None:
    if _UNPRINTABLE.search(text):
        return Problem.BAD_URL
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return Problem.BAD_URL
    if not parts.scheme or _BARE_PORT.fullmatch(text):
        return Problem.MISSING_SCHEME
    if parts.scheme not in {"http", "https"}:
        return Problem.BAD_SCHEME
    if not host:
        return Problem.NO_HOST
    return None if is_host(host) else Problem.BAD_URL


class NumberLimit(Struct, frozen=True):
    """A limit typed as a whole number low…high; `name` of Limits holds it times `parts`."""

    name: str
    low: int
    high: int
    parts: int = 1

    def of(self, limits: Limits) -> int | None:
        held: int | None = getattr(limits, self.name)
        return held

    def typed(self, limits: Limits) -> int | None:
        """The value as typed, rounded outwards: 300,001 ms is over 300 s, 999 ms under 1 s."""
        held = self.of(limits)
        if held is None:
            return None
        return -(-held // self.parts) if held > self.parts else held // self.parts


NUMBERS: Mapping[Field, NumberLimit] = {
    Field.TIME_LIMIT: NumberLimit("max_duration_ms", 1, MAX_TIME_S, parts=1000),
    Field.INPUT_TOKENS: NumberLimit("max_input_tokens", 0, MAX_TOKENS),
    Field.OUTPUT_TOKENS: NumberLimit("max_output_tokens", 0, MAX_TOKENS),
}


def check_numbers(limits: Limits) -> Findings:
    return tuple(
        out_of_range(field, value)
        for field, number in NUMBERS.items()
        if (value := number.typed(limits)) is not None and not number.low <= value <= number.high
    )


def out_of_range(field: Field, value: int) -> Finding:
    """The finding about a number that is too small or too large."""
    params = {"value": value, "low": NUMBERS[field].low, "high": NUMBERS[field].high}
    return Finding(field=field, problem=Problem.OUT_OF_RANGE, params=params)


def split_domains(text: str) -> tuple[str, ...]:
    """Domains from a text with commas, semicolons, spaces or line breaks: lower case, each once."""
    return tuple(dict.fromkeys(part.lower() for part in _SEPARATORS.split(text) if part))


def check_avoid_domains(domains: Sequence[str]) -> Findings:
    """Check domains: host names with at least one dot, or addresses; each bad one is named."""
    return tuple(
        Finding(
            field=Field.AVOID_DOMAINS, problem=Problem.BAD_DOMAIN, params={"domain": domain[:80]}
        )
        for domain in domains
        if not (is_host(domain) and ("." in domain or ":" in domain))
    )


def check_browser(options: BrowserOptions) -> Findings:
    """Check what a browser is opened with: ids, a country, host:port of one's own proxy."""
    ids = {Field.ENVIRONMENT: options.environment_id, Field.POLICY: options.policy_id}
    problems = {name: Problem.BAD_ID for name, text in ids.items() if not _is_id(text)}
    if options.proxy is Proxy.SERVICE and not _COUNTRY.fullmatch(options.proxy_country):
        problems[Field.PROXY_COUNTRY] = Problem.BAD_COUNTRY
    if options.proxy in {Proxy.HTTP, Proxy.SOCKS}:
        found = _address_problem(options.proxy_address)
        problems |= {Field.PROXY_ADDRESS: found} if found else {}
    return tuple(Finding(field=name, problem=problem) for name, problem in problems.items())


def _is_id(text: str) -> bool:
    """Whether the text can be an id: a pasted one may hold characters that are not seen."""
    return text.isprintable() and not _UNPRINTABLE.search(text)


def _address_problem(address: str) -> Problem | None:
    if "@" in address:
        return Problem.USER_INFO
    host, port = split_host_port(address)
    return None if is_host(host) and 0 < int(port) < 65_536 else Problem.BAD_ADDRESS


def split_host_port(address: str) -> tuple[str, str]:
    """The host and the port of "host:port", and of "[::1]:port"; both empty of anything else."""
    found = _HOST_PORT.fullmatch(address)
    return (found["ip6"] or found["host"], found["port"]) if found else ("", "")


def columns_schema(text: str) -> str:
    """The JSON list of the columns in a text, by comma or line; such a list stays as it is."""
    if text.lstrip().startswith("["):
        return text
    names = [name.strip() for line in text.splitlines() for name in line.split(",")]
    return json.dumps([name for name in names if name], ensure_ascii=False)


def check_output_schema(output: OutputType, text: str) -> Findings:
    """Check that a JSON Schema is an object and CSV columns a list; the rest is the service's."""
    if output is OutputType.TEXT:
        return ()
    field = Field.OUTPUT_SCHEMA
    if not text.strip():
        return (Finding(field=field, problem=Problem.EMPTY),)
    try:
        schema = strict_json(text)
    except (ValueError, RecursionError) as error:
        return (Finding(field=field, problem=Problem.NO_JSON, params=json_place(error)),)
    if output is OutputType.JSON:
        is_good, problem = isinstance(schema, dict), Problem.NO_SCHEMA
    else:
        is_good, problem = _are_columns(schema), Problem.NO_COLUMNS
    return () if is_good else (Finding(field=field, problem=problem),)


def _are_columns(names: object) -> bool:
    if not isinstance(names, list) or not names:
        return False
    return all(isinstance(name, str) and name.strip() for name in names)


def strict_json(text: str) -> Any:
    """Decode JSON without NaN and Infinity, which Python would read; raises ValueError."""
    return json.loads(text, parse_constant=refuse_constant)


def refuse_constant(name: str) -> NoReturn:
    """Raise ValueError; for the `parse_constant` of `json.loads`."""
    raise ValueError(name)


def json_place(error: Exception) -> dict[str, str | int]:
    """The line and the column at which a text stops being JSON; empty where they are unknown."""
    if isinstance(error, json.JSONDecodeError):
        return {"line": error.lineno, "column": error.colno}
    return {}


def check_spec(spec: TaskSpec) -> Findings:
    return (
        *check_task_text(spec.text),
        *check_starting_url(spec.starting_url),
        *check_numbers(spec.limits),
        *check_avoid_domains(spec.limits.avoid_domains),
        *check_browser(spec.browser),
        *check_output_schema(spec.output_type, spec.output_schema),
    )


_NOTHING = TaskSpec(text="")
_HELD_IN: Mapping[Field, tuple[str, ...]] = {
    **{field: (f"limits.{number.name}",) for field, number in NUMBERS.items()},
    Field.AVOID_DOMAINS: ("limits.avoid_domains",),
    Field.ENVIRONMENT: ("browser.environment_id",),
    Field.POLICY: ("browser.policy_id",),
    Field.PROXY: ("browser.proxy", "browser.proxy_country", "browser.proxy_address"),
    Field.OUTPUT_TYPE: ("output_type", "output_schema"),
}
"""Where a TaskSpec holds what a dialect may lack: the field that decides, then its parts."""
_GETTERS = {field: attrgetter(paths[0]) for field, paths in _HELD_IN.items()}


def unsupported_fields(spec: TaskSpec, rules: ServiceRules) -> tuple[Field, ...]:
    """The fields of a task that a dialect does not have: there they would be left out."""
    return tuple(
        field
        for field, get in _GETTERS.items()
        if field not in rules.names and get(spec) != get(_NOTHING)
    )


def without_unsupported(spec: TaskSpec, rules: ServiceRules) -> TaskSpec:
    """The task as far as a dialect has it."""
    paths = [path for field in unsupported_fields(spec, rules) for path in _HELD_IN[field]]
    return reduce(_cleared, paths, spec)


def _cleared(spec: TaskSpec, path: str) -> TaskSpec:
    """The task without one of its values, or without one in a part of it."""
    part, _, name = path.rpartition(".")
    nothing: Any = attrgetter(path)(_NOTHING)
    inner: Any = replace(getattr(spec, part), **{name: nothing}) if part else nothing
    return replace(spec, **{part or name: inner})


def check_key(text: str) -> Findings:
    """Check the form of an API key; whether it is valid only the service knows."""
    if not text:
        return (Finding(field=Field.KEY, problem=Problem.EMPTY),)
    if _BEARER.search(text):
        return (Finding(field=Field.KEY, problem=Problem.HEADER_PASTED),)
    if not _KEY.fullmatch(text):
        return (Finding(field=Field.KEY, problem=Problem.BAD_KEY),)
    return _too_long(Field.KEY, text, MAX_KEY_CHARS)


def _too_long(where: Field, text: str, limit: int) -> Findings:
    if len(text) <= limit:
        return ()
    params = {"length": len(text), "limit": limit}
    return (Finding(field=where, problem=Problem.TOO_LONG, params=params),)


def site_of(spec: TaskSpec) -> str:
    """The site that a session is named after, without "www.".

    It is the host of the starting URL, else of the first URL or bare domain ("amazon.com") in the
    text, else "session".
    """
    return site_of_url(spec.starting_url or "") or first_site(spec.text) or NO_SITE


def is_host(text: str) -> bool:
    """True for a host name (labels of letters, digits and inner hyphens) or an IP address."""
    try:
        ip_address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        # Only digits and dots, but no address: nobody's name.
        named = not labels[-1].isdecimal()
        return named and len(text) <= 253 and all(map(_LABEL.fullmatch, labels))
    return True


def site_of_url(url: str) -> str | None:
    """The host of an http(s) URL in lower case without "www.", None where it has none."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not is_host(host):
        return None
    return short_host(host)


def first_site(text: str) -> str | None:
    """The site that a text names first, by URL or by bare domain; None where it names none."""
    text = text[:_READ_CHARS]
    found = [(m.start(), site_of_url(m.group().rstrip(".,;:!?"))) for m in _URL.finditer(text)]
    found += [
        (m.start(), short_host(m.group())) for m in _DOMAIN.finditer(text) if _is_site(m.group())
    ]
    return next((site for _start, site in sorted(found, key=lambda f: f[0]) if site), None)


def _is_site(domain: str) -> bool:
    """True where the ending is one of the web; "report.pdf", "Node.js" and "done.Then" are none."""
    ending = domain.rpartition(".")[2]
    if not (ending.islower() or domain.isupper()):
        return False
    ending = ending.lower()
    return ending in _GENERIC or (len(ending) == 2 and ending not in _FILE_ENDINGS)


def short_host(host: str) -> str:
    """A host as it is shown: in lower case, without "www."."""
    return host.lower().rstrip(".").removeprefix("www.")[:MAX_SITE_CHARS]
