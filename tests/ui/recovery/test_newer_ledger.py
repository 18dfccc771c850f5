"""The window in place of the main window, where the ledger is of a newer version."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from enigma_panel.store.files import Copy
from enigma_panel.store.ledger.errors import NewerLedgerError
from enigma_panel.ui.recovery.newer_ledger import LedgerChoice, NewerLedgerWindow
from enigma_panel.ui.text.states import local_time
from tests.kit.clock import NOW
from tests.kit.person import active, click, key
from tests.kit.world import World

ERROR = NewerLedgerError(Path("/data/ledger.sqlite3"), 9, 2)
COPY = Copy(path=Path("/data/ledger.copy-v2"), made_ms=NOW, version=2, sessions_open=1)


async def asked(world: World, window: NewerLedgerWindow) -> "asyncio.Task[LedgerChoice]":
    task = world.scope.spawn("newer", window.choice())
    assert task is not None
    await asyncio.sleep(0)
    await active(window)
    return task


async def test_a_copy_is_offered_with_what_it_lacks(world: World) -> None:
    window = NewerLedgerWindow(ERROR, COPY, NOW + 60_000)
    answer = await asked(world, window)
    assert "written by a newer version" in window.text_label.text()
    assert "(1 session was open then)" in window.more.text()
    assert "what was started since then is not in it and may still cost money" in (
        window.more.text()
    )
    assert window.copy_button.text() == f"Use the copy of {local_time(NOW)}"
    assert window.copy_button.accessibleName() == window.copy_button.text()
    click(window.copy_button)
    assert await answer is LedgerChoice.USE_COPY
    assert not window.isVisible()


async def test_without_a_copy_there_is_only_quit(world: World) -> None:
    window = NewerLedgerWindow(ERROR, None, NOW)
    answer = await asked(world, window)
    assert not window.copy_button.isVisible()
    assert not window.more.isVisible()
    click(window.quit_button)
    assert await answer is LedgerChoice.QUIT


@pytest.mark.parametrize("copy", [COPY, None])
async def test_escape_and_closing_quit(world: World, copy: Copy | None) -> None:
    window = NewerLedgerWindow(ERROR, copy, NOW)
    answer = await asked(world, window)
    key(window, Qt.Key.Key_Escape)
    assert await answer is LedgerChoice.QUIT
