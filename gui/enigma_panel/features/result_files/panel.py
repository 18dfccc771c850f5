"""The files of a result: the web browser opens them, the program fetches none."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from enigma_panel.api.address import file_address
from enigma_panel.core.file_names import safe_name
from enigma_panel.core.models import Task
from enigma_panel.core.observation import ResultFile
from enigma_panel.core.service_rules import RULES
from enigma_panel.services.sessions import Sessions
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    take_single_clicks,
)

tr = Translations("Result files")


class ResultFiles(DetailsPanel):
    """The files of a result, a row each."""

    def __init__(self, sessions: Sessions, app_actions: Actions) -> None:
        super().__init__()
        self._sessions = sessions
        self._app_actions = app_actions
        self._task_key: int | None = None
        self.rows: list[FileRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.addWidget(make_label(tr("Files"), "section"))
        self.hide()

    def show_task(self, task: Task | None) -> None:
        files = task.files if task is not None else ()
        key = task.key if task is not None else None
        if key != self._task_key or files != tuple(row.file for row in self.rows):
            self._task_key = key
            self._make_rows(task, files)
        self.setVisible(bool(files))

    def _make_rows(self, task: Task | None, files: Sequence[ResultFile]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [FileRow(file) for file in files]
        for row in self.rows:
            self._column.addWidget(row)
            self._offer(row, self._address(task, row.file))

    def _address(self, task: Task | None, file: ResultFile) -> str | None:
        session = self._sessions.session(task.session_key) if task is not None else None
        if session is None:
            return None
        return file_address(file.url, session.base_url, RULES[session.dialect].file_hosts)

    def _offer(self, row: "FileRow", address: str | None) -> None:
        if address is None:
            blocked = make_label(tr("Blocked: another host"), "dim")
            blocked.setToolTip(tr("The file is not at a host of the service."))
            row.add(blocked)
            return
        anyone = tr("Anyone with its link can open the file.")
        opens = tr("Your web browser loads it. The link stays in your browser history.")
        leaves = tr("The link leaves the clipboard after 30 seconds.")
        row.offer(tr("Open"), f"{opens} {anyone}", partial(self._open, address))
        copy = partial(self._app_actions.clipboard.copy_secret, address)
        row.offer(tr("Copy link"), f"{leaves} {anyone}", copy)

    def _open(self, address: str) -> None:
        if not QDesktopServices.openUrl(QUrl(address)):
            self._app_actions.done.emit(tr("No program could open the file."))


class FileRow(QWidget):
    """One file: its name, and what can be done with it."""

    def __init__(self, file: ResultFile) -> None:
        super().__init__()
        self.file = file
        self.name = ElidedLabel()
        self.name.show_text(safe_name(file.name))
        self._parts = make_row(self.name)
        self._parts.setStretch(0, 1)
        self.setLayout(self._parts)

    def add(self, part: QWidget) -> None:
        """Put a part behind the name."""
        self._parts.addWidget(part)

    def offer(self, words: str, tip: str, act: Callable[[], object]) -> None:
        """Add a button for what can be done."""
        button = make_button(words, "link")
        button.setToolTip(tip)
        button.setAccessibleDescription(f"{self.name.text()}. {tip}")
        button.clicked.connect(lambda _=False: act())
        take_single_clicks(button)
        self.add(button)
