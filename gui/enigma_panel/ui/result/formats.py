"""The forms in which a result can be shown and copied: a table, JSON, Markdown, text."""

import csv
import io
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.core.validation import json_place, refuse_constant, strict_json
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.check import place_text

tr = Translations("Result")

MOST_CHARS = 200_000
"""Longest result that is read for its form: some 30 ms. An agent writes a tenth of that."""
MAX_COLUMNS = 200
"""Widest table that is shown."""
_LOOKED_AT = 20_000
"""How many characters are looked at to recognise Markdown, and most that is laid out as such."""
_MOST_BARS = 300
"""Most bars in Markdown that is laid out: 7,000 cells of tables took Qt more than two seconds."""
_SHOWN_CHARS = 120
_MARKDOWN = lazy_compile(
    r"""
    ^\#{1,6}\ \S                        # a heading
    | ^\ {0,3}(?:[-*+]|\d{1,3}[.)])\ \S # an item of a list
    | ^\ {0,3}>\ \S                     # a quotation
    | ^\ {0,3}(?:```|~~~)               # code
    | ^\|.{0,1000}\|\s{0,8}$            # a row of a table
    | \*\*[^\s*][^*\n]{0,200}\*\*       # strong words
    | !?\[[^\]\n]{0,200}\]\([^)\s]      # a link or an image
    """,
    re.MULTILINE | re.VERBOSE,
)
FIGURE = lazy_compile(r"[-+]?[^\w\s]?\d[\d.,']{0,30}\s?(?:%|[^\w\s]|[A-Z]{3})?")
"""A number, perhaps with its currency."""
_RUNS = lazy_compile(r"[\s\"']*[=+@-]")
"""The beginning of a cell that a spreadsheet would run."""


class ResultFormat(StrEnum):
    """How a result is shown or copied."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    TEXT = "text"


Json = dict[str, Any] | list[Any] | str | bool | None
"""A JSON value; its numbers are texts, digit for digit."""


class ReadResult(Struct, frozen=True, kw_only=True):
    """A result as it was read.

    text: as it came. formats: the best one first, TEXT last. is_json: it is a list or an object.
    rows: of a table, the names of its columns first. doubt: a sentence where it is not as it was
    asked for; whether JSON fits its schema is not looked at.
    """

    text: str = ""
    formats: tuple[ResultFormat, ...] = (ResultFormat.TEXT,)
    is_json: bool = False
    rows: Sequence[Sequence[str]] = ()
    doubt: str = ""


def read_result(spec: TaskSpec, text: str) -> ReadResult:
    """Read a result: as it was asked for, and where a text was, as what it looks like."""
    is_asked = spec.output_type is not OutputType.TEXT
    if len(text) > MOST_CHARS:
        doubt = tr("Over {n} characters: shown as text.", n=MOST_CHARS) if is_asked else ""
        return ReadResult(text=text, doubt=doubt)
    match spec.output_type:
        case OutputType.CSV:
            read = _read_csv(spec.output_schema, text)
        case OutputType.JSON:
            read = _read_json(text)
        case _:
            read = _guess(text)
    is_markdown = not read.is_json and not read.rows and _is_markdown(text)
    doubt = read.doubt
    if doubt and MARK in text:
        doubt += " " + tr("A secret in it was replaced, which may be why.")
    found = {
        ResultFormat.TABLE: bool(read.rows),
        ResultFormat.JSON: read.is_json,
        ResultFormat.MARKDOWN: is_markdown,
        ResultFormat.TEXT: True,
    }
    formats = tuple(form for form, is_there in found.items() if is_there)
    return replace(read, text=text, formats=formats, doubt=doubt)


def copied_text(result: ReadResult, to: ResultFormat) -> str:
    """The result in that form: a table to be pasted into a spreadsheet, JSON indented."""
    match to:
        case ResultFormat.TABLE:
            lines = io.StringIO()
            rows = ([_defused(cell) for cell in row] for row in result.rows)
            csv.writer(lines, csv.excel_tab, lineterminator="\n").writerows(rows)
            return lines.getvalue()
        case ResultFormat.JSON:
            try:
                return msgspec.json.format(result.text, indent=2)
            except (msgspec.MsgspecError, ValueError, RecursionError):  # a letter cut in half
                return result.text
    return result.text


def _value_text(value: str | bool | None) -> str:
    """A plain value as it stands in JSON, a text without quotes."""
    if isinstance(value, str):
        return value
    return {None: "null", True: "true", False: "false"}[value]


def _is_markdown(text: str) -> bool:
    is_light = len(text) <= _LOOKED_AT and text.count("|") <= _MOST_BARS
    return is_light and _MARKDOWN.search(text) is not None


def _guess(text: str) -> ReadResult:
    """A guess at the structure of a text: JSON is a list or an object, a table has two rows of
    several cells, all as long."""
    if text.lstrip()[:1] in {"{", "["}:
        return replace(_read_json(text), doubt="")
    head = text.lstrip("\ufeff\r\n").partition("\n")[0]
    rows = _rows(text) if "," in head and ", " not in head else []  # ", " is prose
    width = len(rows[0]) if rows else 0
    is_table = len(rows) > 1 and 1 < width <= MAX_COLUMNS
    return ReadResult(rows=rows if is_table and all(len(row) == width for row in rows) else ())


def _read_json(text: str) -> ReadResult:
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=refuse_constant)
    except ValueError as error:
        place = place_text(json_place(error))
        return ReadResult(doubt=tr("You asked for JSON. This is not JSON{place}.", place=place))
    except RecursionError:
        return ReadResult(doubt=tr("This JSON is nested too deeply. It is shown as text."))
    return ReadResult(is_json=isinstance(value, dict | list), rows=_table_of(value))


def _table_of(value: Json) -> list[list[str]]:
    """The rows of a list of objects that have the same plain fields, also where it is all that an
    object holds."""
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if not isinstance(value, list) or len(value) < 2 or not isinstance(value[0], dict):
        return []
    names = list(value[0])
    if not 0 < len(names) <= MAX_COLUMNS or not all(_has_fields(each, names) for each in value):
        return []
    return [names, *([_value_text(each[name]) for name in names] for each in value)]


def _has_fields(value: Json, names: list[str]) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == set(names)
        and not any(isinstance(each, dict | list) for each in value.values())
    )


def _read_csv(schema: str, text: str) -> ReadResult:
    rows = _rows(text)
    if not rows:
        return ReadResult(doubt=tr("You asked for CSV. This can't be read as a table."))
    if max(map(len, rows)) > MAX_COLUMNS:
        return ReadResult(doubt=tr("Over {n} columns: shown as text.", n=MAX_COLUMNS))
    return ReadResult(rows=rows, doubt=_doubt_of(rows, _columns(schema)))


def _doubt_of(rows: Sequence[Sequence[str]], wanted: list[str]) -> str:
    found = [name.strip() for name in rows[0]]
    if found != wanted:  # in one line: names are the agent's, and must not look like words of ours
        return tr(
            "Columns: {found}. You asked for: {wanted}.",
            found=shorten(", ".join(found), _SHOWN_CHARS),
            wanted=shorten(", ".join(wanted), _SHOWN_CHARS),
        )
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(wanted):
            return tr.plural(
                "Row {row} has {n} cell instead of {wanted}.",
                "Row {row} has {n} cells instead of {wanted}.",
                len(row),
                row=number,
                wanted=len(wanted),
            )
    return ""


def _columns(schema: str) -> list[str]:
    """The names that were asked for, as they were checked before they were sent."""
    names = strict_json(schema)
    return [name.strip() for name in names] if isinstance(names, list) else []


def _rows(text: str) -> list[list[str]]:
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    try:
        return [row for row in csv.reader(lines, strict=True) if row]
    except csv.Error:
        return []


def _defused(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it."""
    return f"'{cell}" if _RUNS.match(cell) and not FIGURE.fullmatch(cell) else cell
