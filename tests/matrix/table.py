"""The table: read from matrix.md, where a person reads it, and made from what was seen."""

import re
from dataclasses import astuple, fields
from pathlib import Path

from tests.matrix.cells import Seen
from tests.matrix.faults import CALLS, FAULTS

FILE = Path(__file__).with_name("matrix.md")
Name = tuple[str, str]
"""Call and fault."""
Table = dict[Name, Seen]

HEADINGS = [
    "call", "fault", "sent", "arrived", "effect", "session", "task", "says",
    "then sent", "then effect", "then session", "then task",
]  # fmt: skip


def names() -> list[Name]:
    """All cells, in the order of the table."""
    return [(call.name, fault.name) for call in CALLS for fault in FAULTS]


def read() -> Table:
    rows = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    cells = [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows[1:]]
    assert all(len(row) == len(HEADINGS) for row in cells)
    return {(row[0], row[1]): Seen(**dict(zip(_FIELDS, row[2:], strict=True))) for row in cells}


_FIELDS = [field.name for field in fields(Seen)]


def lines(table: Table) -> list[str]:
    rows = [(*name, *astuple(table[name])) for name in names() if name in table]
    head = [_line(HEADINGS), "|" + "---|" * len(HEADINGS)]
    return head + [_line(row) for row in rows]


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def differences(expected: Table, seen: Table) -> list[str]:
    """What is not as it stands in the file, a line for each field."""
    found = []
    for name, row in seen.items():
        wanted = expected.get(name)
        for field in _FIELDS:
            is_, should = getattr(row, field), getattr(wanted, field, "nothing")
            if is_ != should:
                found.append(f"{name[0]}, {name[1]}: {field} is {is_!r}, expected {should!r}")
    return found


def file_name(name: Name) -> str:
    return re.sub(r"\W+", "-", "-".join(name))
