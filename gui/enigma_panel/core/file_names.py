"""Names under which files of others are kept: no word of a stranger decides where one lands."""

import re
from collections.abc import Iterator
from itertools import count

MAX_CHARS, MAX_BYTES = 150, 200
"""Longest name that is made. File systems take 255 bytes; a letter may need four."""
MAX_ENDING = 20
"""Longest ending, the dot included; what is longer is none."""
UNNAMED = "file"

_FORBIDDEN = re.compile(r'[<>:"|?*]')
"""Characters that Windows takes in no name; a colon there leads into another stream."""
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\Z", re.IGNORECASE)
"""Names that mean a device on Windows, whatever ending follows."""


def safe_name(given: str) -> str:
    """The last part of a file's name, safe on every system, at most MAX_CHARS and MAX_BYTES."""
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(letter for letter in last if letter.isprintable())
    name = _FORBIDDEN.sub("_", seen).strip(". ")
    if _DEVICE.match(name.partition(".")[0].rstrip(" ")):
        name = f"_{name}"
    return _cut(name) or UNNAMED


def numbered(name: str) -> Iterator[str]:
    """The name, then "name (2).pdf", "name (3).pdf" and so on, in case one is taken."""
    stem, ending = _parts(name)
    yield name
    yield from (f"{stem} ({n}){ending}" for n in count(2))


def _cut(name: str) -> str:
    stem, ending = _parts(name)
    stem = stem[: MAX_CHARS - len(ending)]
    room = MAX_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + ending


def _parts(name: str) -> tuple[str, str]:
    """What stands before the ending, and the ending with its dot, "" where there is none."""
    stem, dot, ending = name.rpartition(".")
    if not stem or not ending or len(ending) >= MAX_ENDING:
        return name, ""
    return stem, dot + ending
