"""Saved logins: which of them may be filled in for a host.

A login is offered for the very host for which it was saved. Where a task's words leave a doubt
about the host, the person chooses it.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.secrets.hidden_marks import has_hidden_marks
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.features.saved_logins.sites import registrable, site_of_address, sites_in

MOST_CHOICES = 12


class LoginHost(Struct, frozen=True, kw_only=True):
    """The host that a task's login would be for, by its address or its words.

    host: in lower case, without "www.", "" where none is named or there is a doubt. is_plain: a
    name of ASCII letters without port or user name: nothing is filled in elsewhere. choices: in
    doubt the hosts of which the person chooses one.
    """

    host: str = ""
    is_plain: bool = True
    choices: tuple[str, ...] = ()


@lru_cache(maxsize=32)  # of the questions that are open
def login_host(spec: TaskSpec, question: str = "") -> LoginHost:
    """The host of a task's starting URL or its words, if no other is named there or asked for."""
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


def offers_for(place: LoginHost, saved: Iterable[SavedLogin]) -> list[SavedLogin]:
    """The logins that can be filled in, in the order in which they were saved."""
    return [one for one in saved if one.host == place.host and place.is_plain]
