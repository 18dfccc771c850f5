"""Structured results: how JSON and CSV are read."""

from typing import Any

import pytest

from enigma_panel.core.models import OutputType
from enigma_panel.features.results.structured_output import MAX_COLUMNS, Doubt, read_result

JSON, CSV = OutputType.JSON, OutputType.CSV
DEEP = 1_000_000  # from Python 3.14 on the stack is the limit, not a count


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
