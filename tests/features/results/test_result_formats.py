"""What a result can be shown and copied as."""

import json
import time

import pytest

from enigma_panel.core.models import OutputType, TaskSpec
from enigma_panel.features.results.result_formats import (
    ReadResult,
    ResultFormat,
    copied_formats,
    copied_text,
    read_formats,
)
from enigma_panel.features.results.structured_output import Doubt

TEXT, MARKDOWN, JSON, TABLE = ResultFormat


def read(text: str, output: OutputType = OutputType.TEXT, schema: str = "{}") -> ReadResult:
    return read_formats(TaskSpec(text="x", output_type=output, output_schema=schema), text)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("", None),
        ("$109.99, in stock, delivered on Monday", None),
        ("Dear Ann, it is there\nYours, Bob", None),
        ("2 * 3 * 4 - 5 = 19, #1 of 3", None),
        ("{not json}", None),
        ("[1, 2", None),
        ("[" * 100_000, None),
        ('"a text"', None),
        ("a,b\nc", None),
        ("a,b", None),
        ("\x00\ud800\u202e", None),
        ("# Heading\n\nwords", MARKDOWN),
        ("Found:\n\n- one\n- two", MARKDOWN),
        ("1. one\n2. two", MARKDOWN),
        ("It costs **$5**.", MARKDOWN),
        ("See [the page](https://a.example).", MARKDOWN),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", MARKDOWN),
        ("```\ncode\n```", MARKDOWN),
        ('{"a": 1}', JSON),
        ("\n [1, 2]", JSON),
        ("name,price\nKeys,109.99", TABLE),
        ("\ufeffname\tprice\r\nKeys, new\t109.99", TABLE),
        ('name,price\n"a, b","1\n2"', TABLE),
    ],
)
def test_a_text_is_what_it_looks_like(text: str, other: ResultFormat | None) -> None:
    result = read(text)
    assert result.formats == ((TEXT,) if other is None else (TEXT, other))
    assert result.structured.doubt is None, "nobody asked for any form"
    assert copied_text(result, TEXT) == text


def test_what_was_asked_for_is_read_as_that() -> None:
    assert read("name,price\na,5", OutputType.CSV, '["name", "price"]').formats == (TEXT, TABLE)
    result = read("# No", OutputType.JSON)
    assert result.structured.doubt is Doubt.NO_JSON
    assert result.formats == (TEXT, MARKDOWN)


def test_json_is_copied_with_its_digits() -> None:
    text = '{"price": 49.90, "n": 12345678901234567890, "all": [1e3, {}, [], "ü\\n", null, true]}'
    result = read(text)
    assert copied_formats(result) == (TEXT, MARKDOWN, JSON)
    copied = copied_text(result, JSON)
    assert '"price": 49.90,' in copied
    assert json.loads(copied) == json.loads(text)
    assert copied_text(result, MARKDOWN) == f"```json\n{copied}\n```\n"


def test_no_backticks_in_it_end_the_block() -> None:
    block = copied_text(read('["````"]'), MARKDOWN)
    assert block.startswith("`````json\n")
    assert block.endswith("\n`````\n")


def test_a_table_is_copied_as_one() -> None:
    result = read('name,price\n"a|b","1\n2"')
    assert copied_formats(result) == (TEXT, MARKDOWN)
    assert copied_text(result, MARKDOWN) == "| name | price |\n| --- | --- |\n| a\\|b | 1 2 |\n"


def test_markdown_is_copied_as_it_came_and_a_plain_text_as_text_alone() -> None:
    result = read("# Heading")
    assert copied_formats(result) == (TEXT, MARKDOWN)
    assert copied_text(result, MARKDOWN) == "# Heading"
    assert copied_formats(read("words")) == (TEXT,)


PIECES = ("|", "**a", "[", "- ", "#", "`", "![a](", "a,", "\t", '"', "|\n")


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_keeps_it_busy(piece: str) -> None:
    began = time.thread_time()
    read(piece * (1_000_000 // len(piece)))
    assert time.thread_time() - began < 2.0
