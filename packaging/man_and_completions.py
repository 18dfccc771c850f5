"""`python packaging/man_and_completions.py [FOLDER]`: man page and shell completions.

Made of the program's own options, laid out as in /usr/share. Needs the extra `release`;
SOURCE_DATE_EPOCH sets the page's date.
"""

import argparse
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

from enigma_panel import __version__
from enigma_panel.cli import make_parser

SHARE = Path(__file__).resolve().parents[1] / "build" / "share"

COMPLETIONS = {
    "bash": "bash-completion/completions/enigma-panel",
    "zsh": "zsh/site-functions/_enigma-panel",
    "fish": "fish/vendor_completions.d/enigma-panel.fish",
}


def write(share: Path) -> None:
    """Write man page and completions below `share`, a folder laid out as /usr/share."""
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


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    options.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=SHARE)
    write(options.parse_args().folder)
