"""Saved logins: which of them may be filled in for a host, and which hosts only look like theirs.

A login is offered for the very host for which it was saved, and for others of its registrable
domain only where the person said so once. The list of public suffixes comes with a library.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.validation import (
    MAX_SITE_CHARS,
    NO_SITE,
    first_url,
    is_host,
    site_of,
    site_of_url,
)

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

ONE_OFF_CHARS, TWO_OFF_CHARS = 5, 9
"""From so many letters on a name with one, or two, other letters looks like another one."""
PART_CHARS, INSIDE_CHARS = 4, 6
"""A name of so many letters is found between hyphens and dots, or anywhere: shorter ones stand
there by chance."""

# What fonts draw alike, as it is drawn: letters of other scripts, digits, and pairs.
_ALIKE = str.maketrans(
    {
        **dict(zip("0134578", "oleastb", strict=True)),
        **dict(zip("авезікмнорстухјѕԁԛԝһҫӏ", "abezikmhopctyxjsdqwhcl", strict=True)),
        **dict(zip("αβγεικνορτυχωηκ", "abyeikvoptuxwnk", strict=True)),
        **dict(zip("աոսցօհզքշ", "anugohqpz", strict=True)),
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "ɡ": "g",
        "ɑ": "a",
        "|": "l",
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"), ("q", "g"), ("u", "v"))


class SavedLogin(Struct, frozen=True, kw_only=True):
    """A login without its password, which is in the keychain alone.

    host: in lower case, without "www."; used_ms: when it was used last (epoch ms). whole_domain:
    it is also offered on other hosts of its registrable domain.
    """

    host: str
    account: str
    used_ms: int = 0
    whole_domain: bool = False


class LoginHost(Struct, frozen=True, kw_only=True):
    """Where a task's login would be, by its address or its words. host: in lower case, without
    "www.", "" where none is named. is_plain: a name of ASCII letters without port or user name:
    nothing is filled in elsewhere."""

    host: str = ""
    is_plain: bool = True


class LoginOffers(Struct, frozen=True, kw_only=True):
    """What can be filled in: logins, the one used last first. on_domain: those of other hosts of
    the same domain, which are offered once the person wants it. alike: a saved host that this one
    only looks like."""

    logins: tuple[SavedLogin, ...] = ()
    on_domain: tuple[SavedLogin, ...] = ()
    alike: str = ""


@lru_cache(maxsize=32)  # of the questions that are open
def login_host(spec: TaskSpec) -> LoginHost:
    """The host that a task names first, in its starting URL or its text."""
    url = spec.starting_url or first_url(spec.text) or ""
    host = site_of(spec)
    if host == NO_SITE:
        return LoginHost()
    is_url = site_of_url(url) == host
    return LoginHost(host=host, is_plain=_is_plain(host) and not (is_url and _is_odd(url)))


def offers_for(place: LoginHost, saved: Iterable[SavedLogin]) -> LoginOffers:
    """Which of the saved logins may be filled in there."""
    newest_first = sorted(saved, key=lambda login: -login.used_ms)
    if not place.host:
        return LoginOffers()
    exact = [one for one in newest_first if one.host == place.host] if place.is_plain else []
    near = [one for one in newest_first if place.is_plain and _is_near(place.host, one.host)]
    offered = [*exact, *(one for one in near if one.whole_domain)]
    on_domain = [one for one in near if not one.whole_domain]
    if offered or on_domain:
        return LoginOffers(logins=tuple(offered), on_domain=tuple(on_domain))
    alike = (one.host for one in newest_first if looks_like(place.host, one.host))
    return LoginOffers(alike=next(alike, ""))


def registrable(host: str) -> str:
    """'bank.co.uk' of 'www.bank.co.uk'; the host itself where it has none: below a private suffix
    as github.io each name is somebody else's."""
    return _suffixes().privatesuffix(host) or host


def looks_like(host: str, saved: str) -> bool:
    """Whether somebody may take this host for the saved one, which it is not."""
    host, saved = _shown(host), _shown(saved)
    if host == saved or registrable(host) == registrable(saved):
        return False
    name, known = _name(host), _name(saved)
    if name == known or _skeleton(name) == _skeleton(known):
        return True
    most = 2 if len(known) >= TWO_OFF_CHARS else 1 if len(known) >= ONE_OFF_CHARS else 0
    drawn = (_skeleton(name), _skeleton(known))
    if min(_distance(name, known, most), _distance(*drawn, most)) <= most:
        return True
    return f".{saved}." in f".{host}" or _is_embedded(known, host)


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 40 ms, when it is first needed

    return PublicSuffixList(accept_unknown=True)


def _is_plain(host: str) -> bool:
    """A name of ASCII letters, no address: "xn--" is how other letters are written in ASCII."""
    is_name = is_host(host) and not host.replace(".", "").isdecimal() and "." in host
    is_whole = len(host) < MAX_SITE_CHARS  # else two hosts may look the same here
    return host.isascii() and is_name and is_whole and "xn--" not in host


def _is_odd(url: str) -> bool:
    """With a port or a user name; or no URL that can be read."""
    try:
        parts = urlsplit(url.strip())
        has_port = parts.port is not None
    except ValueError:
        return True
    return has_port or "@" in parts.netloc


def _is_near(host: str, saved: str) -> bool:
    return host != saved and registrable(host) == registrable(saved)


def _shown(host: str) -> str:
    """As it is read: with the letters for which "xn--" stands."""
    labels = []
    for label in host.split("."):
        try:
            labels.append(label[4:].encode().decode("punycode") if label[:4] == "xn--" else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)


def _name(host: str) -> str:
    """'amazon' of 'www.amazon.co.uk'."""
    return registrable(host).partition(".")[0]


def _skeleton(name: str) -> str:
    """Names that look the same have the same."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = plain.translate(_ALIKE).replace("-", "")
    for pair, drawn in _PAIRS:
        plain = plain.replace(pair, drawn)
    return plain


def _is_embedded(name: str, host: str) -> bool:
    """'amazon' in 'amazon-login.com', 'amazon.com.example.org' and 'myamaz0nshop.com'."""
    if len(name) >= INSIDE_CHARS:
        return name in host or _skeleton(name) in _skeleton(host)
    parts = re.split(r"[.-]", host)
    looks = {name, _skeleton(name)}
    return len(name) >= PART_CHARS and any(looks & {part, _skeleton(part)} for part in parts)


def _distance(one: str, other: str, most: int) -> int:
    """How many letters are other, lacking, added or swapped; `most` + 1 where that is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, known in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != known))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == known:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
