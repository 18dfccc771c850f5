"""The system's libraries that Qt needs: the table and the README's list are true."""

import ctypes
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePath

import PySide6
import pytest
import shiboken6

from enigma_panel.runtime import system_libraries
from enigma_panel.runtime.system_libraries import (
    FOR_ALL,
    FOR_WAYLAND,
    FOR_X11,
    explain_import,
    explain_no_window,
    find_unusable,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's libraries")

README = Path(__file__).parents[2] / "README.md"
WHEELS = (Path(PySide6.__file__).parent, Path(shiboken6.__file__).parent)
C_LIBRARY = re.compile(r"(libc|libm|libdl|librt|libpthread|ld-linux.*)\.so\.\d+")
ON_EVERY_DEBIAN = "apt"  # without it nobody installs what the README lists
PATTERNS = {
    "all": [
        *("QtCore.abi3.so", "QtGui.abi3.so", "QtWidgets.abi3.so"),
        "Qt/plugins/platforms/libqoffscreen.so",
        "Qt/plugins/platforminputcontexts/libcompose*.so",
        "Qt/plugins/platforminputcontexts/libibus*.so",
        "Qt/plugins/platformthemes/libqxdgdesktopportal.so",
    ],
    "X11": ["Qt/plugins/platforms/libqxcb.so"],
    "Wayland": [
        "Qt/plugins/platforms/libqwayland*.so",
        "Qt/plugins/wayland-decoration-client/*.so",
        "Qt/plugins/wayland-shell-integration/libxdg-shell.so",
    ],
}
"""What the program imports, and the plugins that Qt loads for it: those of the bundle."""

NOT_FOR_QT_6_8 = {"libxcb-util.so.1"}
FOR_OPENGL = "libqwayland-egl.so"
"""A plugin of older versions of Qt; the other one is enough for us."""


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _needs(file: Path) -> set[str]:
    return set(re.findall(r"^ +NEEDED +(\S+)$", _run("objdump", "-p", str(file)), re.MULTILINE))


def _of_the_system(files: Iterable[Path]) -> set[str]:
    """What these files need, and in turn what the wheels bring for them, that is not brought."""
    brought = {path.name: path for wheel in WHEELS for path in wheel.rglob("*.so*")}
    needed: set[str] = set()
    todo = list(files)
    while todo:
        new = _needs(todo.pop()) - needed
        needed |= new
        todo += [brought[name] for name in new if name in brought]
    return {name for name in needed if name not in brought and not C_LIBRARY.fullmatch(name)}


@pytest.mark.skipif(shutil.which("objdump") is None, reason="reads what files link to")
@pytest.mark.parametrize(
    ("group", "table"),
    [("all", FOR_ALL), ("X11", FOR_ALL | FOR_X11), ("Wayland", FOR_ALL | FOR_WAYLAND)],
)
def test_the_table_is_what_qt_links_to(group: str, table: dict[str, str]) -> None:
    patterns = [*PATTERNS["all"], *PATTERNS[group]]
    found = {pattern: list(WHEELS[0].glob(pattern)) for pattern in patterns}
    assert all(found.values()), found
    files = [file for files in found.values() for file in files if file.name != FOR_OPENGL]
    needed = _of_the_system(files)
    assert needed <= table.keys()
    assert table.keys() <= needed | NOT_FOR_QT_6_8


@cache
def _installed() -> dict[str, set[str]]:
    """Debian's packages on this machine by all their names, and what each cannot be without."""
    fields = "${binary:Package}\t${Provides}\t${Pre-Depends}, ${Depends}\n"
    packages: dict[str, set[str]] = {}
    for line in _run("dpkg-query", "-W", "-f", fields).splitlines():
        name, provides, depends = line.split("\t")
        needs = {_bare(part) for part in depends.split(", ") if part and "|" not in part}
        for known in (name, *filter(None, provides.split(", "))):
            packages.setdefault(_bare(known), set()).update(needs)
    return packages


def _bare(name: str) -> str:
    """Without version and architecture, and by the name that Debian 12 and 13 both know."""
    return re.split(r"[ :(]", name.strip())[0].removesuffix("t64")


def _brought_by(*packages: str) -> set[str]:
    seen: set[str] = set()
    todo = list(packages)
    while todo:
        if (package := todo.pop()) not in seen:
            seen.add(package)
            todo += _installed().get(package, ())
    return seen


def _listed() -> list[str]:
    found = re.search(
        r"<!-- packages -->\n```sh\napt install ([^`]+)```", README.read_text("utf-8")
    )
    assert found is not None
    return found[1].replace("\\\n", "").split()


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="asks Debian's package manager")
def test_the_readme_lists_what_brings_every_library_and_nothing_else() -> None:
    needed = {*FOR_ALL.values(), *FOR_X11.values(), *FOR_WAYLAND.values()}
    listed = _listed()
    assert needed - _brought_by(ON_EVERY_DEBIAN, *listed) == set()
    assert [name for name in listed if name not in needed] == []


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="asks Debian's package manager")
def test_each_library_is_in_the_package_that_is_told() -> None:
    table = FOR_ALL | FOR_X11 | FOR_WAYLAND
    assert [library for library, package in table.items() if library not in _in(package)] == []


def _in(package: str) -> set[str]:
    """The names of an installed package's files."""
    lists = Path("/var/lib/dpkg/info").glob(f"{package}*.list")
    mine = [path for path in lists if _bare(path.stem) == package]
    return {PurePath(line).name for path in mine for line in path.read_text().splitlines()}


def test_where_all_is_there_nothing_is_said() -> None:
    for display in ("DISPLAY", "WAYLAND_DISPLAY"):
        assert find_unusable({display: "x"}) == []
    assert explain_no_window({"DISPLAY": ":0"}, WHEELS[0] / "Qt" / "plugins" / "platforms") is None


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({}, {*FOR_ALL}),
        ({"DISPLAY": ":0"}, {*FOR_ALL, *FOR_X11}),
        ({"WAYLAND_DISPLAY": "w"}, {*FOR_ALL, *FOR_WAYLAND}),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, {*FOR_ALL, *FOR_WAYLAND, *FOR_X11}),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, {*FOR_ALL}),
        ({"QT_QPA_PLATFORM": "wayland:x;xcb"}, {*FOR_ALL, *FOR_WAYLAND, *FOR_X11}),
    ],
)
def test_what_is_wanted_depends_on_the_displays(
    env: dict[str, str], names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", _refuse("libany.so.1"))
    assert {*find_unusable(env)} == names


def _refuse(library: str) -> object:
    def load(name: str) -> None:
        raise OSError(f"{library}: cannot open shared object file: No such file or directory")

    return load


def test_all_missing_libraries_are_told_at_once_each_package_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = ["libglib-2.0.so.0", "libgthread-2.0.so.0", "libxcb-cursor.so.0"]
    monkeypatch.setattr(system_libraries, "_loads", lambda name: name not in bad)
    error = ImportError("libglib-2.0.so.0: cannot open shared object file: No such file")
    assert explain_import(error, {"DISPLAY": ":0"}) == (
        "libglib-2.0.so.0, libgthread-2.0.so.0, libxcb-cursor.so.0 are missing or broken"
        " (on Debian: apt install libglib2.0-0 libxcb-cursor0)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "No module named 'httpx'",
        "cannot import name 'app' from 'enigma_panel'",
        "/clone/.venv/PySide6/QtGui.abi3.so: undefined symbol: x",
        "/usr/lib/libc.so.6: version `GLIBC_2.99' not found (required by /x/libQt6Core.so.6)",
    ],
)
def test_an_import_that_fails_for_another_reason_is_not_explained(text: str) -> None:
    assert explain_import(ImportError(text), {}) is None


def test_a_library_that_only_a_newer_qt_needs_is_named_without_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loader tells it of an import, and of the plugin when that is asked."""
    monkeypatch.setattr(system_libraries, "_loads", lambda name: True)
    text = "libnew.so.7: cannot open shared object file: No such file or directory"
    assert explain_import(ImportError(text), {}) == "libnew.so.7 is missing or broken"
    monkeypatch.setattr(ctypes, "CDLL", _refuse("libnew.so.7"))
    assert explain_no_window({"DISPLAY": ":0"}, tmp_path) == "libnew.so.7 is missing or broken"
