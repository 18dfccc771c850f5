"""A task's own report: which kind of Observation a body is, and what it tells (api.md §1.4-1.6)."""

from collections.abc import Iterator

from enigma_panel.api.wire import fields as f
from enigma_panel.api.wire.body import Body
from enigma_panel.core.observation import Kind, Observation

TASK_CODES = frozenset({"TASK_TIMEOUT", "NAVIGATION_TIMEOUT", "PAGE_CRASH", "ELEMENT_NOT_FOUND"})
"""Codes that only a task's own report carries (api.md §8.2), with or without a status."""

MAX_QUESTION = 50_000
"""Longest question that is kept, in characters: it comes with each poll, and by the channel as
often as the service likes, and nobody reads more of one."""

_BY_TYPE = {
    "task_completed": Kind.COMPLETED,
    "guardrail_trigger": Kind.QUESTION,
    "failed": Kind.FAILED,
    "task_failed": Kind.FAILED,
    "error": Kind.FAILED,
}
_BY_STATUS = {
    "complete": Kind.COMPLETED,
    "completed": Kind.COMPLETED,
    "task_completed": Kind.COMPLETED,
    "awaiting_input": Kind.QUESTION,
    "failed": Kind.FAILED,
    "terminated": Kind.TERMINATED,
    "stopped": Kind.STOPPED,
    "paused": Kind.PAUSED,
    "queued": Kind.QUEUED,
    "orphaned": Kind.ORPHANED,
    "not_found": Kind.TASK_GONE,
    "active": Kind.ACTIVE,
    "running": Kind.ACTIVE,
    "started": Kind.ACTIVE,
    "pending": Kind.ACTIVE,
}


def report_kind(body: Body, status: int) -> Kind | None:
    """The kind of report, or None where the body is none. `status` is the HTTP status.

    type before status before pending; then the mere presence of a result; then what only failed
    tasks carry. A `success: false` around an unnamed result makes it a failure.
    """
    named = _named(body)
    if named is Kind.COMPLETED and body.succeeded is False and not _typed(body):
        return Kind.FAILED
    if named is not None:
        return named
    if any(f.flag(value) for value in body.values("pending")):
        return Kind.ACTIVE
    if f.word(body.data.get("type")) == "human_input_needed":
        return Kind.QUESTION
    return _unnamed(body, status)


def _typed(body: Body) -> bool:
    return any(f.word(value) in _BY_TYPE for value in body.values("type"))


def _named(body: Body) -> Kind | None:
    for name, table in (("type", _BY_TYPE), ("status", _BY_STATUS)):
        for value in body.values(name):
            kind = table.get(f.word(value))
            if kind is not None:
                return kind
    return None


def _unnamed(body: Body, status: int) -> Kind | None:
    if body.succeeded is False:
        own = bool(body.inner) or (body.code or "").upper() in TASK_CODES
        billed = status < 400 and "usage" in body.top
        return Kind.FAILED if own or billed else None
    has_result = body.data.get("message") is not None and not any(body.values("type"))
    return Kind.COMPLETED if status < 400 and has_result else None


def report(body: Body, kind: Kind) -> Observation:
    """The Observation of a body whose kind is known, with all that it tells."""
    return Observation(
        kind=kind,
        text=_text(body, kind),
        code=body.code,
        usage=body.usage,
        session_id=body.id("sessionId"),
        task_id=body.id("taskId"),
        balance=f.money(body.top.get("balance")),
        completed_at=next((f.short_text(v, 64) for v in body.values("completedAt")), None),
    )


def _text(body: Body, kind: Kind) -> str | None:
    match kind:
        case Kind.COMPLETED:
            told = (body.data.get("message"), _outer(body, "message"), *_payload(body))
            return _first_text(*told)
        case Kind.QUESTION:
            names = ("value", "message", "question")
            inside = [body.data.get(name) for name in names]
            outside = [_outer(body, name) for name in names]
            return _first_text(*inside, *outside, limit=MAX_QUESTION)
        case Kind.ACTIVE | Kind.ACCEPTED | Kind.PAUSED | Kind.QUEUED:
            return next((f.short_text(value) for value in body.values("message")), None)
        case _:
            return body.error_text


_FIGURES = frozenset(
    {"type", "usage", "prompt_tokens", "completion_tokens", "total_tokens", "completion_time"}
)


def _payload(body: Body) -> Iterator[object]:
    """What else a result can be in, where no message stands: it was paid for, in whatever shape."""
    data = _outer(body, "data")
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if name not in _FIGURES}
    for value in (data, body.top.get("result")):
        if value not in (None, "", {}, []) and not (
            isinstance(value, dict) and value is body.inner
        ):
            yield value


def _outer(body: Body, name: str) -> object:
    """The field beside `data`; with a wrapped result not the top's, which is about delivery."""
    return (body.inner or body.top).get(name)


def _first_text(*values: object, limit: int = f.MAX_TEXT) -> str | None:
    texts = (f.long_text(value, limit) for value in values)
    return next((text for text in texts if text is not None), None)
