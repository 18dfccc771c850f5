"""The dialog *Export ledger*: all there is into one file, for another computer."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.services.container import Services
from enigma_panel.services.exports import Exported, FileOrder
from enigma_panel.services.ledger_transfer import WHOLE
from enigma_panel.ui.export.file_dialog import FileDialog
from enigma_panel.ui.export.ledger_text import (
    Leaving,
    leaving_text,
    ledger_done_text,
    percent_text,
    purpose_text,
    secrets_text,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import NoticeLabel, make_label

tr = Translations("Export")

ENDING = "ledger"


class LedgerDialog(FileDialog):
    """The window. It says what comes along, what stays behind, and that the line is paused."""

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        super().__init__(tr("Export ledger"), services, services.ledger_transfer, parent)
        self.leaving = make_label(wrap=True)
        warning = NoticeLabel()
        warning.show_text(secrets_text())
        self.build(make_label(purpose_text(), wrap=True), warning, self.leaving)
        services.sessions.changed.connect(self.follow)
        services.queue.changed.connect(self.follow)

    def ask(self) -> None:
        """Show it; what was typed before stays."""
        if not self.is_running:
            self.propose()
            self._show_leaving()  # before: a window is as high as what it says
        self.present(self.file if self.fields.isEnabled() else self.cancel_button)

    def follow(self, _diff: object = None) -> None:
        """What is under way and waits, as long as somebody sees it."""
        if self.isVisible() and not self.is_running:
            self._show_leaving()
            self.fit(only_grow=True)

    def _show_leaving(self) -> None:
        self.leaving.setText(leaving_text(_leaving(self._services)))

    def make_order(self, path: Path) -> FileOrder:
        """All there is."""
        return FileOrder(path=path)

    def save(self, order: FileOrder) -> Coroutine[Any, Any, Exported | None]:
        """Pause the line and export."""
        return self._services.ledger_transfer.export(order)

    def name(self, date: str) -> str:
        """'enigma-panel 2026-01-02.ledger'."""
        return f"enigma-panel {date}.{ENDING}"

    def most(self, _order: FileOrder) -> int:
        """Percent."""
        return WHOLE

    def progress_text(self, done: int, _most: int) -> str:
        """'12 %'."""
        return percent_text(done)

    def done_text(self, order: FileOrder, exported: Exported) -> str:
        """That it was exported, and whether the line is paused."""
        return ledger_done_text(order, exported, is_paused=self._services.queue.is_paused)


def _leaving(services: Services) -> Leaving:
    sessions = services.sessions
    records = [sessions.session(key) for key in sessions.session_keys()]
    open_now = [session for session in records if session is not None and session.occupies_slot]
    tasks = [sessions.current_task(session) for session in open_now]
    return Leaving(
        open=len(open_now),
        queued=len(services.queue.entries()),
        commands=len(sessions.all_pending()),
        starts=sum(task is not None and task.status is TaskStatus.STARTING for task in tasks),
    )
