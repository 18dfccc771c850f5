"""*Export*: what is exported is what was shown or selected when it was clicked."""

import asyncio
import errno
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.features.exports.exports import Exported, ExportOrder
from enigma_panel.features.exports.text import format_filters
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.features.exports.fakes import ExportWorld
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import ENTER, button, key, shown_texts
from tests.kit.wait import until

MANY = 12
PLACE = Path("/home/maria/tasks.csv")


@pytest.fixture
def window(world: ExportWorld) -> Iterator[MainWindow]:
    for number in range(1, MANY + 1):
        world.sessions.add(number, tell=False)
    window = MainWindow(world.services, FakeDialogs())  # type: ignore[arg-type]
    world.install(window, Dialogs(world.services, lambda: window))
    window.show()
    yield window
    window.close_for_good()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def choose(menu: QMenu, text: str) -> None:
    for _ in menu.actions():
        key(menu, Qt.Key.Key_Down)
        action = menu.activeAction()
        if action is not None and action.text() == text:
            key(menu, ENTER)
            return
    raise AssertionError([action.text() for action in menu.actions()])


def ask(window: MainWindow, *selected: int) -> QFileDialog:
    """*Export…* by keys: of the selected tasks, else in the menu of the program."""
    if selected:
        window.selection.tasks.select_keys(selected)
        window.menus.show_for_tasks(window.mapToGlobal(window.rect().center()))
        choose(window.menus.menu, "Export…")
    else:
        window.main_menu.show()
        choose(window.main_menu.menu, "Export…")
    (chooser,) = [one for one in window.findChildren(QFileDialog) if one.isVisible()]
    return chooser


def take(chooser: QFileDialog, path: Path = PLACE) -> None:
    chooser.fileSelected.emit(str(path))
    chooser.close()


async def test_what_is_shown_is_exported_in_its_order(
    world: ExportWorld, window: MainWindow
) -> None:
    """A filter or a new task meanwhile changes nothing."""
    chooser = ask(window)
    world.sessions.add(MANY + 1)
    take(chooser)
    await world.settle()
    keys = tuple(range(MANY, 0, -1))
    assert world.exports.orders == [ExportOrder(keys=keys, form=ExportFormat.CSV, path=PLACE)]
    assert "Exported 12 tasks" in shown_texts(window.toast)
    assert button(window.toast, "Show in folder").isVisible()


async def test_what_is_selected_is_exported_from_top_to_bottom(
    world: ExportWorld, window: MainWindow
) -> None:
    chooser = ask(window, 3, 9, 4)
    window.selection.tasks.select_keys([5])
    take(chooser)
    await world.settle()
    (order,) = world.exports.orders
    assert order.keys == (9, 4, 3)


async def test_what_is_other_than_asked_for_is_said(world: ExportWorld, window: MainWindow) -> None:
    world.exports.outcome = lambda order: Exported(order.path.with_name("tasks (2).csv"), 11)
    take(ask(window))
    await world.settle()
    said = "Exported 11 tasks as “tasks (2).csv”"
    assert window.toast.accessibleName() == said


@pytest.mark.parametrize(
    ("name", "filtered_by", "form"),
    [
        ("tasks.csv", ExportFormat.JSON_LINES, ExportFormat.CSV),
        ("tasks.jsonl", ExportFormat.CSV, ExportFormat.JSON_LINES),
        ("tasks.txt", ExportFormat.JSON_LINES, ExportFormat.JSON_LINES),
        ("tasks.txt", ExportFormat.CSV, ExportFormat.CSV),
    ],
)
async def test_the_ending_says_the_form_else_what_was_chosen(
    world: ExportWorld, window: MainWindow, name: str, filtered_by: ExportFormat, form: ExportFormat
) -> None:
    chooser = ask(window)
    words = next(text for text, each in format_filters().items() if each is filtered_by)
    chooser.selectNameFilter(words)
    chooser.filterSelected.emit(words)
    assert chooser.defaultSuffix() == filtered_by
    take(chooser, PLACE.with_name(name))
    await world.settle()
    assert world.exports.orders[0].form is form


async def test_a_name_is_proposed_in_the_folder_of_last_time(
    world: ExportWorld, window: MainWindow, tmp_path: Path
) -> None:
    chooser = ask(window)
    today = datetime.fromtimestamp(NOW / 1000, UTC).astimezone().date()
    assert Path(chooser.selectedFiles()[0]).name == f"tasks {today}.csv"
    take(chooser, tmp_path / "mine.csv")
    await world.settle()
    assert Path(ask(window).directory().path()) == tmp_path


async def test_the_window_for_it_blocks_nothing_and_is_one(
    world: ExportWorld, window: MainWindow
) -> None:
    ask(window)
    chooser = ask(window)
    assert not chooser.isModal()
    assert chooser.testOption(QFileDialog.Option.DontConfirmOverwrite)
    chooser.reject()
    assert world.exports.orders == []


async def test_one_is_made_at_a_time(world: ExportWorld, window: MainWindow) -> None:
    world.exports.gate = asyncio.Event()
    take(ask(window))
    await until(lambda: bool(world.exports.orders))
    take(ask(window))
    assert "Another export is still under way." in shown_texts(window.toast)
    assert len(world.exports.orders) == 1
    world.exports.gate.set()
    await world.settle()
    assert "Exported 12 tasks" in shown_texts(window.toast)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "full"), "the disk is full"),
        (FileNotFoundError(2, "gone"), "that folder does not exist"),
        (PermissionError(13, "denied"), "you can't write there"),
        (OSError(5, "Some words"), "Not saved (Some words)"),
        (LedgerError(Path("ledger"), "no such row"), "the history could not be read (no such row)"),
    ],
)
async def test_what_went_wrong_is_a_notice(
    world: ExportWorld, window: MainWindow, error: Exception, words: str
) -> None:
    world.exports.fail(error)
    take(ask(window))
    await world.settle()
    assert words in window.toast.accessibleName()
    assert len(window.notices.notices()) == 1
