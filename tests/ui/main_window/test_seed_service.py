"""The main job in the window, against a service that has only what its oldest page documents."""

from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import ServiceStatus
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.sessions.model import Column as SessionColumn
from enigma_panel.ui.tasks.model import Column
from tests.kit.clock import FastClock
from tests.kit.person import active, button, click, in_sight, notice_texts, type_text
from tests.kit.question_pages import credentials, form_of
from tests.kit.simulator_process import SimulatorProcess
from tests.kit.tables import verb_point
from tests.kit.wait import until
from tests.services.conftest import LongLived, Running

T = TypeVar("T", bound=QDialog)

LOGIN = "Log in to shop.example and read my orders"
SEARCH = "Search for MX Keys at amazon.com"
NEWS = "Read the headlines at news.example"
RESEARCH = "Research the history of typewriters"
ENDED = {"Closed (assumed)", "Ended by you", ""}


class Person:
    """Clicks and types in the window, and reads what stands there."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    async def start(self, text: str, *, keep_open: bool = False) -> None:
        click(button(self._window.top_bar, "New task"))
        dialog = await shown(NewTaskDialog)
        await active(dialog)
        type_text(dialog.task_text, text)
        if keep_open:
            dialog.run_in.setFocus()
            QTest.keyClick(dialog.run_in, Qt.Key.Key_Down)
        click(button(dialog, "Start"))
        await until(lambda: not dialog.isVisible())

    async def answer(self, username: str, password: str) -> None:
        """The dialog that has come up by itself."""
        dialog = await shown(QuestionDialog)
        await active(dialog)
        form = form_of(dialog)
        type_text(credentials(form).username, username)
        type_text(credentials(form).password, password)
        send = button(dialog, "Send answer")

        def press() -> bool:
            click(send)  # where the machine was slow just now, it does not count yet
            return not send.isEnabled()

        await until(press)
        await until(lambda: not dialog.isVisible())

    def task(self, text: str, column: Column) -> str:
        return _cell(self._window.selection.task_rows, Column.TASK, text, column)

    def state(self) -> str:
        """What the session of the further task is said to do, "" once its row has left."""
        rows = self._window.selection.session_rows
        return _cell(rows, SessionColumn.TASK, RESEARCH, SessionColumn.STATE)

    def select_session(self) -> None:
        table, rows = self._window.selection.sessions, self._window.selection.session_rows
        row = _row(rows, SessionColumn.TASK, RESEARCH)
        assert row is not None
        cell = rows.index(row, SessionColumn.TASK)
        at = table.visualRect(cell).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)

    async def press_in_row(self, verb: CommandVerb) -> None:
        """The verb in the row of the further session, once a press of it counts."""
        table, rows = self._window.selection.sessions, self._window.selection.session_rows

        def press() -> bool:
            row = _row(rows, SessionColumn.TASK, RESEARCH)
            key = rows.key_at(row) if row is not None else None
            if row is None or key is None or not self._window.app_actions.can(key, verb):
                return False
            given: list[object] = []
            noting = table.verb_clicked.connect(lambda *what: given.append(what))
            at = verb_point(table, row, verb)
            QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
            table.verb_clicked.disconnect(noting)
            return bool(given)

        await until(press)


def _row(rows: Any, column: int, text: str) -> int | None:
    texts = [str(rows.index(row, column).data()) for row in range(rows.rowCount())]
    return next((row for row, shown in enumerate(texts) if text in shown), None)


def _cell(rows: Any, column: int, text: str, wanted: int) -> str:
    row = _row(rows, column, text)
    return "" if row is None else str(rows.index(row, wanted).data())


def _refuse(url: str, times: int) -> None:
    from tests.kit.seed_service import NO_BROWSER  # imports the whole simulator

    fault = NO_BROWSER | {"times": times}
    httpx.post(f"{url}/_sim/faults", json=[fault], trust_env=False).raise_for_status()


def _state(url: str) -> Any:
    return httpx.get(f"{url}/_sim/state", trust_env=False).json()


async def shown(kind: type[T]) -> T:
    await until(lambda: in_sight(kind))
    return in_sight(kind)[0]


@pytest.mark.usefixtures("no_window_left")
async def test_the_whole_job_where_nothing_but_the_oldest_page_is_served(
    seed_service: Callable[..., SimulatorProcess], running: Running
) -> None:
    """Five refusals, three tasks, a login, four verbs; nobody says Try now; nothing stays open."""
    url = seed_service("--speed", "10").url
    _refuse(url, times=5)
    async with running(url, FastClock(), LongLived) as parts:
        services = parts.services
        assert services.scope.spawn("health", services.health.run()) is not None
        dialogs = Dialogs(services, lambda: window)
        window = MainWindow(services, dialogs)
        dialogs.start()
        window.show()
        person = Person(window)

        for text in (LOGIN, SEARCH, NEWS):
            await person.start(text)
        await until(lambda: "next try in" in person.task(LOGIN, Column.RESULT))
        full = "The service has no free browser. The program keeps trying."
        await until(lambda: full in notice_texts(window.notices))
        await person.answer("maria", "zebra-47-crossing")
        await until(lambda: full not in notice_texts(window.notices))
        for text in (LOGIN, SEARCH, NEWS):
            await until(lambda text=text: person.task(text, Column.STATUS) == "Done")

        await person.start(RESEARCH, keep_open=True)
        await until(lambda: person.state() == "Running")
        await person.press_in_row(CommandVerb.PAUSE)
        await until(lambda: person.state().startswith("Pause"))
        await person.press_in_row(CommandVerb.RESUME)
        await until(lambda: person.state() == "Running")
        person.select_session()
        window.verbs[CommandVerb.STOP].trigger()
        await until(lambda: person.task(RESEARCH, Column.STATUS) == "Stopped")
        assert person.state().startswith("Idle")
        await person.press_in_row(CommandVerb.TERMINATE)
        await until(lambda: person.state() in ENDED)

        state = _state(url)
        assert [one for one in state["sessions"] if one["state"] == "active"] == []
        assert state["live"]["connects"] == 0
        window.status_bar.refresh()
        assert window.status_bar.words.text().startswith("Connected")
        assert "does not say how busy it is" in window.status_bar.toolTip()
        assert services.health.status is ServiceStatus.OK
        assert window.notices.notices() == []
        assert services.queue.entries() == []
        dialogs.close_all()
        window.close_for_good()
