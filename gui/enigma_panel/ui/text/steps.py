"""Texts for steps, for the list of them, and for the live channel that tells them."""

from functools import lru_cache

from msgspec import Struct

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.observation import AT_CAP, Kind
from enigma_panel.core.questions.kinds import CHOSEN_LOGIN_USED, LOGIN_USED
from enigma_panel.core.reducer import ANSWERS_SENT
from enigma_panel.core.service_rules import POLL_MS
from enigma_panel.core.verbs import COMMANDS
from enigma_panel.services.state.timeline import EARLIER_ANSWER, GAP
from enigma_panel.services.types import LiveFault, LiveShare, Step
from enigma_panel.ui.i18n import Translations, shorten, without_hidden
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.verbs import GLYPHS, sent_text
from enigma_panel.ui.theme.palette import Glyph, Severity

tr = Translations("Steps")

LINE_CHARS = 300
"""An agent may think aloud for pages; a line shows so much of it."""
WHOLE = 1_000_000
"""A length that no text of a step reaches, in characters."""
TIP_CHARS = 600
NOW_CHARS = 120
"""What stands behind a task's text has little room."""
SENT = "task_sent"
"""Our own line of a time line: the start of the task."""
_SIGNS: dict[str, Glyph] = {
    SENT: Glyph.SEND,
    Kind.OPENED: Glyph.GLOBE,
    Kind.AGENT: Glyph.THOUGHT,
    Kind.UPDATE: Glyph.PAGE,
    Kind.QUESTION: Glyph.QUESTION,
    Kind.ANSWER_SENT: Glyph.SEND,
    Kind.COMPLETED: Glyph.CHECK,
    Kind.FAILED: Glyph.CROSS,
    Kind.PAUSED: Glyph.PAUSE,
    Kind.STOPPED: Glyph.STOP,
    **{rules.sent: GLYPHS[verb] for verb, rules in COMMANDS.items()},
}
_MARKS: dict[str, Severity] = {Kind.COMPLETED: Severity.GREEN, Kind.FAILED: Severity.RED}
_WITH_USED = ANSWERS_SENT | {EARLIER_ANSWER}
_MS_DIGITS = 13
"""A time of this century in milliseconds."""
_NAME = lazy_compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?=\s*(?::|$))")
"""The name of an action as the service writes it, at the beginning of a line."""
_ACTION = lazy_compile(r"(take_note|[A-Za-z]+)(?:_[A-Za-z0-9]+)*: (?:https?://)?(.+)")
"""An action with what it is about. The first word of its name counts, or take_note as a whole."""


class StepRow(Struct, frozen=True):
    """What stands in one row: a glyph in a colour, a sentence, and the time at its end."""

    glyph: Glyph
    text: str
    time: str
    mark: Severity = Severity.DIM
    is_dim: bool = False


@lru_cache(maxsize=64)
def step_word(kind: str) -> str:
    """A line of a task's time line: what happened. From a cache, for thousands of rows."""
    return _words().get(kind, _capital(kind.replace("_", " ")))


def step_text(step: Step) -> str:
    """The whole line: the word and, in one plain line, what was told with it."""
    match step.kind:
        case kind if kind == GAP and step.text.isdecimal() and len(step.text) <= _MS_DIGITS:
            first, last = (local_time(ms, seconds=True) for ms in (int(step.text), step.at_ms))
            return tr("No live updates from {first} to {last}", first=first, last=last)
        case kind if kind == Kind.SESSION_ENDED:
            return _ended_text(step.text)
        case Kind.ACTION if step.text:
            return action_text(step.text)[1]
        case Kind.STOPPED if step.text == AT_CAP:
            return tr("Stopped at your cap")
        case kind if kind in _WITH_USED and step.text:
            return tr("{what}: {text}", what=step_word(kind), text=_used_text(step.text))
        case _:
            word, text = step_word(step.kind), readable(step.text)
            return tr("{what}: {text}", what=word, text=text) if text else word


def readable(text: str, limit: int = LINE_CHARS) -> str:
    """What an agent told, as one plain line: 'click element: search button'."""
    line = shorten(text, limit)
    name = _NAME.match(line)
    return name[0].replace("_", " ") + line[name.end() :] if name else line


def action_text(text: str) -> tuple[Glyph, str]:
    """What an agent did or does: 'Clicking search button'. One form, true before and after."""
    line = shorten(text, LINE_CHARS)
    found = _ACTION.match(line)
    glyph, words = _action_words(found[1].lower()) if found else _action_words("")
    if found is None or not words:
        return glyph, _capital(readable(line))
    return glyph, words.format(what=found[2])


@lru_cache(maxsize=64)
def _action_words(name: str) -> tuple[Glyph, str]:
    match name:
        case "navigate" | "go" | "open":
            return Glyph.GLOBE, tr("Opening {what}")
        case "click" | "tap":
            return Glyph.POINTER, tr("Clicking {what}")
        case "type" | "input" | "fill":
            return Glyph.KEYBOARD, tr("Typing in {what}")
        case "key" | "press":
            return Glyph.KEYBOARD, tr("Pressing {what}")
        case "read" | "extract":
            return Glyph.EYE, tr("Reading {what}")
        case "scroll":
            return Glyph.EYE, tr("Scrolling on {what}")
        case "check":
            return Glyph.EYE, tr("Checking {what}")
        case "compare":
            return Glyph.EYE, tr("Comparing {what}")
        case "wait":
            return Glyph.CLOCK, tr("Waiting for {what}")
        case "write":
            return Glyph.PAGE, tr("Writing {what}")
        case "take_note":
            return Glyph.PAGE, tr("Taking a note on {what}")
        case _:
            return Glyph.RING, ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended_text(reason: str) -> str:
    text = {
        "completed": tr("The session ended: its task was done"),
        "terminateoncompletion": tr("The session ended: its task was done"),
        "terminated": tr("The session was ended"),
        "expired": tr("The session ended: its time ran out"),
        "instance_lost": tr("The session ended: the service lost its browser"),
    }.get(reason.lower())
    if text is not None:
        return text
    word, why = step_word(Kind.SESSION_ENDED), shorten(reason, 60)
    return tr("{what}: {text}", what=word, text=why) if why else word


def _used_text(used: str) -> str:
    """What of an answer is no secret: 'login maria', 'up to $49.99'."""
    if used.startswith(LOGIN_USED):
        return tr("login {account}", account=readable(used.removeprefix(LOGIN_USED)))
    if used.startswith(CHOSEN_LOGIN_USED):
        account = readable(used.removeprefix(CHOSEN_LOGIN_USED))
        return tr("login {account}, chosen with the task", account=account)
    return tr("up to {amount}", amount=readable(used))


def _words() -> dict[str, str]:
    return {
        SENT: tr("Task sent"),
        "opened": tr("Browser opened"),
        "accepted": tr("Task accepted"),
        "question": tr("Asked you"),
        "active": tr("Carried on"),
        "completed": tr("Done"),
        "failed": tr("Failed"),
        "terminated": tr("The session ended"),
        "session_ended": tr("The session ended"),
        "task_gone": tr("The service no longer knows the task"),
        "session_gone": tr("The session has ended"),
        "paused": tr("Paused"),
        "stopped": tr("Stopped"),
        "orphaned": tr("The service lost the browser"),
        "reconnected": tr("The browser is back"),
        "agent": tr("Thinks"),
        "action": tr("Does"),
        "response_update": tr("Says"),
        **{rules.sent.value: sent_text(verb) for verb, rules in COMMANDS.items()},
        "answer_sent": tr("Answer sent"),
        "answer_stop_sent": tr("Stop sent as answer"),
        "refused": tr("Not accepted"),
        "unknown": tr("Sent, but no reply came"),
        "lifetime_over": tr("Its time is up by this computer's clock"),
        "reported_expired": tr("The service says the session expired"),
        "outlived": tr("Still running, though its time is up by this computer's clock"),
        "given_up": tr("No longer checked"),
        "dismissed": tr("Dismissed by you"),
        "back_in_queue": tr("Back in the queue"),
        "taken_back": tr("Removed from the queue"),
        "restored": tr("Restored by you"),
        "live_lost": tr("Nothing reports on it any more"),
        "answer_unconfirmed": tr("The answer may have arrived"),
        "earlier_answer": tr("Your answer to the last question was on its way"),
        "no_live": tr("No live updates: what the agent does is unknown"),
        "live_gap": tr("No live updates"),
    }


def step_row(step: Step) -> StepRow:
    """A step as one row of plain text."""
    glyph, mark = _SIGNS.get(step.kind, Glyph.RING), _MARKS.get(step.kind, Severity.DIM)
    text, time = step_text(step), local_time(step.at_ms, seconds=True)
    match step.kind:
        case Kind.ACTION:
            glyph, text = action_text(step.text)
        case Kind.AGENT | Kind.UPDATE:
            text = readable(step.text) or text
    is_dim = step.kind in {GAP, Kind.AGENT}
    return StepRow(glyph, text, time, mark, is_dim=is_dim)


def spoken_step(step: Step) -> str:
    """'14:31:09, Clicking search button', '14:31:09, Thinks, I see it'."""
    row = step_row(step)
    kind = step_word(step.kind) if step.kind in {Kind.AGENT, Kind.UPDATE} and step.text else ""
    return ", ".join(part for part in (row.time, kind, row.text) if part)


def read_text(step: Step) -> str:
    """The selected step in full, below when it was and what kind it is."""
    head = f"{local_time(step.at_ms, seconds=True)} · {step_word(step.kind)}"
    return f"{head}\n{whole_text(step)}"


def whole_text(step: Step) -> str:
    """All that was told with a step, over several lines where it has some; never read as HTML."""
    if step.kind == GAP or not step.text:
        return step_text(step)
    return without_hidden(step.text.replace("\r\n", "\n"))


def copied_step(step: Step) -> str:
    """Time, kind and text between tabs, redacted before they came here."""
    time = local_time(step.at_ms, seconds=True)
    if step.kind == GAP:
        return f"{time}\t\t{step_text(step)}"
    return f"{time}\t{step_word(step.kind)}\t{readable(step.text, WHOLE)}".rstrip("\t")


def copy_text(*, is_selected: bool) -> str:
    """What the button copies: the selected ones, or all."""
    return tr("Copy") if is_selected else tr("Copy all")


def earlier_text(n: int) -> str:
    """Return the label of the button that shows the steps which a time line leaves out."""
    return tr.plural("1 earlier step", "{n} earlier steps", n)


def live_tip(share: LiveShare, *, polls: bool = True) -> str:
    """How many sessions send live updates, or nothing. polls: a task is asked for."""
    if share.of <= 0 or not (share.up or polls):
        return ""
    if share.up >= share.of:
        return tr("All open sessions send live updates.")
    some = tr("{n} of {all} open sessions send live updates.", n=share.up, all=share.of)
    # Less often while a start is held or nothing answers.
    checked = tr(
        "Without live updates, tasks are checked every {n} s or less often.", n=POLL_MS // 1000
    )
    return " ".join(filter(None, (some if share.up else "", checked, _why(share.fault))))


def now_text(text: str) -> str:
    """What an agent does now, short and in one plain line; empty when nothing is known."""
    return shorten(action_text(text)[1], NOW_CHARS) if text else ""


def _why(fault: LiveFault | None) -> str:
    match fault:
        case LiveFault.REFUSED:
            return tr("The service refused live updates.")
        case LiveFault.UNREACHABLE:
            return tr("The live update server could not be reached.")
        case LiveFault.LOST:
            return tr("Live updates broke off. The program keeps trying.")
        case LiveFault.PROTOCOL:
            return tr("The live update server's answer made no sense.")
        case LiveFault.ADDRESS:
            return tr("The live update server is on another host. It is not used.")
        case LiveFault.MISSING:
            return tr("Live updates are not installed.")
        case LiveFault.BROKEN:
            return tr("Live updates could not be loaded.")
        case _:
            return ""
