"""`python packaging/deb.py`: the Debian package of the bundle in dist, by nfpm.

packaging/build.py makes the bundle. DEBFULLNAME and DEBEMAIL name the maintainer, as in Debian's
own tools. Exit status 1: lintian or appstreamcli found something; 3: something to make it is
missing.
"""

import argparse
import email.utils
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from build import CANNOT_BUILD, HERE, NAME, ROOT, VERSION, source_date

LIBRARY = Path("usr/lib") / NAME
DOC = Path("usr/share/doc") / NAME
NFPM = Path(sys.executable).parent / "nfpm"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
CHECKERS = ("lintian", "appstreamcli")

DEPENDS = (
    "libc6 (>= 2.36)",
    # what the bundle takes from the system; packaging/build.py prints it
    *("libegl1", "libgl1", "libwayland-client0", "libwayland-cursor0", "libxcb1"),
    # data that libraries in the bundle read: fonts, keyboard layouts, composed characters
    *("fontconfig-config", "libx11-data", "xkb-data"),
)
SUGGESTS = ("gnome-keyring",)
"""Another keychain does as well, and without one the key stays in memory."""


def main() -> int:
    """Make the package and let Debian's tools look at it."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="default: dist")
    dist = parser.parse_args().dist
    bundle = dist / "enigma-panel"
    missing = [str(path) for path in (bundle, NFPM) if not path.exists()]
    missing += [tool for tool in CHECKERS if shutil.which(tool) is None]
    if missing:
        print(f"cannot make the package: missing {', '.join(missing)}", file=sys.stderr)
        return CANNOT_BUILD
    with tempfile.TemporaryDirectory(prefix="enigma-panel-deb-") as folder:
        package = make(bundle, Path(folder), dist, VERSION)
        print(f"{package}: {package.stat().st_size / 1e6:.1f} MB")
        share = Path(folder) / "root" / "usr" / "share"
        troubles = [line for command in checks(package, share) for line in check(command)]
    for trouble in troubles:
        print(f"WRONG: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


def make(bundle: Path, work: Path, target: Path, version: str) -> Path:
    """Lay out the files below `work`, and have nfpm pack them; the package."""
    root = work / "root"
    shutil.copytree(bundle, root / LIBRARY, symlinks=True)
    shutil.move(root / LIBRARY / "share", root / "usr" / "share")
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / "enigma-panel").symlink_to(Path("../lib") / NAME / "enigma-panel")
    shells = root / "usr" / "share" / "zsh"  # Debian's zsh looks into no folder of others
    (shells / "site-functions").rename(shells / "vendor-completions")
    write_doc(root, version)
    for path in sorted(root.rglob("*"), reverse=True):  # a folder's time after its files'
        os.utime(path, (source_date(), source_date()), follow_symlinks=False)
        if not path.is_symlink():
            runs = path.is_dir() or (path.name == "enigma-panel" and path.parent.name == NAME)
            path.chmod(0o755 if runs else 0o644)
    config = work / "nfpm.json"  # JSON is YAML as well
    config.write_text(json.dumps(configuration(root, version)), encoding="utf-8")
    architecture = ARCHITECTURES[os.uname().machine]
    package = target / f"{NAME}_{version}_{architecture}.deb"
    command = [NFPM, "package", "--config", config, "--packager", "deb", "--target", package]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return package


def write_doc(root: Path, version: str) -> None:
    """Write what Debian's policy wants: changelog, copyright, packed man page, overrides."""
    doc = root / DOC
    doc.mkdir(parents=True)
    for name in ("README.md", "CHANGELOG.md"):
        shutil.move(root / LIBRARY / name, doc)
    day = email.utils.formatdate(source_date())
    changes = f"""\
{NAME} ({version}) unstable; urgency=medium

  * What changed is in CHANGELOG.md beside this file.

 -- {maintainer()}  {day}
"""
    pack(doc / "changelog.gz", changes)
    licence = (ROOT / "LICENSE").read_text("utf-8")
    owner = next(line for line in licence.splitlines() if line.startswith("Copyright"))
    text = textwrap.indent(licence, " ", lambda _line: True).replace("\n \n", "\n .\n")
    (doc / "copyright").write_text(
        f"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Enigma Control Panel
Comment: /{LIBRARY}/_internal is the work of others, under licences of their own:
 /{LIBRARY}/THIRD-PARTY-NOTICES.txt names each.

Files: *
Copyright: {owner.removeprefix("Copyright ").removeprefix("(c) ")}
License: Expat
{text.rstrip()}
""",
        encoding="utf-8",
    )
    for page in (root / "usr" / "share" / "man").rglob("*.1"):
        pack(page.with_name(f"{page.name}.gz"), page.read_text("utf-8"))
        page.unlink()
    overrides = root / "usr" / "share" / "lintian" / "overrides"
    overrides.mkdir(parents=True)
    shutil.copy(HERE / "deb" / "lintian-overrides", overrides / NAME)


def pack(path: Path, text: str) -> None:
    """Write a text packed, with no time in it."""
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def maintainer() -> str:
    """The package's maintainer, from DEBFULLNAME and DEBEMAIL."""
    name = os.environ.get("DEBFULLNAME", "Enigma Control Panel")
    return f"{name} <{os.environ.get('DEBEMAIL', 'nobody@enigma-control-panel.invalid')}>"


def configuration(root: Path, version: str) -> dict[str, object]:
    """What nfpm is told."""
    return {
        "name": NAME,
        "arch": ARCHITECTURES[os.uname().machine],
        "version": version,
        "version_schema": "none",
        "section": "net",
        "priority": "optional",
        "maintainer": maintainer(),
        "description": (
            "control AI-driven cloud browsers\n"
            "One window for cloud browsers on the Enigma / WebRun service: start tasks,\n"
            "see and end sessions, read results and costs, answer questions.\n"
            "\n"
            "Python, Qt and all other libraries are inside."
        ),
        "license": "MIT",
        "mtime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(source_date())),
        "depends": DEPENDS,
        "suggests": SUGGESTS,
        "contents": [{"type": "tree", "src": str(root), "dst": "/"}],
        "scripts": {"postremove": str(HERE / "deb" / "postrm")},
        "deb": {"compression": "xz"},
    }


def checks(package: Path, share: Path) -> list[list[str]]:
    """The commands that look at it."""
    fail = ["--fail-on", "error,warning,info,pedantic", "--display-info", "--pedantic"]
    (metainfo,) = share.glob("metainfo/*")
    return [
        ["lintian", *fail, "--allow-root", str(package)],
        ["appstreamcli", "validate", "--pedantic", "--no-net", str(metainfo)],
    ]


def check(command: list[str]) -> list[str]:
    """Run one; what it says if it is not content."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(f"+ {command[0]}: {done.stdout.strip() or 'nothing found'}")
    return [f"{command[0]}: exit status {done.returncode}"] if done.returncode else []


if __name__ == "__main__":
    sys.exit(main())
