"""The tour's hands: what a person does with the window, by accessible names alone."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QAbstractButton, QApplication, QTableView, QWidget

from enigma_panel.core.models import SessionState, Task, TaskStatus, shown_state
from enigma_panel.services.container import Services
from enigma_panel.ui.main_window.window import MainWindow

STEP_S = 45.0
W = TypeVar("W", bound=QWidget)


class TourError(Exception):
    """A step did not come true; the text says which."""


class Hands:
    """Finds controls, presses them, waits for what follows, and takes pictures."""

    def __init__(self, window: MainWindow, services: Services, folder: Path) -> None:
        self._window = window
        self._services = services
        self._folder = folder
        self._number = 0

    # -- finding -----------------------------------------------------------------------------

    async def _until(self, what: str, condition: Callable[[], object]) -> None:
        try:
            async with asyncio.timeout(STEP_S):
                while not condition():  # noqa: ASYNC110 - conditions of any kind
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise TourError(f"not within {STEP_S:.0f} s: {what}") from None

    async def _dialog(self, kind: type[W]) -> W:
        found: list[W] = []

        def is_there() -> bool:
            found[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind)]
            return any(widget.isVisible() for widget in found)

        await self._until(f"{kind.__name__} is shown", is_there)
        return next(widget for widget in found if widget.isVisible())

    def _find(self, root: QWidget, kind: type[W], name: str, *, exact: bool = True) -> W:
        for widget in root.findChildren(kind):
            said = widget.accessibleName() or getattr(widget, "text", str)()
            fits = said == name if exact else name in said
            if fits and widget.isVisibleTo(root):
                return widget
        raise TourError(f"there is no {kind.__name__} called {name}")

    def _button(self, name: str) -> QAbstractButton:
        return self._find(self._window, QAbstractButton, name)

    def _press(self, root: QWidget, name: str, *, exact: bool = True) -> None:
        button = self._find(root, QAbstractButton, name, exact=exact)
        if not button.isEnabled():
            raise TourError(f"{name} cannot be pressed")
        button.click()

    def _select_session(self, text: str) -> None:
        self._select("Sessions", text)

    def _select_task(self, text: str) -> None:
        self._select("Tasks", text)

    def _select(self, table: str, text: str) -> None:
        view = self._find(self._window, QTableView, table)
        model = view.model()
        flags = QItemSelectionModel.SelectionFlag
        for row in range(model.rowCount()):
            cells = [str(model.index(row, c).data()) for c in range(model.columnCount())]
            if any(cell.startswith(text[:20]) for cell in cells):
                chosen = flags.ClearAndSelect | flags.Rows
                view.selectionModel().select(model.index(row, 0), chosen)
                return
        raise TourError(f"no row in {table} shows “{text}”")

    # -- reading -----------------------------------------------------------------------------

    def _task(self, text: str) -> Task:
        fleet = self._services.fleet
        found = (fleet.task(key) for key in fleet.task_keys())
        return next(task for task in found if task is not None and task.spec.text == text)

    def _status(self, text: str) -> TaskStatus:
        return self._task(text).status

    def _has_ended(self, text: str) -> bool:
        return self._task(text).is_final

    def _states(self, wanted: SessionState) -> int:
        fleet = self._services.fleet
        sessions = [fleet.session(key) for key in fleet.session_keys()]
        return sum(shown_state(s, fleet.current_task(s)) is wanted for s in sessions if s)

    def _all_ended(self) -> bool:
        fleet = self._services.fleet
        sessions = [fleet.session(key) for key in fleet.session_keys()]
        return all(session.is_ended for session in sessions if session is not None)

    async def _picture(self, name: str, widget: QWidget) -> None:
        await asyncio.sleep(0.1)  # let pending layouts and paints happen
        self._number += 1
        path = self._folder / f"{self._number:02d}-{name}.png"
        if not widget.grab().save(str(path)):
            raise TourError(f"{path} cannot be written")
