"""Tasks as lines of a file: CSV for spreadsheets, JSON Lines for programs.

A line holds nothing that opens a session. JSON Lines are exact. In CSV (RFC 4180) a cell that a
spreadsheet would run as a formula gets an apostrophe in front, see `defuse`.
"""

import csv
import io
import re
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import Any, TypeAlias

import msgspec

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.validation import NO_SITE
from enigma_panel.features.exports.columns import COLUMNS, TaskRow

BYTE_ORDER_MARK = "\ufeff"
"""Stands before a CSV file: without it Excel takes UTF-8 for something else."""
LONG_CHARS = 10_000
"""A longer text is redacted by itself, so that no step takes long."""

Line: TypeAlias = dict[str, Any]
"""A task by the names of COLUMNS. cost: dollars as exact text. created, started, ended: ISO 8601
with the offset from UTC. took_s: seconds from started, or where it was never sent from created, to
ended. waited_s: seconds that its questions waited for answers, but for one that is still open;
absent where nobody counted. site: "" where none is known. completion_time: seconds as the service
gave them, exact text."""

_TIMES = ("created", "started", "ended")
_TEXTS = (
    *("task", "starting_url", "result", "error", "code", "question"),
    *("session", "site", "cost", "completion_time"),
)
_long_texts = itemgetter(*map(list(COLUMNS).index, ("task", "result", "error", "question")))
_json = msgspec.json.Encoder()
# White space, quotes, and what is not seen: a spreadsheet may skip them.
_RUNS = re.compile(
    r"""[\s"'\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]|["']*[\t\r]"""
)


class ExportFormat(StrEnum):
    """The form of a file; the value is the ending of its name."""

    CSV = "csv"
    JSON_LINES = "jsonl"


def in_turns(rows: Sequence[TaskRow]) -> Iterator[Sequence[TaskRow]]:
    """The rows in one batch; one by one where a text is long, so that no step takes long."""
    longest = max((len(text or "") for row in rows for text in _long_texts(row)), default=0)
    yield from [rows] if longest <= LONG_CHARS else ([row] for row in rows)


def lines_of(rows: Sequence[TaskRow], redactor: Redactor) -> list[Line]:
    """The lines of some tasks, without secrets."""
    lines = [_line(row) for row in rows]
    places = [(line, name) for line in lines for name in _TEXTS if line[name]]
    texts = redactor.redact_many([line[name] for line, name in places])
    for (line, name), text in zip(places, texts, strict=True):
        line[name] = text
    return lines


def encoded_head(form: ExportFormat) -> bytes:
    return (BYTE_ORDER_MARK + _csv([COLUMNS])).encode() if form is ExportFormat.CSV else b""


def encoded(lines: Sequence[Line], form: ExportFormat) -> bytes:
    """The lines of a file, in UTF-8."""
    if form is ExportFormat.CSV:
        return _csv([_defused(line).values() for line in lines]).encode()
    return _json.encode_lines(lines)


def defuse(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it: where it begins with
    one of = + - @, also behind white space and quotes, or with a tab or a carriage return.
    Behind quotes, too, so that taking it away gives back what stood there before."""
    return cell if _RUNS.match(cell) is None else f"'{cell}"


def _line(row: TaskRow) -> Line:
    line = dict(zip(COLUMNS, row, strict=True))
    if line["site"] == NO_SITE:
        line["site"] = ""
    for name in _TIMES:
        if line[name] is not None:
            line[name] = _moment(line[name])
    return line


def _moment(ms: int) -> str | None:
    """ISO 8601 of a time; None for one of no calendar: a damaged row ends no export."""
    try:
        text = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(ms // 1000))
    except (ValueError, OverflowError, OSError):
        return None
    is_in_calendar = len(text) == len("2026-12-31T23:59:59+0100")
    return f"{text[:19]}.{ms % 1000:03}{text[19:22]}:{text[22:]}" if is_in_calendar else None


def _defused(line: Line) -> Line:
    return line | {name: defuse(line[name]) for name in _TEXTS if line[name]}


def _csv(rows: Any) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()
