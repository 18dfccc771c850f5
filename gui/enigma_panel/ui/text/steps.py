"""Texts for steps, for the list of them, and for the live channel that tells them."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.observation import Kind
from enigma_panel.core.questions.kinds import LOGIN_USED
from enigma_panel.core.reducer import ANSWERS_SENT
from enigma_panel.core.service_rules import POLL_MS
from enigma_panel.core.verbs import COMMANDS
from enigma_panel.services.state.timeline import EARLIER_ANSWER, GAP, LIVE_KINDS, SKIPPED
from enigma_panel.services.types import LiveFault, LiveShare, Step
from enigma_panel.ui.i18n import Translations, shorten, without_hidden
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.verbs import sent_text

tr = Translations("Steps")

LINE_CHARS = 300
"""An agent may think aloud for pages; a line shows so much of it."""
WHOLE = 1_000_000
"""A length that no text of a step reaches, in characters."""
TIP_CHARS = 600
NOW_CHARS = 120
"""What stands behind a task's text has little room."""
TEXT_KINDS = (*sorted(LIVE_KINDS), Kind.QUESTION.value)
"""Kinds whose text is the point: their word stands in a column of its own."""
DIM_KINDS = frozenset({GAP, SKIPPED})
"""What is not there, and for how long."""
_WITH_USED = ANSWERS_SENT | {EARLIER_ANSWER}
_MS_DIGITS = 13
"""A time of this century in milliseconds."""
_NAME = lazy_compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?=\s*(?::|$))")
"""The name of an action as the service writes it, at the beginning of a line."""


class StepRow(Struct, frozen=True):
    """What stands in one row. kind is "" where the text says it all."""

    time: str
    kind: str
    text: str
    is_dim: bool


class LiveText(Struct, frozen=True):
    """The word about the live channel in the status bar, and what it means."""

    word: str
    tip: str


def step_word(kind: str) -> str:
    """A line of a task's time line: what happened."""
    return _service_word(kind) or _sent_word(kind) or _our_word(kind) or kind.replace("_", " ")


def step_text(step: Step) -> str:
    """The whole line: the word and, in one plain line, what was told with it."""
    match step.kind:
        case kind if kind == GAP and step.text.isdecimal() and len(step.text) <= _MS_DIGITS:
            return gap_text(int(step.text), step.at_ms)
        case kind if kind == SKIPPED and step.text.isdecimal() and len(step.text) <= _MS_DIGITS:
            return skipped_text(int(step.text))
        case kind if kind == Kind.SESSION_ENDED:
            return _ended_text(step.text)
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


def gap_text(from_ms: int, to_ms: int) -> str:
    """A time in which nothing could be heard, and which nobody tells again."""
    first, last = local_time(from_ms, seconds=True), local_time(to_ms, seconds=True)
    return tr("no live news from {first} to {last}", first=first, last=last)


def skipped_text(n: int) -> str:
    """An agent told more than is kept."""
    return tr.plural("1 line more than is kept was left out", "{n} lines too many were left out", n)


def _ended_text(reason: str) -> str:
    """The session ended, with the reason that the service gave."""
    text = {
        "completed": tr("the session ended: its task was done"),
        "terminateoncompletion": tr("the session ended: its task was done"),
        "terminated": tr("the session was ended"),
        "expired": tr("the session ended: its time was over"),
        "instance_lost": tr("the session ended: the service lost its browser"),
    }.get(reason.lower())
    if text is not None:
        return text
    word, why = step_word(Kind.SESSION_ENDED), shorten(reason, 60)
    return tr("{what}: {text}", what=word, text=why) if why else word


def _used_text(used: str) -> str:
    """What of an answer is no secret: 'login maria', 'up to $49.99'."""
    if used.startswith(LOGIN_USED):
        return tr("login {account}", account=readable(used.removeprefix(LOGIN_USED)))
    return tr("up to {amount}", amount=readable(used))


def _service_word(kind: str) -> str:
    return {
        "opened": tr("browser opened"),
        "accepted": tr("task accepted by the service"),
        "question": tr("asked"),
        "active": tr("went on"),
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
        **{rules.sent.value: sent_text(verb) for verb, rules in COMMANDS.items()},
        **{rules.sent_live.value: sent_text(verb, live=True) for verb, rules in COMMANDS.items()},
        "answer_sent": tr("answer sent"),
        "answer_stop_sent": tr("Stop sent as answer"),
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
        "put_away": tr("dismissed by you"),
        "back_in_line": tr("back in the queue"),
        "taken_back": tr("taken out of the queue"),
        "brought_back": tr("restored by you"),
        "live_lost": tr("no news by the live channel"),
        "works_on": tr("works on, in spite of Pause"),
        "answer_doubted": tr("no sign that the answer arrived"),
        "answer_unconfirmed": tr("the answer may have arrived"),
        "earlier_answer": tr("an answer to the question before was on its way"),
        "no_live": tr("no live channel: what the agent does is not told"),
        "live_gap": tr("no live news"),
        "live_skipped": tr("lines left out"),
    }.get(kind, "")


@lru_cache(maxsize=64)
def kind_word(kind: str) -> str:
    """Return `step_word` from a cache, for thousands of rows."""
    return step_word(kind)


def step_row(step: Step) -> StepRow:
    """A step as one row of plain text."""
    time = local_time(step.at_ms, seconds=True)
    if step.kind in TEXT_KINDS:
        return StepRow(time, kind_word(step.kind), readable(step.text), is_dim=False)
    return StepRow(time, "", step_text(step), is_dim=step.kind in DIM_KINDS)


def spoken_step(step: Step) -> str:
    """'14:31:09, does, click element: search button'."""
    row = step_row(step)
    return ", ".join(part for part in (row.time, row.kind, row.text) if part)


def whole_text(step: Step) -> str:
    """All that was told with a step, over several lines where it has some; never read as HTML."""
    if step.kind in DIM_KINDS or not step.text:
        return step_text(step)
    return without_hidden(step.text.replace("\r\n", "\n"))


def whole_head(step: Step) -> str:
    """'14:31:09 · does', above the whole text."""
    return f"{local_time(step.at_ms, seconds=True)} · {kind_word(step.kind)}"


def searched_text(step: Step) -> str:
    """What a search looks through: in lower case, names of actions as they are shown."""
    if step.kind in DIM_KINDS:
        return normalized(step_text(step))
    return normalized(f"{kind_word(step.kind)} {step.text}")


def normalized(text: str) -> str:
    """Texts that a person takes for the same: in one case, on one line."""
    return " ".join(without_hidden(text).replace("_", " ").lower().split())


def copied_steps(steps: Iterable[Step]) -> str:
    """A line a step: time, kind and text between tabs, to be pasted into a message or a table.

    Nothing is redacted here: what an agent tells was redacted before it came into the ledger,
    and before `Timeline.grown` brought it.
    """
    return "\n".join(map(_copied, steps))


def _copied(step: Step) -> str:
    time = local_time(step.at_ms, seconds=True)
    if step.kind in DIM_KINDS:
        return f"{time}\t\t{step_text(step)}"
    return f"{time}\t{kind_word(step.kind)}\t{readable(step.text, WHOLE)}".rstrip("\t")


def count_text(n: int) -> str:
    """How many there are, below the list."""
    return tr.plural("1 step", "{n} steps", n) if n else ""


def new_steps_text(n: int, *, short: bool = False) -> str:
    """What came in below while somebody reads above; short, where there is no room."""
    if short:
        return tr("{n} new", n=n)
    return tr("{n} new – Jump to the newest", n=n)


def found_text(place: int | None, total: int) -> str:
    """'3 of 143': which of the steps that were found is selected."""
    if not total:
        return tr("not found")
    if place is None:
        return tr("{n} found", n=total)
    return tr("{n} of {all}", n=place, all=total)


def copy_text(part: int | None, *, is_selected: bool) -> str:
    """What the button copies: the selected ones, or all. part: how many, where not all are read."""
    if is_selected:
        return tr("Copy")
    return tr("Copy all") if part is None else tr("Copy the newest {n}", n=part)


def older_text(n: int) -> str:
    """Not all that is in the ledger was read."""
    return tr("The newest {n} are shown.", n=n)


def empty_text(*, has_task: bool, failed: bool) -> str:
    """What stands where no steps are."""
    if failed:
        return tr("The steps could not be read from the ledger.")
    if not has_task:
        return tr("Select a session or a task to see its steps.")
    return tr("No steps yet. They appear here while the agent works, if the live channel is up.")


def live_text(share: LiveShare, *, polls: bool = True) -> LiveText:
    """'live', 'partly live (3 of 8)' or 'polling'; nothing while no session is open, or where no
    news can come: none listens and no task is asked for. polls: one is."""
    if share.of <= 0 or not (share.up or polls):
        return LiveText("", "")
    if share.up >= share.of:
        return LiveText(tr("live"), tr("News of all open sessions come at once."))
    why = _why(share.fault)
    if share.up > 0:
        word = tr("partly live ({n} of {all})", n=share.up, all=share.of)
        tip = tr("News of {n} of {all} open sessions come at once.", n=share.up, all=share.of)
        return LiveText(word, _joined(tip, _polls(), why))
    return LiveText(tr("polling"), _joined(_polls(), why))


def _polls() -> str:
    """Say that polls bring it; rarer while a start is held or nothing answers."""
    return tr(
        "Without the channel a task is asked for every {n} seconds once the service has named it, "
        "less often while it does not answer.",
        n=POLL_MS // 1000,
    )


def now_text(text: str) -> str:
    """What an agent does now, short and in one plain line; empty when nothing is known."""
    return readable(text, NOW_CHARS)


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _why(fault: LiveFault | None) -> str:
    """Why there is no live channel, in a sentence of its own."""
    match fault:
        case LiveFault.REFUSED:
            return tr("The service refused the live channel.")
        case LiveFault.UNREACHABLE:
            return tr("The live channel could not be reached.")
        case LiveFault.LOST:
            return tr("The live channel broke off; it is tried again.")
        case LiveFault.PROTOCOL:
            return tr("What answered in the place of the live channel was not understood.")
        case LiveFault.ADDRESS:
            return tr("The address of the live channel leads to another host, so it is not used.")
        case LiveFault.MISSING:
            return tr("The part of this program for the live channel is not installed.")
        case LiveFault.BROKEN:
            return tr("The part of this program for the live channel could not be loaded.")
        case _:
            return ""
