"""Addresses: where the API key, the live channel and a proxied connection may go."""

from collections.abc import Collection
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import idna

from enigma_panel.api.protocols import LiveError, LiveFault
from enigma_panel.core.lazy_pattern import lazy_compile

_SPOILT = lazy_compile(r"[\s\\%\x00-\x1f\x7f]")
_PORTS = {"https": 443, "http": 80}
_AS_HTTP = {"ws": "http", "wss": "https"}
_PROXY_SCHEMES = frozenset({"http", "https"})


class AddressProblem(StrEnum):
    """Why an address cannot be used."""

    EMPTY = "empty"
    NO_SCHEME = "no_scheme"
    BAD_SCHEME = "bad_scheme"  # neither https nor http
    NOT_SECURE = "not_secure"  # http to another machine
    NO_HOST = "no_host"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"
    USER_INFO = "user_info"
    EXTRA = "extra"  # a path, query or fragment


class BadAddressError(ValueError):
    """An address that cannot be used; `problem` says why. The text may hold a secret: not shown."""

    def __init__(self, problem: AddressProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def parse_base_url(text: str) -> str:
    """The service's address from what a person typed; raises BadAddressError.

    Returns scheme, host (ASCII, lower case) and port without a trailing slash. https only; http
    only for this machine (localhost, 127.0.0.0/8, ::1). The default port is left out, so equal
    addresses are equal texts.
    """
    parts, port = _split(text.strip())
    host = _ascii_host(parts.hostname or "")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadAddressError(AddressProblem.NOT_SECURE)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}")


def is_loopback(host: str) -> bool:
    """Whether it names this machine for certain: no resolver can send it elsewhere."""
    return host == "localhost" or (is_ip(host) and ip_address(host).is_loopback)


def is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _split(text: str) -> tuple[SplitResult, int | None]:
    if not text:
        raise BadAddressError(AddressProblem.EMPTY)
    if "://" not in text:
        raise BadAddressError(AddressProblem.NO_SCHEME)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise BadAddressError(AddressProblem.BAD_HOST) from None
    if parts.scheme not in _PORTS:
        raise BadAddressError(AddressProblem.BAD_SCHEME)
    if "@" in parts.netloc:
        raise BadAddressError(AddressProblem.USER_INFO)
    if parts.path.strip("/") or "?" in text or "#" in text:
        raise BadAddressError(AddressProblem.EXTRA)
    return parts, _port(parts)


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise BadAddressError(AddressProblem.BAD_PORT) from None
    if port == 0:
        raise BadAddressError(AddressProblem.BAD_PORT)
    return None if port == _PORTS[parts.scheme] else port


def _ascii_host(host: str) -> str:
    """The host as it is looked up, so that a look-alike letter shows as xn--…"""
    if not host:
        raise BadAddressError(AddressProblem.NO_HOST)
    if _SPOILT.search(host):
        raise BadAddressError(AddressProblem.BAD_HOST)
    if is_ip(host):
        return str(ip_address(host))
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise BadAddressError(AddressProblem.BAD_HOST) from None


def live_origin(socket_url: str, base_url: str) -> str:
    """The live channel's address (http or https, host, port) of a socketURL; LiveError(ADDRESS).

    The session's id opens the session to whoever learns it, so it goes to the host of base_url
    alone, at whatever port, and without TLS only to this machine. A path, a query or user info is
    no address that the documentation shows.
    """
    try:
        origin = parse_base_url(_as_http(socket_url))
    except ValueError:  # BadAddressError is one, and so is what a text that is no URL raises
        origin = ""
    if not origin or _host(origin) != _base_host(base_url):
        # Raised out here: as a context, the error above would carry the address.
        raise LiveError(LiveFault.ADDRESS)
    return origin


def file_address(url: str, base_url: str, hosts: Collection[str]) -> str | None:
    """The address of a result's file as it may be opened, None where it may not.

    Only from the host of base_url, at whatever port, or from one of hosts; https, and without TLS
    only from this machine. User info is no address of a file, and a fragment is not sent.
    """
    try:
        parts = urlsplit(url)
        origin = parse_base_url(f"{parts.scheme}://{parts.netloc}")
    except ValueError:  # BadAddressError is one
        return None
    if _host(origin) not in {_base_host(base_url), *hosts}:
        return None
    return origin + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


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


class UnusableProxyError(Exception):
    """A proxy that we do not speak to; its address, perhaps with a password, is not in here."""


def proxy_for(origin: str) -> str | None:
    """The proxy's URL for an https origin, None for a direct connection; raises UnusableProxyError.

    There is none for this machine. May ask the system (Windows looks the host up): not for a GUI
    thread.
    """
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - 10 ms

    parts = urlsplit(origin)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(parts.netloc) or proxy_bypass(host):
        return None
    known = getproxies()
    found = known.get("wss") or known.get("https") or known.get("all")
    if not found:
        return None
    proxy = found if "://" in found else f"http://{found}"
    if not _is_usable(proxy):
        raise UnusableProxyError
    return proxy


def _is_usable(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy)
    except ValueError:
        return False
    return parts.scheme in _PROXY_SCHEMES and bool(parts.hostname)
