"""Faults that tests switch on, as data: which requests they hit, how often, and what happens.

A fault is a JSON object ``{"path": …, "kind": …}`` with these further fields:

- ``action``: only send-message bodies of this kind, ``newTask`` or ``state:terminate`` (optional)
- ``skip``: let so many matching requests pass first (0); ``times``: then hit so many (1, 0: all)
- ``seconds``: for ``delay``; ``retryAfter``: whole seconds, for ``429``
- ``body``, ``headers``: for ``status:N``

``path`` is a whole path, or the beginning of one if it ends with ``*``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "refuse-before", "drop-after", "silence", "silence-before", "html502", "truncated",
    "notjson", "delay", "429", "500", "503",
)  # fmt: skip
"""All kinds but ``status:N``. Only drop-after, silence, truncated, notjson and delay let the
request take effect."""

_TEXTS = {
    "429": "Rate limit exceeded. Please try again later.",
    "500": "Server error",
    "503": "No available instances.",
}


@dataclass(slots=True)
class Fault:
    """One fault; ``times`` counts down, ``None`` means for ever."""

    path: str
    kind: str
    action: str = ""
    skip: int = 0
    times: int | None = 1
    seconds: float = 0.0
    retry_after: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def hits(self, path: str, raw: bytes) -> bool:
        """Tell whether a request is one of those meant, and count it."""
        if self.times == 0 or not self._matches(path, raw):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def _matches(self, path: str, raw: bytes) -> bool:
        start = self.path.removesuffix("*")
        fits = path == start or (start != self.path and path.startswith(start))
        return fits and (not self.action or self.action in actions_of(raw))

    def reply(self) -> tuple[int, bytes, dict[str, str]]:
        """Give status, body and headers of a fault that answers in the service's place."""
        if self.kind == "html502":
            page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
            return 502, page, {"content-type": "text/html"}
        headers = {"content-type": "application/json", **self.headers}
        if self.kind.startswith("status:"):
            raw = self.body if isinstance(self.body, str) else json.dumps(self.body)
            return int(self.kind.removeprefix("status:")), raw.encode(), headers
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        body = {"success": False, "message": _TEXTS[self.kind]}
        return int(self.kind), json.dumps(body).encode(), headers


def actions_of(raw: bytes) -> tuple[str, ...]:
    """Name what a send-message body asks for: ``("state", "state:pause")``, or nothing."""
    try:
        message = json.loads(raw)["message"]
        return message["actionType"], f"{message['actionType']}:{message.get('newState')}"
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return ()


def name_of(path: str, raw: bytes) -> str:
    """Name a request for counting: ``poll``, ``newTask``, ``state:pause``, else its last part."""
    if path.startswith("/task/"):
        return "poll"
    actions = actions_of(raw) if path.endswith("/send-message") else ()
    if actions:
        return "newTask" if actions[0] == "newTask" else actions[1]
    return path.rpartition("/")[2]


def read_faults(raw: bytes) -> list[Fault]:
    """Parse a JSON list of faults; raises ``ValueError`` with a clear text."""
    entries = json.loads(raw)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("a list of faults is expected")
    return [_read_fault(entry) for entry in entries]


def _read_fault(entry: dict[str, Any]) -> Fault:
    known = {"path", "kind", "action", "skip", "times", "seconds", "retryAfter", "body", "headers"}
    if entry.keys() - known:
        raise ValueError(f"unknown fields: {', '.join(sorted(entry.keys() - known))}")
    kind = str(entry.get("kind", ""))
    status = kind.removeprefix("status:")
    if kind not in KINDS and not (kind != status and status.isdigit()):
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}, status:N")
    if not str(entry.get("path", "")).startswith("/"):
        raise ValueError("a fault needs a path")
    return Fault(
        path=str(entry["path"]),
        kind=kind,
        action=str(entry.get("action", "")),
        skip=int(entry.get("skip", 0)),
        times=int(entry.get("times", 1)) or None,
        seconds=float(entry.get("seconds", 0.0)),
        retry_after=entry.get("retryAfter"),
        body=entry.get("body"),
        headers=entry.get("headers", {}),
    )


class FaultBook:
    """The faults that are switched on; the first that fits a request hits it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def replace(self, faults: list[Fault]) -> None:
        """Forget all faults and take these."""
        self._faults = list(faults)

    def find(self, path: str, raw: bytes) -> Fault | None:
        """Find the fault that hits this request, and count it."""
        return next((fault for fault in self._faults if fault.hits(path, raw)), None)
