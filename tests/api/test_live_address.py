"""Where a session's id may go by the live channel."""

import pytest

from enigma_panel.api.address import live_origin
from enigma_panel.api.protocols import LiveError, LiveFault

BASE = "https://connect.enigma.click"
LOCAL = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("socket_url", "base_url", "origin"),
    [
        (BASE, BASE, BASE),
        (f"{BASE}/", BASE, BASE),
        ("wss://connect.enigma.click", BASE, BASE),
        ("WSS://Connect.Enigma.Click:443", BASE, BASE),
        ("https://connect.enigma.click:8443", BASE, "https://connect.enigma.click:8443"),
        ("https://connect.enigma.click", f"{BASE}:8443", BASE),
        ("ws://127.0.0.1:9", LOCAL, "http://127.0.0.1:9"),
        ("https://127.0.0.1:9", LOCAL, "https://127.0.0.1:9"),
        ("ws://[::1]:9", "http://[::1]:8", "http://[::1]:9"),
        (
            "wss://münchen.example",
            "https://xn--mnchen-3ya.example",
            "https://xn--mnchen-3ya.example",
        ),
    ],
)
def test_the_same_host_is_fine(socket_url: str, base_url: str, origin: str) -> None:
    assert live_origin(socket_url, base_url) == origin


@pytest.mark.parametrize(
    "socket_url",
    [
        "https://evil.example",
        "https://connect.enigma.click.evil.example",
        "https://evil.connect.enigma.click",
        "https://enigma.click",
        "https://connect.enigma.click@evil.example",
        "https://someone@connect.enigma.click",
        "https://connect.enigma.click/socket",
        "https://connect.enigma.click/?next=x",
        "https://connect.enigma.click/#x",
        "http://connect.enigma.click",
        "ws://connect.enigma.click",
        "ftp://connect.enigma.click",
        "connect.enigma.click",
        "https://",
        "https://connect.enigma.click:0",
        "https://connect.enigma.click:99999",
        "https://connect.enigma.clicк",  # the last letter is Cyrillic
        "https://connect\\.enigma.click",
        "https://[::1",
        "https://127.0.0.1",
        "\ud800",
        "wss://connect.enigma.click\nHost: evil.example",
    ],
)
def test_all_else_is_refused_without_saying_what(socket_url: str) -> None:
    with pytest.raises(LiveError) as caught:
        live_origin(socket_url, BASE)
    assert caught.value.fault is LiveFault.ADDRESS
    assert repr(caught.value) == "LiveError('address')"
    assert caught.value.__context__ is None


def test_loopback_is_no_way_to_another_machine() -> None:
    for url in ("http://localhost:8080", "http://127.0.0.2:8080", "http://10.0.0.1"):
        with pytest.raises(LiveError):
            live_origin(url, LOCAL)


def test_a_base_url_that_is_none_leads_nowhere() -> None:
    with pytest.raises(LiveError):
        live_origin(BASE, "nonsense")
    with pytest.raises(LiveError):
        live_origin("", "")
