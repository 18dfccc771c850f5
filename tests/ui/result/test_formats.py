"""What a result can be shown and copied as."""

import json
import time

import pytest

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.ui.result.formats import (
    MAX_COLUMNS,
    MOST_CHARS,
    ReadResult,
    ResultFormat,
    copied_text,
    read_result,
)

TABLE, JSON, MARKDOWN, TEXT = ResultFormat
DEEP = 90_000  # from Python 3.14 on the stack is the limit, not a count


def read(text: str, output: OutputType = OutputType.TEXT, schema: str = "{}") -> ReadResult:
    return read_result(TaskSpec(text="x", output_type=output, output_schema=schema), text)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("", ()),
        ("$109.99, in stock, delivered on Monday", ()),
        ("Dear Ann, it is there\nYours, Bob", ()),
        ("2 * 3 * 4 - 5 = 19, #1 of 3", ()),
        ("{not json}", ()),
        ("[1, 2", ()),
        ("[" * 100_000, ()),
        ('"a text"', ()),
        ("a,b\nc", ()),
        ("a,b", ()),
        ("\x00\ud800\u202e", ()),
        ("# Heading\n\nwords", (MARKDOWN,)),
        ("Found:\n\n- one\n- two", (MARKDOWN,)),
        ("1. one\n2. two", (MARKDOWN,)),
        ("It costs **$5**.", (MARKDOWN,)),
        ("See [the page](https://a.example).", (MARKDOWN,)),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", (MARKDOWN,)),
        ("```\ncode\n```", (MARKDOWN,)),
        ("**words** " * 2_100, ()),
        ("|a|b|\n|-|-|\n" + "|x|y|\n" * 150, ()),
        ('{"a": 1}', (JSON,)),
        ("\n [1, 2]", (JSON,)),
        ('[{"a": 1}, {"b": 2}]', (JSON,)),
        ('[{"a": 1}, {"a": [2]}]', (JSON,)),
        ('{"found": 2, "all": [{"a": 1}, {"a": 2}]}', (JSON,)),
        ('[{"a": 1}, {"a": 2}]', (TABLE, JSON)),
        ('{"all": [{"a": 1}, {"a": 2}]}', (TABLE, JSON)),
        ("name,price\nKeys,109.99", (TABLE,)),
        ('\ufeffname,price\r\n"Keys, new",109.99', (TABLE,)),
        ("name\tprice\nKeys\t109.99", ()),
        ('name,price\n"a, b","1\n2"', (TABLE,)),
    ],
)
def test_a_text_is_what_it_looks_like(text: str, best: tuple[ResultFormat, ...]) -> None:
    result = read(text)
    assert result.formats == (*best, TEXT)
    assert result.doubt == "", "nobody asked for any form"
    assert copied_text(result, TEXT) == text


@pytest.mark.parametrize(
    ("output", "schema", "text", "doubt"),
    [
        (OutputType.JSON, "{}", '{"a": 1}', ""),
        (OutputType.JSON, "{}", "Here: {}", "This is not JSON (line 1, column 1)."),
        (OutputType.JSON, "{}", "[1,\n2", "This is not JSON (line 2, column 2)."),
        (OutputType.JSON, "{}", "[NaN]", "This is not JSON."),
        (OutputType.JSON, "{}", "[" * DEEP + "]" * DEEP, "nested too deeply. It is shown as text."),
        (OutputType.JSON, "{}", f'{{"a": {MARK}}}', "was replaced, which may be why."),
        (OutputType.JSON, "{}", "x" * MOST_CHARS + "x", "Over 200,000 characters: shown as text."),
        (OutputType.CSV, '["a", "b"]', "a,b\n1,2\n\n3,4\n", ""),
        (OutputType.CSV, '["a", "b"]', '\ufeff"a", b\r\n"1\n2",2', ""),
        (OutputType.CSV, '["a"]', "a\n" + "x" * 190_000, ""),
        (OutputType.CSV, '["a", "b"]', "b,a\n1,2", "Columns: b, a. You asked for: a, b."),
        (OutputType.CSV, '["a"]', "\u202elive\n", "Columns: live. You asked for: a."),
        (OutputType.CSV, '["a", "b"]', "a,b\n1,2\n3", "Row 2 has 1 cell instead of 2."),
        (OutputType.CSV, '["a", "b"]', 'a,b\n"1,2', "can't be read as a table."),
        (OutputType.CSV, '["a", "b"]', "\n\n", "can't be read as a table."),
        (OutputType.CSV, '["a"]', "," * MAX_COLUMNS, "Over 200 columns: shown as text."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_was_asked_for_and_did_not_come_is_said(
    output: OutputType, schema: str, text: str, doubt: str
) -> None:
    result = read(text, output, schema)
    assert result.doubt.endswith(doubt)
    assert bool(result.doubt) is bool(doubt)
    is_text = any(word in doubt for word in ("not JSON", "shown as text", "can't be", "replaced"))
    assert (result.formats == (TEXT,)) is is_text


def test_json_keeps_its_digits() -> None:
    text = '{"price": 49.90, "n": 12345678901234567890, "all": [1e3, {}, [], "ü\\n", null, true]}'
    result = read(text)
    copied = copied_text(result, JSON)
    assert '\n  "price": 49.90,\n' in copied
    assert json.loads(copied) == json.loads(text)


def test_a_table_is_copied_for_a_spreadsheet_which_runs_nothing() -> None:
    table = read('name,price\n"a\tb","1\n2"\n=1+1,-5.20')
    assert copied_text(table, TABLE) == 'name\tprice\n"a\tb"\t"1\n2"\n\'=1+1\t-5.20\n'
    listed = read('[{"name": "Hub", "price": 5.00}, {"name": null, "price": true}]')
    assert copied_text(listed, TABLE) == "name\tprice\nHub\t5.00\nnull\ttrue\n"


PIECES = ("|", "**a", "[", "- ", "#", "`", "![a](", "a,", "\t", '"', "|\n", '{"a":')


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_keeps_the_window_busy(piece: str) -> None:
    began = time.thread_time()
    read(piece * (MOST_CHARS // len(piece)))
    assert time.thread_time() - began < 0.5
