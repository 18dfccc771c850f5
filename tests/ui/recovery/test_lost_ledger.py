"""The window in place of the main window, where the ledger is lost."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from enigma_panel.store.files import Copy
from enigma_panel.store.ledger.errors import CorruptLedgerError, LedgerError, MissingLedgerError
from enigma_panel.ui.recovery.lost_ledger import LedgerChoice, LostLedgerWindow
from enigma_panel.ui.text.states import local_time
from tests.kit.clock import NOW
from tests.kit.person import active, click, key
from tests.kit.world import World

PATH = Path("/data/ledger.sqlite3")
ERROR = CorruptLedgerError(PATH, "x")
COPY = Copy(made_ms=NOW, sessions_open=1)


async def asked(world: World, window: LostLedgerWindow) -> "asyncio.Task[LedgerChoice]":
    task = world.scope.spawn("choice", window.choice())
    assert task is not None
    await asyncio.sleep(0)
    await active(window)
    return task


async def test_a_copy_is_offered_with_what_it_lacks(world: World) -> None:
    window = LostLedgerWindow(ERROR, COPY, NOW + 60_000)
    answer = await asked(world, window)
    assert "(1 session was open)" in window.more.text()
    assert "Anything started since is missing, and may still cost money." in window.more.text()
    assert window.copy_button.text() == f"Use the copy from {local_time(NOW)}"
    assert window.copy_button.accessibleName() == window.copy_button.text()
    click(window.copy_button)
    assert await answer is LedgerChoice.USE_COPY
    assert not window.isVisible()


async def test_without_a_copy_none_is_offered(world: World) -> None:
    window = LostLedgerWindow(ERROR, None, NOW)
    answer = await asked(world, window)
    assert not window.copy_button.isVisible()
    assert not window.more.isVisible()
    click(window.quit_button)
    assert await answer is LedgerChoice.QUIT


@pytest.mark.parametrize("copy", [COPY, None])
async def test_escape_and_closing_quit(world: World, copy: Copy | None) -> None:
    window = LostLedgerWindow(ERROR, copy, NOW)
    answer = await asked(world, window)
    key(window, Qt.Key.Key_Escape)
    assert await answer is LedgerChoice.QUIT


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CorruptLedgerError(PATH, "x"), "The history is damaged and can't be opened."),
        (MissingLedgerError(PATH, "x"), "The history is missing or empty."),
    ],
)
async def test_in_place_of_a_lost_one_an_empty_one_can_be_chosen(
    world: World, error: LedgerError, words: str
) -> None:
    window = LostLedgerWindow(error, COPY, NOW)
    answer = await asked(world, window)
    assert window.text_label.text().startswith(words)
    assert window.copy_button.isVisible()
    click(window.empty_button)
    assert await answer is LedgerChoice.START_EMPTY
