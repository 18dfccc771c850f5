"""The licences of the program and of the libraries that it uses."""

import sys
from pathlib import Path

import msgspec

from enigma_panel import __version__


def text() -> str:
    """The licences of all parts of a bundle, which it has in a file; elsewhere, where they are."""
    if getattr(sys, "frozen", False):
        notices = Path(sys.executable).with_name("THIRD-PARTY-NOTICES.txt")
        return notices.read_text(encoding="utf-8")
    return (
        f"Enigma Control Panel {__version__} is under the MIT licence, without warranty.\n"
        "Each library has its own licence, named in its .dist-info folder under\n"
        f"{Path(msgspec.__file__).parents[1]}\n"
    )
