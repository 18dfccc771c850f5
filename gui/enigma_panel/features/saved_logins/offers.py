"""Saved logins: which of them may be filled in for a host, and which hosts only look like theirs.

A login is offered for the very host for which it was saved, and for others of its registrable
domain only where the person said so once. Where a task's words leave a doubt about the host, the
person chooses it.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.secrets.hidden_marks import has_hidden_marks
from enigma_panel.features.saved_logins.sites import registrable, site_of_address, sites_in
from enigma_panel.store.settings import SavedLogin

ONE_OFF_CHARS, TWO_OFF_CHARS = 5, 9
"""Lengths from which a name with one, or two, other letters looks like another one."""
MOST_CHOICES = 12
PART_CHARS, INSIDE_CHARS = 4, 6
"""Lengths from which a name is found between hyphens and dots, or anywhere: shorter ones stand
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


class LoginHost(Struct, frozen=True, kw_only=True):
    """The host that a task's login would be for, by its address or its words.

    host: in lower case, without "www.", "" where none is named or there is a doubt. is_plain: a
    name of ASCII letters without port or user name: nothing is filled in elsewhere. choices: in
    doubt the hosts of which the person chooses one.
    """

    host: str = ""
    is_plain: bool = True
    choices: tuple[str, ...] = ()


class LoginOffers(Struct, frozen=True, kw_only=True):
    """What can be filled in: logins, the one used last first. on_domain: those of other hosts of
    the same domain, which are offered once the person wants it. alike: a saved host that this one
    only looks like."""

    logins: tuple[SavedLogin, ...] = ()
    on_domain: tuple[SavedLogin, ...] = ()
    alike: str = ""


@lru_cache(maxsize=32)  # of the questions that are open
def login_host(spec: TaskSpec, question: str = "") -> LoginHost:
    """The host of a task's starting URL or its words, if those and its agent's question name no
    other."""
    named = sites_in(spec.text)
    first = site_of_address(spec.starting_url or "")
    if first is not None:
        named = [first, *(site for site in named if site.is_certain)]
    sites = {(site.host, site.is_plain) for site in named if site.is_site}
    is_clear = len(sites) == 1 and named[0].is_certain and not has_hidden_marks(spec.text)
    if is_clear and not another_site(question, named[0].host):
        return LoginHost(host=named[0].host, is_plain=named[0].is_plain)
    choices = dict.fromkeys(site.host for site in named if site.is_site and site.is_plain)
    return LoginHost(choices=tuple(choices)[:MOST_CHOICES])


def another_site(question: str, host: str) -> str:
    """The first host in a question that is none of this one's domain; "" where all are."""
    named = (site.host for site in sites_in(question) if site.is_site)
    return next((one for one in named if registrable(one) != registrable(host)), "")


def offers_for(place: LoginHost, saved: Iterable[SavedLogin]) -> LoginOffers:
    """The saved logins that may be filled in on that host."""
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


def _is_near(host: str, saved: str) -> bool:
    return host != saved and registrable(host) == registrable(saved)


def _shown(host: str) -> str:
    """The host as a reader sees it: with the letters for which "xn--" stands."""
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
    """Return one string for all names that look alike."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = plain.translate(_ALIKE).replace("-", "")
    for pair, drawn in _PAIRS:
        plain = plain.replace(pair, drawn)
    return plain


def _is_embedded(name: str, host: str) -> bool:
    """Whether the name stands inside another host's: 'amazon' in 'amazon-login.com',
    'amazon.com.example.org' and 'myamaz0nshop.com'."""
    if len(name) >= INSIDE_CHARS:
        return name in host or _skeleton(name) in _skeleton(host)
    parts = re.split(r"[.-]", host)
    looks = {name, _skeleton(name)}
    return len(name) >= PART_CHARS and any(looks & {part, _skeleton(part)} for part in parts)


def _distance(one: str, other: str, most: int) -> int:
    """The number of letters changed, missing, added or swapped; `most` + 1 where it is larger."""
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
