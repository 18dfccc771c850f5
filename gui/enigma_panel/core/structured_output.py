"""Results in a form that a task asks for: its schema before it is sent, and what came out.

jsonschema is imported where it is needed: that takes a fifth of a second.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

from msgspec import Struct, field

from enigma_panel.core.models import OutputType
from enigma_panel.core.service_rules import Field
from enigma_panel.core.validation import Finding, Findings, Problem

MAX_SCHEMA_CHARS = 20_000
"""Longest schema; our own limit, no page names one. To check one so long takes up to a second."""
MAX_COLUMNS = 200
"""Widest table that is shown."""
_SHOWN_CHARS = 120


class Number(str):
    """A number as it stands in a JSON text, digit for digit."""

    __slots__ = ()


Json = dict[str, Any] | list[Any] | str | bool | None
"""A JSON value; its numbers are `Number`."""


class Doubt(StrEnum):
    """What is wrong with a structured result. In brackets: the details."""

    NO_JSON = "no_json"  # line, column
    TOO_DEEP = "too_deep"
    MISFIT = "misfit"  # where, rule, wanted, found
    UNCHECKED = "unchecked"
    NO_CSV = "no_csv"
    OTHER_COLUMNS = "other_columns"  # wanted, found
    UNEVEN = "uneven"  # row, wanted, found
    TOO_WIDE = "too_wide"  # found


Details = Mapping[str, str | int]


class StructuredResult(Struct, frozen=True, kw_only=True):
    """A result as it was read. value: of JSON, rows: of CSV, the columns' names first; both empty
    where it cannot be read. doubt: None where nothing is wrong with it, as far as was looked."""

    value: Json = None
    rows: Sequence[Sequence[str]] = ()
    doubt: Doubt | None = None
    details: Details = field(default_factory=dict)

    @property
    def has_structure(self) -> bool:
        """Whether it can be shown as a tree or a table."""
        return isinstance(self.value, dict | list) or bool(self.rows)


# -- before it is sent ---------------------------------------------------------------------------


def check_output_schema(output: OutputType, text: str) -> Findings:
    """Check what describes a structured result: a JSON Schema, or a JSON list of columns' names.

    Nothing is fetched: what a schema refers to has to stand in it.
    """
    if output is OutputType.TEXT:
        return ()
    if not text.strip():
        return _finding(Problem.EMPTY)
    if len(text) > MAX_SCHEMA_CHARS:
        return _finding(Problem.TOO_LONG, length=len(text), limit=MAX_SCHEMA_CHARS)
    try:
        schema = _loads(text)
        return _check_columns(schema) if output is OutputType.CSV else _check_schema(schema)
    except ValueError as error:
        return _finding(Problem.NO_JSON, **_place(error))
    except RecursionError:
        return _finding(Problem.TOO_DEEP)


def _check_columns(names: object) -> Findings:
    if not isinstance(names, list) or not names:
        return _finding(Problem.NO_COLUMNS)
    if not all(isinstance(name, str) and name.strip() for name in names):
        return _finding(Problem.NO_COLUMNS)
    return ()


def _check_schema(schema: object) -> Findings:
    from jsonschema_specifications import REGISTRY  # noqa: PLC0415 - see above

    if not isinstance(schema, dict):
        found = _type_name(schema)
        return _finding(Problem.NO_SCHEMA, where="", rule="type", wanted='"object"', found=found)
    validator = _validator_class(schema)
    checker = validator(validator.META_SCHEMA, registry=REGISTRY)
    error = next(checker.iter_errors(schema), None)
    if error is not None:
        return _finding(Problem.NO_SCHEMA, **_explain(error))
    try:
        reference = _unknown_reference(schema)
    except (AttributeError, TypeError, ValueError):  # an old draft allows what nothing can mean
        wanted = json.dumps(schema.get("$schema"))[:_SHOWN_CHARS]
        return _finding(Problem.NO_SCHEMA, where="", rule="$schema", wanted=wanted, found="")
    if reference:
        return _finding(Problem.UNKNOWN_REFERENCE, reference=reference)
    means = not schema.keys().isdisjoint(validator.VALIDATORS)
    says = any(not name.startswith("$") for name in schema)  # as {"price": "number"} does
    return _finding(Problem.ASKS_NOTHING) if says and not means else ()


def _validator_class(schema: dict[str, Any]) -> Any:
    """That of the draft which the schema names, else of the newest."""
    from jsonschema.validators import Draft202012Validator, validator_for  # noqa: PLC0415

    try:
        return validator_for(schema, default=Draft202012Validator)
    except (AttributeError, TypeError, ValueError):  # it names what cannot be an address
        return Draft202012Validator


def _unknown_reference(schema: dict[str, Any]) -> str:
    """The first reference to something that does not stand in the schema, "" where all do."""
    from jsonschema_specifications import REGISTRY  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    root = DRAFT202012.detect(schema).create_resource(schema)
    address = root.id() or ""
    # Crawled once: a registry that was not is crawled anew at every look-up.
    registry = REGISTRY.with_resource(address, root).crawl()
    waiting = [(root, registry.resolver(address))]
    while waiting:
        resource, resolver = waiting.pop()
        for reference in _references(resource.contents):
            try:
                resolver.lookup(reference)
            except (Unresolvable, ValueError, TypeError):
                return reference[:_SHOWN_CHARS]
        waiting += [(each, resolver.in_subresource(each)) for each in resource.subresources()]
    return ""


def _references(schema: object) -> list[str]:
    names = ("$ref", "$dynamicRef", "$recursiveRef")
    values = [schema.get(name) for name in names] if isinstance(schema, dict) else []
    return [value for value in values if isinstance(value, str)]


def _finding(problem: Problem, **params: str | int) -> Findings:
    return (Finding(field=Field.OUTPUT_SCHEMA, problem=problem, params=params),)


# -- what came out -------------------------------------------------------------------------------


def read_result(output: OutputType, schema: str, text: str) -> StructuredResult:
    """Read a result. Whether JSON fits its schema is for `find_misfit` to say, which may hang."""
    return _read_csv(schema, text) if output is OutputType.CSV else _read_json(text)


def _read_json(text: str) -> StructuredResult:
    try:
        value = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_refuse_constant
        )
    except ValueError as error:
        return StructuredResult(doubt=Doubt.NO_JSON, details=_place(error))
    except RecursionError:
        return StructuredResult(doubt=Doubt.TOO_DEEP)
    return StructuredResult(value=value)


def _number(text: str) -> Number:
    """A function of Python's, not the class itself: at its calls other threads get their turn."""
    return Number(text)


def _read_csv(schema: str, text: str) -> StructuredResult:
    wanted = _columns(schema)
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        rows = [line for line in lines if line]
    except csv.Error:
        return StructuredResult(doubt=Doubt.NO_CSV)
    if not rows:
        return StructuredResult(doubt=Doubt.NO_CSV)
    if (widest := max(map(len, rows))) > MAX_COLUMNS:
        return StructuredResult(doubt=Doubt.TOO_WIDE, details={"found": widest})
    found = [name.strip() for name in rows[0]]
    if found != wanted:
        details = {"wanted": ", ".join(wanted), "found": ", ".join(found)[:_SHOWN_CHARS]}
        return StructuredResult(rows=rows, doubt=Doubt.OTHER_COLUMNS, details=details)
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(wanted):
            uneven = {"row": number, "wanted": len(wanted), "found": len(row)}
            return StructuredResult(rows=rows, doubt=Doubt.UNEVEN, details=uneven)
    return StructuredResult(rows=rows)


def _columns(schema: str) -> list[str]:
    """The names that were asked for, as they were checked before they were sent."""
    names = _loads(schema)
    return [name.strip() for name in names] if isinstance(names, list) else []


def find_misfit(schema_text: str, text: str) -> Details | None:
    """Where a JSON text first breaks its schema, None where it keeps to it.

    May take for ever: a pattern or a recursion that multiplies is enough for it. Raises whatever
    jsonschema does, RecursionError for one.
    """
    from jsonschema_specifications import REGISTRY  # noqa: PLC0415

    schema = _loads(schema_text)
    validator = _validator_class(schema)(schema, registry=REGISTRY)
    error = next(validator.iter_errors(_loads(text)), None)
    return None if error is None else _explain(error)


def _explain(error: Any) -> dict[str, str | int]:
    """where: "rooms[2].price", "" for the top; rule: the keyword; wanted: its value as JSON.

    found: the type that there is, the name that is missing, or the one that is too many.
    """
    rule, wanted, value = error.validator or "", error.validator_value, error.instance
    found = ""
    if rule == "type":
        found = _type_name(value)
    elif rule == "required" and isinstance(wanted, list):
        found = next((name for name in wanted if name not in value), "")
    elif rule == "additionalProperties" and isinstance(value, dict):
        known, patterns = (error.schema.get(k, {}) for k in ("properties", "patternProperties"))
        others = (name for name in value if name not in known)
        found = next((n for n in others if not any(re.search(p, n) for p in patterns)), "")
    return {
        "where": error.json_path.removeprefix("$").removeprefix(".")[:_SHOWN_CHARS],
        "rule": rule,
        "wanted": json.dumps(wanted, ensure_ascii=False)[:_SHOWN_CHARS],
        "found": found[:_SHOWN_CHARS],
    }


def _type_name(value: object) -> str:
    """JSON Schema's word for it."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object" if isinstance(value, dict) else "null")


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    """Python reads NaN and Infinity, which are no JSON."""
    raise ValueError(name)


def _place(error: ValueError) -> dict[str, str | int]:
    """Where a text stops being JSON, nothing where that is not known."""
    if isinstance(error, json.JSONDecodeError):
        return {"line": error.lineno, "column": error.colno}
    return {}
