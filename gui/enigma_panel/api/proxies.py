"""Which proxy leads to a host, as the environment or the system says; the way httpx finds it."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from enigma_panel.api.address import is_loopback

_SCHEMES = frozenset({"http", "https"})


class UnusableProxyError(Exception):
    """A proxy is asked for that we do not speak to. Going round it is not ours to decide.

    Its address, which may hold a password, is not in here.
    """


def proxy_for(origin: str) -> str | None:
    """The proxy's URL for an https origin, None for the straight way; raises UnusableProxyError.

    Never one for this machine. May ask the system (Windows looks the host up): not for a GUI
    thread.
    """
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
    return parts.scheme in _SCHEMES and bool(parts.hostname)
