"""Structured results (W): invented values in the form that a task asks for, as a text.

With "misfit" in the task's text they have another form: a text that is no JSON, another column.
"""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

_DEEPEST = 6
_MOST = 1_000
"""Most values, and longest word."""
_ROWS = 3
_WORDS = ("Halden", "Orrin", "Kestrel", "Vantry", "Lumo", "Bexley")
_MISFIT = "misfit"


def structured_text(kind: str, schema: Any, text: str, rng: random.Random) -> str:
    """Write the result of a task with this text: as ``structured_json`` by a JSON Schema, or as
    ``structured_csv`` by names."""
    fits = _MISFIT not in text.lower()
    if kind == "structured_json":
        try:
            value = _Inventor(schema, rng).value(schema, _DEEPEST)
        except (AttributeError, IndexError, TypeError, ValueError):  # it is no schema
            value = None
        return json.dumps(value) if fits else f"Here it is: {json.dumps(value)}"
    names = schema if fits else ["unexpected", *schema[1:]]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([rng.choice(_WORDS) for _ in names] for _ in range(_ROWS))
    return out.getvalue()


class _Inventor:
    """Invents values. Of a schema it understands what most have: types, properties, items, limits,
    enum, const, references within it, and of alternatives the first."""

    def __init__(self, root: Any, rng: random.Random) -> None:
        self._root = root
        self._rng = rng
        self._left = _MOST

    def value(self, schema: Any, depth: int) -> Any:
        """Where depth runs out, only what is required."""
        schema = self._resolved(schema)
        self._left -= 1
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self._rng.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        match kind[0] if isinstance(kind, list) and kind else kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer":
                low, high = self._limits(schema, 1, 90)
                return self._rng.randint(int(low), int(high))
            case "number":
                low, high = self._limits(schema, 1, 99)
                return round(self._rng.uniform(low, high), 2)
            case "boolean":
                return self._rng.random() < 0.5
            case "null":
                return None
        word = self._rng.choice(_WORDS).ljust(min(schema.get("minLength", 0), _MOST), "o")
        return word[: schema.get("maxLength")]

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        wanted = min(max(least, _ROWS), schema.get("maxItems", _MOST)) if depth > 0 else least
        found: list[Any] = []
        while len(found) < wanted and self._left > 0:
            found.append(self.value(schema.get("items", {}), depth - 1))
        return found

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        named = properties if isinstance(properties, dict) else {}
        required = [name for name in schema.get("required", ()) if isinstance(name, str)]
        names = [*named, *(name for name in required if name not in named)]
        if depth <= 0:
            names = required if depth > -_DEEPEST else []
        return {name: self.value(named.get(name, {}), depth - 1) for name in names}

    def _resolved(self, schema: Any) -> dict[str, Any]:
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict):
                return {}
            reference = schema.get("$ref")
            alternatives = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if isinstance(reference, str):
                schema = self._at(reference)
            elif isinstance(alternatives, list):
                schema = {**schema, "anyOf": None, "oneOf": None, "allOf": None, **alternatives[0]}
            else:
                return schema
        return {}

    def _at(self, reference: str) -> Any:
        found = self._root
        for part in reference.removeprefix("#").split("/")[1:]:
            found = found.get(part) if isinstance(found, dict) else None
        return found

    @staticmethod
    def _limits(schema: dict[str, Any], low: float, high: float) -> tuple[float, float]:
        """A pair of which the first is not above the second, whatever the schema says."""
        low = schema.get("minimum", min(low, schema.get("maximum", low)))
        return low, max(low, schema.get("maximum", max(high, low)))
