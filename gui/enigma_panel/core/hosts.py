"""Host names: what is one, and which site a text speaks of."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

MAX_SITE_CHARS = 60
_LOOK_AT = 20_000

_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_URL = re.compile(r"""\bhttps?://[^\s"'<>()]{1,2000}""", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w@./-])(?:[^\W_][\w-]{0,62}\.){1,6}[A-Za-z]{2,12}(?![\w@-])")

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
    return _short(host)


def first_site(text: str) -> str | None:
    """The site that a text names first, by URL or by bare domain; None where it names none."""
    text = text[:_LOOK_AT]
    found = [(m.start(), site_of_url(m.group().rstrip(".,;:!?"))) for m in _URL.finditer(text)]
    found += [(m.start(), _short(m.group())) for m in _DOMAIN.finditer(text) if _is_site(m.group())]
    return next((site for _start, site in sorted(found, key=lambda f: f[0]) if site), None)


def _is_site(domain: str) -> bool:
    """True where the ending is one of the web; "report.pdf", "Node.js" and "done.Then" are none."""
    ending = domain.rpartition(".")[2]
    if not (ending.islower() or domain.isupper()):
        return False
    ending = ending.lower()
    return ending in _GENERIC or (len(ending) == 2 and ending not in _FILE_ENDINGS)


def _short(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")[:MAX_SITE_CHARS]
