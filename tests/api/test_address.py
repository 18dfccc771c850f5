"""Where a key may go."""

import pytest

from enigma_panel.api.address import AddressProblem, BadAddressError, is_loopback, parse_base_url

P = AddressProblem


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://connect.enigma.click", "https://connect.enigma.click"),
        ("  https://Connect.Enigma.Click/ \n", "https://connect.enigma.click"),
        ("https://host:443//", "https://host"),
        ("https://host:8443", "https://host:8443"),
        ("HTTP://localhost:80", "http://localhost"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("http://127.255.0.9", "http://127.255.0.9"),
        ("http://[::1]:99", "http://[::1]:99"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://еnigma.click", "https://xn--nigma-ywe.click"),  # the first letter is Cyrillic
    ],
)
def test_good_addresses(text: str, url: str) -> None:
    assert parse_base_url(text) == url
    assert parse_base_url(url) == url


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", P.EMPTY),
        (" \n", P.EMPTY),
        ("connect.enigma.click", P.NO_SCHEME),
        ("ftp://host", P.BAD_SCHEME),
        ("javascript://x", P.BAD_SCHEME),
        ("http://connect.enigma.click", P.NOT_SECURE),
        ("http://127.0.0.1.evil.example", P.NOT_SECURE),
        ("http://localhost.evil.example", P.NOT_SECURE),
        ("http://10.0.0.1", P.NOT_SECURE),
        ("http://0.0.0.0", P.NOT_SECURE),
        ("http://127.1", P.NOT_SECURE),
        ("http://2130706433", P.NOT_SECURE),
        ("http://[::2]", P.NOT_SECURE),
        ("https://", P.NO_HOST),
        ("https://:443", P.NO_HOST),
        ("https://user@host", P.USER_INFO),
        ("https://enig_key:x@host", P.USER_INFO),
        ("https://@host", P.USER_INFO),
        ("https://host/v1", P.EXTRA),
        ("https://host?x=1", P.EXTRA),
        ("https://host/?", P.EXTRA),
        ("https://host#", P.EXTRA),
        ("https://host:0", P.BAD_PORT),
        ("https://host:99999", P.BAD_PORT),
        ("https://host:http", P.BAD_PORT),
        ("https://ho st", P.BAD_HOST),
        ("https://good.example\\.evil.example", P.BAD_HOST),
        ("https://ho%73t", P.BAD_HOST),
        ("https://[::1", P.BAD_HOST),
        ("https://[fe80::1%25eth0]", P.BAD_HOST),
        ("https://-.example", P.BAD_HOST),
        ("https://" + "a" * 300, P.BAD_HOST),
    ],
)
def test_bad_addresses(text: str, problem: AddressProblem) -> None:
    with pytest.raises(BadAddressError) as caught:
        parse_base_url(text)
    assert caught.value.problem is problem
    assert "enig_key" not in repr(caught.value)


def test_only_this_machine_is_loopback() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.9.9.9", "::1")))
    assert not any(
        map(is_loopback, ("", "localhost.", "example.com", "128.0.0.1", "0.0.0.0", "::"))
    )
