"""`python packaging/share.py [FOLDER]`: what desktops and shells look for in /usr/share.

Desktop entry, metainfo, icons, man page and completions, laid out as they lie there. Needs the
extra `bundle`, which `dev` brings; SOURCE_DATE_EPOCH sets the date of the metainfo and the page.
"""

import argparse
import shutil
import time
import tomllib
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage
from build import HERE, ROOT, source_date

from enigma_panel import __version__
from enigma_panel.cli import make_parser

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMPLETIONS = {
    "bash": "bash-completion/completions/enigma-panel",
    "zsh": "zsh/site-functions/_enigma-panel",
    "fish": "fish/vendor_completions.d/enigma-panel.fish",
}


def write(share: Path) -> None:
    """Write all of it below `share`."""
    day = time.strftime("%Y-%m-%d", time.gmtime(source_date()))
    for path in HERE.glob("*.desktop"):
        _copy(path, share / "applications" / path.name)
    for path in HERE.glob("*.metainfo.xml"):
        text = path.read_text("utf-8").replace("@VERSION@", __version__).replace("@DAY@", day)
        text = text.replace("@SOURCE@", PROJECT["urls"]["Source"])
        _write(share / "metainfo" / path.name, text)
    icons = share / "icons" / "hicolor"
    for path in (ROOT / "resources" / "icons").glob("*.png"):
        name, _, edge = path.stem.rpartition("-")
        _copy(path, icons / f"{edge}x{edge}" / "apps" / f"{name}.png")
    for path in (ROOT / "resources" / "icons").glob("*.svg"):
        _copy(path, icons / "scalable" / "apps" / path.name)
    _write(share / "man" / "man1" / "enigma-panel.1", str(_page(make_parser())))
    parser = make_parser()
    for action in parser._actions:  # shtab reads `complete` of an action
        if action.dest == "data_dir":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    for shell, name in COMPLETIONS.items():
        _write(share / name, shtab.complete(parser, shell=shell))


def _page(parser: argparse.ArgumentParser) -> Manpage:
    names = {"project_name": "enigma-panel", "version": __version__}
    about = {"description": "control AI-driven cloud browsers", "manual_title": "User Commands"}
    return Manpage(parser, {**names, **about})


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    options.add_argument(
        "folder", metavar="FOLDER", type=Path, nargs="?", default=ROOT / "build" / "share"
    )
    write(options.parse_args().folder)
