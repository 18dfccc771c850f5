"""Autostart: whether the desktop starts the program when the person logs in, by a file (Linux)."""

import os
import sys
from pathlib import Path

from enigma_panel.desktop.session_end import own_command
from enigma_panel.store.files import write_atomic
from enigma_panel.store.paths import config_home

NAME = "enigma-control-panel.desktop"
_RESERVED = frozenset('\\"`$')
"""Characters that a backslash precedes in a quoted argument of Exec; % stands twice."""


def autostart_path() -> Path:
    return config_home(os.environ) / "autostart" / NAME


def is_possible() -> bool:
    """Whether this system has a folder for it."""
    return sys.platform == "linux"


def is_on() -> bool:
    """Whether the program is started at the next log-in."""
    return autostart_path().is_file()


def turn(*, on: bool) -> None:
    """Write that file, or remove it. Raises OSError."""
    path = autostart_path()
    if not on:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, _entry(own_command([])).encode())


def _entry(command: list[str]) -> str:
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Enigma Control Panel",
        f"Exec={' '.join(map(_quoted, command))}",
        "Icon=enigma-control-panel",
        "Terminal=false",
    )
    return "\n".join(lines) + "\n"


def _quoted(argument: str) -> str:
    escaped = "".join(f"\\{char}" if char in _RESERVED else char for char in argument)
    # The value itself is read as a string, in which a backslash stands twice.
    return '"{}"'.format(escaped.replace("\\", "\\\\").replace("%", "%%"))
