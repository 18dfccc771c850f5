"""Request bodies of dialect E (api.md §1.3-1.5, §3, §4): flat, and only the fields that are set.

Each function returns the JSON body as bytes, but for the `…_message` ones: the inner message, which
the live channel sends without a body around it (api.md §6). Durations are milliseconds.
"""

import msgspec

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.verbs import AnswerVerb, CommandVerb

Fields = dict[str, object]


def start_session(*, max_duration_ms: int | None) -> bytes:
    """A browser with an empty task: the only way to learn the session's id before it works."""
    body: Fields = {"mode": "default"}
    if max_duration_ms is not None:
        body["maxDuration"] = max_duration_ms
    return _encode(body)


def run_task(spec: TaskSpec) -> bytes:
    """One call for session and task; terminateOnCompletion is forced by the service."""
    return _encode(_task(spec))


def new_task(session_id: str, spec: TaskSpec) -> bytes:
    """A task in an open session."""
    message: Fields = {"actionType": "newTask", "newState": "start", **_task(spec)}
    if spec.close_after:
        message["terminateOnCompletion"] = True
    return _message(session_id, message)


def state(session_id: str, verb: CommandVerb) -> bytes:
    """pause, resume, stop or terminate."""
    return _message(session_id, state_message(verb))


def state_message(verb: CommandVerb) -> Fields:
    """The inner message of `state`."""
    return {"actionType": "state", "newState": verb.value}


def guardrail(session_id: str, text: str, verb: AnswerVerb) -> bytes:
    """The answer to a question. resume goes on with the text, stop ends the task."""
    return _message(session_id, guardrail_message(text, verb))


def guardrail_message(text: str, verb: AnswerVerb) -> Fields:
    """The inner message of `guardrail`. The text is a secret."""
    return {"actionType": "guardrail", "taskDetails": text, "newState": verb.value}


def _task(spec: TaskSpec) -> Fields:
    limits = spec.limits
    fields: Fields = {
        "taskDetails": spec.text,
        "startingUrl": spec.starting_url or None,
        "maxDuration": limits.max_duration_ms,
        "maxInputTokens": limits.max_input_tokens,
        "maxOutputTokens": limits.max_output_tokens,
        "avoidDomains": list(limits.avoid_domains) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _message(session_id: str, message: Fields) -> bytes:
    return _encode({"sessionId": session_id, "message": message})


def _encode(body: Fields) -> bytes:
    return msgspec.json.encode(body)
