"""The window in place of the main window, where the disk refuses."""

import asyncio
import errno
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from enigma_panel.store.ledger.errors import (
    BrokenDiskError,
    DiskFullError,
    LedgerError,
    ReadOnlyLedgerError,
)
from enigma_panel.store.paths import FolderError
from enigma_panel.ui.recovery.start_failed import StartFailedWindow
from enigma_panel.ui.text.states import local_time
from tests.kit.clock import NOW
from tests.kit.person import active, key
from tests.kit.world import World

PATH = Path("/data")
ENDS = NOW + 180_000
FULL = FolderError(PATH, "No space left on device", errno.ENOSPC)
OPEN = f"Your sessions may be open until {local_time(ENDS)} and cost money."
UNKNOWN = "Your sessions may be open. The service closes idle ones after five minutes."


@pytest.mark.parametrize(
    ("error", "open_until_ms", "text"),
    [
        (
            FULL,
            ENDS,
            f"The disk is full. {OPEN} Free some space, then try again.",
        ),
        (
            DiskFullError(PATH, "SQLITE_FULL"),
            None,
            f"The disk is full. {UNKNOWN} Free some space, then try again.",
        ),
        (
            FolderError(PATH, "Read-only file system", errno.EROFS),
            0,
            "The program can't write to its folder. Make it writable, then try again.",
        ),
        (
            ReadOnlyLedgerError(PATH, "SQLITE_READONLY"),
            0,
            "The program can't write to its folder. Make it writable, then try again.",
        ),
        (
            BrokenDiskError(PATH, "SQLITE_IOERR"),
            0,
            "The program can't open its data. Fix this, then try again.",
        ),
    ],
)
def test_it_says_what_is_wrong_until_when_browsers_may_be_open_and_what_to_do(
    world: World, error: FolderError | LedgerError, open_until_ms: int | None, text: str
) -> None:
    window = StartFailedWindow(error, open_until_ms, NOW)
    assert window.text_label.text() == text
    assert window.details.text() == f"{PATH}: {error.reason}"


async def test_enter_tries_again_and_escape_quits(world: World) -> None:
    for pressed, expected in ((Qt.Key.Key_Return, True), (Qt.Key.Key_Escape, False)):
        window = StartFailedWindow(FULL, ENDS, NOW)
        answer = world.scope.spawn("answer", window.answer())
        assert answer is not None
        await asyncio.sleep(0)
        await active(window)
        key(window.focusWidget() or window, pressed)
        assert await answer is expected
        assert not window.isVisible()
