"""Reading of the live channel's events: one becomes an Observation, or nothing (api.md §6).

Pure and total: what fits nothing documented, or does not fit well, is left out. Nothing is raised.
"""

from collections.abc import Callable

from enigma_panel.api.wire import values as v
from enigma_panel.api.wire.reply_body import body_of
from enigma_panel.api.wire.responses import report
from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.observation import Kind, Observation

MAX_STEP = 2_300
"""Longest step that is read, in characters: more than is stored, which is cut after redaction."""

MAX_GRACE_MS = 86_400_000
"""Longest grace period that is believed (the pages say 5 minutes)."""

_EXPIRED = "SESSION_EXPIRED"

# Invisible characters and marks that turn the writing direction; control characters go by
# `values.long_text`. Without the joiners that hold an emoji or a syllable together.
_UNWANTED = lazy_compile(
    "[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
_LINE_ENDS = lazy_compile("[\u2028\u2029]")


def read_event(name: str, payload: object) -> Observation | None:
    """The fact in an event, or None. session_id is set where the event names a session."""
    if name != "message":
        own = _OWN.get(name)
        return None if own is None else own(payload)
    if not isinstance(payload, dict):
        return None
    read = _MESSAGES.get(v.word(payload.get("type")))
    return None if read is None else read(payload)


def _action(payload: v.Record) -> Observation | None:
    data = v.record(payload.get("data"))
    name, target = _step_text(data.get("name")), _step_text(data.get("target"))
    text = f"{name}: {target}" if name and target else name or target
    return _step(Kind.ACTION, payload, text or payload.get("data"))


def _update(payload: v.Record) -> Observation | None:
    data = payload.get("data")
    inner = data.get("message") if isinstance(data, dict) else data
    return _step(Kind.UPDATE, payload, payload.get("message") if inner is None else inner)


def _step(kind: Kind, payload: v.Record, content: object) -> Observation | None:
    """Read a step: most events are steps, so nothing is looked up that they lack."""
    text = _step_text(content)
    if text is None:
        return None
    return Observation(
        kind=kind,
        text=text,
        session_id=v.opaque_id(payload.get("sessionId")),
        task_id=v.opaque_id(payload.get("taskId")),
    )


def _step_text(value: object) -> str | None:
    """A text of several lines, cut at MAX_STEP; None where there is nothing to read in it."""
    if isinstance(value, dict | list):
        value = v.long_text(value) if value else None
    if not isinstance(value, str):
        return None
    cut = value[: MAX_STEP + 1]
    text = cut if cut.isprintable() else _clean(cut)
    if len(value) > MAX_STEP:
        text = v.without_last_run(text[:MAX_STEP]) + v.CUT_MARK
    return text.strip() or None


def _clean(text: str) -> str:
    whole = v.long_text(text) or ""  # with U+FFFD for half an emoji
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", whole))


def _task(kind: Kind) -> Callable[[v.Record], Observation | None]:
    def read(payload: v.Record) -> Observation | None:
        body = body_of(payload)
        return None if body is None else report(body, kind)

    return read


_failed = _task(Kind.FAILED)


def _error(payload: v.Record) -> Observation | None:
    observation = _failed(payload)
    if observation is None or (observation.code or "").upper() != _EXPIRED:
        return observation
    # A task's error, and perhaps a page's words about a session of its own: no proof of an end.
    return Observation(
        kind=Kind.LIFETIME_OVER, text=observation.text, session_id=observation.session_id
    )


def _ended(payload: object) -> Observation:
    """Read end_session; code is the reason as it was given, None where none was."""
    reason = v.short_text(v.record(payload).get("reason"), 64)
    return _about_session(Kind.SESSION_ENDED, payload, code=reason)


def _disconnected(payload: object) -> Observation:
    grace = v.whole(v.record(payload).get("gracePeriod"))
    if grace is not None and grace > MAX_GRACE_MS:
        grace = None
    return _about_session(Kind.ORPHANED, payload, grace_ms=grace)


def _about_session(
    kind: Kind, payload: object, *, code: str | None = None, grace_ms: int | None = None
) -> Observation:
    """Read an event about the session itself; it is the fact, however few fields it has."""
    fields = v.record(payload)
    return Observation(
        kind=kind,
        text=v.short_text(fields.get("message")),
        code=code,
        grace_ms=grace_ms,
        session_id=v.opaque_id(fields.get("sessionId")),
    )


_OWN: dict[str, Callable[[object], Observation | None]] = {
    "end_session": _ended,
    "instance:disconnected": _disconnected,
    "instance:reconnected": lambda payload: _about_session(Kind.RECONNECTED, payload),
}
_MESSAGES: dict[str, Callable[[v.Record], Observation | None]] = {
    "agent": lambda payload: _step(Kind.AGENT, payload, payload.get("content")),
    "action": _action,
    "response_update": _update,
    "task_completed": _task(Kind.COMPLETED),
    "guardrail_trigger": _task(Kind.QUESTION),
    "error": _error,
    "failed": _error,
    "task_failed": _error,
    **_OWN,
}

EVENTS = ("message", *_OWN)
"""The names of all events that are read."""
