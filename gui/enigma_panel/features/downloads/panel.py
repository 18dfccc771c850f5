"""The files of a result, to be downloaded."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from enigma_panel.core.file_names import safe_name
from enigma_panel.core.models import Task
from enigma_panel.core.observation import ResultFile
from enigma_panel.features.downloads.downloads import Download, Downloads, DownloadState
from enigma_panel.features.downloads.text import download_text
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.details.text import breakable
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    set_role,
    show_text,
)
from enigma_panel.ui.widgets.file_chooser import make_chooser

tr = Translations("Downloads")


class ResultFiles(DetailsPanel):
    """The files of a result, a row each. folder_asked: the path of one to show in its folder."""

    folder_asked = Signal(object)

    def __init__(self, downloads: Downloads) -> None:
        super().__init__()
        self._downloads = downloads
        self._task_key: int | None = None
        self._folder = ""  # where the last one went
        self.rows: list[FileRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.addWidget(make_label(tr("Files"), "section"))
        downloads.changed.connect(self._follow)
        self.hide()

    def show_task(self, task: Task | None) -> None:
        files = task.files if task is not None else ()
        key = task.key if task is not None else None
        if key != self._task_key or files != tuple(row.file for row in self.rows):
            self._task_key = key
            self._make_rows(files)
        self.setVisible(bool(files))

    def _make_rows(self, files: Sequence[ResultFile]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [FileRow(file) for file in files]
        for row in self.rows:
            self._column.addWidget(row)
            row.download.clicked.connect(lambda _=False, row=row: self._ask_folder(row.file))
            row.cancel.clicked.connect(lambda _=False, row=row: self._cancel(row.file))
            row.folder.clicked.connect(lambda _=False, row=row: self.folder_asked.emit(row.path))
            self._show_news(row)

    def _follow(self, task_key: int) -> None:
        if task_key == self._task_key:
            for row in self.rows:
                self._show_news(row)

    def _show_news(self, row: "FileRow") -> None:
        if self._task_key is not None:
            row.show_download(self._downloads.of(self._task_key, row.file))

    def _ask_folder(self, file: ResultFile) -> None:
        """Ask for a folder; the file has its name from the service."""
        take = partial(self._start, self._task_key, file)
        title = tr("Download {name} to", name=safe_name(file.name))
        chooser = make_chooser(self.window(), title, self._folder, take)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setLabelText(QFileDialog.DialogLabel.Accept, tr("Download"))
        chooser.show()

    def _start(self, task_key: int | None, file: ResultFile, folder: str) -> None:
        """The task of then, though another may be shown now."""
        self._folder = folder
        if task_key is not None:
            self._downloads.start(task_key, file, Path(folder))

    def _cancel(self, file: ResultFile) -> None:
        if self._task_key is not None:
            self._downloads.cancel(self._task_key, file)


class FileRow(QWidget):
    """One file: its name as it is kept, how far it is, and what can be done."""

    def __init__(self, file: ResultFile) -> None:
        super().__init__()
        self.file = file
        self.path: Path | None = None
        name = safe_name(file.name)
        self.name = ElidedLabel()
        self.name.show_text(name)
        self.state = make_label(wrap=True)
        self.state.setMinimumWidth(1)
        self.download = make_button(tr("Download…"), "link")
        self.cancel = make_button(tr("Cancel"), "link")
        self.folder = make_button(tr("Show in folder"), "link")
        for button in self._buttons():
            button.setAccessibleDescription(name)
        first = make_row(self.name, self.folder, self.cancel, self.download)
        first.setStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(first)
        column.addWidget(self.state)
        self.show_download(None)

    def show_download(self, download: Download | None) -> None:
        state = download.state if download is not None else None
        self.path = download.path if download is not None else None
        show_text(self.state, breakable(download_text(download)))
        set_role(self.state, "red" if state is DownloadState.FAILED else "dim")
        had_focus = any(button.hasFocus() for button in self._buttons())
        self.folder.setVisible(state is DownloadState.SAVED)
        self.cancel.setVisible(state is DownloadState.RUNNING)
        is_under_way = state in {DownloadState.RUNNING, DownloadState.SAVING}
        self.download.setVisible(not is_under_way)
        if had_focus and not any(button.hasFocus() for button in self._buttons()):
            shown = [button for button in self._buttons() if not button.isHidden()]
            for button in shown[:1]:
                button.setFocus()

    def _buttons(self) -> tuple[QPushButton, ...]:
        return self.folder, self.cancel, self.download
