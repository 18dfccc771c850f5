"""The notices of a bundle, THIRD-PARTY-NOTICES.txt, and the list of its parts for machines.

Both are made from the files that are there. Each belongs to a Python library (its RECORD says so),
to a Debian package (dpkg says so), to Python, or to a row of ROWS. A file of none is named.
"""

import ast
import json
import os
import platform
import re
import shutil
import subprocess
import sysconfig
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
NOTICES = "THIRD-PARTY-NOTICES.txt"
PARTS_LIST = "enigma-panel.cdx.json"
"""The list in CycloneDX's format, for programs that look for known faults."""
PROGRAM = "enigma-panel"
"""The file with most of Python's modules inside, and the folder of PyInstaller's notes."""
PROJECT = "enigma-control-panel"
OURS = ("LICENSE", "README.md", "CHANGELOG.md", NOTICES, PARTS_LIST, "share/*")
OUR_FOLDERS = tuple(HERE.parent / name for name in ("gui", "docs", "packaging", "resources"))
COMMON = Path("/usr/share/common-licenses")
"""Where Debian keeps the texts that its packages, and names of licences, refer to."""

HEAD = """\
Enigma Control Panel {version} is under the MIT licence: see LICENSE. This folder
also holds the parts below, each with its version, licence, source and files.
Texts that parts refer to, among them the LGPL and the GPL, stand at the end.

Qt and PySide6 are used under the LGPL, version 3. You may change them and use
your own build: put its libraries in place of those below _internal/PySide6 and
_internal/shiboken6, with the same names and of the same version. The program
loads what is there. You may take the program apart to find faults in such a
change. Its source makes the whole folder anew: packaging/build.py.
"""
RULE = "=" * 78


@dataclass
class Part:
    """What others made. texts: of its licence. holds: compiled into it, as CycloneDX lists them."""

    name: str
    version: str
    purl: str
    licence: str
    source: str
    texts: list[str]
    holds: list[dict[str, Any]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def write(bundle: Path, work: Path) -> list[str]:
    """Write both files; what keeps the bundle from being given away, one line each.

    work: where PyInstaller made it.
    """
    parts, troubles = find_parts(bundle, work)
    version = metadata.version(PROJECT)
    (bundle / NOTICES).write_text("".join(_notices(parts, version)), encoding="utf-8")
    (bundle / PARTS_LIST).write_text(json.dumps(_list(parts, version), indent=1), encoding="utf-8")
    without = [part.name for part in parts if not part.texts and not _referred(part)]
    return [*troubles, *(f"{name}: there is no text of its licence" for name in without)]


def find_parts(bundle: Path, work: Path) -> tuple[list[Part], list[str]]:
    """The parts of a bundle, and a line for each file that belongs to none."""
    made_of = _made_of(work)
    shipped = [
        path.relative_to(bundle).as_posix()
        for path in sorted(bundle.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    owners = _owners({source for name in shipped for source in made_of.get(name, ())})
    parts: dict[str, Part] = {}
    troubles = []
    for name in shipped:
        if any(fnmatch(name, pattern) for pattern in OURS):
            continue
        row = next((make for pattern, make in ROWS.items() if fnmatch(name, pattern)), None)
        for source in [Path(name)] if row else made_of.get(name, [Path(name)]):
            part = row(name) if row else owners.get(source)
            if part is None:
                troubles.append(
                    f"{name} is shipped, and no part is known to which {source} belongs"
                )
            elif part.name != PROJECT:
                parts.setdefault(part.purl, part).files.add(name)
    return sorted(parts.values(), key=lambda part: part.name.lower()), troubles


def _made_of(work: Path) -> dict[str, list[Path]]:
    """The files from which each file of the bundle was made, as PyInstaller noted them."""
    made_of: dict[str, list[Path]] = {}
    for kind in ("COLLECT", "PYZ", "EXE"):
        noted = ast.literal_eval((work / PROGRAM / f"{kind}-00.toc").read_text(encoding="utf-8"))
        for name, source, type_ in (e for each in noted if isinstance(each, list) for e in each):
            of = f"_internal/{name}" if kind == "COLLECT" else PROGRAM
            is_made_here = Path(source).is_relative_to(work) or source == "-"  # a namespace
            if type_ not in {"OPTION", "SYMLINK"} and not is_made_here:
                made_of.setdefault(of, []).append(Path(source))
    made_of["_internal/base_library.zip"] = [Path(os.__file__)]
    return made_of


def _owners(sources: set[Path]) -> dict[Path, Part]:
    """The parts to which these files belong, where that is known."""
    owners: dict[Path, Part] = {}
    for library in metadata.distributions():
        names = {Path(str(library.locate_file(file))) for file in library.files or ()}
        if mine := names & sources:
            owners |= dict.fromkeys(mine, _of_library(library))
    for package, mine in _debian_packages(sources - owners.keys()):
        owners |= dict.fromkeys(mine, _of_debian(package))
    for source in sources - owners.keys():
        if any(source.is_relative_to(folder) for folder in OUR_FOLDERS):
            owners[source] = Part(PROJECT, "", "", "", "", [])
        elif source.is_relative_to(sysconfig.get_path("stdlib")) or "libpython" in source.name:
            owners[source] = _python()
    return owners


def _of_library(library: metadata.Distribution) -> Part:
    """A Python library; its licence files and its lists of parts lie beside its RECORD."""
    about, version = library.metadata, library.version
    name = about.get("Name")
    key = re.sub(r"[-_.]+", "-", name).lower()
    own = [file for file in library.files or () if ".dist-info" in file.parts[0]]
    texts = [_read(file.locate()) for file in own if _is_licence(file.name, file.parts)]
    lists = [file.locate() for file in own if "sboms" in file.parts]
    purl = f"pkg:pypi/{key}@{version}"
    return Part(
        name,
        version,
        purl,
        _licence_of(about),
        SOURCES.get(key, _source_of(about) or purl).format(name=key, version=version),
        texts,
        [*HOLDS.get(key, []), *(held for path in lists for held in _held(path))],
    )


def _is_licence(name: str, parts: tuple[str, ...]) -> bool:
    return "licenses" in parts or name.upper().startswith(
        ("LICENSE", "LICENCE", "COPYING", "NOTICE")
    )


def _source_of(about: Any) -> str:
    """Where its makers say that the source is."""
    pages = [page.partition(", ") for page in about.get_all("Project-URL") or []]
    named = {label.strip().lower(): url.strip() for label, _, url in pages}
    labels = ("source", "source code", "repository", "code", "github", "homepage")
    own = map(named.get, labels)
    return next(filter(None, own), about.get("Home-page") or "")


def _licence_of(about: Any) -> str:
    named = about.get("License-Expression") or about.get("License") or ""
    if named and "\n" not in named:
        return named
    classifiers = about.get_all("Classifier") or []
    return ", ".join(c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::"))


def _held(path: Path) -> Iterator[dict[str, Any]]:
    """What a library says that is compiled into it, see PEP 770."""
    for each in json.loads(_read(path)).get("components", []):
        kept = {key: each[key] for key in ("type", "name", "version", "licenses") if key in each}
        yield kept | {"purl": each.get("purl", f"pkg:generic/{each['name']}").partition("?")[0]}


def _debian_packages(sources: set[Path]) -> Iterator[tuple[str, set[Path]]]:
    """The Debian packages that brought these files, each with its own ones."""
    spelled: dict[str, set[Path]] = {}
    for source in sources:
        for path in (str(source), str(source.resolve())):
            for name in (path, path.removeprefix("/usr"), f"/usr{path}"):  # /lib is /usr/lib
                spelled.setdefault(name, set()).add(source)
    if not spelled or shutil.which("dpkg-query") is None:
        return
    # The status says that it does not know some of them.
    told = subprocess.run(
        ["dpkg-query", "--search", *spelled], capture_output=True, text=True, check=False
    )
    packages: dict[str, set[Path]] = {}
    for line in told.stdout.splitlines():
        package, _, path = line.rpartition(": ")
        if path in spelled and not line.startswith("diversion "):
            packages.setdefault(package.partition(",")[0], set()).update(spelled[path])
    yield from packages.items()


def _of_debian(package: str) -> Part:
    fields = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}"
    shown = subprocess.run(
        ["dpkg-query", "--show", f"--showformat={fields}", package],
        capture_output=True,
        text=True,
        check=True,
    )
    name, version, machine, source, of_source = shown.stdout.split("\t")
    path = Path("/usr/share/doc") / name / "copyright"
    text = _read(path) if path.is_file() else ""
    licences = sorted(set(re.findall(r"^License: *(\S.*)$", text, re.MULTILINE)))
    return Part(
        name,
        version,
        f"pkg:deb/debian/{name}@{quote(version)}?arch={machine}",
        ("one for each file: " if len(licences) > 1 else "") + ", ".join(licences),
        f"https://snapshot.debian.org/package/{source}/{quote(of_source)}/",
        [text] if text else [],
    )


def _python() -> Part:
    """Python itself, where no package brought it."""
    version = platform.python_version()
    return Part(
        "Python",
        version,
        f"pkg:generic/python@{version}",
        "PSF-2.0",
        f"https://www.python.org/ftp/python/{version}/",
        [_read(Path(sysconfig.get_path("stdlib")) / "LICENSE.txt")],
    )


def _qt(_shipped: str) -> Part:
    version = ".".join(metadata.version("PySide6-Essentials").split(".")[:3])
    minor = version.rpartition(".")[0]
    return Part(
        "Qt",
        version,
        f"pkg:generic/qt@{version}",
        "LGPL-3.0-only",
        f"https://download.qt.io/archive/qt/{minor}/{version}/submodules/",
        [_read(HERE / "licences" / "qt.txt")],
    )


def _icu(shipped: str) -> Part:
    version = shipped.rpartition(".")[2]
    return Part(
        "ICU",
        version,
        f"pkg:generic/icu@{version}",
        "Unicode",
        f"https://github.com/unicode-org/icu/tree/maint/maint-{version}",
        [_read(HERE / "licences" / "icu.txt")],
    )


ROWS: dict[str, Callable[[str], Part]] = {
    "_internal/PySide6/Qt/lib/libicu*": _icu,
    "_internal/PySide6/Qt/*": _qt,
}
"""Files that a library has taken from others without a word in its RECORD; the first row counts."""

_PYSIDE = "https://download.qt.io/official_releases/QtForPython/pyside6/PySide6-{version}-src/"
SOURCES = {"pyside6-essentials": _PYSIDE, "shiboken6": _PYSIDE}
"""Where the source of a library is, if not where its metadata says."""

HOLDS: dict[str, list[dict[str, Any]]] = {
    "cffi": [{"type": "library", "name": "libffi", "purl": "pkg:generic/libffi"}],
    "pyinstaller": [{"type": "library", "name": "zlib", "purl": "pkg:generic/zlib"}],
}
"""What is compiled into a library that lists nothing. The bundle has both as files, too."""


def _read(path: Any) -> str:
    return Path(str(path)).read_text(encoding="utf-8", errors="replace").strip()


def _referred(part: Part) -> set[Path]:
    """The common texts to which the licence's name or its texts refer."""
    names = re.findall(r"\b(?:L?GPL|MPL)-[\d.]*\d", part.licence)
    for text in part.texts:
        names += re.findall(rf"{COMMON}/([\w.+-]*\w)", text)
    paths = [COMMON / spelled for name in names for spelled in (name, name.removesuffix(".0"))]
    return {path.resolve() for path in paths if path.is_file()}


def _notices(parts: Iterable[Part], version: str) -> Iterator[str]:
    yield HEAD.format(version=version)
    seen: dict[str, str] = {}
    common: set[Path] = set()
    for part in parts:
        common |= _referred(part)
        held = ", ".join(f"{each['name']} {each.get('version', '')}".strip() for each in part.holds)
        facts = {
            "Licence": part.licence,
            "Source": part.source,
            "Files": ", ".join(sorted(name for name in part.files if ".dist-info/" not in name)),
            "Compiled in": held,
        }
        yield f"\n{RULE}\n{part.name} {part.version}\n\n"
        for fact, value in facts.items():
            if value:
                yield textwrap.fill(
                    f"{fact}: {value}",
                    width=78,
                    subsequent_indent="  ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                yield "\n"
        for text in part.texts:
            yield f"\n{text if text not in seen else f'The text that stands at {seen[text]}.'}\n"
            seen.setdefault(text, part.name)
    for path in sorted(common):
        yield f"\n{RULE}\n{path.name}\n\n{_read(path)}\n"


def _list(parts: Iterable[Part], version: str) -> dict[str, Any]:
    """The list of parts in CycloneDX's format."""
    listed: dict[str, dict[str, Any]] = {}
    for part in parts:
        mine: dict[str, Any] = {
            "type": "library",
            "name": part.name,
            "version": part.version,
            "purl": part.purl,
        }
        if part.licence:
            mine["licenses"] = [{"license": {"name": part.licence}}]
        for each in (mine, *part.holds):
            listed.setdefault(each["purl"], each | {"bom-ref": each["purl"]})
    program = {"type": "application", "name": PROJECT, "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": program | {"licenses": [{"license": {"id": "MIT"}}]}},
        "components": list(listed.values()),
    }
