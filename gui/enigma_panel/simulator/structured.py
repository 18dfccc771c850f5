"""Structured results (W): invented values in the form that a task asks for, as a text."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

_DEEPEST = 6
_ROWS = 3
_WORDS = ("Halden", "Orrin", "Kestrel", "Vantry", "Lumo", "Bexley")


def structured_text(kind: str, schema: Any, rng: random.Random) -> str:
    """Write a result as ``structured_json`` by a JSON Schema, or as ``structured_csv`` by names."""
    if kind == "structured_json":
        return json.dumps(_value(schema, rng, _DEEPEST))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(schema)
    writer.writerows([rng.choice(_WORDS) for _ in schema] for _ in range(_ROWS))
    return text.getvalue()


def _value(schema: Any, rng: random.Random, depth: int) -> Any:
    """Invent a value; of a schema only types, properties, items, enum and const are understood."""
    if not isinstance(schema, dict) or depth == 0:
        return None
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return rng.choice(schema["enum"])
    match schema.get("type", "object" if "properties" in schema else "string"):
        case "object":
            properties = schema.get("properties")
            named = properties.items() if isinstance(properties, dict) else ()
            return {name: _value(inner, rng, depth - 1) for name, inner in named}
        case "array":
            return [_value(schema.get("items", {}), rng, depth - 1) for _ in range(_ROWS)]
        case "integer":
            return rng.randint(1, 90)
        case "number":
            return rng.randint(100, 9900) / 100
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    return rng.choice(_WORDS)
