"""The service's address as a person types it: the one place that decides where a key may go."""

import re
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import idna

_SPOILT = re.compile(r"[\s\\%\x00-\x1f\x7f]")
_PORTS = {"https": 443, "http": 80}


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
    """Scheme, host (ASCII, lower case) and port without a trailing slash; raises BadAddressError.

    https only; http only for this machine (localhost, 127.0.0.0/8, ::1). The default port is left
    out, so equal addresses are equal texts.
    """
    parts, port = _split(text.strip())
    host = _ascii_host(parts.hostname or "")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadAddressError(AddressProblem.NOT_SECURE)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}")


def is_loopback(host: str) -> bool:
    """True for names and addresses of this machine that no resolver can send elsewhere."""
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _is_ip(host: str) -> bool:
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
    if _is_ip(host):
        return str(ip_address(host))
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise BadAddressError(AddressProblem.BAD_HOST) from None
