"""The system's libraries that Qt needs: what brings them, and which of them are missing."""

import ctypes
import sys
from pathlib import Path

HOW_TO_INSTALL = (
    "Debian and Ubuntu: apt install libdbus-1-3 libegl1 libfontconfig1 libgl1 libglib2.0-0 "
    "libwayland-cursor0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 "
    "libxkbcommon-x11-0 libxkbcommon0"
)
"""The README's list; archive and Debian package may come without it."""


def missing(plugins: Path) -> list[str]:
    """Why Qt could show no window on X11 or Wayland, a line each. plugins: Qt's folder of them."""
    if sys.platform != "linux":
        return []
    found = []
    for plugin in sorted(plugins.glob("platforms/libq[xw]*.so")):
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:  # the loader names the library
            found.append(f"{plugin.name} cannot be loaded: {error}")
    return [*found, HOW_TO_INSTALL] if found else []
