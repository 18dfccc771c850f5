"""The hosts that a text names, read for a login: none is passed over, no file is taken for one."""

import re
import unicodedata
from functools import cache
from urllib.parse import urlsplit

from msgspec import Struct
from publicsuffixlist import PublicSuffixList

from enigma_panel.api.address import is_ip
from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.validation import MAX_SITE_CHARS, is_host, short_host, site_of_url

RESERVED = frozenset({"example", "localhost", "test"})
"""Endings that are used although they belong to nobody."""
FILE_ENDINGS = frozenset({"cc", "md", "mov", "ps", "py", "rs", "sh", "so", "zip"})
"""Endings of hosts and of files, of which those of files are met more often."""
_READ_CHARS = 20_000
_DOTS = str.maketrans("\u2024\u3002\uff0e\uff61", "....")
"""Characters that a browser, or a reader, takes for the dot in a host's name."""
_LABEL = r"\w[\w-]{0,62}"
_NAMED = lazy_compile(
    r"""(?P<url>\b[a-z][a-z0-9+.-]{0,20}://[^\s"'<>()]+)"""
    r"""|(?<![^\s@/"'<>(),;])[^\s@/:"'<>(),;]{1,64}@[\w-]+(?:\.[\w-]+)+(?![\w-]|\.\w|[/:@]\S)"""
    rf"|(?P<name>(?<!\w)(?:{_LABEL}(?:\.{_LABEL})+|localhost(?![\w.-])"
    rf"|[a-z][\w-]{{0,62}}(?=:[0-9]{{2,5}}(?![\w:.]))))(?P<odd>@|:[0-9])?"
    r"|(?P<part>[^\x00-\x7f\s]\.\w\w)",
    re.IGNORECASE,
)
"""URLs, e-mail addresses (which name no site), whatever may be the bare name of a host, and a point
behind a sign or a mark, as names in some scripts and with emojis have it."""
_ENDING = lazy_compile(r"[a-z]{2,}|[^\W\d_]*[^\x00-\x7f\W\d_][^\W\d_]*|xn--[\w-]+", re.IGNORECASE)


class NamedSite(Struct, frozen=True):
    """A host, or what may be one: in lower case, without "www."; is_plain: see LoginHost."""

    host: str
    is_site: bool = True
    is_certain: bool = True
    is_plain: bool = False


def sites_in(text: str) -> list[NamedSite]:
    """The hosts that a text names, in their order, and what may be one."""
    text = unicodedata.normalize("NFC", text[:_READ_CHARS]).translate(_DOTS)
    found = (_read(match) for match in _NAMED.finditer(text))
    return [site for site in found if site is not None]


def site_of_address(url: str) -> NamedSite | None:
    """The host of an http(s) URL."""
    host = site_of_url(url)
    return NamedSite(host, is_plain=_is_plain(host) and not _is_odd(url)) if host else None


def registrable(host: str) -> str:
    """'bank.co.uk' of 'www.bank.co.uk'; the host itself below a private suffix (github.io)."""
    return _suffixes().privatesuffix(host) or host


@cache
def _suffixes() -> PublicSuffixList:
    """The list of public endings, read when it is first needed: that takes 40 ms."""
    return PublicSuffixList(accept_unknown=True)


def _read(match: re.Match[str]) -> NamedSite | None:
    """The host that a match names; None for an e-mail address and for what is no host's name."""
    unreadable = NamedSite("", is_site=False, is_certain=False)
    if match["url"]:
        return site_of_address(match["url"].rstrip(".,;:!?")) or unreadable
    if match["part"]:
        return unreadable
    name = match["name"] or ""
    ending = name.rpartition(".")[2]
    is_address = is_ip(name)
    is_alone = ending == name != ""  # "localhost", or a name with a port
    if not (is_address or is_alone or _ENDING.fullmatch(ending)):
        return None
    if not is_host(name):
        return unreadable
    host = short_host(name)
    is_odd = match["odd"] is not None or match.string[: match.start()].endswith("@")
    is_site = is_address or _has_known_ending(host)
    is_typed = ending == ending.lower() or name.isupper()
    is_typed = is_typed and ending.lower() not in FILE_ENDINGS and not _is_part(match)
    is_certain = is_site and (is_odd or is_typed)
    return NamedSite(host, is_site, is_certain, is_plain=_is_plain(host) and not is_odd)


def _is_part(match: re.Match[str]) -> bool:
    """Whether a mark or a sign stands at it: then the name may be a longer one."""
    around = match.string[: match.start()][-1:] + match.string[match.end() :][:1]
    return any(not char.isascii() and unicodedata.category(char)[0] in "MS" for char in around)


def _has_known_ending(host: str) -> bool:
    is_reserved = host.rpartition(".")[2] in RESERVED
    return is_reserved or _suffixes().publicsuffix(host, accept_unknown=False) is not None


def _is_plain(host: str) -> bool:
    """Whether the host is a name of ASCII letters ("xn--" hides others), no address."""
    is_name = is_host(host) and not host.replace(".", "").isdecimal() and "." in host
    is_whole = len(host) < MAX_SITE_CHARS  # else two hosts may look the same here
    return host.isascii() and is_name and is_whole and "xn--" not in host


def _is_odd(url: str) -> bool:
    """Whether the URL has a port or a user name, or cannot be read."""
    try:
        parts = urlsplit(url.strip())
        has_port = parts.port is not None
    except ValueError:
        return True
    return has_port or "@" in parts.netloc
