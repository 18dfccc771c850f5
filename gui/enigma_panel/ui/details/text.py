"""Texts of the Details panel, made of records alone."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.models import Session, Task, shown_state
from enigma_panel.core.money import MoneyKind, exact_money, format_money, is_sane, sum_money
from enigma_panel.core.observation import Kind, Usage
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.spending import Spending
from enigma_panel.services.state.timeline import LIVE_KINDS
from enigma_panel.services.types import PendingCommand, QueueEntry, Step, WaitReason
from enigma_panel.ui.i18n import Translations, sentence, shorten
from enigma_panel.ui.text.cells import TAKEN_BACK
from enigma_panel.ui.text.errors import ErrorText
from enigma_panel.ui.text.money import spoken_money, with_idle
from enigma_panel.ui.text.states import (
    UNKNOWN,
    StateWord,
    local_time,
    missing_word,
    session_state_text,
    task_status_text,
)
from enigma_panel.ui.text.steps import DIM_KINDS, step_text
from enigma_panel.ui.text.sums import selected_texts, sum_tip
from enigma_panel.ui.text.waiting import WaitText, ordinal, pending_text
from enigma_panel.ui.theme.palette import Glyph

tr = Translations("Details")

FEW = 3
"""How many tasks a price takes at least."""
RESULT_HEAD = 50_000
"""A text field takes a quarter of a second for a line of 1 MB, so long results are cut at first."""
STEPS_SHOWN, AGENT_SHOWN = 50, 5
"""Lines of the time line; those of them that come from the agent."""
STEP_CHARS, AGENT_CHARS, QUESTION_CHARS = 120, 80, 300
"""Characters of a line, of one that comes from the agent, and of a question: it has its amount at
the end."""
_LONG_WORD = lazy_compile(r"\S{20}(?=\S)")
AGENT_KINDS = LIVE_KINDS | DIM_KINDS


def state_word(
    session: Session | None, task: Task | None, *, about_session: bool, is_missing: bool
) -> StateWord:
    """Return the state of the session, or of the task.

    is_missing: the last poll did not find it.
    """
    if about_session and session is not None:
        is_lost = is_missing and not session.is_ended
        return missing_word() if is_lost else session_state_text(shown_state(session, task), task)
    if task is None:
        return StateWord(Glyph.RING, "")
    is_lost = is_missing and not task.is_final
    return missing_word() if is_lost else task_status_text(task, session)


def state_note(pending: PendingCommand | None, now_ms: int, known_ms: int | None) -> str:
    """Return the command on its way, or of when the state is where nothing answers."""
    if pending is not None:
        return pending_text(pending, now_ms).text
    return tr("as of {time}", time=local_time(known_ms)) if known_ms is not None else ""


def again_label(spending: Spending) -> str:
    """Return 'Run again · ≈ $0.03', by what the last tasks cost."""
    forecast = spending.forecast(Decimal(0))
    if forecast is None or forecast.like < FEW:
        return tr("Run again")
    return tr("Run again · ≈ {money}", money=format_money(forecast.each, MoneyKind.SUM))


def several_sessions_text(costs: Sequence[Decimal | None], *, has_idle: bool = False) -> str:
    """How many are selected, and what they cost together so far. has_idle: one of them was open
    without a task."""
    many = tr.plural("1 session is selected.", "{n} sessions are selected.", len(costs))
    return f"{many}\n{_together_text(costs, has_idle=has_idle)}"


def several_tasks_text(n: int, total: TaskSum | None) -> str:
    """How many are selected, and what they cost together once that is told: all of it."""
    if total is None or total.count != n:  # some that are selected are not shown
        return tr.plural("1 task is selected.", "{n} tasks are selected.", n)
    return "\n".join(filter(None, (selected_texts(total)[0], sum_tip(total))))


def _together_text(costs: Sequence[Decimal | None], *, has_idle: bool) -> str:
    told = [cost for cost in costs if cost is not None and is_sane(cost)]
    if not told:
        return tr("What they cost is not known.")
    money = exact_money(sum_money(told))
    if has_idle:
        money = spoken_money(with_idle(money))
    untold = len(costs) - len(told)
    if not untold:
        return tr("Together they cost {money}.", money=money)
    return tr.plural(
        "Together they cost {money} and what 1 of them costs, which is not known.",
        "Together they cost {money} and what {n} of them cost, which is not known.",
        untold,
        money=money,
    )


def queued_text(entry: QueueEntry, waiting: WaitText) -> ErrorText:
    """Why a queued task waits, and that nothing costs until it is sent."""
    what = sentence(waiting.text)
    money = tr("It has not been started yet.")
    if entry.why is not WaitReason.TURN:
        money = tr(
            "{place} in the queue. It has not been started yet.", place=ordinal(entry.position)
        )
    todo = {
        WaitReason.NO_SLOT: tr("It starts when one is free."),
        WaitReason.SESSION_ENDED: tr("Run it in a new session, or remove it."),
        WaitReason.UNSUPPORTED: tr("Edit it."),
        WaitReason.CONNECTION: tr("It starts when there is a connection."),
    }.get(entry.why, "")
    return ErrorText(what, money, todo)


def usage_text(task: Task) -> str:
    """'$0.063 · 12,450 tokens in, 3,200 out · 41 s of computing · took 23.5 s (service)'."""
    usage = task.usage
    parts = []
    if usage.cost is not None:
        is_counted = task.counted_cost is not None
        parts.append(exact_money(usage.cost) + ("" if is_counted else UNKNOWN))
    tokens = _tokens(usage)
    if tokens:
        parts.append(", ".join(tokens))
    if usage.compute_s is not None:
        parts.append(tr("{n} s of computing", n=usage.compute_s))
    if usage.took_s is not None:
        parts.append(tr("took {n} s (service)", n=usage.took_s))
    if parts:
        return " · ".join(parts)
    if task.code == TAKEN_BACK:
        return tr("none")
    return tr("The service told nothing.") if task.is_final else tr("no news yet")


def _tokens(usage: Usage) -> list[str]:
    """The total only where it is not the sum."""
    given = usage.tokens_in, usage.tokens_out
    words = []
    if usage.tokens_in is not None:
        words.append(tr("{n} tokens in", n=usage.tokens_in))
    if usage.tokens_out is not None:
        words.append(tr("{n} out", n=usage.tokens_out))
    if usage.tokens_total is not None and usage.tokens_total != sum(n or 0 for n in given):
        words.append(tr("{n} in all, says the service", n=usage.tokens_total))
    return words


def shown_steps(steps: Sequence[Step]) -> list[Step]:
    """What the time line shows: the lines of the task's life, and what the agent told last."""
    live = [step for step in steps if step.kind in AGENT_KINDS][-AGENT_SHOWN:]
    told = {id(step) for step in live}
    lines = [step for step in steps if step.kind not in AGENT_KINDS or id(step) in told]
    return lines[-STEPS_SHOWN:]


def all_steps_text(n: int, *, has_older: bool) -> str:
    """The way to Steps: 'Show all (143)'."""
    if has_older:
        return tr("Show all (more than {n})", n=n)
    return tr("Show all ({n})", n=n)


def timeline_html(task: Task, steps: Sequence[Step], dim: str, *, has_older: bool = False) -> str:
    """Lines of time and words; the times are dimmed, all else is escaped.

    has_older: there is more between the beginning and these steps. Where some are left out
    stands '…'.
    """
    lines = [(local_time(task.created_ms, seconds=True), tr("asked for"))]
    is_cut = has_older
    shown = shown_steps(steps)
    told_before = sum(step.kind in AGENT_KINDS for step in steps) > AGENT_SHOWN
    for step in shown:
        if is_cut or (told_before and step.kind in AGENT_KINDS):
            lines.append(("…", ""))
            told_before = told_before and step.kind not in AGENT_KINDS
        is_cut = False
        lines.append((local_time(step.at_ms, seconds=True), _short(step)))
    return "".join(
        f'<div style="margin-bottom:3px"><span style="color:{dim}">{time}</span>'
        f"&nbsp; {escape(breakable(text))}</div>"
        for time, text in lines
    )


def breakable(text: str) -> str:
    """An address or a word without end may be broken: else it makes the panel wider than it is."""
    return _LONG_WORD.sub("\\g<0>\N{ZERO WIDTH SPACE}", text)


def _short(step: Step) -> str:
    if step.kind == Kind.QUESTION:
        return shorten(step_text(step), QUESTION_CHARS)
    return shorten(step_text(step), AGENT_CHARS if step.kind in AGENT_KINDS else STEP_CHARS)
