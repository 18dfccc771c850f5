"""Where files of ours are proposed to go."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths


def first_folder() -> str:
    """The person's folder for downloads; one that is there: for another Qt asks in a loop of its
    own."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return folder if Path(folder).is_dir() else str(Path.home())
