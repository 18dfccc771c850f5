"""What a result can be shown and copied as, whatever form was asked for."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.features.results.structured_output import (
    MAX_COLUMNS,
    Json,
    Number,
    StructuredResult,
    read_result,
)

_LOOKED_AT = 20_000
"""How many characters are looked at to recognise Markdown."""
_MARKDOWN = re.compile(
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
_BACKTICKS = re.compile("`{3,}")
_INDENT = "  "


class ResultFormat(StrEnum):
    """How a result is shown or copied."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    TABLE = "table"


class ReadResult(Struct, frozen=True, kw_only=True):
    """A result and what it can be shown as. text: as it came. formats: TEXT first.

    structured: its value or its rows, where it has some, and what is wrong with them, where a
    structure was asked for.
    """

    text: str = ""
    formats: tuple[ResultFormat, ...] = (ResultFormat.TEXT,)
    structured: StructuredResult = StructuredResult()


def read_formats(spec: TaskSpec, text: str) -> ReadResult:
    """Read a result: as it was asked for, and where a text was, as what it looks like."""
    if spec.output_type is OutputType.TEXT:
        structured = _guess(text)
    else:
        structured = read_result(spec.output_type, spec.output_schema, text)
    formats = [ResultFormat.TEXT]
    if structured.rows:
        formats.append(ResultFormat.TABLE)
    elif structured.has_structure:
        formats.append(ResultFormat.JSON)
    elif _MARKDOWN.search(text, 0, _LOOKED_AT):
        formats.append(ResultFormat.MARKDOWN)
    return ReadResult(text=text, formats=tuple(formats), structured=structured)


def copied_formats(result: ReadResult) -> tuple[ResultFormat, ...]:
    """The formats in which a result can be copied: JSON where it is JSON, Markdown where it has any
    form."""
    has_form = len(result.formats) > 1
    is_json = ResultFormat.JSON in result.formats
    return (
        ResultFormat.TEXT,
        *((ResultFormat.MARKDOWN,) if has_form else ()),
        *((ResultFormat.JSON,) if is_json else ()),
    )


def copied_text(result: ReadResult, to: ResultFormat) -> str:
    """The result in that format; as a text it is unchanged."""
    match to:
        case ResultFormat.JSON:
            return _json_text(result)
        case ResultFormat.MARKDOWN if result.structured.rows:
            return _markdown_table(result.structured.rows)
        case ResultFormat.MARKDOWN if ResultFormat.JSON in result.formats:
            return _code_block(_json_text(result))
    return result.text


def _guess(text: str) -> StructuredResult:
    """A guess at the structure of a text: JSON is a list or an object, a table has two rows of
    several cells, all as long."""
    begin = text.lstrip()[:1]
    if begin and begin in "{[":
        read = read_result(OutputType.JSON, "", text)
        return StructuredResult(value=read.value) if read.has_structure else StructuredResult()
    head = text.removeprefix("\ufeff").lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if "\t" in head else ","
    if delimiter not in head or re.search(r",\s", head):
        return StructuredResult()  # a comma and a space are prose
    return StructuredResult(rows=_rows(text, delimiter))


def _rows(text: str, delimiter: str) -> Sequence[Sequence[str]]:
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    except csv.Error:
        return ()
    width = len(rows[0]) if rows else 0
    is_table = len(rows) > 1 and 1 < width <= MAX_COLUMNS
    return rows if is_table and all(len(row) == width for row in rows) else ()


def _json_text(result: ReadResult) -> str:
    try:
        return "".join(_json_pieces(result.structured.value, ""))
    except RecursionError:  # nested so deeply that the text itself is no worse
        return result.text


def _json_pieces(value: Json, indent: str) -> Iterator[str]:
    """A line for each value; numbers keep their digits, which `json.dumps` would not."""
    inner = indent + _INDENT
    match value:
        case dict() if value:
            before = "{\n"
            for name, each in value.items():
                yield f"{before}{inner}{_quoted(name)}: "
                yield from _json_pieces(each, inner)
                before = ",\n"
            yield f"\n{indent}}}"
        case list() if value:
            before = "[\n"
            for each in value:
                yield f"{before}{inner}"
                yield from _json_pieces(each, inner)
                before = ",\n"
            yield f"\n{indent}]"
        case Number():
            yield str(value)
        case _:
            yield _quoted(value)


def _quoted(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _code_block(text: str) -> str:
    """The text as a code block, fenced by more backticks than stand in it."""
    longest = max((len(ticks) for ticks in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}json\n{text}\n{fence}\n"


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    width = max(map(len, rows))
    head, *others = ([*row, *[""] * (width - len(row))] for row in rows)
    lines = [_table_row(head), _table_row(["---"] * width), *map(_table_row, others)]
    return "\n".join(lines) + "\n"


def _table_row(cells: Sequence[str]) -> str:
    escaped = (" ".join(cell.replace("\\", "\\\\").replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |"
