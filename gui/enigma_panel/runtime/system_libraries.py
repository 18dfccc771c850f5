"""The system's own libraries that Qt needs: which of them cannot be loaded, and their packages.

Qt's wheels bring the rest. Asked only when Qt did not start: the normal way costs nothing.
"""

import ctypes
import re
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

FOR_ALL = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""Libraries that Qt needs for any window, also offscreen; for each the Debian package that has
it."""

FOR_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

FOR_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}

_PACKAGES = FOR_ALL | FOR_X11 | FOR_WAYLAND

_NAMED = re.compile(r"(\S+\.so[.\d]*): ")
"""Beginning of the loader's message: the library by its name where there is none, else by its
path."""


def explain_import(error: ImportError, env: Mapping[str, str]) -> str | None:
    """One line where a system library is why Qt's modules cannot be imported, else None."""
    name = _name_in(str(error))
    if name is None:
        return None
    names = find_unusable(env)
    return _explanation(names if name in names else [*names, name])


def explain_no_window(env: Mapping[str, str], plugins: Path) -> str | None:
    """One line where a system library is why Qt's platform plugin cannot be loaded, else None.

    plugins: the folder of the platform plugins; they are asked where our own list knows nothing.
    """
    names = find_unusable(env)
    if not names:
        files = [plugins / f"libq{platform}.so" for platform in _platforms(env)]
        names = [name for file in files if (name := _unusable_for(file)) is not None]
    return _explanation(names) if names else None


def find_unusable(env: Mapping[str, str]) -> list[str]:
    """The libraries that windows want in this environment and that cannot be loaded (Linux)."""
    if sys.platform != "linux":
        return []
    wanted = dict(FOR_ALL)
    for platform in _platforms(env):
        wanted |= {"xcb": FOR_X11, "wayland": FOR_WAYLAND}.get(platform, {})
    return [name for name in wanted if not _loads(name)]


def _platforms(env: Mapping[str, str]) -> list[str]:
    """The platforms that Qt may try: those it was asked to, else those that have a display."""
    if asked := env.get("QT_QPA_PLATFORM"):
        return [platform.partition(":")[0] for platform in asked.split(";")]
    displays = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
    return [platform for platform, variable in displays.items() if env.get(variable)]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _unusable_for(file: Path) -> str | None:
    """The first library that keeps this file from being loaded, if any."""
    try:
        ctypes.CDLL(str(file))
    except OSError as error:
        return _name_in(str(error))
    return None


def _name_in(text: str) -> str | None:
    """The library that the loader's message is about; None where it is about none of the system's.

    A message with a path is of a library that is there; only a system's own is then to be blamed.
    """
    found = _NAMED.match(text)
    if found is None:
        return None
    name = PurePath(found[1]).name
    return name if name == found[1] or name in _PACKAGES else None


def _explanation(names: list[str]) -> str:
    packages = dict.fromkeys(_PACKAGES[name] for name in names if name in _PACKAGES)
    install = f" (on Debian: apt install {' '.join(packages)})" if packages else ""
    verb = "is" if len(names) == 1 else "are"
    return f"{', '.join(names)} {verb} missing or broken{install}"
