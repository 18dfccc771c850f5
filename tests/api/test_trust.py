"""Whose certificates are trusted: the system's, else certifi's. Real TLS on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import certifi
import pytest
from truststore import _openssl

from enigma_panel.api import client
from enigma_panel.api.client import HttpClient
from enigma_panel.api.errors import ApiError, NotConnectedError
from enigma_panel.api.protocols import LiveError
from tests.api import live_peers as lp
from tests.api.calls import KEY, SESSION, TASK
from tests.kit.certificates import Certificates, make_certificates


@asynccontextmanager
async def company(folder: Path) -> AsyncIterator[tuple[str, Certificates]]:
    """A service behind a company's own certificate, which is in no list."""
    certificates = make_certificates(folder, "localhost")
    async with lp.service(tls=certificates.trusted) as service:
        yield service.url.replace("127.0.0.1", "localhost"), certificates


async def is_trusted(url: str) -> list[bool]:
    """Whether a call is sent, and whether the live channel opens."""
    http = HttpClient(url, KEY)
    with pytest.raises(ApiError) as caught:  # it knows no such call
        await http.poll(SESSION, TASK)
    await http.aclose()
    if isinstance(caught.value, NotConnectedError):
        assert caught.value.reason == "tls"
    async with lp.connector() as connector:
        try:
            await connector.connect(lp.ID, url, url, lp.Seen())
        except LiveError:
            return [not isinstance(caught.value, NotConnectedError), False]
        return [not isinstance(caught.value, NotConnectedError), True]


def set_system(monkeypatch: pytest.MonkeyPatch, *, file: Path, folder: Path) -> None:
    """Where OpenSSL looks for the system's certificates; there are none elsewhere."""
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    monkeypatch.setattr(_openssl, "_CA_FILE_CANDIDATES", [])


@pytest.mark.parametrize("verifies", [False, True])  # as on Linux, as on Windows and macOS
async def test_what_the_system_trusts_is_trusted_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verifies: bool
) -> None:
    monkeypatch.setattr(client, "SYSTEM_VERIFIES", verifies)
    async with company(tmp_path) as (url, certificates):
        set_system(monkeypatch, file=certificates.trusted_file, folder=tmp_path / "none")
        assert await is_trusted(url) == [True, True]
        monkeypatch.setattr(certifi, "where", lambda: str(certificates.trusted_file))
        (tmp_path / "other").mkdir()
        other = make_certificates(tmp_path / "other", "other.example").trusted_file
        set_system(monkeypatch, file=other, folder=tmp_path / "none")
        assert await is_trusted(url) == [False, False]


async def test_certifis_list_is_used_where_the_system_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    async with company(tmp_path) as (url, certificates):
        set_system(monkeypatch, file=tmp_path / "none", folder=tmp_path / "empty")
        assert await is_trusted(url) == [False, False]
        monkeypatch.setattr(certifi, "where", lambda: str(certificates.trusted_file))
        assert await is_trusted(url) == [True, True]
