"""The folder that is proposed for files of ours."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths


def first_folder() -> str:
    """Return the person's folder for downloads, or the home folder where there is none.

    For a folder that is not there Qt would ask in a loop of its own.
    """
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return folder if Path(folder).is_dir() else str(Path.home())
