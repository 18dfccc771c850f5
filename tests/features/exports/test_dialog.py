"""*Export*: what is exported is what was shown or selected when it was clicked."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from enigma_panel.features.exports.dialog import ExportDialog, Rows
from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import (
    Exported,
    ExportFault,
    ExportOrder,
    IfTaken,
)
from enigma_panel.features.exports.feature import say
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.features.exports.fakes import ExportWorld
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import ENTER, SHIFT, active, button, click, key, shown_texts, type_text
from tests.kit.wait import until

TAB, ESCAPE, SPACE = Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Space
MANY = 12
PLACE = Path("/home/maria/tasks.csv")


@pytest.fixture
def window(world: ExportWorld) -> Iterator[MainWindow]:
    for number in range(1, MANY + 1):
        world.sessions.add(number, tell=False)
    window = MainWindow(world.services, FakeDialogs())  # type: ignore[arg-type]
    window.show()
    yield window
    window.close_for_good()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def dialog(world: ExportWorld, window: MainWindow) -> ExportDialog:
    dialog = ExportDialog(world.services, world.exports, window, window.selection.tasks)
    dialog.file.setText(str(PLACE))
    return dialog


def succeed(world: ExportWorld) -> None:
    world.exports.outcome = lambda order: Exported(order.path, len(order.keys))


async def test_what_is_shown_is_exported_in_its_order(
    world: ExportWorld, window: MainWindow, dialog: ExportDialog
) -> None:
    told: list[Any] = []
    dialog.reported.connect(lambda *news: told.append(news))
    dialog.ask(Rows.SHOWN)
    assert dialog.rows.buttons[Rows.SHOWN].text() == "Shown (12)"
    assert dialog.rows.buttons[Rows.SELECTED].text() == "Selected (0)"
    click(dialog.export_button)
    await world.settle()
    keys = tuple(range(MANY, 0, -1))
    assert world.exports.orders == [
        ExportOrder(keys=keys, form=ExportFormat.CSV, with_mark=False, path=PLACE)
    ]
    assert told == [("Exported 12 tasks", PLACE)]
    assert not dialog.isVisible()


async def test_what_is_selected_is_exported_from_top_to_bottom(
    world: ExportWorld, window: MainWindow, dialog: ExportDialog
) -> None:
    window.selection.tasks.select_keys([3, 9, 4])
    dialog.ask(Rows.SELECTED)
    assert dialog.rows.buttons[Rows.SELECTED].text() == "Selected (3)"
    dialog.mark.click()
    click(dialog.export_button)
    await world.settle()
    (order,) = world.exports.orders
    assert order.keys == (9, 4, 3)
    assert order.with_mark


async def test_numbers_follow_and_the_rows_are_those_of_the_click(
    world: ExportWorld, window: MainWindow, dialog: ExportDialog
) -> None:
    """A filter or a new task meanwhile changes nothing, also while a question is asked."""
    dialog.ask(Rows.SELECTED)
    assert not dialog.export_button.isEnabled()
    window.selection.tasks.select_keys([1, 2])
    assert dialog.rows.buttons[Rows.SELECTED].text() == "Selected (2)"
    world.exports.fail(ExportFault.EXISTS)
    click(dialog.export_button)
    await world.settle()
    window.selection.tasks.select_keys([5])
    world.sessions.add(MANY + 1)
    assert dialog.rows.buttons[Rows.SHOWN].text() == "Shown (13)"
    assert dialog.rows.buttons[Rows.SELECTED].text() == "Selected (1)"
    succeed(world)
    click(dialog.taken.replace)
    await world.settle()
    assert [order.keys for order in world.exports.orders] == [(2, 1), (2, 1)]
    assert world.exports.orders[1].if_taken is IfTaken.REPLACE


async def test_a_file_that_is_there_is_asked_about(
    world: ExportWorld, dialog: ExportDialog, window: MainWindow
) -> None:
    dialog.ask(Rows.SHOWN)
    await active(dialog)
    world.exports.fail(ExportFault.EXISTS)
    key(dialog.file, ENTER)
    await world.settle()
    assert "“tasks.csv” already exists." in shown_texts(dialog)
    assert dialog.taken.keep_both.hasFocus()  # what loses nothing
    dialog.file.setText("/home/maria/other.csv")  # about another one it is asked anew
    assert not dialog.taken.isVisible()
    dialog.file.setText(str(PLACE))
    click(dialog.export_button)
    await world.settle()
    world.exports.outcome = lambda order: Exported(order.path.with_name("tasks (2).csv"), 12)
    told: list[Any] = []
    dialog.reported.connect(lambda *news: told.append(news))
    key(dialog.taken.keep_both, ENTER)
    await world.settle()
    assert world.exports.orders[-1].if_taken is IfTaken.KEEP_BOTH
    assert told[0][0] == "Exported 12 tasks as “tasks (2).csv”"


async def test_what_is_not_in_the_ledger_any_more_is_said(
    world: ExportWorld, dialog: ExportDialog
) -> None:
    told: list[Any] = []
    dialog.reported.connect(lambda *news: told.append(news))
    world.exports.outcome = lambda order: Exported(order.path, 11)
    dialog.ask(Rows.SHOWN)
    click(dialog.export_button)
    await world.settle()
    assert told[0][0] == "Exported 11 tasks; 1 is no longer in the ledger"


async def test_progress_is_shown_and_cancel_stops_it(
    world: ExportWorld, window: MainWindow, dialog: ExportDialog
) -> None:
    world.exports.gate = asyncio.Event()
    dialog.ask(Rows.SHOWN)
    click(dialog.export_button)
    await until(lambda: bool(world.exports.orders))
    world.exports.progressed.emit(5)
    assert dialog.progress.isVisible()
    assert (dialog.progress.value(), dialog.progress.maximum()) == (5, MANY)
    assert "5 of 12 tasks" in shown_texts(dialog)
    assert dialog.cancel_button.hasFocus()
    assert not dialog.export_button.isEnabled()
    assert window.isEnabled()
    assert not dialog.isModal()
    dialog.export()  # one at a time
    key(dialog.cancel_button, SPACE)
    await world.settle()
    assert "Cancelled. Nothing was kept." in shown_texts(dialog)
    assert dialog.isVisible()
    assert not dialog.progress.isVisible()
    assert len(world.exports.orders) == 1
    click(dialog.cancel_button)
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ExportFault.DISK_FULL, "the disk is full"),
        (ExportFault.NOT_A_FILE, "“tasks.csv” already exists and is not a file"),
        (ExportFault.NO_FOLDER, "There is no such folder"),
        (ExportFault.DISK, "it can't be saved there (Permission denied)"),
        (ExportFault.LEDGER, "the ledger could not be read (Permission denied)"),
    ],
)
async def test_what_went_wrong_is_said_and_it_can_be_tried_again(
    world: ExportWorld, dialog: ExportDialog, fault: ExportFault, words: str
) -> None:
    dialog.ask(Rows.SHOWN)
    await active(dialog)
    world.exports.fail(fault, "Permission denied")
    click(dialog.export_button)
    await world.settle()
    assert words in shown_texts(dialog)
    assert dialog.file.hasFocus()
    if fault is not ExportFault.LEDGER:
        assert words in dialog.file.accessibleDescription()
    succeed(world)
    click(dialog.export_button)
    await world.settle()
    assert not dialog.isVisible()


@pytest.mark.parametrize("typed", ["", "   ", "tasks.csv", "~/tasks.csv"])
async def test_a_file_without_its_folder_is_not_guessed(
    world: ExportWorld, dialog: ExportDialog, typed: str
) -> None:
    dialog.ask(Rows.SHOWN)
    dialog.file.setText(typed)
    click(dialog.export_button)
    await world.settle()
    assert world.exports.orders == []
    assert "Enter a file name and a folder." in shown_texts(dialog)


async def test_the_name_ends_as_its_format_has_it(world: ExportWorld, dialog: ExportDialog) -> None:
    dialog.ask(Rows.SHOWN)
    assert dialog.mark.isEnabled()
    dialog.format.choose(ExportFormat.JSON_LINES)
    assert dialog.file.text() == "/home/maria/tasks.jsonl"
    assert not dialog.mark.isEnabled()
    dialog.file.setText("/home/maria/tasks.txt")
    dialog.format.choose(ExportFormat.CSV)
    assert dialog.file.text() == "/home/maria/tasks.txt"


async def test_a_name_is_proposed_again_in_the_same_folder(
    world: ExportWorld, window: MainWindow, tmp_path: Path
) -> None:
    dialog = ExportDialog(world.services, world.exports, window, window.selection.tasks)
    dialog.ask(Rows.SHOWN)
    proposed = Path(dialog.file.text())
    assert proposed.parent.is_dir()
    today = datetime.fromtimestamp(NOW / 1000, UTC).astimezone().date()
    assert proposed.name == f"tasks {today}.csv"
    dialog.file.setText(str(tmp_path / "mine.csv"))
    dialog.reject()
    dialog.ask(Rows.SHOWN)
    assert dialog.file.text() == str(tmp_path / "mine.csv")  # what was typed stays
    click(dialog.export_button)
    await world.settle()
    dialog.ask(Rows.SHOWN)
    assert dialog.file.text() == str(tmp_path / proposed.name)


async def test_browse_blocks_nothing_and_asks_nothing(
    world: ExportWorld, dialog: ExportDialog, tmp_path: Path
) -> None:
    dialog.ask(Rows.SHOWN)
    for _ in range(2):
        click(dialog.browse)
    (chooser,) = [one for one in dialog.findChildren(QFileDialog) if one.isVisible()]
    assert not chooser.isModal()
    assert chooser.testOption(QFileDialog.Option.DontConfirmOverwrite)
    chooser.fileSelected.emit(str(tmp_path / "there.csv"))
    assert dialog.file.text() == str(tmp_path / "there.csv")
    assert world.exports.orders == []
    chooser.close()


async def test_closed_it_goes_on_and_says_what_became_of_it(
    world: ExportWorld, window: MainWindow, dialog: ExportDialog
) -> None:
    told: list[Any] = []
    dialog.reported.connect(lambda *news: told.append(news))
    for fault, words in ((None, "Exported 12 tasks"), (ExportFault.DISK_FULL, "Not exported")):
        world.exports.gate = asyncio.Event()
        dialog.ask(Rows.SHOWN)
        click(dialog.export_button)
        await until(dialog.progress.isVisible)
        key(dialog, ESCAPE)
        assert not dialog.isVisible()
        dialog.ask(Rows.SELECTED)  # looked at once more: it is that export
        assert dialog.progress.isVisible()
        assert dialog.rows.chosen() == Rows.SHOWN
        key(dialog, ESCAPE)
        if fault is not None:
            world.exports.fail(fault)
        world.exports.gate.set()
        await world.settle()
        assert told[-1][0].startswith(words)
        assert (told[-1][1] is None) == (fault is not None)
        assert not dialog.isVisible()


async def test_all_of_it_by_keyboard(world: ExportWorld, window: MainWindow) -> None:
    """From the menu of the selected rows to the file."""
    manager = Dialogs(world.services, lambda: window)
    world.install(window, manager)
    window.selection.tasks.select_keys([2, 7])
    window.menus.show_for_tasks(window.mapToGlobal(window.rect().center()))
    choose(window.menus.menu, "Export…")
    dialog = manager.made(ExportDialog)
    assert dialog is not None
    await active(dialog)
    assert dialog.rows.chosen() == Rows.SELECTED
    assert dialog.file.hasFocus()
    dialog.file.setText("")
    key(dialog.file, TAB, SHIFT)
    focus = QApplication.focusWidget()
    assert focus is dialog.mark
    key(focus, SPACE)
    key(focus, TAB)
    type_text(dialog.file, str(PLACE))
    key(dialog.file, ENTER)
    await world.settle()
    (order,) = world.exports.orders
    assert (order.keys, order.with_mark, order.path) == ((7, 2), True, PLACE)
    assert window.toast.isVisible()
    assert "Exported 2 tasks" in shown_texts(window.toast)
    assert button(window.toast, "Show in folder").isVisible()
    manager.close_all()


def choose(menu: QMenu, text: str) -> None:
    for _ in menu.actions():
        key(menu, Qt.Key.Key_Down)
        action = menu.activeAction()
        if action is not None and action.text() == text:
            key(menu, ENTER)
            return
    raise AssertionError([action.text() for action in menu.actions()])


async def test_the_menu_of_the_program_exports_what_is_shown(
    world: ExportWorld, window: MainWindow
) -> None:
    manager = Dialogs(world.services, lambda: window)
    world.install(window, manager)
    window.main_menu.show()
    choose(window.main_menu.menu, "Export…")
    dialog = manager.made(ExportDialog)
    assert dialog is not None
    assert dialog.rows.chosen() == Rows.SHOWN
    dialog.reject()


async def test_what_a_reader_of_the_screen_hears(world: ExportWorld, dialog: ExportDialog) -> None:
    dialog.ask(Rows.SHOWN)
    names = {
        dialog.rows: "Rows",
        dialog.rows.buttons[Rows.SHOWN]: "Shown (12)",
        dialog.format: "Format",
        dialog.format.buttons[ExportFormat.JSON_LINES]: "JSON Lines",
        dialog.mark: "For Excel (adds a byte order mark)",
        dialog.file: "File",
        dialog.browse: "Browse",
        dialog.progress: "Progress",
        dialog.export_button: "Export",
    }
    for widget, name in names.items():
        told = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        assert told == name
    dialog.reject()


async def test_a_failure_that_nobody_saw_is_a_notice(
    world: ExportWorld, window: MainWindow
) -> None:
    say(window, "Not exported: the disk is full.", None)
    assert "disk is full" in window.toast.accessibleName()
    assert window.notices.count() == 1
