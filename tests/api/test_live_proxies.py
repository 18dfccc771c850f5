"""Proxies of the environment: used as by the HTTP client, never gone round."""

import socket
from typing import Any

import pytest

from enigma_panel.api import client
from enigma_panel.api.address import UnusableProxyError, proxy_for
from enigma_panel.api.protocols import LiveError, LiveFault
from tests.api import live_peers as lp, loopback as lb
from tests.api.live_peers import ID, Seen

HOST = "https://service.example"
NAMES = ("http", "https", "all", "ws", "wss", "no")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the tester's environment are not ours."""
    for name in NAMES:
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.mark.parametrize(
    ("environment", "origin", "expected"),
    [
        ({}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1"}, HOST, "http://p:1"),
        ({"https_proxy": "p:1"}, HOST, "http://p:1"),
        ({"ALL_PROXY": "https://p:1"}, HOST, "https://p:1"),
        ({"WSS_PROXY": "http://w:1", "HTTPS_PROXY": "http://p:1"}, HOST, "http://w:1"),
        ({"HTTP_PROXY": "http://p:1"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "service.example"}, HOST, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example"}, f"{HOST}:8443", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example"}, HOST, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"}, "https://127.0.0.1:9", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://localhost", None),
    ],
)
def test_which_proxy(
    environment: dict[str, str], origin: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(origin) == expected


@pytest.mark.parametrize("proxy", ["socks5://user:hunter2@p:1", "http://hunter2@", "http://["])
def test_an_unusable_proxy_is_not_gone_round(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(UnusableProxyError) as caught:
        proxy_for(HOST)
    assert "hunter2" not in repr(caught.value)


async def fault(**options: Any) -> LiveFault:
    async with lp.connector(make_tls=client.make_unused_context, **options) as connector:
        with pytest.raises(LiveError) as caught:
            await connector.connect(ID, HOST, HOST, Seen())
        return caught.value.fault


async def test_the_proxy_is_asked_for_a_tunnel(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lb.loopback(lb.answer("blocked", 403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://user:pw@"))
        assert await fault() is LiveFault.UNREACHABLE
    (asked,) = proxy.requests
    assert (asked.method, asked.path) == ("CONNECT", "service.example:443")
    assert asked.headers["proxy-authorization"].startswith("Basic ")
    assert ID not in repr(asked)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://[::1", "http://"])
async def test_no_way_but_the_proxys(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(*_: object, **__: object) -> object:
        pytest.fail("it went round the proxy")

    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    assert await fault() is LiveFault.UNREACHABLE


async def test_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lb.loopback() as proxy, lp.service() as service, lp.connector() as connector:
        for name in NAMES[:-1]:
            monkeypatch.setenv(f"{name.upper()}_PROXY", proxy.url)
        await connector.connect(ID, service.url, service.url, Seen())
        assert proxy.connections == 0
