"""Structured results: what is refused before it is sent, and what is said of what came out."""

import json
import time
from typing import Any

import pytest
from referencing.exceptions import Unresolvable

from enigma_panel.core.models import OutputType
from enigma_panel.core.service_rules import Field
from enigma_panel.core.structured_output import (
    MAX_COLUMNS,
    MAX_SCHEMA_CHARS,
    Doubt,
    check_output_schema,
    find_misfit,
    read_result,
)
from enigma_panel.core.validation import Problem

JSON, CSV, TEXT = OutputType.JSON, OutputType.CSV, OutputType.TEXT
DRAFT_3 = "http://json-schema.org/draft-03/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DEEP = 10_000

GOOD = (
    (TEXT, "no schema at all"),
    (JSON, "{}"),
    (JSON, '{"type": "object", "properties": {"$ref": {"type": "string"}}}'),
    (JSON, '{"$ref": "#"}'),
    (JSON, '{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"}'),
    (JSON, '{"$id": "https://a.example/tree", "items": {"$ref": "tree"}}'),
    (JSON, '{"$ref": "https://json-schema.org/draft/2020-12/schema"}'),
    (JSON, f'{{"$schema": "{DRAFT_7}", "definitions": {{"a": true}}, "$ref": "#/definitions/a"}}'),
    (JSON, '{"$schema": "http://["}'),
    (JSON, '{"const": {"$ref": "http://a.example"}}'),
    (JSON, '{"pattern": "^(a+)+$"}'),
    (CSV, '["name", "price, net"]'),
)
BAD = (
    (JSON, " ", Problem.EMPTY),
    (CSV, "", Problem.EMPTY),
    (JSON, '{"a":' + "1" * MAX_SCHEMA_CHARS + "}", Problem.TOO_LONG),
    (JSON, '{"description": "%s"}' % ("x" * 1_000_000), Problem.TOO_LONG),
    (JSON, "{'a': 1}", Problem.NO_JSON),
    (JSON, '{"minimum": NaN}', Problem.NO_JSON),
    (JSON, '{"minimum": %s}' % ("9" * 5_000), Problem.NO_JSON),
    (JSON, "[]", Problem.NO_SCHEMA),
    (JSON, "true", Problem.NO_SCHEMA),
    (JSON, '{"type": "text"}', Problem.NO_SCHEMA),
    (JSON, '{"properties": {"a": {"required": "b"}}}', Problem.NO_SCHEMA),
    (JSON, '{"$schema": 5}', Problem.NO_SCHEMA),
    (JSON, '{"price": "number"}', Problem.ASKS_NOTHING),
    (JSON, '{"$schema": ["http://a.example"]}', Problem.NO_SCHEMA),
    (JSON, f'{{"$schema": "{DRAFT_3}", "definitions": {{"a": "text"}}}}', Problem.NO_SCHEMA),
    (JSON, f'{{"$schema": "{DRAFT_3}", "definitions": ["a"]}}', Problem.NO_SCHEMA),
    (JSON, '{"not":' * 900 + "true" + "}" * 900, Problem.TOO_DEEP),
    (JSON, "[" * DEEP + "]" * DEEP, Problem.TOO_DEEP),
    (JSON, '{"items": {"$ref": "http://a.example/s"}}', Problem.UNKNOWN_REFERENCE),
    (JSON, '{"$ref": "https://a.example/s#/a"}', Problem.UNKNOWN_REFERENCE),
    (JSON, '{"$ref": "file:///etc/passwd"}', Problem.UNKNOWN_REFERENCE),
    (JSON, '{"$ref": "#/$defs/a"}', Problem.UNKNOWN_REFERENCE),
    (JSON, '{"$ref": "#/allOf/x", "allOf": [true]}', Problem.UNKNOWN_REFERENCE),
    (JSON, '{"$ref": "http://["}', Problem.UNKNOWN_REFERENCE),
    (CSV, "name, price", Problem.NO_JSON),
    (CSV, "[]", Problem.NO_COLUMNS),
    (CSV, '["name", " "]', Problem.NO_COLUMNS),
    (CSV, '["name", 5]', Problem.NO_COLUMNS),
    (CSV, '{"name": "price"}', Problem.NO_COLUMNS),
)


@pytest.mark.parametrize(("output", "text"), GOOD)
def test_what_may_be_sent(output: OutputType, text: str) -> None:
    assert check_output_schema(output, text) == ()


@pytest.mark.parametrize(("output", "text", "problem"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_refused_before_it_is_sent(output: OutputType, text: str, problem: Problem) -> None:
    (finding,) = check_output_schema(output, text)
    assert (finding.field, finding.problem) == (Field.OUTPUT_SCHEMA, problem)


def test_many_references_take_no_longer_than_other_schemas() -> None:
    schema = {"$defs": {"a": {"$anchor": "a"}}, "allOf": [{"$ref": "#a"}] * 1_200}
    began = time.thread_time()
    assert check_output_schema(JSON, json.dumps(schema)) == ()
    assert time.thread_time() - began < 4  # a tenth of it; once 12


def test_a_refusal_says_where() -> None:
    assert check_output_schema(JSON, '{\n "a" 1}')[0].params == {"line": 2, "column": 6}
    (finding,) = check_output_schema(JSON, '{"properties": {"a": {"required": "b"}}}')
    assert finding.params["where"] == "properties.a.required"


def test_numbers_stay_as_they_are() -> None:
    text = '{"price": 49.90, "big": 12345678901234567890.10, "n": 1e999, "%s": 1}' % ("9" * 5_000)
    value = read_result(JSON, "{}", text).value
    assert isinstance(value, dict)
    assert [*value.values()] == ["49.90", "12345678901234567890.10", "1e999", "1"]


@pytest.mark.parametrize(
    ("output", "schema", "text", "doubt", "details"),
    [
        (JSON, "{}", '{"a": 1}', None, {}),
        (JSON, "{}", "Here it is: {}", Doubt.NO_JSON, {"line": 1, "column": 1}),
        (JSON, "{}", "[1,\n2", Doubt.NO_JSON, {"line": 2, "column": 2}),
        (JSON, "{}", "[NaN]", Doubt.NO_JSON, {}),
        (JSON, "{}", "[" * DEEP + "]" * DEEP, Doubt.TOO_DEEP, {}),
        (CSV, '["a", "b"]', "a,b\n1,2\n\n3,4\n", None, {}),
        (CSV, '["a", "b"]', '\ufeff"a", b\r\n"1\n2",2', None, {}),
        (CSV, '["a"]', "a\n" + "x" * 200_000, None, {}),
        (CSV, '["a", "b"]', "b,a\n1,2", Doubt.OTHER_COLUMNS, {"wanted": "a, b", "found": "b, a"}),
        (CSV, '["a"]', "Sorry.", Doubt.OTHER_COLUMNS, {"wanted": "a", "found": "Sorry."}),
        (CSV, '["a", "b"]', "a,b\n1,2\n3", Doubt.UNEVEN, {"row": 2, "wanted": 2, "found": 1}),
        (CSV, '["a", "b"]', 'a,b\n"1,2', Doubt.NO_CSV, {}),
        (CSV, '["a", "b"]', "\n\n", Doubt.NO_CSV, {}),
        (CSV, '["a"]', "," * MAX_COLUMNS, Doubt.TOO_WIDE, {"found": MAX_COLUMNS + 1}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_came_out_is_read(
    output: OutputType, schema: str, text: str, doubt: Doubt | None, details: dict[str, Any]
) -> None:
    result = read_result(output, schema, text)
    assert (result.doubt, result.details) == (doubt, details)
    unreadable = {Doubt.NO_JSON, Doubt.TOO_DEEP, Doubt.NO_CSV, Doubt.TOO_WIDE}
    assert result.has_structure is (doubt not in unreadable)


ROOM = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "price": {"type": ["number", "null"]}},
    "patternProperties": {"^x-": True},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("room", "misfit"),
    [
        ({"name": "x", "price": 5}, None),
        ({"name": "x", "price": "5"}, ("[0].price", "type", '["number", "null"]', "string")),
        ({"price": 5}, ("[0]", "required", '["name"]', "name")),
        ({"name": "x", "x-1": 5, "nmae": 5}, ("[0]", "additionalProperties", "false", "nmae")),
        ([], ("[0]", "type", '"object"', "array")),
    ],
)
def test_a_misfit_says_where_and_what(room: object, misfit: tuple[str, ...] | None) -> None:
    found = find_misfit(json.dumps({"items": ROOM}), json.dumps([room]))
    assert (None if found is None else tuple(found.values())) == misfit


@pytest.mark.filterwarnings("ignore:Automatically retrieving")
@pytest.mark.parametrize("scheme", ["http", "https", "file"])
def test_nothing_is_fetched_for_a_schema(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own registry would, and only warns."""
    opened: list[object] = []
    monkeypatch.setattr("urllib.request.urlopen", opened.append)
    with pytest.raises(Unresolvable):
        find_misfit(json.dumps({"$ref": f"{scheme}://localhost/etc/hostname"}), "1")
    assert opened == []
