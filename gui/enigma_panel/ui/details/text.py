"""Texts of the Details panel, made of records alone."""

from collections.abc import Sequence
from decimal import Decimal

from enigma_panel.core.models import Session, Task, has_idled, shown_state
from enigma_panel.core.money import exact_money
from enigma_panel.core.observation import NO_USAGE, UNSENT, Kind, Usage
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.spending import Spending
from enigma_panel.services.types import PendingCommand, QueueEntry, Step, WaitReason
from enigma_panel.ui.i18n import Translations, sentence
from enigma_panel.ui.text.errors import ErrorText
from enigma_panel.ui.text.money import again_text
from enigma_panel.ui.text.states import (
    UNKNOWN,
    StateWord,
    local_time,
    session_state_text,
    task_status_text,
)
from enigma_panel.ui.text.steps import SENT
from enigma_panel.ui.text.waiting import WaitText, ordinal, pending_text
from enigma_panel.ui.theme.palette import Glyph

tr = Translations("Details")

SAID = frozenset({Kind.OPENED, Kind.ACCEPTED})
"""Lines that are copied and not shown: that the task was sent says as much."""


def state_word(
    session: Session | None, task: Task | None, special: StateWord | None, *, about_session: bool
) -> StateWord:
    """Return the state of the session, or of the task. special: see special_word."""
    if about_session and session is not None:
        return special or session_state_text(shown_state(session, task), task)
    if task is None:
        return StateWord(Glyph.RING, "")
    return special if special and not task.is_final else task_status_text(task, session)


def state_note(pending: PendingCommand | None, now_ms: int, known_ms: int | None) -> str:
    """Return the command on its way, or of when the state is where nothing answers."""
    if pending is not None:
        return pending_text(pending, now_ms)
    return tr("as of {time}", time=local_time(known_ms)) if known_ms is not None else ""


def again_label(spending: Spending, task: Task, session: Session | None) -> str:
    """Return 'Run again · ≈ $0.03', by what it cost itself, else by the last tasks of its site.

    While the task runs two browsers would cost money.
    """
    label = tr("Run a second time") if task.is_at_work else tr("Run again")
    site = session.site if session is not None else ""
    amount = again_text([task], spending.price(site))
    return tr("{label} · {amount}", label=label, amount=amount) if amount else label


def several_text(sessions: int, tasks: int, n_open: int) -> str:
    """How many are selected, and how many open sessions that means."""
    many = tr.plural("1 task", "{n} tasks", tasks)
    still_open = tr.plural("1 open session", "{n} open sessions", n_open)
    if not tasks:
        many = tr.plural("1 session", "{n} sessions", sessions)
        still_open = tr("{n} open", n=n_open)
    return f"{many} · {still_open}" if n_open and n_open != sessions else many


def session_sum(sessions: Sessions, key: int) -> TaskSum:
    """What the tasks of a session cost together so far."""
    session = sessions.session(key)
    task = sessions.current_task(session) if session is not None else None
    cost, unknown = sessions.session_cost(key), sessions.session_unknown_costs(key)
    is_ended = session is None or session.is_ended
    is_running = task is not None and task.is_at_work and not is_ended
    is_unknown = cost is None and not unknown and not is_running
    return TaskSum(
        count=1,
        cost=cost or Decimal(0),
        unknown=unknown + is_unknown,
        running=int(is_running),
        unreported=int(task is not None and is_running and task.counted_cost is None),
        has_idle=session is not None and has_idled(session, task),
    )


def queued_text(entry: QueueEntry, waiting: WaitText) -> ErrorText:
    """Why a queued task waits; that nothing costs until it is sent, its state says."""
    what, place = sentence(waiting.text), tr("{place} in the queue", place=ordinal(entry.position))
    if entry.position == 1 or what.startswith(place):
        place = ""  # it is next, or that is said
    todo = {
        WaitReason.SESSION_ENDED: tr("Run it in a new session, or remove it."),
        WaitReason.UNSUPPORTED: tr("Edit it."),
    }.get(entry.why, "")
    return ErrorText(what, place and sentence(place), todo)


def usage_text(task: Task) -> str:
    """'$0.0212 · 12 s of compute · 11,388 tokens', once the task has ended; says what is unknown.

    How long it took stands in its row, by our clock.
    """
    usage = task.usage
    if not task.is_final or task.code in UNSENT or not (task.was_taken or usage != NO_USAGE):
        return ""
    cost = tr("Cost unknown")
    if usage.cost is not None:
        cost = exact_money(usage.cost) + ("" if task.counted_cost is not None else UNKNOWN)
    seconds, tokens = usage.compute_s, _tokens(usage)
    return " · ".join(
        (
            cost,
            *([tr("{n} s of compute", n=seconds)] if seconds is not None else []),
            *([tr.plural("1 token", "{n} tokens", tokens)] if tokens is not None else []),
        )
    )


def _tokens(usage: Usage) -> int | None:
    given = [n for n in (usage.tokens_in, usage.tokens_out) if n is not None]
    return usage.tokens_total if usage.tokens_total is not None else sum(given) if given else None


def time_line(task: Task, steps: Sequence[Step], *, has_thoughts: bool) -> list[Step]:
    """Return the lines of the time line: when the task was sent, and what happened since."""
    hidden = SAID if has_thoughts else SAID | {Kind.AGENT}
    lines = [step for step in steps if step.kind not in hidden]
    if task.sent_ms is not None:
        at_ms = min([task.sent_ms, *(line.at_ms for line in lines[:1])])
        lines.insert(0, Step(at_ms=at_ms, kind=SENT, text=""))
    return lines


def thoughts_text(steps: Sequence[Step], *, is_open: bool) -> str:
    """Return the label that shows or hides the agent's thoughts; empty where it had none."""
    n = sum(step.kind == Kind.AGENT for step in steps)
    if n and is_open:
        return tr("Hide thoughts")
    return tr.plural("1 thought", "{n} thoughts", n) if n else ""
