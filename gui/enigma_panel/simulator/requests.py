"""Reading of request bodies: what is accepted, and the refusals for everything else.

Where the documentation's pages differ about a range, the widest sensible one is accepted.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import Any

from msgspec import Struct

from enigma_panel.simulator.dialects import NUMBERS, Dialect, TaskForm, misplaced
from enigma_panel.simulator.responses import RefusedError, coded_error, invalid, plain_error
from enigma_panel.simulator.task import TaskRequest

_ARROWS = ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight")
_KEYS = ("Enter", "Escape", "Tab", "Backspace", "Delete", *_ARROWS, "PageUp", "PageDown",
         "Home", "End")  # fmt: skip
_STATES = ("pause", "resume", "stop", "terminate")
_WIDTH, _HEIGHT = 1024, 755
_PROXY_FIELDS = {"WebRun": ("country",), "custom": ("type", "host", "port")}
_COUNTRY = re.compile("[A-Z]{2}")
_REACH_OUT = ("off", "guardrail_only", "full")


class Message(Struct, frozen=True):
    """A checked send-message: to which session, which action, and what it says.

    ``word`` is the newState or the interaction's type; ``request`` is there for a newTask only.
    """

    session_id: str
    action: str
    word: str
    text: str = ""
    request: TaskRequest | None = None


def read_object(raw: bytes) -> dict[str, Any]:
    """Parse a body that must be a JSON object."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid("Request body must be valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("Request body must be a JSON object")
    return body


def read_task_request(
    body: dict[str, Any], dialect: Dialect, form: TaskForm, text_needed: bool = True
) -> TaskRequest:
    """Check the fields of a call that describe a task, and those around it."""
    wrong = misplaced(dialect, form, body)
    task = _object(body, form.nested) if form.nested else body
    text = _text(task, dialect.text)
    if (text_needed or wrong) and not text.strip():
        raise plain_error(400, form.missing)
    if wrong:
        raise invalid(f"{wrong[0]} is no parameter here")
    _check_around(body)
    _domains(task)
    output, schema = _output(task)
    given = "maxDuration" in task or not dialect.caps_session
    numbers = {name: _number(task, name, *bounds) for name, bounds in NUMBERS.items()}
    return TaskRequest(
        text=text,
        url=next(filter(None, (_text(task, name) for name in form.url)), None),
        seconds=numbers["maxDuration"] / 1000 if given else None,
        max_input=int(numbers["maxInputTokens"]),
        max_output=int(numbers["maxOutputTokens"]),
        close_after=_flag(task, "terminateOnCompletion"),
        output=output,
        schema=schema,
    )


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(f"{name} must be an object")
    return value or {}


def _check_around(body: dict[str, Any]) -> None:
    if body.get("mode", "default") != "default":
        raise invalid('mode must be "default"')
    for name in ("environmentId", "policyId"):
        _text(body, name)
    if body.get("reachOutMode", _REACH_OUT[0]) not in _REACH_OUT:
        raise plain_error(400, f"reachOutMode must be one of: {', '.join(_REACH_OUT)}")
    if proxy := _object(body, "proxy"):
        _check_proxy(proxy)


def _check_proxy(proxy: dict[str, Any]) -> None:
    _one_of(proxy, "source", _PROXY_FIELDS)
    needed = _PROXY_FIELDS[proxy["source"]]
    if not all(isinstance(proxy.get(name), str) and proxy[name] for name in needed):
        raise invalid(f"proxy needs {', '.join(needed)}")
    _one_of({"level": "system"} | proxy, "level", ("system", "chrome"))
    if "type" not in needed:
        if proxy["country"] != "random" and not _COUNTRY.fullmatch(proxy["country"]):
            raise invalid('proxy.country must be two letters or "random"')
        return
    _one_of(proxy, "type", ("http", "socks"))
    if not proxy["port"].isdecimal() or not 0 < int(proxy["port"][:6]) < 65_536:
        raise invalid("proxy.port must be between 1 and 65535")


def _one_of(proxy: dict[str, Any], name: str, allowed: Collection[str]) -> None:
    if not isinstance(proxy.get(name), str) or proxy[name] not in allowed:
        raise invalid(f"proxy.{name} must be one of: {', '.join(allowed)}")


def _output(task: dict[str, Any]) -> tuple[str, Any]:
    kind, schema = task.get("outputType", "text"), task.get("outputSchema")
    fits = {
        "text": True,
        "structured_json": isinstance(schema, dict),
        "structured_csv": isinstance(schema, list)
        and bool(schema)
        and all(isinstance(name, str) for name in schema),
    }
    if not isinstance(kind, str) or kind not in fits:
        raise invalid(f"outputType must be one of: {', '.join(fits)}")
    if not fits[kind]:
        raise invalid("outputSchema must be a JSON Schema or an array of column names")
    return kind, schema


def read_message(body: dict[str, Any], dialect: Dialect) -> Message:
    """Check a send-message body of any of the four documented kinds."""
    session_id, message = body.get("sessionId"), body.get("message")
    if not session_id or not message:
        raise plain_error(400, "sessionId and message are required")
    if not isinstance(session_id, str) or not isinstance(message, dict):
        raise invalid("sessionId must be a string and message an object")
    match message.get("actionType"):
        case "newTask":
            if message.get("newState") != "start":
                raise invalid('newState must be "start" for newTask')
            request = read_task_request(message, dialect, dialect.message)
            return Message(session_id, "newTask", "start", "", request)
        case "state":
            word = _word(message, _STATES)
            return Message(session_id, "state", word)
        case "guardrail":
            word = _word(message, ("resume", "stop"))
            if word == "resume" and dialect.text not in message:
                raise plain_error(400, dialect.message.missing)
            return Message(session_id, "guardrail", word, _text(message, dialect.text))
        case "interaction":
            return Message(session_id, "interaction", _interaction(message.get("action")))
    raise invalid("actionType must be one of: newTask, state, interaction, guardrail")


def _interaction(action: object) -> str:
    if not isinstance(action, dict):
        raise invalid("action must be an object")
    kind = action.get("type")
    match kind:
        case "takeOverControl" | "releaseControl":
            pass
        case "CLICK" | "DOUBLE_CLICK":
            _number(action, "x", None, 0, _WIDTH)
            _number(action, "y", None, 0, _HEIGHT)
        case "TYPE":
            if not isinstance(action.get("text"), str):
                raise invalid("text must be a string")
            _flag(action, "humanLike")
        case "KEY_PRESS":
            key = action.get("key")
            if not isinstance(key, str) or (len(key) != 1 and key not in _KEYS):
                raise invalid("key must be a single character or the name of a key")
        case _:
            raise invalid("action type is not supported")
    return str(kind)


def _word(message: dict[str, Any], allowed: tuple[str, ...]) -> str:
    word = message.get("newState")
    if not isinstance(word, str) or word not in allowed:
        raise invalid(f"newState must be one of: {', '.join(allowed)}")
    return word


def _text(body: dict[str, Any], name: str) -> str:
    text = body.get(name, "")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise invalid(f"{name} must be a string")
    return text


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise invalid(f"{name} must be a boolean")
    return value


def _domains(body: dict[str, Any]) -> None:
    domains = body.get("avoidDomains", [])
    if not isinstance(domains, list) or not all(isinstance(entry, str) for entry in domains):
        raise invalid("avoidDomains must be an array of strings")


def _number(body: dict[str, Any], name: str, default: int | None, low: int, high: int) -> float:
    value = body.get(name, default)
    # NaN fails the comparison, too; a bool is an int to Python but no number in JSON.
    if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    raise _out_of_range(name, value, low, high)


def _out_of_range(name: str, value: object, low: int, high: int) -> RefusedError:
    # NaN and Infinity are no JSON, so they are echoed as text.
    shown = value if not isinstance(value, float) or math.isfinite(value) else str(value)
    return coded_error(
        400,
        f"{name} must be between {low} and {high}",
        "INVALID_PARAMETER",
        {"parameter": name, "value": shown, "min": low, "max": high},
    )
