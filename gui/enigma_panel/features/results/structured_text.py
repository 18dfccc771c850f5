"""Texts for structured results: their values, and what is wrong with them."""

from collections.abc import Callable

from enigma_panel.core.models import OutputType
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.features.results.structured_output import (
    MAX_COLUMNS,
    Details,
    Doubt,
    Json,
    Number,
    StructuredResult,
)
from enigma_panel.ui.i18n import Translations, number_text, shorten
from enigma_panel.ui.text.check import place_text

tr = Translations("Result")

_DOUBTS: dict[Doubt, Callable[[Details], str]] = {
    Doubt.NO_JSON: lambda found: tr(
        "JSON was asked for, but this is none{place}.", place=place_text(found)
    ),
    Doubt.TOO_DEEP: lambda _: tr("This JSON is nested too deeply to be shown as a tree."),
    Doubt.TOO_SLOW: lambda _: tr("Reading this took too long. It is shown as text."),
    Doubt.NO_CSV: lambda _: tr("CSV was asked for, but this cannot be read as a table."),
    Doubt.OTHER_COLUMNS: lambda found: tr(
        "The columns are {found}. Asked for were {wanted}.", **found
    ),
    Doubt.UNEVEN: lambda found: tr.plural(
        "Row {row} has {n} cell instead of {wanted}.",
        "Row {row} has {n} cells instead of {wanted}.",
        int(found["found"]),
        row=found["row"],
        wanted=found["wanted"],
    ),
    Doubt.TOO_WIDE: lambda found: tr(
        "The table has {found} columns; this program shows {limit} at most.",
        found=found["found"],
        limit=MAX_COLUMNS,
    ),
}


def doubt_text(result: StructuredResult, text: str) -> str:
    """What is wrong with a result; text: as it is kept."""
    if result.doubt is None:
        return ""
    # Names of fields and columns are the agent's: they must not look like words of ours.
    details = {
        name: shorten(value) if isinstance(value, str) else value
        for name, value in result.details.items()
    }
    words = _DOUBTS[result.doubt](details)
    if MARK in text:
        words += " " + tr("A secret in it was replaced, which may be why.")
    return words


def value_text(value: Json) -> str:
    """A value as it stands in JSON, a text without quotes; of lists and objects the size."""
    match value:
        case dict():
            return tr.plural("{n} field", "{n} fields", len(value))
        case list():
            return tr.plural("{n} item", "{n} items", len(value))
        case str():
            return value
    return {None: "null", True: "true", False: "false"}[value]


def shown_value(value: Json) -> str:
    """Return the value in one line, texts in quotes: else "49.99" would look like a number."""
    text = shorten(value_text(value))
    return f'"{text}"' if isinstance(value, str) and not isinstance(value, Number) else text


def range_text(first: int, last: int) -> str:
    """'1,000 … 1,999': a part of a long list."""
    return f"{number_text(first)} … {number_text(last)}"


def view_label(output: OutputType, *, is_text: bool) -> str:
    """The button that shows the result the other way."""
    if not is_text:
        return tr("Show as text")
    return tr("Show as table") if output is OutputType.CSV else tr("Show as tree")
