"""The one reader: an HTTP answer becomes an Observation, a plain record, or a typed error.

It is tolerant where pages contradict each other (api.md §9, §11.1) and strict in one direction:
what fits nothing documented is a ProtocolError, never a guess. Every function takes the Answer and
a Scrub that knows the secrets of the call, and raises only `errors.ApiError`.
"""

from enigma_panel.api.ports import HealthReply
from enigma_panel.api.wire import fields as f
from enigma_panel.api.wire.answer import Answer
from enigma_panel.api.wire.body import Body, read_body
from enigma_panel.api.wire.excerpt import Scrub
from enigma_panel.api.wire.refusal import gone_kind, refusal
from enigma_panel.api.wire.report import TASK_CODES, report, report_kind
from enigma_panel.core.observation import Kind, Observation

_HEALTHY = frozenset({"", "healthy", "ok", "up"})
_UNDER_WAY = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.PAUSED, Kind.ORPHANED, Kind.TASK_GONE})


def read_opened(answer: Answer, scrub: Scrub) -> Observation:
    """start-session: OPENED with id, URLs, life and balance."""
    body = read_body(answer.body)
    session_id = body.id("sessionId") if body else None
    if body is None or session_id is None or not _is_fine(answer, body):
        raise refusal(answer, body, scrub, about_session=False)
    streaming = f.record(body.top.get("streaming"))
    return Observation(
        kind=Kind.OPENED,
        text=f.short_text(body.top.get("message")),
        session_id=session_id,
        task_id=body.id("taskId"),
        balance=f.money(body.top.get("balance")),
        expires_in_ms=f.whole(body.top.get("expiresIn")),
        socket_url=f.url(body.top.get("socketURL")),
        web_view_url=f.url(streaming.get("webViewURL")),
        webrtc_url=f.url(streaming.get("webRTCURL")),
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
    told = isinstance(body.top.get("usage"), dict)
    return told or _is_about_task(answer, body, None)


def read_delivered(answer: Answer, scrub: Scrub, kind: Kind) -> Observation:
    """A state or guardrail message: `kind` says what was delivered, which proves no effect."""
    body = read_body(answer.body)
    if body is None or not _is_fine(answer, body) or not _says_delivered(body):
        raise refusal(answer, body, scrub, about_session=True)
    message = f.short_text(body.top.get("message"))
    return Observation(kind=kind, text=None if message is None else scrub(message))


def _is_fine(answer: Answer, body: Body) -> bool:
    return 200 <= answer.status < 300 and body.succeeded is not False


def _says_delivered(body: Body) -> bool:
    return body.succeeded is True or (
        body.top.get("error") is None and f.short_text(body.top.get("message")) is not None
    )


def read_health(answer: Answer, scrub: Scrub) -> HealthReply:
    """GET /start/health: ok and the number of free browsers; a sick service may say so with 503."""
    body = read_body(answer.body)
    names = ("status", "instancesAvailable", "instanceCount")
    if body is None or not any(name in body.top for name in names):
        raise refusal(answer, body, scrub, about_session=False)
    well = f.word(body.top.get("status")) in _HEALTHY
    free = f.whole(body.top.get("instanceCount"))
    if f.flag(body.top.get("instancesAvailable")) is False:
        free = 0
    return HealthReply(ok=_is_fine(answer, body) and well, free=free)


def check_models(answer: Answer, scrub: Scrub) -> None:
    """GET /v1/models: returns where the key was accepted, else raises."""
    body = read_body(answer.body)
    listed = body is not None and isinstance(body.top.get("data"), list)
    if body is None or not listed or not _is_fine(answer, body):
        raise refusal(answer, body, scrub, about_session=False)
