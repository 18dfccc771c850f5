"""*Export ledger* and *Import ledger*: what is said before, and that nothing happens unasked."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.exports import Exported, ExportFault, FileOrder
from enigma_panel.services.ledger_transfer import WHOLE, ImportFault, LedgerImportError
from enigma_panel.services.types import WaitReason
from enigma_panel.store.ledger.transfer import Contents
from enigma_panel.ui.dialog_manager import DialogManager
from enigma_panel.ui.export import import_dialog
from enigma_panel.ui.export.import_dialog import ImportDialog
from enigma_panel.ui.export.ledger_dialog import LedgerDialog
from enigma_panel.ui.export.ledger_text import contents_text, import_fault_text
from tests.kit.clock import NOW
from tests.kit.person import ENTER, active, click, key, shown_texts, type_text
from tests.kit.rows import check_rows
from tests.kit.wait import until
from tests.kit.world import World

FILE, OTHER = "/home/maria/enigma.ledger", "/home/maria/other.ledger"


@pytest.fixture
def begun() -> list[str]:
    """How often the program was to begin anew."""
    return []


@pytest.fixture
def manager(
    world: World, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[DialogManager]:
    monkeypatch.setattr(import_dialog, "TYPED_MS", 1)
    manager = DialogManager(world.services, lambda: None, begin_anew=lambda: begun.append("anew"))
    yield manager
    manager.close_all()


def export_dialog(manager: DialogManager) -> LedgerDialog:
    manager.open_ledger_export()
    dialog = manager._ledger_export
    assert dialog is not None
    return dialog


def import_of(manager: DialogManager) -> ImportDialog:
    manager.open_ledger_import()
    dialog = manager._ledger_import
    assert dialog is not None
    return dialog


async def test_it_says_what_the_file_opens_what_comes_and_what_stays(
    world: World, manager: DialogManager
) -> None:
    world.queue.put(11, 12)
    dialog = export_dialog(manager)
    said = shown_texts(dialog)
    for words in (
        "The file opens your sessions",
        "No API key is in it.",
        "Exporting pauses the line here until you click “Go on”.",
        "2 tasks wait in line: they come as not started.",
        "Two programs must not run the same sessions",
    ):
        assert words in said
    assert "command" not in said
    world.sessions.add(1)
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    said = shown_texts(dialog)
    assert "1 command waits: it stays behind." in said
    assert "1 session is or may be open. Two programs must not run it" in said
    assert world.ledger_transfer.orders == []


async def test_it_is_exported_by_keys_and_what_became_of_the_line_is_said(
    world: World, manager: DialogManager
) -> None:
    told: list[Any] = []
    manager.exported.connect(lambda *news: told.append(news))
    world.queue.is_paused = True
    dialog = export_dialog(manager)
    await active(dialog)
    assert Path(dialog.file.text()).name.endswith(".ledger")
    dialog.file.setText(FILE)
    world.ledger_transfer.fail(ExportFault.EXISTS)
    key(dialog.file, ENTER)
    await world.settle()
    assert dialog.taken.keep_both.hasFocus()
    both = Path(FILE).with_name("enigma (2).ledger")
    world.ledger_transfer.outcome = lambda _: Exported(both, WHOLE)
    key(dialog.taken.keep_both, ENTER)
    await world.settle()
    assert world.ledger_transfer.orders[0] == FileOrder(path=Path(FILE))
    assert told == [("Exported the ledger as “enigma (2).ledger”. The line is paused.", both)]
    assert not dialog.isVisible()


async def test_a_line_that_goes_on_meanwhile_is_not_called_paused(
    world: World, manager: DialogManager
) -> None:
    told: list[Any] = []
    manager.exported.connect(lambda text, _: told.append(text))
    dialog = export_dialog(manager)
    dialog.file.setText(FILE)
    world.queue.is_paused = False  # the person clicked "Go on"
    dialog.export()
    await until(lambda: told)
    assert told == ["Exported the ledger. The line goes on; what it starts now is not in it."]


async def test_what_a_file_holds_is_said_before_it_can_be_imported(
    world: World, manager: DialogManager, begun: list[str]
) -> None:
    dialog = import_of(manager)
    await active(dialog)
    assert not dialog.import_button.isEnabled()
    type_text(dialog.file, FILE)
    key(dialog.file, ENTER)  # nobody has seen what is in it
    await until(dialog.import_button.isEnabled)
    assert "125 tasks; 2 sessions were or may have been open." in shown_texts(dialog)
    assert world.ledger_transfer.prepared == []
    key(dialog.file, ENTER)
    await until(lambda: begun)
    assert world.ledger_transfer.prepared == [Path(FILE)]


async def test_another_name_is_another_file(world: World, manager: DialogManager) -> None:
    dialog = import_of(manager)
    dialog.file.setText(FILE)
    await until(dialog.import_button.isEnabled)
    dialog.file.setText(OTHER)
    assert not dialog.import_button.isEnabled()
    assert "125 tasks" not in shown_texts(dialog)
    world.ledger_transfer.contents = ImportFault.NOT_EXPORTED
    await until(lambda: "This is no exported ledger." in shown_texts(dialog))
    assert "This is no exported ledger." in dialog.file.accessibleDescription()
    assert not dialog.import_button.isEnabled()


async def test_a_ledger_that_is_not_empty_is_not_replaced_and_it_says_so(
    world: World, manager: DialogManager, begun: list[str]
) -> None:
    world.ledger_transfer.contents = ImportFault.NOT_EMPTY
    dialog = import_of(manager)
    await until(lambda: not dialog.fields.isEnabled())
    assert "This ledger is not empty, and nothing of it is ever replaced." in shown_texts(dialog)
    assert dialog.cancel_button.hasFocus()
    assert not dialog.import_button.isEnabled()
    assert begun == []


async def test_what_goes_wrong_then_is_said_and_nothing_begins_anew(
    world: World, manager: DialogManager, begun: list[str]
) -> None:
    dialog = import_of(manager)
    await active(dialog)
    dialog.file.setText(FILE)
    await until(dialog.import_button.isEnabled)
    world.ledger_transfer.contents = ImportFault.DAMAGED
    click(dialog.import_button)
    await until(lambda: "The file is damaged." in shown_texts(dialog))
    assert dialog.file.hasFocus()
    assert begun == []


async def test_closed_meanwhile_it_is_not_imported(
    world: World, manager: DialogManager, begun: list[str]
) -> None:
    dialog = import_of(manager)
    dialog.file.setText(FILE)
    await until(dialog.import_button.isEnabled)
    world.ledger_transfer.gate = asyncio.Event()
    click(dialog.import_button)
    await until(lambda: "Is being checked and taken over…" in shown_texts(dialog))
    click(dialog.cancel_button)
    manager.open_ledger_import()  # it comes back, the click does not
    assert "Is being cancelled…" in shown_texts(dialog)
    assert not dialog.import_button.isEnabled()
    world.ledger_transfer.gate.set()
    await until(lambda: world.ledger_transfer.discards)
    await until(dialog.import_button.isEnabled)
    assert begun == []


def test_every_fault_has_its_words() -> None:
    def check(fault: ImportFault) -> None:
        text = import_fault_text(LedgerImportError(fault, "some words"))
        assert text.endswith(".")
        assert ("some words" in text) is (fault is ImportFault.DISK)

    check_rows([(fault,) for fault in ImportFault], check)


def test_contents_in_words() -> None:
    text = contents_text(Contents(made_ms=NOW, tasks=1, sessions_open=0), NOW)
    assert text.endswith(": 1 task; no session was open.")
