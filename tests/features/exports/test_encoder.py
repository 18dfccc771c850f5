"""Tasks as lines of a file: read back they are what went in, and no spreadsheet runs a cell."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from enigma_panel.core.observation import UNSENT
from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.features.exports.encoder import (
    LONG_CHARS,
    ExportedTask,
    ExportFormat,
    TaskEncoder,
    defuse,
    in_turns,
    redacted,
)
from enigma_panel.store.ledger.task_snapshot import OTHER_FIELDS, TEXT_FIELDS, TaskRow
from tests.features.exports.fakes import undefuse
from tests.kit.clock import NOW

COLUMNS = list(ExportedTask.__struct_fields__)
DELHI = timezone(timedelta(hours=5, minutes=30))
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


def a_row(**facts: Any) -> TaskRow:
    usual: dict[str, Any] = {
        "text": "Buy a hub",
        "site": "shop.example",
        "key": 12,
        "status": "done",
        "number": 3,
        "created_ms": NOW,
    }
    return tuple((usual | facts).get(field) for field in TEXT_FIELDS + OTHER_FIELDS)


def encoder(form: ExportFormat) -> TaskEncoder:
    return TaskEncoder(form, lambda _ms: DELHI)


def as_json(row: TaskRow) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encoder(ExportFormat.JSON_LINES).lines([row]))
    return found


def as_csv(*rows: TaskRow) -> list[list[str]]:
    made = encoder(ExportFormat.CSV)
    text = (made.head() + made.lines(rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_a_line_has_all_that_a_colleague_asks_for() -> None:
    row = a_row(
        starting_url="https://shop.example/hubs",
        result="$109.99",
        question="Which colour?",
        cost="0.0210",
        took_s="23.5",
        tokens_in=1200,
        tokens_out=34,
        sent_ms=NOW + 500,
        ended_ms=NOW + 41_750,
        waited_ms=12_500,
    )
    start = datetime.fromtimestamp(NOW / 1000, UTC).astimezone(DELHI)

    def moment(ms: int) -> str:
        return (start + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")

    assert as_json(row) == {
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
        "created": moment(0),
        "started": moment(500),
        "ended": moment(41_750),
        "took_s": 41.25,
        "waited_s": 12.5,
        "session": "shop.example 3",
        "site": "shop.example",
        "question": "Which colour?",
        "completion_time": "23.5",
    }
    assert moment(0).endswith("+05:30")
    head, cells = as_csv(row)
    told = as_json(row)
    assert head == COLUMNS == list(told)
    assert cells == ["" if told[name] is None else str(told[name]) for name in COLUMNS]


@pytest.mark.parametrize("offset_min", [-570, -210, 0, 345, 765])
@given(ms=st.integers(0, 4_102_444_800_000))
def test_a_moment_is_told_with_its_offset(offset_min: int, ms: int) -> None:
    zone = timezone(timedelta(minutes=offset_min))
    made = TaskEncoder(ExportFormat.JSON_LINES, lambda _ms: zone)
    told = json.loads(made.lines([a_row(created_ms=ms)]))["created"]
    assert round(datetime.fromisoformat(told).timestamp() * 1000) == ms
    assert datetime.fromisoformat(told).utcoffset() == timedelta(minutes=offset_min)


def test_a_clock_that_is_changed_is_told() -> None:
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    change = 1_792_890_000_000  # 2026-10-25 01:00 UTC
    made = TaskEncoder(ExportFormat.JSON_LINES, lambda ms: summer if ms < change else winter)
    lines = made.lines([a_row(created_ms=change - 1), a_row(created_ms=change)]).splitlines()
    assert [json.loads(line)["created"] for line in lines] == [
        "2026-10-25T02:59:59.999+02:00",
        "2026-10-25T02:00:00.000+01:00",
    ]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"label": "My shop"}, {"session": "My shop"}),
        ({"number": 0}, {"session": "shop.example"}),
        ({"site": "session"}, {"session": "session 3", "site": ""}),
        ({"ended_ms": NOW + 1_500}, {"took_s": 1.5, "started": None}),
        ({"ended_ms": NOW - 60_000}, {"took_s": 0}),
        *[({"ended_ms": NOW, "code": code}, {"took_s": None}) for code in sorted(UNSENT)],
        ({"created_ms": 2**62}, {"created": None}),
        ({"cost": "NaN"}, {"cost": "NaN"}),
        ({"cost": "1E+309"}, {"cost": "1E+309"}),
    ],
)
def test_what_is_told_of(facts: dict[str, Any], told: dict[str, Any]) -> None:
    line = as_json(a_row(**facts))
    assert {name: line[name] for name in told} == told


@given(texts=st.fixed_dictionaries({field: NASTY | st.none() for field in TEXT_FIELDS}))
def test_whatever_stands_in_a_cell_is_read_back(texts: dict[str, Any]) -> None:
    texts |= {"text": texts["text"] or "", "site": texts["site"] or ""}
    row = a_row(**texts)
    line = as_json(row)
    session = texts["label"] or f"{texts['site']} 3"
    told = texts | {"task": texts["text"], "session": session}
    names = ["task", "session", "starting_url", "result", "error", "code", "question", "site"]
    assert {name: line[name] for name in names} == {name: told[name] for name in names}
    (_, cells) = as_csv(row)
    found = dict(zip(COLUMNS, cells, strict=True))
    assert {name: undefuse(found[name]) for name in names} == {n: told[n] or "" for n in names}


@given(lead=st.text(" \"'\t\r\n\u200f\ufeff\x00", max_size=4), sign=st.sampled_from("=+-@"))
def test_no_spreadsheet_runs_a_cell(lead: str, sign: str) -> None:
    nasty = f"{lead}{sign}cmd|' /C calc'!A0"
    row = a_row(**dict.fromkeys(TEXT_FIELDS, nasty))
    _, cells = as_csv(row)
    found = dict(zip(COLUMNS, cells, strict=True))
    for name in ("task", "starting_url", "result", "error", "code", "question", "session", "site"):
        assert found[name].startswith("'"), name
    assert as_json(row)["result"] == nasty  # exact: who reads it is a program


@pytest.mark.parametrize("cell", ["\t1", "\r1", "-0.5"])
def test_these_are_defused_too(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1-2", "a=b", "'tis", "https://x/?a=b", " ", "$4.87"])
def test_others_stay_as_they_are(cell: str) -> None:
    assert defuse(cell) == cell == undefuse(cell)


@pytest.mark.parametrize(
    ("cost", "cell"),
    [
        ("0.0210", "0.0210"),
        ("12", "12"),
        (None, ""),
        ("-0.5", '"\'-0.5"'),
        ("NaN", '"NaN"'),
        ("1E+309", '"1E+309"'),
        ("1,5", '"1,5"'),
        ("٣", '"٣"'),
    ],
)
def test_only_a_price_is_a_figure(cost: str | None, cell: str) -> None:
    line = encoder(ExportFormat.CSV).lines([a_row(cost=cost, tokens_in=7)]).decode()
    assert f",,,{cell},7," in line


def test_nothing_and_an_empty_text_differ() -> None:
    line = encoder(ExportFormat.CSV).lines([a_row(result="")]).decode()
    assert '"Buy a hub",,"",,' in line


def test_long_texts_come_one_by_one() -> None:
    rows = [a_row(), a_row(result="x" * (LONG_CHARS + 1))]
    assert list(in_turns(rows)) == [rows[:1], rows[1:]]
    assert list(in_turns(rows[:1] * 3)) == [rows[:1] * 3]


def test_lines_end_as_each_format_has_it() -> None:
    row = a_row(result="two\nlines")
    made = encoder(ExportFormat.CSV).lines([row, row])
    assert made.count(b"\r\n") == 2
    assert made.endswith(b"\r\n")
    assert b'"two\nlines"' in made
    assert encoder(ExportFormat.JSON_LINES).lines([row, row]).count(b"\n") == 2


def test_a_secret_is_in_no_line() -> None:
    redactor = Redactor(bytes(32))
    redactor.add_secret("hunter2-and-more")
    redactor.add_id("sess-0123456789")
    long = "word " * LONG_CHARS
    rows = [
        a_row(text="Log in with hunter2-and-more", label="sess-0123456789"),
        a_row(result=f"{long}enig_abcdef", starting_url="https://ann:pw@shop.example"),
        a_row(),
    ]
    first, second, third = redacted(rows, redactor)
    assert as_json(first)["task"] == f"Log in with {MARK}"
    assert as_json(first)["session"] == MARK
    assert as_json(second)["result"] == f"{long}{MARK}"
    assert "pw" not in as_json(second)["starting_url"]
    assert third == rows[2]
    assert redacted(rows[2:], redactor) == rows[2:]
