"""Tasks as lines of a file: CSV for spreadsheets, JSON Lines for programs.

A line holds nothing that opens a session. JSON Lines are exact. In CSV (RFC 4180) a cell that a
spreadsheet would run as a formula gets an apostrophe in front, see `defuse`. All of this is done
100,000 times at once: rows are plain tuples.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum

import msgspec
from msgspec import Struct

from enigma_panel.core.models import session_name
from enigma_panel.core.observation import UNSENT
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.validation import NO_SITE
from enigma_panel.store.ledger.task_snapshot import TEXT_FIELDS, TaskRow

BYTE_ORDER_MARK = "\ufeff"
"""Stands before a CSV file: without it Excel takes UTF-8 for something else."""
LONG_CHARS = 10_000
"""A longer text is redacted by itself, so that no step takes long."""

_N_TEXTS = len(TEXT_FIELDS)
_QUARTER_MS = 900_000
_DIGITS = tuple(f"{n:02}" for n in range(60))
LINE_END, QUOTE, TWO_QUOTES = "\r\n", '"', '""'
_APOSTROPHE = "'"
# White space, quotes, and what is not seen: a spreadsheet may skip them.
_RUNS = re.compile(
    r"""[\s"'\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]|["']*[\t\r]"""
)


class ExportFormat(StrEnum):
    """The form of a file; the value is the ending of its name."""

    CSV = "csv"
    JSON_LINES = "jsonl"


class ExportedTask(Struct, frozen=True):
    """One line. Its fields are the columns of a CSV file and the names in a line of JSON.

    cost: dollars as exact text. created, started, ended: ISO 8601 with the offset from UTC. took_s:
    seconds from started, or where it was never sent from created, to ended. waited_s: seconds that
    its questions waited for answers, but for one that is still open; absent where nobody counted.
    site: "" where none is known. completion_time: seconds as the service gave them, exact text.
    """

    key: int
    status: str
    task: str
    starting_url: str | None
    result: str | None
    error: str | None
    code: str | None
    cost: str | None
    tokens_in: int | None
    tokens_out: int | None
    created: str | None
    started: str | None
    ended: str | None
    took_s: float | None
    waited_s: float | None
    session: str
    site: str
    question: str | None
    completion_time: str | None


def in_turns(rows: Sequence[TaskRow]) -> Iterator[Sequence[TaskRow]]:
    """The rows in one batch; one by one where a text is long, so that no step takes long."""
    texts = [text for row in rows for text in row[:_N_TEXTS] if text]
    if max(map(len, texts), default=0) <= LONG_CHARS:
        yield rows
    else:
        yield from ([row] for row in rows)


def redacted(rows: Sequence[TaskRow], redactor: Redactor) -> Sequence[TaskRow]:
    """The texts without secrets."""
    texts = [text for row in rows for text in row[:_N_TEXTS] if text]
    if max(map(len, texts), default=0) <= LONG_CHARS and redactor.is_clean(texts):
        return rows
    return [_redacted(row, redactor) for row in rows]


def _redacted(row: TaskRow, redactor: Redactor) -> TaskRow:
    texts = (redactor.redact(text) if text else text for text in row[:_N_TEXTS])
    return (*texts, *row[_N_TEXTS:])


class TaskEncoder:
    """Makes the lines of a file. zone_at: the time zone that holds at a moment (epoch ms)."""

    def __init__(self, form: ExportFormat, zone_at: Callable[[int], tzinfo]) -> None:
        self._is_csv = form is ExportFormat.CSV
        self._zone_at = zone_at
        self._quarters: dict[int, tuple[str, int, str]] = {}
        self._json = msgspec.json.Encoder()

    def head(self) -> bytes:
        names = BYTE_ORDER_MARK + ",".join(ExportedTask.__struct_fields__) + LINE_END
        return names.encode() if self._is_csv else b""

    def lines(self, rows: Iterable[TaskRow]) -> bytes:
        """The lines of some tasks, in UTF-8."""
        if self._is_csv:
            return "".join([_csv_line(self._values(row)) for row in rows]).encode()
        return self._json.encode_lines(ExportedTask(*self._values(row)) for row in rows)

    def _values(self, row: TaskRow) -> TaskRow:
        """The values of a line, in the order of the fields of ExportedTask."""
        text, url, result, error, code, question, label, site, cost, completion_time, *others = row
        key, status, number, tokens_in, tokens_out, created_ms, sent_ms, ended_ms, waited_ms = (
            others
        )
        took_s = None
        if ended_ms is not None and code not in UNSENT:  # as the table shows it
            took_s = max(0, ended_ms - (sent_ms or created_ms)) / 1000
        return (
            key,
            status,
            text,
            url,
            result,
            error,
            code,
            cost,
            tokens_in,
            tokens_out,
            self._moment(created_ms),
            sent_ms if sent_ms is None else self._moment(sent_ms),
            ended_ms if ended_ms is None else self._moment(ended_ms),
            took_s,
            waited_ms if waited_ms is None else waited_ms / 1000,
            session_name(label, site, number),
            "" if site == NO_SITE else site,
            question,
            completion_time,
        )

    def _moment(self, ms: int) -> str | None:
        """ISO 8601 of a time; None for one of no calendar: a damaged row ends no export."""
        number, rest = divmod(ms, _QUARTER_MS)
        try:
            hour, minute, offset = self._quarters.get(number) or self._learn(number)
        except (ValueError, OverflowError, OSError):
            return None
        seconds, rest = divmod(rest, 1000)
        minutes, seconds = divmod(seconds, 60)
        return f"{hour}{_DIGITS[minute + minutes]}:{_DIGITS[seconds]}.{rest:03}{offset}"

    def _learn(self, number: int) -> tuple[str, int, str]:
        """Hour, first minute and offset of a quarter of an hour, which many tasks share: to ask
        the system for each time would take longer than all else. No offset of this century has
        odd minutes or changes within a quarter."""
        ms = number * _QUARTER_MS
        text = datetime.fromtimestamp(ms // 1000, self._zone_at(ms)).isoformat()
        quarter = self._quarters[number] = text[:14], int(text[14:16]), text[19:]
        return quarter


def _csv_line(values: TaskRow) -> str:
    """A line of CSV. Texts are always in quotes, an absent one is not: so "" and None differ.
    Written by hand, as the csv module looks at each character of a text and keeps the interpreter
    meanwhile."""
    key, status, text, url, result, error, code, cost, *others = values
    *others, session, site, question, completion_time = others
    texts = map(csv_text, (status, text, url, result, error, code))
    numbers = ("" if value is None else str(value) for value in others)
    last = map(csv_text, (session, site, question))
    figures = (_csv_figure(cost), *numbers)
    return ",".join((str(key), *texts, *figures, *last, _csv_figure(completion_time))) + LINE_END


def csv_text(text: str | None) -> str:
    """A text as a cell of a CSV file; one that begins with letter or digit is no formula."""
    if text is None:
        return ""
    cell = text if text[:1].isalnum() else defuse(text)
    return f'"{cell.replace(QUOTE, TWO_QUOTES)}"'


def _csv_figure(figure: str | None) -> str:
    """A price or a time as a figure that can be summed; what cannot be one as a text."""
    is_plain = figure is not None and figure.isascii() and figure.replace(".", "", 1).isdigit()
    return figure if figure is not None and is_plain else csv_text(figure)


def defuse(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it: where it begins with
    one of = + - @, also behind white space and quotes, or with a tab or a carriage return.
    Behind quotes, too, so that taking it away gives back what stood there before."""
    return cell if _RUNS.match(cell) is None else _APOSTROPHE + cell
