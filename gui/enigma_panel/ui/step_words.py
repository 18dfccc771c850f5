"""Words for the lines of a task's time line, and for what an agent tells while it works."""

import re

from enigma_panel.core.observation import Kind
from enigma_panel.services.state.timeline import GAP, SKIPPED
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.status_words import local_time
from enigma_panel.ui.words import shorten_plain, tr, tr_n

LINE_CHARS = 300
"""An agent may think aloud for pages; a line shows so much of it."""

_MS_DIGITS = 13
"""A time of this century in milliseconds."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?=\s*(?::|$))")
"""The name of an action as the service writes it, at the beginning of a line."""


def step_word(kind: str) -> str:
    """A line of a task's time line: what happened."""
    return _service_word(kind) or _sent_word(kind) or _our_word(kind) or kind.replace("_", " ")


def step_line(step: Step) -> str:
    """The whole line: the word and, in one plain line, what was told with it."""
    match step.kind:
        case kind if kind == GAP and step.text.isdecimal() and len(step.text) <= _MS_DIGITS:
            return gap_text(int(step.text), step.at_ms)
        case kind if kind == SKIPPED and step.text.isdecimal() and len(step.text) <= _MS_DIGITS:
            return skipped_text(int(step.text))
        case kind if kind == Kind.SESSION_ENDED:
            return _ended_text(step.text)
        case _:
            word, text = step_word(step.kind), readable(step.text)
            return tr("{what}: {text}", what=word, text=text) if text else word


def readable(text: str, limit: int = LINE_CHARS) -> str:
    """What an agent told, as one plain line: 'click element: search button'."""
    line = shorten_plain(text, limit)
    name = _NAME.match(line)
    return name[0].replace("_", " ") + line[name.end() :] if name else line


def gap_text(from_ms: int, to_ms: int) -> str:
    """A time in which nothing could be heard, and which nobody tells again."""
    first, last = local_time(from_ms, seconds=True), local_time(to_ms, seconds=True)
    return tr("no live news from {first} to {last}", first=first, last=last)


def skipped_text(n: int) -> str:
    """An agent told more than is kept."""
    return tr_n("1 line more than is kept was left out", "{n} lines too many were left out", n)


def _ended_text(reason: str) -> str:
    """The session ended, with the reason that the service gave."""
    words = {
        "completed": tr("the session ended: its task was done"),
        "terminateoncompletion": tr("the session ended: its task was done"),
        "terminated": tr("the session was ended"),
        "expired": tr("the session ended: its time was over"),
        "instance_lost": tr("the session ended: the service lost its browser"),
    }.get(reason.lower())
    if words is not None:
        return words
    word, why = step_word(Kind.SESSION_ENDED), shorten_plain(reason, 60)
    return tr("{what}: {text}", what=word, text=why) if why else word


def _service_word(kind: str) -> str:
    return {
        "opened": tr("browser opened"),
        "accepted": tr("task accepted by the service"),
        "question": tr("asked"),
        "completed": tr("done"),
        "failed": tr("failed"),
        "terminated": tr("the session ended"),
        "session_ended": tr("the session ended"),
        "task_gone": tr("no longer known to the service"),
        "session_gone": tr("the session has ended"),
        "paused": tr("paused"),
        "stopped": tr("stopped"),
        "orphaned": tr("connection lost"),
        "reconnected": tr("connection back"),
        "agent": tr("thinks"),
        "action": tr("does"),
        "response_update": tr("says"),
        "unclear": tr("the service did not say which task this is of"),
    }.get(kind, "")


def _sent_word(kind: str) -> str:
    return {
        "pause_sent": tr("Pause sent"),
        "resume_sent": tr("Resume sent"),
        "stop_sent": tr("Stop sent"),
        "terminate_sent": tr("Terminate sent"),
        "answer_sent": tr("answer sent"),
        "answer_stop_sent": tr("Stop sent as answer"),
        "pause_emitted": tr("Pause sent over the live channel"),
        "resume_emitted": tr("Resume sent over the live channel"),
        "stop_emitted": tr("Stop sent over the live channel"),
        "terminate_emitted": tr("Terminate sent over the live channel"),
        "answer_emitted": tr("answer sent over the live channel"),
        "answer_stop_emitted": tr("Stop sent as answer over the live channel"),
    }.get(kind, "")


def _our_word(kind: str) -> str:
    return {
        "refused": tr("not accepted"),
        "unknown": tr("sent, no answer came"),
        "lifetime_over": tr("its time is over, by our clock"),
        "told_expired": tr("the service speaks of an expired session"),
        "outlived": tr("goes on, though its time is over by our clock"),
        "given_up": tr("asked no more"),
        "put_away": tr("put away by you"),
        "back_in_line": tr("back in line"),
        "taken_back": tr("taken out of the line"),
        "live_lost": tr("live channel lost"),
        "works_on": tr("works on, in spite of Pause"),
        "answer_doubted": tr("no sign that the answer arrived"),
        "no_live": tr("no live channel: what the agent does is not told"),
        "live_gap": tr("no live news"),
        "live_skipped": tr("lines left out"),
    }.get(kind, "")
