"""The simulator's replies, as the service's documentation writes them.

Amounts are ``Decimal`` here and become plain JSON numbers when they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from enigma_panel.simulator.dialects import Dialect
from enigma_panel.simulator.rate_limit import RateDecision
from enigma_panel.simulator.task import Task, TaskState

Body = dict[str, Any]
_CENT_PARTS = Decimal("0.000001")


class Reply(Struct, frozen=True):
    """One answer: HTTP status, JSON body, extra headers."""

    status: int
    body: Body
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """Raised where a request is turned down; carries the reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def plain_error(status: int, message: str, code: str | None = None, **more: Any) -> RefusedError:
    """Build an error of the reference pages' form: ``message`` and at times ``code``."""
    body: Body = {"success": False, "message": message}
    if code is not None:
        body["code"] = code
    return RefusedError(Reply(status, body | more))


def coded_error(status: int, error: str, code: str, details: Body) -> RefusedError:
    """Build an error of the error pages' form: ``error``, ``code`` and ``details``."""
    body = {"success": False, "error": error, "code": code, "details": details}
    return RefusedError(Reply(status, body))


def invalid(message: str) -> RefusedError:
    """Build the refusal of a request whose parameters make no sense."""
    return plain_error(400, message, "INVALID_PARAMS")


def rate_headers(decision: RateDecision, unix_now: float) -> dict[str, str]:
    """Build the X-RateLimit headers, with Retry-After where the request is refused."""
    headers = {
        "X-RateLimit-Limit": str(decision.limit),
        "X-RateLimit-Remaining": str(decision.remaining),
        "X-RateLimit-Reset": str(round(unix_now + decision.resets_in)),
    }
    if not decision.allowed:
        headers["Retry-After"] = str(decision.retry_after)
    return headers


def iso(unix: float) -> str:
    """Write a time as UTC with milliseconds, such as ``2025-01-31T12:00:00.000Z``."""
    text = datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def dollars(amount: Decimal) -> Decimal:
    """Round an amount to a millionth of a dollar."""
    return amount.quantize(_CENT_PARTS)


def usage(task: Task, now: float, dialect: Dialect) -> Body:
    """Build ``usage``: tokens, seconds, US dollars so far."""
    cost = {"cost": dollars(task.cost(now))}
    if dialect.flat:
        return _tokens(task, now) | cost
    used_in, used_out = task.tokens(now)
    tokens = {"inputTokens": used_in, "outputTokens": used_out}
    return {**tokens, "computeTime": round(task.seconds(now), 1), **cost}


def _tokens(task: Task, now: float) -> Body:
    used_in, used_out = task.tokens(now)
    return {
        "completion_time": round(task.seconds(now), 1),
        "prompt_tokens": used_in,
        "completion_tokens": used_out,
        "total_tokens": used_in + used_out,
    }


def result_data(task: Task, now: float, dialect: Dialect) -> Body:
    """Build the ``data`` of a completed task."""
    data = {"message": task.message} | ({} if dialect.flat else _tokens(task, now))
    return data | (_files(task) if dialect.tells_files else {})


def _files(task: Task) -> Body:
    if task.done is None or not task.done.files:
        return {}
    at = round(task.sent * 1000)
    link = f"{task.base}/files/{task.session_id}/{task.id}"
    files = [
        {"source": "download", "downloadUrl": f"{link}/{file.name}", "filename": file.name}
        | {"timestamp": at}
        for file in task.done.files
    ]
    return {"files": files}


def ids(task: Task) -> Body:
    """Name a task and its session."""
    return {"sessionId": task.session_id, "taskId": task.id}


def guardrail(task: Task) -> Body:
    """Build the two fields that carry the agent's question."""
    data = {"type": "human_input_needed", "value": task.question}
    return {"type": "guardrail_trigger", "data": data}


def poll(task: Task, now: float, unix_end: float, rich: bool, dialect: Dialect) -> Body:
    """Build the poll body of a task; ``unix_end`` is when it ended, if it has."""
    who = ids(task) if dialect.flat else {}
    figures = {"usage": usage(task, now, dialect)}
    match task.state:
        case TaskState.COMPLETED:
            body: Body = {"success": True, **who, "type": "task_completed"}
            body |= {"data": result_data(task, now, dialect), **figures}
            return body | {"completedAt": iso(unix_end)}
        case TaskState.ASKING:
            status = {"status": "awaiting_input"} if rich else {}
            return {"success": True, **status, **guardrail(task)}
        case TaskState.FAILED | TaskState.STOPPED | TaskState.TERMINATED:
            return _bad_end(task, rich, who) | figures
    lost = task.step is not None and task.step.lost
    names = {TaskState.PAUSED: "paused", TaskState.QUEUED: "queued"}
    word = names.get(task.state, "orphaned" if lost else None) if rich else None
    named = {} if word is None else {"status": word}
    return {"success": True, **who, **dialect.running, **named, **figures}


def _bad_end(task: Task, rich: bool, who: Body) -> Body:
    status = "failed"
    if task.state is TaskState.TERMINATED:
        status = "terminated"
    elif task.state is TaskState.STOPPED and rich:
        status = "stopped"
    body: Body = {"success": False, **who, "status": status}
    if task.error:
        body["error"] = task.error
    if task.code is not None:
        body["code"] = task.code
    return body


def long_poll_end(task: Task, now: float, single: bool, dialect: Dialect) -> Body:
    """Build the reply to a long poll whose task is over or, if questions come early, asks.

    Wrapped, run-task (``single``) says ``complete`` and the cost; newTask says neither. How a
    question or a failure looks in here is documented nowhere: like a result, and like a poll.
    """
    who = {"success": True, **ids(task)}
    figures = {"usage": usage(task, now, dialect)}
    if task.state is TaskState.ASKING:
        return who | (guardrail(task) if dialect.flat else {"result": guardrail(task)})
    if task.state is not TaskState.COMPLETED:
        return _bad_end(task, rich=False, who=ids(task)) | figures
    result: Body = {"type": "task_completed", "data": result_data(task, now, dialect)}
    if dialect.flat:
        return who | result | figures
    if not single:
        return who | {"result": result}
    result["usage"] = {"cost": dollars(task.cost(now))}
    return who | {"status": "complete", "result": result}


def long_poll_pending(task: Task, base: str, single: bool, dialect: Dialect) -> Body:
    """Build the reply to a long poll whose task goes on; ``base`` is the service's URL."""
    return {
        "success": True,
        **ids(task),
        **(dialect.run_pending if single else dialect.message_pending),
        "pollUrl": f"{base}/task/{task.session_id}/{task.id}",
        "message": "Task still running. Poll GET /task/:sessionId/:taskId for result.",
    }


def session_started(
    session_id: str, prompt: str, base: str, expires_in: int, balance: Decimal
) -> Body:
    """Build the reply to start-session; ``expires_in`` is in real milliseconds."""
    return {
        "success": True,
        "sessionId": session_id,
        "socketURL": base,
        "streaming": {
            "webRTCURL": f"{base}/view/{session_id}/whep",
            "webViewURL": f"{base}/view/{session_id}",
            "dimensions": {"width": 1024, "height": 600},
        },
        "initialPrompt": prompt,
        "expiresIn": expires_in,
        "balance": dollars(balance),
        "message": "Connect to instance using sessionId in auth",
    }


def health(free: int, unix_now: float) -> Body:
    """Build the health reply; ``free`` is the number of browsers that nobody uses."""
    body: Body = {"success": True, "status": "healthy", "instancesAvailable": free > 0}
    return body | {"instanceCount": free, "timestamp": iso(unix_now)}


def sockets(ids: list[str], unix_now: float) -> Body:
    """Build the list of active sockets."""
    body: Body = {"success": True, "sockets": ids, "count": len(ids)}
    return body | {"timestamp": iso(unix_now)}


def models(unix_created: float, dialect: Dialect) -> Body:
    """Build the list of the one model."""
    entry = {"id": dialect.model, "object": "model", "created": int(unix_created)}
    return {"object": "list", "data": [{**entry, "owned_by": dialect.owner}]}


DELIVERED: Body = {"success": True, "message": "Message sent successfully"}
