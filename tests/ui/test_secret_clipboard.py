"""A secret is on the clipboard for a short time, and what was copied after it stays."""

import asyncio

import pytest
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication

from enigma_panel.ui import secret_clipboard
from enigma_panel.ui.secret_clipboard import HINTS, SecretClipboard
from tests.kit.wait import until

LINK = "https://live.example/zebra"
SHORT_MS = 60


@pytest.fixture
def clipboard(qapp: QApplication) -> QClipboard:
    return qapp.clipboard()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> SecretClipboard:
    monkeypatch.setattr(secret_clipboard, "KEPT_MS", SHORT_MS)
    return SecretClipboard()


async def test_it_leaves_by_itself(secrets: SecretClipboard, clipboard: QClipboard) -> None:
    secrets.put(LINK)
    assert clipboard.text() == LINK
    data = clipboard.mimeData()
    assert {name: bytes(data.data(name).data()) for name in HINTS} == {
        "x-kde-passwordManagerHint": b"secret",
        "ExcludeClipboardContentFromMonitorProcessing": b"1",
        "CanIncludeInClipboardHistory": b"\0\0\0\0",
        "CanUploadToCloudClipboard": b"\0\0\0\0",
    }
    await until(lambda: not clipboard.text())


async def test_what_was_copied_after_it_stays(
    secrets: SecretClipboard, clipboard: QClipboard
) -> None:
    secrets.put(LINK)
    clipboard.setText("mine")
    await until(lambda: not secrets._secret)
    assert clipboard.text() == "mine"
    secrets.clear()
    assert clipboard.text() == "mine"


async def test_copied_once_more_it_stays_as_long_again(
    secrets: SecretClipboard, clipboard: QClipboard
) -> None:
    secrets.put("the first")
    await asyncio.sleep(SHORT_MS / 2000)
    left = secrets._later.remainingTime()
    secrets.put(LINK)
    assert secrets._later.remainingTime() > left
    await until(lambda: not clipboard.text())
