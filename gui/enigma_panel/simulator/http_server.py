"""The model as an HTTP service: a Starlette application.

Everything the service decides is in the model; here are only the wire format, the waiting of long
polls, the demo browser's page, and the tests' own paths under ``/_sim/``.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from hashlib import sha256
from html import escape

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from enigma_panel.simulator.faults import Cutter, FaultBook, FaultInjector, read_faults
from enigma_panel.simulator.responses import Body, Reply, dollars
from enigma_panel.simulator.service import Call, LongPoll, Service
from enigma_panel.simulator.session import Session
from enigma_panel.simulator.socket_faults import read_order
from enigma_panel.simulator.socketio_server import Live
from enigma_panel.simulator.task import Task, TaskState

_STYLE = """
body{margin:0;background:#20242c;color:#e8eaf0;font:16px/1.5 system-ui,sans-serif}
header{background:#343a46;padding:8px 16px;color:#b9c0cf}
header b{background:#20242c;color:#e8eaf0;border-radius:12px;padding:3px 14px;font-weight:400}
main{padding:24px 40px}h1{font-size:24px;margin:0 0 8px}ol{color:#aab2c3}
.now{font-size:20px;border-left:4px solid #6aa9ff;padding-left:14px}
"""
_STATE_TEXT = {
    TaskState.PAUSED: "Paused",
    TaskState.ASKING: "Waiting for your answer",
    TaskState.QUEUED: "Waiting for its turn",
}
_SHOWN = 8
_SHORTEST_WAIT = 0.001
_PIECE = b"A line of a file that is only made up.\n" * 1600


class Simulator:
    """The request handlers over one service. ``faults`` opens the paths for tests."""

    def __init__(self, service: Service, faults: bool) -> None:
        self.service = service
        self.book = FaultBook()
        self.live: Live | None = None
        self._faults = faults
        self._changed = asyncio.Event()
        self._calls: Counter[str] = Counter()
        self._injector: FaultInjector | None = None

    def app(self, cut: Cutter) -> ASGIApp:
        """Build the ASGI application; ``cut`` closes a connection for a fault."""
        routes = [
            Route("/view/{session_id}", self.view),
            Route("/files/{session_id}/{task_id}/{name}", self.file),
            Route("/view/{session_id}/whep", self.whep, methods=["GET", "POST"]),
        ]
        if self._faults:
            routes += [
                Route("/_sim/faults", self.set_faults, methods=["POST"]),
                Route("/_sim/live", self.order_live, methods=["POST"]),
                Route("/_sim/state", self.state),
            ]
        everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        routes.append(Route("/{rest:path}", self.api, methods=everything))
        inner = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_page})
        if not self._faults:
            return inner
        self._injector = FaultInjector(inner, self.book, cut)
        return self._injector

    async def api(self, request: Request) -> Response:
        """Answer a request of the service's own interface, a long poll when it is due."""
        call = Call(
            request.method,
            request.url.path,
            request.headers.get("authorization"),
            await request.body(),
            str(request.base_url).rstrip("/"),
        )
        self._calls[_counted(request)] += 1
        answer = self.service.handle(call)
        if request.method == "POST":
            self.notify()
        return _json(await self._wait(answer) if isinstance(answer, LongPoll) else answer)

    def notify(self) -> None:
        """Look at long polls and the live channel's next event again: something was done.

        Polls change nothing, so that they wake no long poll.
        """
        self._changed.set()
        self._changed = asyncio.Event()
        if self.live is not None:
            self.live.update_timer()

    async def _wait(self, long_poll: LongPoll) -> Reply:
        while (reply := self.service.settle(long_poll)) is None:
            wait = max(_SHORTEST_WAIT, self.service.due_at(long_poll) - time.monotonic())
            waiting = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait([waiting], timeout=wait)
            waiting.cancel()
        return reply

    async def view(self, request: Request) -> Response:
        """Show what a session's agent is doing."""
        self.service.advance()
        session = self.service.sessions.get(request.path_params["session_id"])
        status, page = session_page(session)
        return HTMLResponse(page.encode("utf-8", "replace"), status)

    async def file(self, request: Request) -> Response:
        """Send a file of a result; like the real ones it wants no key."""
        found = self.service.file(**request.path_params)
        if found is None:
            return await _no_such_page(request, HTTPException(404))
        headers = {"Content-Length": str(found.size)}
        return StreamingResponse(_content(found.size), 200, headers, "application/octet-stream")

    async def whep(self, _: Request) -> Response:
        """Say politely that there is no video stream here."""
        message = "The demo service has no video stream; open webViewURL instead."
        return _json(Reply(501, {"success": False, "message": message}))

    async def set_faults(self, request: Request) -> Response:
        """Replace all faults by those of the body."""
        try:
            faults = read_faults(await request.body())
        except (ValueError, TypeError) as error:
            return _json(Reply(400, {"success": False, "message": str(error)}))
        self.book.replace(faults)
        return _json(Reply(200, {"success": True, "count": len(faults)}))

    async def order_live(self, request: Request) -> Response:
        """Make the live channel behave as the body says."""
        try:
            order = read_order(await request.body())
        except (ValueError, TypeError) as error:
            return _json(Reply(400, {"success": False, "message": str(error)}))
        channels = 0 if self.live is None else self.live.obey(order)
        return _json(Reply(200, {"success": True, "channels": channels}))

    async def state(self, _: Request) -> Response:
        """Count what came, took effect and was answered; list sessions and tasks without a text.

        ``asked``, ``answers`` and ``told`` are digests of a task's text, of the answers that it
        took, and of its result; the outer ``answers`` counts those that came, taken or not.
        """
        self.service.advance()
        sessions = [
            {
                "sessionId": session.id,
                "state": session.state,
                "paused": session.halted,
                "channels": 0 if self.live is None else self.live.channels_of(session.id),
                "tasks": [
                    {
                        "taskId": task.id,
                        "state": task.state.value,
                        "asked": digest(task.request.text),
                        "answers": [digest(answer) for answer in task.answers],
                        "told": digest(task.message),
                    }
                    for task in session.tasks.values()
                ],
            }
            for session in self.service.sessions.values()
        ]
        body: Body = {"calls": dict(self._calls), "applied": dict(self.service.applied)}
        body |= {"sessions": sessions, "balance": dollars(self.service.balance())}
        body["answers"] = {digest(text): n for text, n in self.service.answers.items()}
        if self.live is not None:
            body["live"] = self.live.state()
        if self._injector is not None:
            body["arrived"] = dict(self._injector.arrived)
            body["answered"] = dict(self._injector.answered)
        return _json(Reply(200, body))


def digest(text: str) -> str:
    """Shorten a text to what tells it from others: 16 hex digits."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _counted(request: Request) -> str:
    path = request.url.path
    return f"{request.method} {'/task/*' if path.startswith('/task/') else path}"


async def _no_such_page(_request: Request, _error: Exception) -> Response:
    return _json(Reply(404, {"success": False, "message": "Not found"}))


async def _content(size: int) -> AsyncIterator[bytes]:
    """A body of `size` bytes, a piece at a time."""
    while size > 0:
        yield _PIECE[:size]
        size -= len(_PIECE)


def _json(reply: Reply) -> Response:
    # float: the only values json does not know are the amounts, and they are plain numbers there.
    raw = json.dumps(reply.body, default=float).encode()
    return Response(raw, reply.status, dict(reply.headers), "application/json")


def session_page(session: Session | None) -> tuple[int, str]:
    """Draw a session: HTTP status and HTML. Unknown sessions get a plain 404 page."""
    if session is None:
        return 404, _page("Not found", "<h1>No such session</h1><p>It may have ended.</p>", False)
    if session.ended is not None:
        text = f"<h1>Session {escape(session.reason)}</h1><p>The browser is closed.</p>"
        return 200, _page("Closed", text, False)
    task = session.current
    if task is None:
        return 200, _page("Ready", "<h1>Ready</h1><p>No task is running here.</p>", True)
    return 200, _page(task.step.target if task.step else "…", _task(task), True)


def _task(task: Task) -> str:
    now = _STATE_TEXT.get(task.state, task.step.note if task.step else "Starting")
    if task.question:
        now = f"{now}: {task.question}"
    done = "".join(f"<li>{escape(step.note)}</li>" for step in task.steps_done[-_SHOWN:])
    return (
        f"<h1>{escape(task.request.text[:200])}</h1><p class=now>{escape(now)}</p><ol>{done}</ol>"
    )


def _page(address: str, body: str, alive: bool) -> str:
    refresh = '<meta http-equiv="refresh" content="1">' if alive else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f"<title>Demo browser</title><style>{_STYLE}</style></head><body>"
        f"<header>Demo browser &nbsp; <b>{escape(address)}</b></header>"
        f"<main>{body}</main></body></html>"
    )
