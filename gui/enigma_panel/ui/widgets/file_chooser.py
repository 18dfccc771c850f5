"""The window that asks for a file or a folder."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget


def make_chooser(
    owner: QWidget, title: str, folder: str, take: Callable[[str], object]
) -> QFileDialog:
    """Return a chooser that blocks nothing. folder: empty for downloads; take: gets the choice."""
    for other in owner.findChildren(QFileDialog):
        other.close()
    chooser = QFileDialog(owner, title, folder or _first_folder())
    chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
    chooser.finished.connect(chooser.deleteLater)
    chooser.fileSelected.connect(take)
    return chooser


def _first_folder() -> str:
    """Return the folder for downloads, else home: Qt asks about one that is not there."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return folder if Path(folder).is_dir() else str(Path.home())
