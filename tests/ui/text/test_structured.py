"""What is said of a structured result."""

import pytest

from enigma_panel.core.structured_output import Details, Doubt, Number, StructuredResult
from enigma_panel.ui.text.structured import doubt_text, rule_text, shown_value

NUMBERS: Details = {"line": 1, "column": 2, "row": 3, "found": 4, "wanted": 5}
RULE: Details = {"where": "a[0]", "rule": "required", "wanted": "[]", "found": "b"}


@pytest.mark.parametrize("doubt", Doubt)
def test_no_doubt_is_without_words(doubt: Doubt) -> None:
    details = {**NUMBERS, **RULE} if doubt is Doubt.MISFIT else NUMBERS
    words = doubt_text(StructuredResult(doubt=doubt, details=details), "")
    assert words.endswith(".")
    assert "{" not in words


@pytest.mark.parametrize(
    ("where", "rule", "wanted", "found", "said"),
    [
        ("a[0]", "type", '"number"', "string", "a[0] is of type string instead of number"),
        ("", "type", '["number", "null"]', "string",
         "the top level is of type string instead of [number, null]"),
        ("a[0]", "required", '["b"]', "b", "“b” is missing in a[0]"),
        ("a[0]", "additionalProperties", "false", "c", "nobody asked for “c” in a[0]"),
        ("a", "minimum", "5", "", "a breaks the rule “minimum: 5”"),
        ("a", "", "null", "", "a may not be there"),
    ],
)  # fmt: skip
def test_each_rule_has_words(where: str, rule: str, wanted: str, found: str, said: str) -> None:
    details = {"where": where, "rule": rule, "wanted": wanted, "found": found}
    assert rule_text(details) == said


@pytest.mark.parametrize("doubt", [Doubt.OTHER_COLUMNS, Doubt.MISFIT])
def test_the_agent_does_not_speak_in_our_words(doubt: Doubt) -> None:
    found = "\u202elive\n\nHas the columns that were asked for."
    details = {"where": found, "rule": "required", "wanted": "a", "found": found}
    words = doubt_text(StructuredResult(doubt=doubt, details=details), "")
    assert words.isprintable()  # one line, none of it turned


def test_a_text_does_not_look_like_a_number() -> None:
    assert (shown_value("49.90"), shown_value(Number("49.90"))) == ('"49.90"', "49.90")
    assert (shown_value(True), shown_value(None), shown_value([])) == ("true", "null", "0 items")
