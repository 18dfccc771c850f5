"""Tasks as lines of a file: read back they are what went in, and no spreadsheet runs a cell."""

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.features.exports.columns import COLUMNS, TaskRow
from enigma_panel.features.exports.encoder import (
    LONG_CHARS,
    ExportFormat,
    defuse,
    encoded,
    encoded_head,
    in_turns,
    lines_of,
)
from tests.features.exports.fakes import undefuse
from tests.kit.clock import NOW

CLEAN = Redactor()
TEXTS = ("task", "starting_url", "result", "error", "code", "question", "session")
TEXTS += ("site", "cost", "completion_time")
NASTY = st.text() | st.sampled_from(
    [
        "=cmd|' /C calc'!A0",
        '"=1+1"',
        " \t-1",
        "'=x",
        "'\t",
        "\u200f@SUM(A1)",
        "a,b;c\r\nd\re\nf",
        'say "hi"',
        "nul\x00here",
        "שלום \u202eabc",
        "🙂👨‍👩‍👧",
        "\ufeff+1",
        "＝1",
    ]
)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as there:
        there.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


def a_row(**facts: Any) -> TaskRow:
    usual: dict[str, Any] = {"task": "Buy a hub", "site": "shop.example"}
    usual |= {"session": "shop.example 3", "key": 12, "status": "done", "created": NOW, **facts}
    return tuple(usual.get(name) for name in COLUMNS)


def text_of(form: ExportFormat, *rows: TaskRow) -> str:
    return encoded(lines_of(rows, CLEAN), form).decode()


def as_json(row: TaskRow) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of(ExportFormat.JSON_LINES, row))
    return found


def as_csv(row: TaskRow) -> dict[str, str]:
    text = encoded_head(ExportFormat.CSV).decode("utf-8-sig") + text_of(ExportFormat.CSV, row)
    head, cells = csv.reader(io.StringIO(text, newline=""), strict=True)
    return dict(zip(head, cells, strict=True))


def test_a_line_has_all_that_a_colleague_asks_for() -> None:
    told = {
        "key": 12,
        "status": "done",
        "task": "Buy a hub",
        "starting_url": "https://shop.example/hubs",
        "result": "$109.99",
        "error": None,
        "code": None,
        "cost": "0.0210",
        "tokens_in": 1200,
        "tokens_out": 34,
        "created": "2026-10-25T02:59:59.999+02:00",
        "started": "2026-10-25T02:00:00.000+01:00",  # the clocks were put back
        "ended": None,
        "took_s": 41.25,
        "waited_s": 12.5,
        "session": "shop.example 3",
        "site": "shop.example",
        "question": "Which colour?",
        "completion_time": "23.5",
    }
    change = 1_792_890_000_000
    row = a_row(**{**told, "created": change - 1, "started": change})
    assert as_json(row) == told
    cells = as_csv(row)
    assert list(cells) == list(told) == list(COLUMNS)
    assert cells == {name: "" if value is None else str(value) for name, value in told.items()}


@given(ms=st.integers(0, 4_102_444_800_000))
def test_a_moment_is_told_with_its_offset(ms: int) -> None:
    told = datetime.fromisoformat(as_json(a_row(created=ms))["created"])
    assert round(told.timestamp() * 1000) == ms
    assert told.utcoffset() == datetime.fromtimestamp(ms // 1000).astimezone().utcoffset()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"site": "session", "session": "session 3"}, {"session": "session 3", "site": ""}),
        ({"created": 2**62}, {"created": None}),
        ({"cost": "NaN"}, {"cost": "NaN"}),
    ],
)
def test_what_is_told_of(facts: dict[str, Any], told: dict[str, Any]) -> None:
    line = as_json(a_row(**facts))
    assert {name: line[name] for name in told} == told


@given(texts=st.fixed_dictionaries({name: NASTY | st.none() for name in TEXTS}))
def test_whatever_stands_in_a_cell_is_read_back(texts: dict[str, Any]) -> None:
    texts |= {"task": texts["task"] or "", "site": texts["site"] or ""}
    row = a_row(**texts)
    told = {name: text and CLEAN.redact(text) for name, text in texts.items()}
    line, cells = as_json(row), as_csv(row)
    assert {name: line[name] for name in TEXTS} == told
    assert {name: undefuse(cells[name]) for name in TEXTS} == {n: told[n] or "" for n in TEXTS}


@given(lead=st.text(" \"'\t\r\n\u200f\ufeff\x00", max_size=4), sign=st.sampled_from("=+-@"))
def test_no_spreadsheet_runs_a_cell(lead: str, sign: str) -> None:
    nasty = f"{lead}{sign}cmd|' /C calc'!A0"
    row = a_row(**dict.fromkeys(TEXTS, nasty))
    cells = as_csv(row)
    for name in TEXTS:
        assert cells[name].startswith("'"), name
    assert as_json(row)["result"] == nasty  # exact: who reads it is a program


@pytest.mark.parametrize("cell", ["\t1", "\r1", "-0.5"])
def test_these_are_defused_too(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1-2", "a=b", "'tis", "https://x/?a=b", " ", "$4.87"])
def test_others_stay_as_they_are(cell: str) -> None:
    assert defuse(cell) == cell == undefuse(cell)


def test_long_texts_come_one_by_one() -> None:
    rows = [a_row(), a_row(result="x" * (LONG_CHARS + 1))]
    assert list(in_turns(rows)) == [rows[:1], rows[1:]]
    assert list(in_turns(rows[:1] * 3)) == [rows[:1] * 3]


def test_lines_end_as_each_format_has_it() -> None:
    row = a_row(result="two\nlines")
    made = text_of(ExportFormat.CSV, row, row)
    assert made.count("\r\n") == 2
    assert made.endswith("\r\n")
    assert '"two\nlines"' in made
    assert text_of(ExportFormat.JSON_LINES, row, row).count("\n") == 2


def test_a_secret_is_in_no_line() -> None:
    redactor = Redactor()
    redactor.add_secret("hunter2-and-more")
    redactor.add_id("sess-0123456789")
    long = "word " * LONG_CHARS
    rows = [
        a_row(task="Log in with hunter2-and-more", session="sess-0123456789"),
        a_row(result=f"{long}enig_abcdef", starting_url="https://ann:pw@shop.example"),
        a_row(),
    ]
    first, second, third = lines_of(rows, redactor)
    assert first["task"] == f"Log in with {MARK}"
    assert first["session"] == MARK
    assert second["result"] == f"{long}{MARK}"
    assert "pw" not in second["starting_url"]
    assert third == as_json(rows[2])
