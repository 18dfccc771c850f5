"""The system's libraries that Qt needs: the README's list of packages brings them."""

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

from enigma_panel.runtime.system_libraries import HOW_TO_INSTALL

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's libraries")

README = Path(__file__).parents[2] / "README.md"
WHEELS = (Path(PySide6.__file__).parent, Path(shiboken6.__file__).parent)
C_LIBRARY = re.compile(r"(libc|libm|libdl|librt|libpthread|ld-linux.*)\.so\.\d+")
ON_EVERY_DEBIAN = "apt"  # without it nobody installs what the README lists


USED = (
    *("QtCore.abi3.so", "QtGui.abi3.so", "QtWidgets.abi3.so"),
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqwayland*.so",
    "Qt/plugins/platforminputcontexts/libcompose*.so",
    "Qt/plugins/platforminputcontexts/libibus*.so",
    "Qt/plugins/platformthemes/libqxdgdesktopportal.so",
    "Qt/plugins/wayland-decoration-client/*.so",
    "Qt/plugins/wayland-shell-integration/libxdg-shell.so",
)
"""What the program imports, and the plugins that Qt loads for it: those of the bundle."""
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


def _in(package: str) -> set[str]:
    """The names of an installed package's files."""
    lists = Path("/var/lib/dpkg/info").glob(f"{package}*.list")
    mine = [path for path in lists if _bare(path.stem) == package]
    return {PurePath(line).name for path in mine for line in path.read_text().splitlines()}


@pytest.mark.skipif(
    not (shutil.which("dpkg-query") and shutil.which("objdump")),
    reason="asks Debian's package manager, and reads what files link to",
)
def test_the_readme_lists_what_brings_every_library_and_nothing_else() -> None:
    found = {pattern: list(WHEELS[0].glob(pattern)) for pattern in USED}
    assert all(found.values()), found
    needed = _of_the_system(f for files in found.values() for f in files if f.name != FOR_OPENGL)
    packages = _brought_by(ON_EVERY_DEBIAN, *_listed())
    brought = {name for package in packages for name in _in(package)}
    assert needed - brought == set()
    assert [package for package in _listed() if needed.isdisjoint(_in(package))] == []
    assert HOW_TO_INSTALL.partition(" apt install ")[2].split() == _listed()
