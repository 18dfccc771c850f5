"""The steps of the tour: the real window goes through the main job and leaves numbered pictures.

Everything is done by the controls that a person uses, found by their accessible names; nothing of
the services is called. A step that does not come true within its time ends the tour with status 1.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTableView,
    QWidget,
)

from enigma_panel.core.models import SessionState, Task, TaskStatus, shown_state
from enigma_panel.features import FEATURES
from enigma_panel.services.container import Services
from enigma_panel.services.types import Recovered
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.quit.dialog import QuitDialog
from enigma_panel.ui.quit.terminate_all import TerminateAllDialog
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.settings.key_dialog import KeyDialog
from enigma_panel.ui.theme import theme

SIZE = QSize(1280, 800)
SETTLED_S = 0.15
"""Layouts and paints are done after this."""
COUNTS = frozenset({"search tasks", "sum of selected tasks"})
"""What counts beside the event loop, as its tasks are called."""
NO_KEYS = Qt.KeyboardModifier.NoModifier
W = TypeVar("W", bound=QWidget)
SAVES_LOGINS = any(feature.name == "saved_logins" for feature in FEATURES)

SEARCH = "Find the top 3 wireless keyboards at amazon.com with prices"
LOGIN = "Log in to bank.example and download the September statement"
LOGIN_AGAIN = "Sign in at bank.example and count the new messages"
LONG = "Research opening hours of 12 pharmacies near Alexanderplatz, as a table"
LOST = "Price of MX Keys at saturn.example, which is unreachable at times"
WAITING = ("MX Keys at galaxus.example", "MX Keys at alternate.example")
SHOP = "Buy the cheapest USB-C hub with 4 ports at shop.example, 60 dollars at most"


class TourError(Exception):
    """A step did not come true; the text says which."""


class Tour:
    """One walk through the main job: it finds controls, presses them, waits, takes pictures.

    A step that takes longer than step_s ends it. service: how the simulator is started. clicks: how
    many each thing took that is done often; more than its most ends the tour, too.
    """

    step_s = 45.0
    service: tuple[str, ...] = ("--speed", "2.5")

    def __init__(self, window: MainWindow, services: Services, folder: Path) -> None:
        self._window = window
        self._services = services
        self.folder = folder
        self.clicks: dict[str, int] = {}
        self._number = 0
        self._clicked = 0

    async def walk(self) -> None:
        """All steps in order."""
        self._window.resize(SIZE)
        await self._until("the key is ready", lambda: self._services.account.client is not None)
        await self._until("the service answers", lambda: self._services.health.asked_ms)
        await self._picture("empty", self._window)
        await self._show_key()
        await self._start_tasks()
        await self._wait_in_queue()
        await self._pause_and_resume()
        await self._watch_steps()
        await self._answer_credentials()
        if SAVES_LOGINS:
            await self._answer_saved()
        await self._read_result()
        await self._show_recovered()
        await self._turn_dark()
        await self._end()

    def show_where_it_stopped(self) -> None:
        """A picture of the window as it is now."""
        self._window.grab().save(str(self.folder / "99-stopped-here.png"))

    async def _show_key(self) -> None:
        """The demo service has a key of its own, so that no button leads there."""
        self._window.dialogs.open_key()
        dialog = await self._dialog(KeyDialog)
        await self._until(
            "it says where a key goes", lambda: "Checking" not in dialog.location_label.text()
        )
        await self._picture("key", dialog)
        dialog.reject()

    async def _start_tasks(self) -> None:
        for number, text in enumerate((LONG, LOGIN, SEARCH, LOST)):
            await self._start(
                text, keep_open=text is LONG, one_call=text is SEARCH, picture=number == 0
            )
        await self._until("the first task works", lambda: self._states(SessionState.WORKING))
        await asyncio.sleep(1.2)
        await self._picture("working", self._window)

    async def _start(
        self, text: str, *, keep_open: bool, one_call: bool = False, picture: bool = False
    ) -> None:
        self._press(self._window, "New task")
        dialog = await self._dialog(NewTaskDialog)
        self._find(dialog, QPlainTextEdit, "Task").setPlainText(text)
        if keep_open:
            dialog.place.run_in.setCurrentIndex(1)
        if one_call:  # another endpoint: the whole tour must do with ten messages a minute
            dialog.limits.one_call.setChecked(True)
        if picture:
            self._press(dialog, "Limits and options", exact=False)
            await asyncio.sleep(0.2)
            await self._picture("new-task", dialog)
            self._press(dialog, "Limits and options", exact=False)
        before = len(self._services.sessions.task_keys())
        self._press(dialog, "Start")
        started = f"“{text[:20]}…” stands in the table"
        await self._until(started, lambda: len(self._services.sessions.task_keys()) > before)
        await self._until("New task is closed", lambda: not dialog.isVisible())

    async def _start_several(
        self, texts: Sequence[str], *, keep_open: bool = False, picture: str = ""
    ) -> None:
        self._press(self._window, "New task")
        dialog = await self._dialog(NewTaskDialog)
        self._find(dialog, QPlainTextEdit, "Task").setPlainText("\n".join(texts))
        if not dialog.task.per_line.isChecked():  # as it was left, or as it is by itself
            self._press(dialog, "One task per line")
        if keep_open:
            dialog.place.run_in.setCurrentIndex(1)
        if picture:
            await self._picture(picture, dialog)
        self._press(dialog, "Start", exact=False)
        await self._until("New task is closed", lambda: not dialog.isVisible())

    async def _wait_in_queue(self) -> None:
        """With fewer slots than sessions, two more tasks wait; then they are removed again."""
        queue = self._services.queue
        await self._allow_browsers(2)
        await self._start_several(WAITING)
        await self._until("two tasks wait", lambda: len(queue.entries()) == len(WAITING))
        self._select_task(WAITING[1])
        await self._picture("line", self._window)
        for text in WAITING:
            self._select_task(text)
            await self._until("Remove is possible", lambda: self._offers("Remove"))
            self._press(self._window, "Remove")
            await self._until(f"“{text}” is removed", partial(self._has_ended, text))
        await self._allow_browsers(5)

    def _offers(self, name: str) -> bool:
        """Whether Details offers that, once a question in its place is put off."""
        self._put_off()
        return self._button(name).isEnabled()

    def _put_off(self) -> None:
        """A question in Details' place is for later."""
        for dialog in self._window.findChildren(QuestionDialog):
            if dialog.isVisible():
                self._press(dialog, "Later")

    async def _allow_browsers(self, n: int) -> None:
        self._window.settings.trigger()
        settings = await self._dialog(SettingsDialog)
        settings.tabs.setCurrentIndex(1)
        self._find(settings, QSpinBox, "Browsers at once").setValue(n)
        settings.reject()

    async def _pause_and_resume(self) -> None:
        self._select_session(LONG)
        await self._until("Pause is possible", lambda: self._offers("Pause"))
        self._press(self._window, "Pause")
        await self._until("it is paused", lambda: self._states(SessionState.PAUSED))
        await self._picture("paused", self._window)
        await self._until("Resume is possible", lambda: self._offers("Resume"))
        self._press(self._window, "Resume")
        await self._until("it works again", lambda: not self._states(SessionState.PAUSED))

    async def _watch_steps(self) -> None:
        """What the agent does, while it does it."""
        live = self._services.live
        await self._until("the channels are up", lambda: live.share().up > 0)
        self._put_off()
        self._select_session(LONG)
        key = next(k for k in self._services.sessions.session_keys() if self._is_of(k, LONG))
        await self._until("it tells what it does", lambda: live.doing(key))
        await asyncio.sleep(4)  # what Pause made wide is narrow again
        self._put_off()
        thoughts = self._window.details.timeline.thoughts
        thoughts.setChecked(True)
        await self._picture("steps", self._window)
        thoughts.setChecked(False)

    def _is_of(self, session_key: int, text: str) -> bool:
        sessions = self._services.sessions
        session = sessions.session(session_key)
        task = sessions.current_task(session) if session is not None else None
        return task is not None and task.spec.text == text

    async def _answer_credentials(self) -> None:
        self._window.answer.trigger()
        dialog = await self._dialog(QuestionDialog)
        await self._picture("question-in-window", self._window)
        self._find(dialog, QLineEdit, "Username").setText("maria")
        self._find(dialog, QLineEdit, "Password").setText("a-password-of-the-tour")
        await self._until("the dialog is armed", dialog.is_armed)
        if SAVES_LOGINS:
            self._press(dialog, "Remember for bank.example", exact=False)
        await self._picture("question", dialog)
        await self._press_armed(dialog, "Send answer")
        await self._until("the answer is sent", lambda: not dialog.isVisible())
        await self._until("the login task is done", lambda: self._status(LOGIN) is TaskStatus.DONE)

    async def _answer_saved(self) -> None:
        """Answer the site's next question with the login that was saved."""
        await self._start(LOGIN_AGAIN, keep_open=False, one_call=True)
        dialog = await self._dialog(QuestionDialog)
        with self._counted("a saved login", 2):
            self._press(dialog, "Fill in maria")
            password = self._find(dialog, QLineEdit, "Password")
            await self._until("it is filled in", password.text)
            await self._press_armed(dialog, "Send answer")
        done = TaskStatus.DONE
        await self._until("the next login is done", lambda: self._status(LOGIN_AGAIN) is done)

    async def _read_result(self) -> None:
        for text in (SEARCH, LOST, LONG):
            await self._until(f"“{text[:20]}…” has ended", partial(self._has_ended, text))
        await self._until("costs are known", lambda: self._task(SEARCH).cost is not None)
        await self._start(SHOP, keep_open=False)
        dialog = await self._dialog(QuestionDialog)
        await self._until("the dialog is armed", dialog.is_armed)
        await self._picture("purchase", dialog)
        self._press(dialog, "Later")
        for text, name in ((LOGIN, "main"), (SEARCH, "result")):
            self._select_task(text)
            await asyncio.sleep(0.4)
            await self._picture(name, self._window)
        await self._answer_purchase(dialog)
        self._window.settings.trigger()
        settings = await self._dialog(SettingsDialog)
        await asyncio.sleep(0.3)
        await self._picture("settings", settings)
        settings.reject()

    async def _answer_purchase(self, dialog: QuestionDialog) -> None:
        """From its row."""
        with self._counted("a row's question", 1):
            self._double_click("Tasks", SHOP)
            await self._until("its question is shown", dialog.isVisible)
        with self._counted("a purchase", 2):
            self._press(dialog, "Approve up to", exact=False)
            await self._press_armed(dialog, "Send answer")
        await self._until("the purchase is answered", lambda: not dialog.isVisible())

    async def _show_recovered(self) -> None:
        """What is said after a restart, of the sessions that are open now."""
        sessions = self._services.sessions
        records = [s for s in map(sessions.session, sessions.session_keys()) if s is not None]
        open_now = tuple(s.key for s in records if s.occupies_slot)
        self._window.show_recovered(Recovered(sessions=open_now))
        await self._picture("recovered", self._window)
        self._window.show_recovered(Recovered())

    async def _turn_dark(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.choose(app, Qt.ColorScheme.Dark)
        await asyncio.sleep(0.4)
        await self._picture("main-dark", self._window)
        theme.choose(app, Qt.ColorScheme.Light)
        await asyncio.sleep(0.2)

    async def _end(self) -> None:
        self._window.close()
        quit_dialog = await self._dialog(QuitDialog)
        await asyncio.sleep(0.2)
        await self._picture("quit", quit_dialog)
        quit_dialog.reject()
        self._window.terminate_all.trigger()
        confirm = await self._dialog(TerminateAllDialog)
        await self._picture("terminate-all", confirm)
        self._press(confirm, "Terminate", exact=False)
        await self._until("nothing costs money any more", self._all_ended)
        await self._picture("ended", self._window)

    # -- counting ----------------------------------------------------------------------------

    @contextmanager
    def _counted(self, what: str, most: int) -> Iterator[None]:
        """What is done often takes so many clicks at most."""
        before = self._clicked
        yield
        self.clicks[what] = self._clicked - before
        if self.clicks[what] > most:
            raise TourError(f"{what} takes {self.clicks[what]} clicks, more than {most}")

    # -- finding -----------------------------------------------------------------------------

    async def _until(self, what: str, condition: Callable[[], object]) -> None:
        try:
            async with asyncio.timeout(self.step_s):
                while not condition():  # noqa: ASYNC110 - conditions of any kind
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise TourError(f"not within {self.step_s:.0f} s: {what}") from None

    async def _dialog(self, kind: type[W]) -> W:
        found: list[W] = []

        def is_there() -> bool:
            tops = QApplication.topLevelWidgets()
            inside = [one for top in tops for one in top.findChildren(kind)]
            both = [*(one for one in tops if isinstance(one, kind)), *inside]
            found[:] = [one for one in both if one.isVisible()]
            return bool(found)

        await self._until(f"{kind.__name__} is shown", is_there)
        return found[0]

    async def _open_command(self, text: str, title: str) -> QDialog | None:
        """The dialog that a command of a feature opens; None where the feature was taken out."""
        groups = self._window.command_groups()
        found = [one for group in groups for one in group.actions if one.text() == text]
        if not found:
            return None
        found[0].trigger()
        await self._until(f"{title} is shown", lambda: _shown(title))
        return _shown(title)

    def _find(self, root: QWidget, kind: type[W], name: str, *, exact: bool = True) -> W:
        for widget in root.findChildren(kind):
            shown = widget.accessibleName() or getattr(widget, "text", str)()
            fits = shown == name if exact else name in shown
            if fits and widget.isVisibleTo(root):
                return widget
        raise TourError(f"there is no {kind.__name__} called {name}")

    def _button(self, name: str) -> QAbstractButton:
        return self._find(self._window, QAbstractButton, name)

    def _press(self, root: QWidget, name: str, *, exact: bool = True) -> None:
        button = self._find(root, QAbstractButton, name, exact=exact)
        if not button.isEnabled():
            raise TourError(f"{name} cannot be pressed")
        self._clicked += 1
        button.click()

    async def _press_armed(self, dialog: QuestionDialog, name: str) -> None:
        """A click counts once all has stood still for a moment."""
        await self._until("the dialog is armed", dialog.is_armed)
        self._press(dialog, name)

    def _double_click(self, table: str, text: str) -> None:
        view, row = self._row(table, text)
        at = view.visualRect(row).center().toPointF()
        self._clicked += 1
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            event = QMouseEvent(kind, at, *(Qt.MouseButton.LeftButton,) * 2, NO_KEYS)
            QApplication.sendEvent(view.viewport(), event)

    def _select_session(self, text: str) -> None:
        self._select("Sessions", text)

    def _select_task(self, text: str) -> None:
        self._select("Tasks", text)

    def _select(self, table: str, text: str) -> None:
        view, row = self._row(table, text)
        flags = QItemSelectionModel.SelectionFlag
        view.selectionModel().select(row, flags.ClearAndSelect | flags.Rows)

    def _row(self, table: str, text: str) -> tuple[QTableView, QModelIndex]:
        """The table, and the first cell of its row with that text."""
        view = self._find(self._window, QTableView, table)
        model = view.model()
        for row in range(model.rowCount()):
            cells = [str(model.index(row, c).data()) for c in range(model.columnCount())]
            if any(cell.startswith(text[:20]) for cell in cells):
                return view, model.index(row, 0)
        raise TourError(f"no row in {table} shows “{text}”")

    # -- reading -----------------------------------------------------------------------------

    def _task(self, text: str) -> Task:
        sessions = self._services.sessions
        found = (sessions.task(key) for key in sessions.task_keys())
        return next(task for task in found if task is not None and task.spec.text == text)

    def _status(self, text: str) -> TaskStatus:
        return self._task(text).status

    def _has_ended(self, text: str) -> bool:
        return self._task(text).is_final

    def _states(self, wanted: SessionState) -> int:
        sessions = self._services.sessions
        records = [sessions.session(key) for key in sessions.session_keys()]
        return sum(shown_state(s, sessions.current_task(s)) is wanted for s in records if s)

    def _all_ended(self) -> bool:
        sessions = self._services.sessions
        records = [sessions.session(key) for key in sessions.session_keys()]
        return all(session.is_ended for session in records if session is not None)

    async def _settle(self) -> None:
        """Pending layouts and paints happen, and all figures are those of the rows shown."""
        await asyncio.sleep(SETTLED_S)
        scope = self._services.scope
        await self._until("all is counted", lambda: COUNTS.isdisjoint(scope.names()))

    async def _picture(self, name: str, widget: QWidget) -> None:
        await self._settle()
        self._number += 1
        path = self.folder / f"{self._number:02d}-{name}.png"
        if not widget.window().grab().save(str(path)):
            raise TourError(f"{path} cannot be written")


async def drive(tour: Tour) -> int:
    """Walk the tour, into a folder that is there; 0 when every step came true."""
    try:
        await tour.walk()
    except TourError as error:
        print(f"tour: {error}", flush=True)
        tour.show_where_it_stopped()
        return 1
    counted = ", ".join(f"{what} {n}" for what, n in tour.clicks.items())
    print(f"clicks: {counted}\nthe pictures are in {tour.folder}", flush=True)
    return 0


def _shown(title: str) -> QDialog | None:
    widgets = [one for one in QApplication.allWidgets() if one.windowTitle() == title]
    return next((one for one in widgets if isinstance(one, QDialog) and one.isVisible()), None)
