"""A service that has only what its oldest page documents, as a process of its own.

Four paths and their bodies: start-session, run-task, send-message and the poll. No health page, no
models, no live channel, no headers that tell the limit of calls. It is the simulator behind a
filter, so its scenarios, options and `/_sim/` paths are the simulator's; `--tolerant` accepts a
start-session without taskDetails.
"""

import json
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from enigma_panel.simulator import runner
from enigma_panel.simulator.__main__ import main as simulate
from enigma_panel.simulator.faults import collect, read_all, replay, respond
from enigma_panel.simulator.socketio_server import Live
from tests.kit.simulator_process import SimulatorProcess

Body = dict[str, Any]

NO_BROWSER = {
    "path": "/start/start-session",
    "kind": "status:503",
    "body": {
        "success": False,
        "message": "No browser instances available",
        "code": "NO_INSTANCES_AVAILABLE",
    },
}
"""A fault for `/_sim/faults`; with `times` it is given so often."""

_CODES = {
    400: "INVALID_PARAMS",
    401: "INVALID_API_KEY",
    402: "INSUFFICIENT_BALANCE",
    404: "SESSION_NOT_FOUND",
    429: "RATE_LIMIT_EXCEEDED",
    503: "NO_INSTANCES_AVAILABLE",
}
_FIELDS = {
    "/start/start-session": ("taskDetails", "startingUrl"),
    "/start/run-task": ("taskDetails",),
}
_MESSAGE = "/start/send-message"
_MESSAGES: Mapping[object, tuple[str, ...]] = {
    "newTask": ("actionType", "newState", "taskDetails", "terminateOnCompletion"),
    "guardrail": ("actionType", "newState", "taskDetails"),
    "state": ("actionType", "newState"),
}
_STARTED = ("success", "sessionId", "socketURL", "streaming", "expiresIn", "balance")


class SeedService(SimulatorProcess):
    """`python -m tests.kit.seed_service` with these arguments."""

    module = __name__


class _SeedOnly(Live):
    """Answers what the page documents, and nothing else."""

    is_tolerant = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/_sim/"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and _is_documented(scope["method"], scope["path"]):
            await self._answer(scope, receive, send)
        elif scope["type"] == "http":
            page = b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
            await respond(send, 404, page, {"content-type": "text/html"})
        else:
            await super().__call__(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw, wrong = self._known_part(scope["path"], await read_all(receive))
        if wrong:
            status, raw = 400, json.dumps({"message": wrong}).encode()
        else:
            status, raw = await collect(self._app, scope, replay(raw, receive))
        if status:  # else a fault has cut the connection
            status, body = _reply(scope["path"], status, json.loads(raw))
            await respond(send, status, json.dumps(body).encode())

    def _known_part(self, path: str, raw: bytes) -> tuple[bytes, str]:
        if path.startswith("/task/"):
            return raw, ""
        try:
            body = json.loads(raw)
            message = body["message"] if path == _MESSAGE else {}
            kind = message.get("actionType")
        except (ValueError, KeyError, TypeError, AttributeError):
            return raw, "Invalid request body"
        if path == _MESSAGE:
            if kind not in _MESSAGES or (kind == "guardrail" and message["newState"] != "resume"):
                return raw, "Unknown actionType or newState"
            message = _only(message, _MESSAGES[kind])
            return json.dumps({"sessionId": body.get("sessionId"), "message": message}).encode(), ""
        body = _only(body, _FIELDS[path])
        is_missing = not body.get("taskDetails") and not self.is_tolerant
        return json.dumps(body).encode(), "taskDetails is required" if is_missing else ""


def _is_documented(method: str, path: str) -> bool:
    if path.startswith("/task/"):
        return method == "GET" and len(path.split("/")) == 4
    return method == "POST" and (path in _FIELDS or path == _MESSAGE)


def _only(body: Body, names: tuple[str, ...]) -> Body:
    return {name: body[name] for name in names if name in body}


def _reply(path: str, status: int, body: Body) -> tuple[int, Body]:
    text = str(body.get("message") or body.get("error") or HTTPStatus(status).phrase)
    is_gone = body.get("status") == "terminated" or text.startswith("Session not found")
    if is_gone:
        status, text = 404, "Session not found"
    if status != HTTPStatus.OK:
        return status, {"success": False, "message": text, "code": _CODES.get(status, "ERROR")}
    if path == "/start/start-session":
        return status, _only(body, _STARTED)
    return status, _of_poll(body) if path.startswith("/task/") else _without_usage(body)


def _of_poll(body: Body) -> Body:
    match body:
        case {"type": "task_completed"}:
            cost = {"cost": body["usage"]["cost"]}
            return {"success": True, "type": body["type"], "data": body["data"], "usage": cost}
        case {"type": "guardrail_trigger"}:
            value = {"value": body["data"]["value"]}
            return {"success": True, "type": body["type"], "data": value}
        case {"success": False}:
            return {"success": False, "status": "failed", "error": body.get("error", "Task failed")}
    return {"success": True, "status": "pending"}


def _without_usage(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "usage"}


def main(argv: list[str]) -> int:
    """Serve until standard input ends; returns the process's exit status."""
    _SeedOnly.is_tolerant = "--tolerant" in argv
    setattr(runner, "Live", _SeedOnly)  # noqa: B010  # what it serves, behind the filter
    return simulate(["--faults", "--live", "off", *(w for w in argv if w != "--tolerant")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
