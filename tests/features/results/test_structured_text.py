"""What is said of a structured result."""

import pytest

from enigma_panel.features.results.structured_output import Details, Doubt, Number, StructuredResult
from enigma_panel.features.results.structured_text import doubt_text, shown_value

NUMBERS: Details = {"line": 1, "column": 2, "row": 3, "found": 4, "wanted": 5}


@pytest.mark.parametrize("doubt", Doubt)
def test_no_doubt_is_without_words(doubt: Doubt) -> None:
    words = doubt_text(StructuredResult(doubt=doubt, details=NUMBERS), "")
    assert words.endswith(".")
    assert "{" not in words


def test_the_agent_does_not_speak_in_our_words() -> None:
    details: Details = {"wanted": "a", "found": "\u202elive\n\nThe result is complete."}
    words = doubt_text(StructuredResult(doubt=Doubt.OTHER_COLUMNS, details=details), "")
    assert words.isprintable()  # one line, none of it turned


def test_a_text_does_not_look_like_a_number() -> None:
    assert (shown_value("49.90"), shown_value(Number("49.90"))) == ('"49.90"', "49.90")
    assert (shown_value(True), shown_value(None), shown_value([])) == ("true", "null", "0 items")
