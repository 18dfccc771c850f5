"""The gallery (`--tour DIR --gallery`): every picture of the tour, light and dark, in three sizes.

`index.md` in the folder lists them. Dialogs have one size; the main window is shown in all three.
"""

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QTabWidget, QWidget

from enigma_panel.demo.tour import SIZE, Tour, TourError
from enigma_panel.services.container import Services
from enigma_panel.store.settings import DARK, LIGHT
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.settings.dialog import SettingsDialog

SIZES = ((640, 400), (900, 560), (1280, 800))
SETTLED_S = 0.15
"""Layouts and paints are done after this."""


class Gallery(Tour):
    """The same walk; where the tour takes one picture, this takes one of each kind."""

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
        await asyncio.sleep(SETTLED_S)
        name = f"{self._number:02d}-{name}"
        if not widget.grab().save(str(self.folder / f"{name}.png")):
            raise TourError(f"{name} cannot be written")
        self.names.append(name)

    async def _turn_dark(self) -> None:
        """Each picture is there in the dark already."""
