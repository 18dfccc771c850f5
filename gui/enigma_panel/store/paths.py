"""The folders of ledger, settings and log. No other module knows them."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

_DISPLAY_NAME = "Enigma Control Panel"  # macOS and Windows show these folders to people
_UNIX_NAME = "enigma-control-panel"


class FolderError(Exception):
    """A folder cannot be made or written. `reason`, `code`: the system's sentence and errno."""

    def __init__(self, path: Path, reason: str, code: int | None = None) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.code = code


class WrongFolderError(FolderError):
    """The folder is the demo's and the account was to use it, or the other way round."""


class Folders(Struct, frozen=True):
    """The two folders of one installation: `data` holds the ledger, `config` the settings."""

    data: Path
    config: Path

    @property
    def ledger(self) -> Path:
        return self.data / "ledger.sqlite3"

    @property
    def demo_mark(self) -> Path:
        """A file that marks the folders of a demo."""
        return self.data / "demo"

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    def prepare(self) -> None:
        """Make both folders, private (0700), and try to write into them. FolderError."""
        for folder in (self.data, self.config):
            with folder_errors(folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if os.name != "nt" and folder.stat().st_mode & 0o077:
                    folder.chmod(0o700)
                _try(folder)


@contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turn the system's errors into FolderErrors of this folder."""
    try:
        yield
    except OSError as error:
        raise FolderError(folder, error.strerror or str(error), error.errno) from error


def _try(folder: Path) -> None:
    # Asking for permission says nothing about quotas, full disks and read-only mounts.
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"x")


def wanted_folders(data_dir: Path | None, env: Mapping[str, str]) -> Folders:
    """The folders below `data_dir` where that is given, else the platform's. FolderError."""
    return default_folders(env) if data_dir is None else folders_below(data_dir)


def folders_below(folder: Path) -> Folders:
    """The folders below a given one (`--data-dir`), which itself keeps its mode."""
    folder = folder.expanduser().absolute()
    return Folders(data=folder / "data", config=folder / "config")


def default_folders(env: Mapping[str, str], platform: str = sys.platform) -> Folders:
    """The folders that the platform's rules name. FolderError when there is no home folder."""
    match platform:
        case "win32":
            base = _absolute(env, "LOCALAPPDATA") or _home(env, "USERPROFILE") / "AppData" / "Local"
            return folders_below(base / _DISPLAY_NAME)
        case "darwin":
            library = _home(env, "HOME") / "Library" / "Application Support"
            return folders_below(library / _DISPLAY_NAME)
        case _:
            data = _absolute(env, "XDG_DATA_HOME") or _home(env, "HOME") / ".local" / "share"
            config = _absolute(env, "XDG_CONFIG_HOME") or _home(env, "HOME") / ".config"
            return Folders(data=data / _UNIX_NAME, config=config / _UNIX_NAME)


def _absolute(env: Mapping[str, str], name: str) -> Path | None:
    """The path of a variable; None for a relative one, as the XDG rules want those ignored."""
    path = Path(env.get(name, ""))
    return path if path.is_absolute() else None


def _home(env: Mapping[str, str], name: str) -> Path:
    home = _absolute(env, name)
    if home is not None:
        return home
    try:
        return Path.home()
    except RuntimeError as error:
        raise FolderError(Path("~"), "no home folder") from error
