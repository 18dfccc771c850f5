"""Reading of HTTP answers: each becomes an Observation, a plain record, or a typed error.

It is tolerant where pages contradict each other (api.md §9, §11.1) and strict in one direction:
what fits nothing documented is a ProtocolError, never a guess. Every function takes the Answer and
a Scrub that knows the secrets of the call, and raises only `errors.ApiError`.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from enigma_panel.api.errors import ProtocolError
from enigma_panel.api.protocols import HealthReply
from enigma_panel.api.wire import values as v
from enigma_panel.api.wire.error_responses import Answer, gone_kind, refusal
from enigma_panel.api.wire.excerpt import Scrub
from enigma_panel.api.wire.reply_body import Body, read_body
from enigma_panel.core.observation import Kind, Observation, ResultFile, Usage

T = TypeVar("T")

TASK_CODES = frozenset({"TASK_TIMEOUT", "NAVIGATION_TIMEOUT", "PAGE_CRASH", "ELEMENT_NOT_FOUND"})
"""Codes that only a task's own report carries (api.md §8.2), with or without a status."""

MAX_FILES = 100
"""Most files of a result that are kept."""

MAX_QUESTION = 50_000
"""Longest question that is kept, in characters: it comes again with each poll."""

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
_FIGURES = frozenset(
    {"type", "usage", "prompt_tokens", "completion_tokens", "total_tokens", "completion_time"}
)
_LISTS = frozenset({"files", "network"})
"""What comes with a result and is no part of its text."""
_HEALTHY = frozenset({"", "healthy", "ok", "up"})
_UNDER_WAY = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.PAUSED, Kind.ORPHANED, Kind.TASK_GONE})


def read_opened(answer: Answer, scrub: Scrub) -> Observation:
    """start-session: OPENED with id, URLs, life and balance."""
    body = read_body(answer.body)
    session_id = body.id("sessionId") if body else None
    if body is None or session_id is None or not _is_fine(answer, body):
        raise refusal(answer, body, scrub, about_session=False)
    streaming = v.record(body.top.get("streaming"))
    return Observation(
        kind=Kind.OPENED,
        text=v.short_text(body.top.get("message")),
        session_id=session_id,
        task_id=body.id("taskId"),
        balance=v.money(body.top.get("balance")),
        expires_in_ms=v.whole(body.top.get("expiresIn")),
        socket_url=v.url(body.top.get("socketURL")),
        web_view_url=v.url(streaming.get("webViewURL")),
        webrtc_url=v.url(streaming.get("webRTCURL")),
    )


def read_started(answer: Answer, scrub: Scrub, *, in_session: bool) -> Observation:
    """run-task and newTask: ACCEPTED, COMPLETED, QUESTION, FAILED, TERMINATED or STOPPED.

    A body that names a taskId has started, whatever its status.
    in_session: the call named its session (newTask), so 401/404 may be about it.
    """
    body = read_body(answer.body)
    if body is None:
        raise refusal(answer, None, scrub, about_session=in_session)
    task_id = body.id("taskId")
    kind = report_kind(body, answer.status)
    if kind is not None and kind not in _UNDER_WAY and _is_about_task(answer, body, task_id):
        return report(body, kind)
    if task_id is not None:
        return report(body, Kind.ACCEPTED)
    raise refusal(answer, body, scrub, about_session=in_session)


def _is_about_task(answer: Answer, body: Body, task_id: str | None) -> bool:
    """False for a refusal that merely says `status: "failed"`: no task exists to have failed."""
    known = (body.code or "").upper() in TASK_CODES
    return answer.status < 400 or task_id is not None or bool(body.inner) or known


def read_poll(answer: Answer, scrub: Scrub) -> Observation:
    """GET /task/…: a report whatever the HTTP status; 401/404 about it as SESSION_/TASK_GONE."""
    body = read_body(answer.body)
    if body is None:
        raise refusal(answer, None, scrub, about_session=True)
    gone = gone_kind(body, answer.status)
    kind = gone or report_kind(body, answer.status)
    if kind is None or (kind is Kind.FAILED and not _is_own_report(answer, body)):
        raise refusal(answer, body, scrub, about_session=True)
    return report(body, kind)


def _is_own_report(answer: Answer, body: Body) -> bool:
    """False for a gateway's or the service's own trouble, which is no end of the task."""
    is_billed = isinstance(body.top.get("usage"), dict)
    return is_billed or _is_about_task(answer, body, None)


def read_delivered(answer: Answer, scrub: Scrub, kind: Kind, session_id: str) -> Observation:
    """A state or guardrail message: `kind` says what was delivered. ProtocolError: to another."""
    body = read_body(answer.body)
    if body is not None and body.id("sessionId") not in {None, session_id}:
        raise ProtocolError(answer.status, "it names another session")
    if body is None or not _is_fine(answer, body) or not _is_delivered(body):
        raise refusal(answer, body, scrub, about_session=True)
    message = v.short_text(body.top.get("message"))
    return Observation(kind=kind, text=None if message is None else scrub(message))


def _is_fine(answer: Answer, body: Body) -> bool:
    return 200 <= answer.status < 300 and body.succeeded is not False


def _is_delivered(body: Body) -> bool:
    return body.succeeded is True or (
        body.top.get("error") is None and v.short_text(body.top.get("message")) is not None
    )


def read_health(answer: Answer, scrub: Scrub) -> HealthReply:
    """GET /start/health: ok and the number of free browsers; a sick service may say so with 503."""
    body = read_body(answer.body)
    names = ("status", "instancesAvailable", "instanceCount")
    if body is None or not any(name in body.top for name in names):
        raise refusal(answer, body, scrub, about_session=False)
    well = v.word(body.top.get("status")) in _HEALTHY
    free = v.whole(body.top.get("instanceCount"))
    if v.flag(body.top.get("instancesAvailable")) is False:
        free = 0
    return HealthReply(ok=_is_fine(answer, body) and well, free=free)


def check_models(answer: Answer, scrub: Scrub) -> None:
    """GET /v1/models: returns where the key was accepted, else raises."""
    body = read_body(answer.body)
    listed = body is not None and isinstance(body.top.get("data"), list)
    if body is None or not listed or not _is_fine(answer, body):
        raise refusal(answer, body, scrub, about_session=False)


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
    if any(v.flag(value) for value in body.values("pending")):
        return Kind.ACTIVE
    if v.word(body.data.get("type")) == "human_input_needed":
        return Kind.QUESTION
    return _unnamed(body, status)


def _typed(body: Body) -> bool:
    return any(v.word(value) in _BY_TYPE for value in body.values("type"))


def _named(body: Body) -> Kind | None:
    for name, table in (("type", _BY_TYPE), ("status", _BY_STATUS)):
        for value in body.values(name):
            kind = table.get(v.word(value))
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
    """The Observation of a body whose kind is known, with all that it says."""
    return Observation(
        kind=kind,
        text=_text(body, kind),
        code=body.code,
        usage=_usage(body),
        session_id=body.id("sessionId"),
        task_id=body.id("taskId"),
        balance=v.money(body.top.get("balance")),
        files=_files(body) if kind is Kind.COMPLETED else (),
        ended_ms=v.moment(body.top.get("completedAt")),
    )


def _files(body: Body) -> tuple[ResultFile, ...]:
    """The files in `data.files` whose address can be used."""
    found = []
    for entry in map(v.record, _items(body.data.get("files"))[:MAX_FILES]):
        url = v.url(entry.get("downloadUrl"))
        if url is not None:
            name = v.short_text(entry.get("filename")) or ""
            source = v.short_text(entry.get("source"), 64) or ""
            found.append(ResultFile(name=name, url=url, source=source))
    return tuple(found)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _usage(body: Body) -> Usage:
    """Cost, tokens and time in either spelling, from usage, data.usage or data itself."""
    sources = [v.record(layer.get("usage")) for layer in (*body.layers, body.data)]
    sources.append(body.data)
    return Usage(
        cost=_first(v.money, sources, "cost"),
        tokens_in=_first(v.whole, sources, "prompt_tokens", "inputTokens"),
        tokens_out=_first(v.whole, sources, "completion_tokens", "outputTokens"),
        tokens_total=_first(v.whole, sources, "total_tokens", "totalTokens"),
        compute_s=_first(v.seconds, sources, "computeTime"),
        took_s=_first(v.seconds, sources, "completion_time"),
    )


def _first(read: Callable[[object], T | None], sources: list[v.Record], *names: str) -> T | None:
    """The first usable figure: an unusable one hides no usable one further out."""
    found = (read(source[name]) for source in sources for name in names if name in source)
    return next((value for value in found if value is not None), None)


def _text(body: Body, kind: Kind) -> str | None:
    match kind:
        case Kind.COMPLETED:
            return _first_text(body.data.get("message"), _outer(body, "message"), *_payload(body))
        case Kind.QUESTION:
            names = ("value", "prompt", "message", "question")
            inside = [body.data.get(name) for name in names]
            outside = [_outer(body, name) for name in names]
            question = _first_text(*inside, *outside, limit=MAX_QUESTION)
            return question and question.strip()  # with another space it is the same question
        case Kind.ACTIVE | Kind.ACCEPTED | Kind.PAUSED | Kind.QUEUED:
            return next((v.short_text(value) for value in body.values("message")), None)
        case _:
            return body.error_text


def _payload(body: Body) -> Iterator[object]:
    """What else a result can be in, where there is no message: it was paid for."""
    data = _outer(body, "data")
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if name not in _FIGURES | _LISTS}
    for value in (data, body.top.get("result")):
        if value not in (None, "", {}, []) and not (
            isinstance(value, dict) and value is body.inner
        ):
            yield value


def _outer(body: Body, name: str) -> object:
    """The field beside `data`; with a wrapped result not the top's, which is about delivery."""
    return (body.inner or body.top).get(name)


def _first_text(*values: object, limit: int = v.MAX_TEXT) -> str | None:
    texts = (v.long_text(value, limit) for value in values)
    return next((text for text in texts if text is not None), None)
