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
    OtherVersionError,
    ReadOnlyLedgerError,
)
from enigma_panel.store.paths import FolderError
from enigma_panel.ui.recovery.start_failed import StartFailedWindow
from tests.kit.person import active, key
from tests.kit.world import World

PATH = Path("/data")
FULL = FolderError(PATH, "No space left on device", errno.ENOSPC)
COSTS = "Open sessions cost money. The service closes idle ones after five minutes."


@pytest.mark.parametrize(
    ("error", "reason", "remedy"),
    [
        (FULL, "The disk is full.", "Free some space"),
        (DiskFullError(PATH, "SQLITE_FULL"), "The disk is full.", "Free some space"),
        (
            FolderError(PATH, "Read-only file system", errno.EROFS),
            "The program can't write to its folder.",
            "Make it writable",
        ),
        (
            ReadOnlyLedgerError(PATH, "SQLITE_READONLY"),
            "The program can't write to its folder.",
            "Make it writable",
        ),
        (
            OtherVersionError(PATH, 16, 17),
            "Another version of this program saved the history; this one can't read it.",
            "Move the file below elsewhere",
        ),
        (BrokenDiskError(PATH, "SQLITE_IOERR"), "The program can't open its data.", "Fix this"),
    ],
)
def test_it_says_what_is_wrong_that_browsers_may_cost_and_what_to_do(
    world: World, error: FolderError | LedgerError, reason: str, remedy: str
) -> None:
    window = StartFailedWindow(error)
    assert window.text_label.text() == f"{reason} {COSTS} {remedy}, then try again."
    assert window.details.text() == f"{PATH}: {error.reason}"
    demo = StartFailedWindow(error, demo=True)
    assert demo.text_label.text() == f"{reason} {remedy}, then try again."


async def test_enter_tries_again_and_escape_quits(world: World) -> None:
    for pressed, expected in ((Qt.Key.Key_Return, True), (Qt.Key.Key_Escape, False)):
        window = StartFailedWindow(FULL)
        answer = world.scope.spawn("answer", window.answer())
        assert answer is not None
        await asyncio.sleep(0)
        await active(window)
        key(window.focusWidget() or window, pressed)
        assert await answer is expected
        assert not window.isVisible()
