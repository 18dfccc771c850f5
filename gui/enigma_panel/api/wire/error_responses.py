"""Reading of refusals: status, headers and error body, and what they mean for the money."""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import field
from msgspec.structs import replace

from enigma_panel.api.errors import (
    REFUSALS,
    ApiError,
    ProtocolError,
    RejectedError,
    Reply,
    SessionGoneError,
)
from enigma_panel.api.wire import values as v
from enigma_panel.api.wire.excerpt import Scrub, make_excerpt
from enigma_panel.api.wire.reply_body import Body
from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.observation import MISSING_PROMPT, MISSING_TASK_DETAILS, Kind
from enigma_panel.core.secrets.hidden import Hidden, HidingStruct

BAD_REQUEST = 400
TOO_MANY = 429
MAX_WAIT_S = 60.0
"""The longest wait that a header can cause, in seconds: the service counts calls in 60 s."""

_SECONDS = lazy_compile(r"\d{1,12}(?:\.\d{1,9})?")
_KEY_CODES = frozenset({"INVALID_API_KEY", "API_KEY_EXPIRED"})
_SESSION_CODES = frozenset({"SESSION_NOT_FOUND", "SESSION_EXPIRED"})
_GONE_STATUSES = frozenset({400, 401, 403, 404, 410})

_DIALECT_ERRORS = {
    "missing task.prompt": MISSING_PROMPT,
    "prompt is required": MISSING_PROMPT,  # of newTask; no page shows it
    "taskdetails is required": MISSING_TASK_DETAILS,
}
"""Messages of a 400 that refuse a task written in another dialect (api.md §1.4)."""


class Proof(StrEnum):
    """What a reply of some status must be to prove that the request had no effect."""

    ANY_BODY = "any body"
    OWN_BODY = "an error body of the service"


PROOFS = {
    # Given before a request is passed on, whoever gives it.
    **dict.fromkeys(range(400, 500), Proof.ANY_BODY),
    # A gateway gives these also when what it passed on was not answered in time, or was cut off.
    408: Proof.OWN_BODY,  # Envoy's idle stream
    409: Proof.OWN_BODY,
    425: Proof.OWN_BODY,
    499: Proof.OWN_BODY,  # nginx, Traefik, Heroku
    503: Proof.OWN_BODY,  # AWS after 30 s, Heroku after 30 s, Fastly, Envoy, Azure Front Door
}
""""Nothing happened", by status; all others prove nothing, and a named id the contrary."""

_NAMED_ID = re.compile(rb'"(?:session|task)Id"\s*:(?!\s*(?:null|""))')
_MENTIONS = (b"sessionId", b"taskId")


class Answer(HidingStruct, frozen=True):
    """An HTTP answer: status, the only part without secrets; lower-case headers; whole body."""

    status: int
    headers: Hidden[Mapping[str, str]] = field(default_factory=dict)
    body: Hidden[bytes] = b""


def retry_after_s(answer: Answer) -> float | None:
    """Seconds to wait by Retry-After, 0…60, or None when not given or not readable."""
    text = answer.headers.get("retry-after", "").strip()
    return min(float(text), MAX_WAIT_S) if _SECONDS.fullmatch(text) else None


def is_envelope(body: Body, status: int) -> bool:
    """True for the service's own error body, in any of its spellings.

    Where a gateway may speak after the effect, `message` alone does not make it the service's.
    """
    if PROOFS.get(status) is Proof.OWN_BODY:
        documented = body.succeeded is None and (body.code or "").upper() in REFUSALS
        return body.succeeded is False or documented
    if body.succeeded is not None:
        return status >= 400 or body.succeeded is False
    has_error = body.error_text is not None or body.code is not None
    return has_error and (status >= 400 or body.top.get("error") is not None)


def nothing_happened(answer: Answer, body: Body | None) -> bool:
    """True where a request certainly had no effect. body: of the service's own error, or None."""
    if _names_an_id(answer.body, body):
        return False
    proof = PROOFS.get(answer.status)
    return proof is Proof.ANY_BODY or (proof is Proof.OWN_BODY and body is not None)


def _names_an_id(raw: bytes, body: Body | None) -> bool:
    """Whether an id is given anywhere; in a body that is not the service's a mention is enough.

    A cut-off JSON text cannot be read, but if it speaks of an id, something has started.
    """
    if body is None:
        return any(mention in raw for mention in _MENTIONS)
    return body.names_an_id or _NAMED_ID.search(raw) is not None


def gone_kind(body: Body, status: int) -> Kind | None:
    """SESSION_GONE or TASK_GONE where an error body says so, else None.

    Only the documented codes and messages count, "Session not found" where a message begins so:
    repeated, SESSION_GONE proves that nothing is billed any more, and a gateway's "Not found" must
    not pass for it. Text that names both proves less.
    """
    code = (body.code or "").upper()
    if status not in _GONE_STATUSES or code in _KEY_CODES:
        return None
    if code in _SESSION_CODES:
        return Kind.SESSION_GONE
    if code == "TASK_NOT_FOUND":
        return Kind.TASK_GONE
    texts = [text[: v.MAX_SHORT].strip().lower() for text in body.error_texts()]
    text = " ".join(texts)
    if status == 403 or "not found" not in text:
        return None
    if "task" in text and status == 404:
        return Kind.TASK_GONE
    is_gone = any(text.startswith("session not found") for text in texts)
    return Kind.SESSION_GONE if is_gone else None


def refusal(answer: Answer, body: Body | None, scrub: Scrub, *, about_session: bool) -> ApiError:
    """The error for what is no success. about_session: a 401/404 may be about it, else news."""
    error = _refusal(answer, body, scrub, about_session=about_session)
    if body is not None and not about_session:
        error.session_id = body.id("sessionId")
    return error


def _refusal(answer: Answer, body: Body | None, scrub: Scrub, *, about_session: bool) -> ApiError:
    if body is None or not is_envelope(body, answer.status):
        return _misfit(answer, scrub)
    harmless = nothing_happened(answer, body)
    reply = _reply(answer, body, scrub)
    telling = _dialect_code(reply) if harmless else None
    if telling is not None:
        reply = replace(reply, code=telling)
    gone = about_session and gone_kind(body, answer.status) is Kind.SESSION_GONE
    return (SessionGoneError if gone else RejectedError)(reply, nothing_happened=harmless)


def _dialect_code(reply: Reply) -> str | None:
    """Our own code where the service says that it expects another dialect."""
    text = (reply.message or "").lower()
    codes = (code for words, code in _DIALECT_ERRORS.items() if words in text)
    return next(codes, None) if reply.status == BAD_REQUEST else None


def undecodable(answer: Answer, scrub: Scrub) -> ProtocolError:
    """The error for a body whose content encoding cannot be undone: it may name an id."""
    error = _misfit(answer, scrub)
    error.nothing_happened = False
    return error


def _misfit(answer: Answer, scrub: Scrub) -> ProtocolError:
    reply = None
    if answer.status >= 400:
        reply = Reply(status=answer.status, retry_after_s=retry_after_s(answer))
    return ProtocolError(
        answer.status,
        make_excerpt(answer.body, scrub),
        reply=reply,
        nothing_happened=nothing_happened(answer, None),
    )


def _reply(answer: Answer, body: Body, scrub: Scrub) -> Reply:
    details = v.record(body.top.get("details"))
    balances = (body.top.get("balance"), details.get("balance"))
    message = _message(body)
    return Reply(
        status=answer.status,
        code=_scrubbed(body.code, scrub),
        message=_scrubbed(_with_field(message, details), scrub),
        retry_after_s=retry_after_s(answer),
        balance=next((m for m in map(v.money, balances) if m is not None), None),
        limit=v.whole(details.get("limit")),
    )


def _with_field(message: str | None, details: v.Record) -> str | None:
    """The message and the field of the request that it is about, which it may not name."""
    names = (v.short_text(details.get(name), 64) for name in ("field", "parameter"))
    field_name = next((name for name in names if name), None)
    if message is None or field_name is None or field_name in message:
        return message or field_name
    return f"{field_name}: {message}"


def _message(body: Body) -> str | None:
    """message ?? error ?? error.message (api.md §8.1), as one short line."""
    error = body.top.get("error")
    values = (body.top.get("message"), error, v.record(error).get("message"))
    return next((t for t in map(v.short_text, values) if t), v.short_text(body.error_text))


def _scrubbed(text: str | None, scrub: Scrub) -> str | None:
    return None if text is None else scrub(text)
