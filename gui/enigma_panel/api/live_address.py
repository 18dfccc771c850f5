"""Where a session's live channel may lead: to the profile's host, by TLS, and nowhere else."""

from urllib.parse import urlsplit

from enigma_panel.api.address import BadAddressError, parse_base_url
from enigma_panel.api.ports_live import LiveError, LiveFault

_AS_HTTP = {"ws": "http", "wss": "https"}


def live_origin(socket_url: str, base_url: str) -> str:
    """Scheme (http or https), host and port of a socketURL; raises LiveError(ADDRESS).

    The session's id opens the session to whoever learns it, so it goes to the host of base_url
    alone, at whatever port, and without TLS only to this machine. A path, a query or user info is
    no address that a page shows.
    """
    try:
        origin = parse_base_url(_as_http(socket_url))
    except ValueError:  # BadAddressError is one, and so is what a text that is no URL raises
        origin = ""
    if not origin or _host(origin) != _base_host(base_url):
        # Raised out here: as a context, the error above would carry the address.
        raise LiveError(LiveFault.ADDRESS)
    return origin


def _as_http(url: str) -> str:
    scheme, mark, rest = url.strip().partition("://")
    return _AS_HTTP.get(scheme.lower(), scheme) + mark + rest


def _base_host(base_url: str) -> str | None:
    try:
        return _host(parse_base_url(base_url))
    except BadAddressError:
        return None


def _host(origin: str) -> str | None:
    return urlsplit(origin).hostname
