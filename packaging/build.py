"""`python packaging/build.py`: the program as one folder for Linux, built, completed and tried.

The folder, dist/enigma-panel, needs no Python where it runs. It runs on systems whose C library is
no older than the one it was built with. Exit status 1: something is wrong with the bundle;
3: this machine cannot build one.
"""

import argparse
import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME = "enigma-control-panel"
ICONS = ROOT / "resources" / "icons"
TOOLS = {"objdump": "binutils", "strip": "binutils", "ldd": "libc-bin"}
LIBRARIES = {
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-render-util": "libxcb-render-util0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
}
"""What Qt needs on X11, rarely there by itself, and the Debian packages that have it."""

TIME_LIMIT_S = 60

CANNOT_BUILD = 3

OF_THE_SYSTEM = ("libEGL.", "libGL.", "libwayland-")
"""Parts of graphics drivers and display server: a bundle never has these, nor need a build."""

NO_SERVICE = "https://127.0.0.1:9"
"""Where nobody listens: no trial calls the real service."""


@dataclass(frozen=True)
class Trial:
    """A run of the bundle that must end with status 0 and say this."""

    arguments: tuple[str, ...]
    says: str


TRIALS = (
    Trial(("--version",), "enigma-panel "),
    Trial(("--self-check", "--base-url", NO_SERVICE), "service: "),
    Trial(("--self-check", "--demo"), ", ok, "),  # its client reaches its simulator
    Trial(("--smoke", "--demo"), "shown"),
)


def main() -> int:
    """Build, complete and try the bundle; print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="default: dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="default: build")
    options = parser.parse_args()
    if hindrances := missing_here():
        print("\n".join(f"cannot build: {line}" for line in hindrances), file=sys.stderr)
        return CANNOT_BUILD
    began = time.monotonic()
    bundle = build(options.dist.absolute(), options.work.absolute())
    complete(bundle)
    print(f"{bundle}: {size(bundle) / 1e6:.0f} MB in {time.monotonic() - began:.0f} s")
    troubles = [*check_libraries(bundle), *check_trials(bundle)]
    for trouble in troubles:
        print(f"WRONG: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


def missing_here() -> list[str]:
    """What this machine lacks for a build, one line each."""
    if sys.platform != "linux":
        return ["this makes the bundle for Linux, on Linux"]
    missing = {f"lib{name}": package for name, package in LIBRARIES.items() if not _has(name)}
    missing |= {tool: package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    lines = [f"{name} is missing (Debian: {package})" for name, package in missing.items()]
    if any(importlib.util.find_spec(name) is None for name in ("PyInstaller", "enigma_panel")):
        return [*lines, "run pip install -e '.[dev]' first, with the same Python"]
    return lines or _missing_of_python()


def _has(library: str) -> bool:
    return ctypes.util.find_library(library) is not None


def _missing_of_python() -> list[str]:
    from PyInstaller.depend.bindepend import get_python_library_path
    from PyInstaller.exceptions import PythonLibraryNotFoundError

    try:
        get_python_library_path()
    except PythonLibraryNotFoundError:
        name = f"libpython{sys.version_info.major}.{sys.version_info.minor}"
        return [f"{name} is missing (Debian: {name}), or this Python was built without it"]
    return []


def build(dist: Path, work: Path) -> Path:
    """Run PyInstaller; the folder that it made below `dist`. It keeps its notes in `work`."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(dist), "--workpath", str(work)]
    env = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(work / "config")}
    subprocess.run([*command, *folders, str(HERE / "enigma-panel.spec")], env=env, check=True)
    return dist / "enigma-panel"


def complete(bundle: Path) -> None:
    """Add the licence, and below share/ what a desktop wants, laid out as in /usr/share."""
    shutil.copy(ROOT / "LICENSE", bundle)
    share = bundle / "share"
    _copy(HERE / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop")
    icons = share / "icons" / "hicolor"
    for picture in ICONS.glob(f"{NAME}-*.png"):
        edge = picture.stem.removeprefix(f"{NAME}-")
        _copy(picture, icons / f"{edge}x{edge}" / "apps" / f"{NAME}.png")
    _copy(ICONS / f"{NAME}.svg", icons / "scalable" / "apps" / f"{NAME}.svg")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def size(folder: Path) -> int:
    """Bytes in all files below, links not counted."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def check_libraries(bundle: Path) -> list[str]:
    """Libraries that nothing provides, one line each. Prints those that the system must have.

    The trials miss these: they run offscreen, so a bundle without libxcb-cursor would pass them
    and then start on no X11 desktop.
    """
    inner = bundle / "_internal"
    absent: dict[str, str] = {}
    of_the_system: set[str] = set()
    for file in sorted(inner.rglob("*.so*")):
        if file.is_symlink():
            continue
        for name, where in _needs(file, inner):
            if name.startswith(OF_THE_SYSTEM):
                of_the_system.add(name)
            elif where is None:
                absent.setdefault(name, file.name)
            elif not where.is_relative_to(inner):
                of_the_system.add(name)
    print("from the system:", " ".join(sorted(of_the_system)))
    return [f"{name} is missing, {user} needs it" for name, user in absent.items()]


def _needs(file: Path, inner: Path) -> list[tuple[str, Path | None]]:
    """The libraries that a file needs, directly or by others, and where the loader finds them."""
    env = {**os.environ, "LD_LIBRARY_PATH": str(inner)}
    listing = subprocess.run(
        ["ldd", str(file)], env=env, capture_output=True, text=True, check=True
    )
    found: list[tuple[str, Path | None]] = []
    for line in listing.stdout.splitlines():
        name, arrow, where = line.strip().partition(" => ")
        if arrow:
            path = None if where == "not found" else Path(where.rsplit(" (", 1)[0])
            found.append((name, path))
    return found


def check_trials(bundle: Path) -> list[str]:
    """Run each trial in a home of its own and print what it said; what failed, one line each."""
    troubles = []
    for trial in TRIALS:
        shown = " ".join(trial.arguments)
        print(f"+ enigma-panel {shown}", flush=True)
        status, text = run(bundle, *trial.arguments)
        print(text, end="", flush=True)
        if status != 0:
            troubles.append(f"{shown}: exit status {status}")
        elif trial.says not in text:
            troubles.append(f"{shown}: did not say {trial.says!r}")
        elif "version unknown" in text:
            troubles.append(f"{shown}: the metadata of a library is missing")
    return troubles


def run(bundle: Path, *arguments: str) -> tuple[int, str]:
    """Run the bundle and wait; exit status and all that it wrote.

    As on a machine without Python, display, keychain and network, in a home that is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="enigma-panel-trial-") as home:
        done = subprocess.run(
            [str(bundle / "enigma-panel"), *arguments],
            env=bare_environment(Path(home)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    return done.returncode, done.stdout


def bare_environment(home: Path) -> dict[str, str]:
    """Next to nothing: whatever else the bundle needs, it must bring along."""
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
    }


if __name__ == "__main__":
    sys.exit(main())
