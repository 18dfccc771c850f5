"""Results in a form that a task asked for: JSON and CSV, read for a tree and a table."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from enigma_panel.core.models import OutputType
from enigma_panel.core.validation import json_place, refuse_constant, strict_json

MAX_COLUMNS = 200
"""Widest table that is shown."""
_SHOWN_CHARS = 120


class Number(str):
    """A number as it stands in a JSON text, digit for digit."""

    __slots__ = ()


Json = dict[str, Any] | list[Any] | str | bool | None
"""A JSON value; its numbers are `Number`."""


class Doubt(StrEnum):
    """What is wrong with a structured result. In brackets: the details."""

    NO_JSON = "no_json"  # line, column
    TOO_DEEP = "too_deep"
    TOO_SLOW = "too_slow"
    NO_CSV = "no_csv"
    OTHER_COLUMNS = "other_columns"  # wanted, found
    UNEVEN = "uneven"  # row, wanted, found
    TOO_WIDE = "too_wide"  # found


Details = Mapping[str, str | int]


class StructuredResult(Struct, frozen=True, kw_only=True):
    """A result as it was read. value: of JSON, rows: of CSV, the columns' names first; both empty
    where it cannot be read. doubt: None where it was read. Whether JSON fits its schema is not
    looked at."""

    value: Json = None
    rows: Sequence[Sequence[str]] = ()
    doubt: Doubt | None = None
    details: Details = field(default_factory=dict)

    @property
    def has_structure(self) -> bool:
        """Whether the result can be shown as a tree or a table."""
        return isinstance(self.value, dict | list) or bool(self.rows)


def read_result(output: OutputType, schema: str, text: str) -> StructuredResult:
    """Read a result. schema: for CSV the JSON list of the columns' names, else ignored."""
    return _read_csv(schema, text) if output is OutputType.CSV else _read_json(text)


def _read_json(text: str) -> StructuredResult:
    try:
        value = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=refuse_constant
        )
    except ValueError as error:
        return StructuredResult(doubt=Doubt.NO_JSON, details=json_place(error))
    except RecursionError:
        return StructuredResult(doubt=Doubt.TOO_DEEP)
    return StructuredResult(value=value)


def _number(text: str) -> Number:
    """Parse a number. A function of Python's, not the class itself: at its calls other threads get
    their turn."""
    return Number(text)


def _read_csv(schema: str, text: str) -> StructuredResult:
    wanted = _columns(schema)
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        rows = [line for line in lines if line]
    except csv.Error:
        return StructuredResult(doubt=Doubt.NO_CSV)
    if not rows:
        return StructuredResult(doubt=Doubt.NO_CSV)
    if (widest := max(map(len, rows))) > MAX_COLUMNS:
        return StructuredResult(doubt=Doubt.TOO_WIDE, details={"found": widest})
    found = [name.strip() for name in rows[0]]
    if found != wanted:
        details = {"wanted": ", ".join(wanted), "found": ", ".join(found)[:_SHOWN_CHARS]}
        return StructuredResult(rows=rows, doubt=Doubt.OTHER_COLUMNS, details=details)
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(wanted):
            uneven = {"row": number, "wanted": len(wanted), "found": len(row)}
            return StructuredResult(rows=rows, doubt=Doubt.UNEVEN, details=uneven)
    return StructuredResult(rows=rows)


def _columns(schema: str) -> list[str]:
    """The names that were asked for, as they were checked before they were sent."""
    names = strict_json(schema)
    return [name.strip() for name in names] if isinstance(names, list) else []
