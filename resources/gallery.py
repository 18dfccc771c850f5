"""The steps of the gallery: every window and state, light and dark, in four sizes.

Those of the tour, and what the tour has no need of. `index.md` in the folder lists all pictures.
Dialogs have one size; the main window is shown in all four.
"""

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from errno import ENOSPC
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QWidget,
)

from enigma_panel.core.models import SessionState, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.task_filter import NEWEST_FIRST
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.features import FEATURES
from enigma_panel.services.container import Services
from enigma_panel.store.files import Copy, Problem, ProblemKind
from enigma_panel.store.ledger.errors import CorruptLedgerError
from enigma_panel.store.paths import FolderError
from enigma_panel.store.settings import DARK, LIGHT
from enigma_panel.ui.main_menu.about import AboutDialog
from enigma_panel.ui.main_menu.commands import CommandPalette
from enigma_panel.ui.main_menu.shortcuts import ShortcutsDialog
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.new_task.run_again import RunAgainDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.recovery.lost_ledger import LostLedgerWindow
from enigma_panel.ui.recovery.start_failed import StartFailedWindow
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.tasks.model import Column
from tour_steps import LONG, SETTLED_S, SHOP, SIZE, Tour, TourError

SIZES = ((640, 400), (760, 560), (1280, 800), (1920, 1080))
PLACES = 12
"""How many browsers the service allows at once."""

CHOICE = "Choose a desk lamp at harborgoods.example"
CAPTCHA = "Read the opening hours of tickethall.example behind its captcha"
FLIGHT = "Book a flight from Vienna to Oslo at skyfare.example"
ASKING = (CHOICE, CAPTCHA, FLIGHT)
WAYS = {"Secret": "secret", "Yes / No": "yes-no", "Free text": "free-text"}
"""To answer any question."""
QUIET = (
    "Download the yearly report of openledger.example",
    "Look at a page of plainfacts.example that crashes",
    "Research heat pumps for a house of 1920, their noise and their cost over ten years",
    "Find the opening hours of the library of Ghent",
    "Find the name of the mayor of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
)


MARKDOWN = """\
# Cheapest hubs

Prices are **with delivery**.

| Shop | Price |
| --- | ---: |
| shop.example | $24.90 |
| hubs.example | $19.99 |

1. Cheapest: [hubs.example](https://hubs.example/usb-c)
2. Fastest: shop.example, on Monday

> Returns within 30 days.
"""
JSON = """\
{"found": 2, "shops": [{"name": "shop.example", "price": 24.90, "stock": true},
{"name": "hubs.example", "price": 19.99, "stock": false}]}"""
RESULTS = (
    ("text", "The MX Keys costs $109.99 at amazon.com. It is in stock and comes on Monday.\n" * 30),
    ("markdown", MARKDOWN),
    ("json", JSON),
    ("csv", "shop,price,stock\nshop.example,24.90,yes\nhubs.example,19.99,on Monday\n"),
)
FIRST_SAMPLE = 10**9
"""Its key: no task of the ledger has such a one."""


class _Samples(QObject):
    """Tasks with these results, as the result view asks for them, in the order of their keys."""

    changed = Signal(object)
    loaded = Signal(object)

    def __init__(self, now_ms: int) -> None:
        super().__init__()
        self._now_ms = now_ms

    def task(self, key: int) -> Task:
        spec = TaskSpec(text="Find the cheapest USB-C hub with four ports, and where it is sold")
        began = self._now_ms - 31_000
        return Task(
            key=key,
            session_key=0,
            verb=TaskVerb.NEW_TASK,
            spec=spec,
            status=TaskStatus.DONE,
            result=RESULTS[key - FIRST_SAMPLE][1],
            since_ms=began,
            created_ms=began,
            sent_ms=began,
            ended_ms=self._now_ms,
            usage=Usage(cost=Decimal("0.0214")),
        )

    def session(self, _key: int) -> None:
        return None

    def neighbour(self, key: int, by: int) -> int | None:
        return key + by if 0 <= key + by - FIRST_SAMPLE < len(RESULTS) else None

    def select_task(self, _key: int) -> None:
        """No table shows them."""


class Gallery(Tour):
    """The walk of the tour, with pictures in each scheme and size where the tour takes one."""

    step_s = 120.0
    # Each step has many pictures, and sessions must outlive them.
    service: tuple[str, ...] = ("--speed", "1.5", "--places", str(PLACES))

    def __init__(self, window: MainWindow, services: Services, folder: Path) -> None:
        super().__init__(window, services, folder)
        self.names: list[str] = []

    async def walk(self) -> None:
        """All steps in order, then the list of pictures."""
        await super().walk()
        lines = "".join(f"## {name}\n\n![{name}]({name}.png)\n\n" for name in self.names)
        (self.folder / "index.md").write_text(f"# Gallery\n\n{lines}", encoding="utf-8")

    async def _show_key(self) -> None:
        """And what comes next: an empty New task."""
        await super()._show_key()
        self._press(self._window, "New task")
        dialog = await self._dialog(NewTaskDialog)
        await self._picture("new-task-empty", dialog)
        dialog.reject()

    async def _answer_purchase(self, dialog: QuestionDialog) -> None:
        """It stays open, for the pictures of questions."""

    async def _end(self) -> None:
        await self._show_many()
        await self._show_questions()
        self._show_problem()
        await self._picture("notice", self._window)
        await self._show_crowded()
        await self._show_menu()
        await self._show_run_again()
        await self._show_deletion()
        await self._show_costs()
        await self._show_new_task()
        await self._show_results()
        await self._show_lost_ledger()
        await super()._end()

    async def _show_many(self) -> None:
        await self._allow_browsers(PLACES)
        await self._start_several(ASKING)
        await self._start_several(QUIET, keep_open=True, picture="new-task-several")
        asks = SessionState.ASKS
        await self._until("all of them ask", lambda: self._states(asks) > len(ASKING))
        await self._close_question()
        await self._picture("many", self._window)
        self._find(self._window, QTableView, "Sessions").selectAll()
        await self._picture("several-selected", self._window)
        self._find(self._window, QTableView, "Tasks").selectAll()
        await self._picture("several-tasks-selected", self._window)
        await self._show_filter()

    async def _show_filter(self) -> None:
        """Words, a chip, the panel with a time, and an order."""
        bar = self._window.filter_bar
        table, search = self._window.selection.tasks, self._services.task_search
        bar.field.setText("a")
        self._press(bar, "Needs you")
        bar.more.trigger()
        bar.panel.when.activated.emit(1)
        table.sort_by(Column.TASK)
        await self._until("some are found", lambda: 0 < len(search.keys) < search.figures.total)
        await self._picture("filter", self._window)
        table.rows.set_order(NEWEST_FIRST)
        bar.ask_all()
        await self._until("all are shown", lambda: len(search.keys) == search.figures.total)

    async def _show_questions(self) -> None:
        """Take pictures of the kinds of questions that the tour does not show."""
        for text, name in ((CHOICE, "choice"), (CAPTCHA, "captcha")):
            await self._picture(f"question-{name}", await self._question(text))
        dialog = await self._question(CHOICE)
        for label, name in WAYS.items():
            kinds = self._find(dialog, QComboBox, "Your answer")
            kinds.setCurrentText(label)
            await self._picture(f"question-{name}", dialog)
        dialog = await self._question(FLIGHT)
        self._press(dialog, "$", exact=False)  # the first flight
        await self._until("the dialog is armed", dialog.is_armed)
        self._press(dialog, "Send answer")
        await self._until("another question is asked", lambda: self._asks(FLIGHT, "code"))
        await self._picture("question-code", await self._question(FLIGHT))
        await self._close_question()

    async def _question(self, text: str) -> QuestionDialog:
        self._window.dialogs.open_question(self._task(text).key)
        return await self._dialog(QuestionDialog)

    def _asks(self, text: str, word: str) -> bool:
        key = self._task(text).key
        return any(
            question.task_key == key and word in question.text
            for question in self._services.inbox.questions()
        )

    async def _close_question(self) -> None:
        """And those that come up in its place."""
        dialog = await self._dialog(QuestionDialog)
        while dialog.isVisible():
            dialog.reject()
            await asyncio.sleep(SETTLED_S)

    def _show_problem(self) -> None:
        path = Path("/home/maria/.config/enigma-panel/settings.json")
        kept = path.with_name("settings.json.broken-20260102T090000Z")
        broken = Problem(kind=ProblemKind.BROKEN, path=path, kept_as=kept, reason="")
        self._window.notices.show_problem(broken)

    async def _show_crowded(self) -> None:
        """A question and the list of notices."""
        panel = self._window.notice_panel
        panel.open_list()
        await self._picture("crowded", self._window)
        self._press(panel, "Dismiss")
        panel.close_list()

    async def _show_menu(self) -> None:
        window, menu = self._window, self._window.main_menu
        opener, pointed = window.top_bar.menu_button, Qt.WidgetAttribute.WA_UnderMouse
        opener.setAttribute(pointed)
        menu.show()
        opener.setAttribute(pointed, on=False)
        await self._menu("menu", menu.menu)
        self._select_session(SHOP)
        window.menus.show_for_sessions(QPoint())
        await self._menu("menu-of-session", window.menus.menu)
        self._select_task(LONG)
        window.menus.show_for_tasks(QPoint())
        await self._menu("menu-of-task", window.menus.menu)
        opened: Iterable[tuple[str, QAction, type[QWidget]]] = (
            ("shortcuts", menu.shortcuts, ShortcutsDialog),
            ("commands", menu.commands, CommandPalette),
            ("about", menu.about, AboutDialog),
        )
        for name, action, kind in opened:
            action.trigger()
            dialog = await self._dialog(kind)
            await self._picture(name, dialog)
            dialog.close()
        sheet = await self._open_command("Help", "Help")
        if sheet is not None:
            await self._picture("help", sheet)
            sheet.reject()

    async def _show_run_again(self) -> None:
        """Of several tasks, some of which cannot be."""
        keys = self._window.selection.task_rows.keys()
        self._window.app_actions.run_several_again(keys[:40])
        dialog = await self._dialog(RunAgainDialog)
        await self._until("all were read", dialog.verb_button.isEnabled)
        await self._picture("run-again", dialog)
        dialog.reject()

    async def _show_deletion(self) -> None:
        """Of what is selected some stay: they are at work."""
        self._find(self._window, QTableView, "Tasks").selectAll()
        dialog = await self._open_command("Delete…", "Delete tasks")
        if dialog is None:
            return
        texts = dialog.findChildren(QLabel)
        known = "it is known what may go"
        await self._until(known, lambda: any(" stay" in label.text() for label in texts))
        await self._picture("delete", dialog)
        dialog.reject()

    async def _show_costs(self) -> None:
        """As bars and as a table."""
        dialog = await self._open_command("Costs", "Costs")
        if dialog is None:
            return
        for view in ("Chart", "Table"):
            self._press(dialog, view)
            await self._picture(f"costs-{view.lower()}", dialog)
        dialog.reject()

    async def _menu(self, name: str, menu: QMenu) -> None:
        await self._picture(name, menu)
        menu.close()

    async def _show_new_task(self) -> None:
        """What is wrong beside its field; what was typed is there when it is opened again."""
        self._press(self._window, "New task")
        dialog = await self._dialog(NewTaskDialog)
        self._find(dialog, QPlainTextEdit, "Task").setPlainText("Find the cheapest hub")
        self._find(dialog, QLineEdit, "Starting URL").setText("ftp://shop.example")
        self._press(dialog, "Start")
        await self._picture("new-task-mistake", dialog)
        self._press(dialog, "Cancel")
        self._press(self._window, "New task")
        await self._picture("new-task-kept", dialog)
        self._press(dialog, "Clear")
        self._press(dialog, "Cancel")

    async def _show_results(self) -> None:
        """In each form that a result may have; the simulator's are few."""
        if all(feature.name != "results" for feature in FEATURES):
            return
        from enigma_panel.features.results.dialog import ResultDialog  # noqa: PLC0415 - optional

        now_ms = self._services.clock.now_ms()
        samples = _Samples(now_ms)
        services, rows = replace(self._services, sessions=samples), cast("Any", samples)
        dialog = ResultDialog(services, rows, self._window.app_actions, self._window)
        for key, (name, _text) in enumerate(RESULTS, FIRST_SAMPLE):
            dialog.ask(key)
            await self._picture(f"result-{name}", dialog)
        dialog.reject()

    async def _show_lost_ledger(self) -> None:
        path = Path("/home/maria/.local/share/enigma-control-panel/ledger.sqlite3")
        made_ms = self._services.clock.now_ms() - 3_600_000
        copy = Copy(made_ms=made_ms, sessions_open=2)
        window = LostLedgerWindow(CorruptLedgerError(path, ""), copy, made_ms + 3_600_000)
        window.present(window.quit_button)
        await self._picture("lost-ledger", window)
        window.close()
        full = FolderError(path.parent, "No space left on device", ENOSPC)
        failed = StartFailedWindow(full)
        failed.present(failed.try_button)
        await self._picture("start-failed", failed)
        failed.close()

    async def _picture(self, name: str, widget: QWidget) -> None:
        self._number += 1
        for scheme in (DARK, LIGHT):
            self._services.settings.change(appearance=scheme)
            if isinstance(widget, SettingsDialog):
                await self._pages(f"{name}-{scheme}", widget.tabs, widget)
            elif widget is self._window:
                await self._sizes(f"{name}-{scheme}")
            else:
                await self._save(f"{name}-{scheme}", widget)

    async def _sizes(self, name: str) -> None:
        for width, height in SIZES:
            self._window.resize(width, height)
            await self._save(f"{name}-{width}x{height}", self._window)
        self._window.resize(SIZE)

    async def _pages(self, name: str, tabs: QTabWidget, dialog: QWidget) -> None:
        for page in range(tabs.count()):
            tabs.setCurrentIndex(page)
            await self._save(f"{name}-{tabs.tabText(page).lower()}", dialog)

    async def _save(self, name: str, widget: QWidget) -> None:
        await self._settle()
        name = f"{self._number:02d}-{name}"
        if not widget.window().grab().save(str(self.folder / f"{name}.png")):
            raise TourError(f"{name} cannot be written")
        self.names.append(name)

    async def _turn_dark(self) -> None:
        """Each picture is there in the dark already."""
