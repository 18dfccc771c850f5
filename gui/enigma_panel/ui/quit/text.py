"""Texts of the sheets Quit and Terminate all."""

from enigma_panel.core.validation import NO_SITE
from enigma_panel.services.quitting import AtQuit, QuitOutcome, QuitPlan
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.states import is_pause_confirmed, local_time
from enigma_panel.ui.text.verbs import verb_label
from enigma_panel.ui.text.waiting import pending_text

tr = Translations("Quit")


Line = tuple[str, str]
"""A session's name, and what becomes of it, with its task where that is named."""


def at_quit_line(one: AtQuit, now_ms: int) -> Line:
    """Return what becomes of a session when the program ends.

    Its task is named where the session's own name, "session 2", says nothing of it.
    """
    command = pending_text(one.pending, now_ms) if one.pending is not None else ""
    outcome = "" if one.outcome is QuitOutcome.ENDS else _outcome_text(one)
    is_named = one.session.site != NO_SITE
    return _line(one, outcome, command, "" if is_named else _task_text(one))


def at_terminate_line(one: AtQuit) -> Line:
    """Return what a Terminate would end, the session and its task, or that it can't yet."""
    unconfirmed = one.outcome is QuitOutcome.UNCONFIRMED
    state = tr("Can't be closed yet, may cost money") if unconfirmed else ""
    return _line(one, state, _task_text(one))


def _line(one: AtQuit, *said: str) -> Line:
    return one.session.name, " · ".join(filter(None, said))


def _task_text(one: AtQuit) -> str:
    return shorten(one.task.spec.text) if one.task is not None else ""


def _outcome_text(one: AtQuit) -> str:
    ends_ms = one.session.expires_ms
    by = tr("at its time limit") if ends_ms is None else tr("by {time}", time=local_time(ends_ms))
    match one.outcome:
        case QuitOutcome.CLOSES:
            return tr("Closes when its task is done")
        case QuitOutcome.RUNS:
            return tr("Still running, closes {by}", by=by)
        case QuitOutcome.ASKS:
            return tr("Needs you. Without an answer it closes {by}", by=by)
        case QuitOutcome.IDLE:
            return tr("Idle · still billing, closes {by}", by=by)
        case QuitOutcome.PAUSED if is_pause_confirmed(one.task):
            return tr("Paused · still billing, closes {by}", by=by)
        case QuitOutcome.PAUSED:
            return tr("Pause sent · still billing, closes {by}", by=by)
        case QuitOutcome.UNCONFIRMED:
            return tr("Unconfirmed. May be running and cost money, closes {by}", by=by)
        case _:
            return tr("Not found. May be running and cost money, closes {by}", by=by)


def open_text(plan: QuitPlan) -> str:
    """Return how many sessions are open, and how many may be: "1 session is open." """
    n = len(plan.to_end)
    unconfirmed = len(plan.sessions) - n
    parts = [
        tr.plural("1 session is open.", "{n} sessions are open.", n) if n else "",
        tr.plural("1 session is unconfirmed.", "{n} sessions are unconfirmed.", unconfirmed)
        if unconfirmed
        else "",
    ]
    return " ".join(filter(None, parts))


def terminate_text(plan: QuitPlan) -> str:
    """Return the verb that ends what can be ended: all, unless a session is unconfirmed."""
    n = len(plan.to_end)
    is_all = n == len(plan.sessions)
    return tr("Terminate all and quit") if is_all else tr("Terminate {n} and quit", n=n)


def quit_losses(plan: QuitPlan) -> list[str]:
    """Return what a quit now would lose."""
    unnamed = [_task_text(one) for one in plan.sessions if one.is_unnamed]
    unwritten = tr("The history can't be saved. Quitting now loses recent entries.")
    results = tr.plural(
        "If you quit now, the result of “{task}” is lost.",
        "If you quit now, the results of {n} tasks are lost.",
        len(unnamed),
        task="".join(unnamed[:1]),
    )
    return [
        *([unwritten] if plan.is_unwritten else []),
        *(_lost_text(one) for one in plan.lost),
        *([results] if unnamed else []),
    ]


def quit_notes(plan: QuitPlan) -> list[str]:
    """Return what else is to be known before a quit."""
    kept = [one for one in plan.sessions if one.is_unsent and one not in plan.lost]
    notes = [
        tr(
            "Service not reachable since {time}. This is the last known state.",
            time=local_time(plan.offline_ms),
        )
        if plan.offline_ms is not None
        else "",
        tr("Unsent commands are sent at the next start.") if kept else "",
        tr.plural(
            "The unconfirmed session can't be terminated and may go on costing money.",
            "The {n} unconfirmed sessions can't be terminated and may go on costing money.",
            len(plan.sessions) - len(plan.to_end),
        )
        if plan.to_end and len(plan.to_end) < len(plan.sessions)
        else "",
        tr.plural("1 task stays queued.", "{n} tasks stay queued.", plan.queued)
        if plan.queued
        else "",
    ]
    return [note for note in notes if note]


def _lost_text(one: AtQuit) -> str:
    assert one.pending is not None
    return tr(
        "{verb} for {session} can't be saved. If you quit now, it is lost.",
        verb=verb_label(one.pending.verb),
        session=one.session.name,
    )


def waiting_text(tasks: int, ends: int) -> str:
    """Return what a quit waits for: tasks, and sessions that are being terminated."""
    parts = [
        tr.plural("1 task is done", "{n} tasks are done", tasks) if tasks else "",
        tr.plural("1 session is closed", "{n} sessions are closed", ends) if ends else "",
    ]
    what = tr(" and ").join(part for part in parts if part) or tr("the history can be saved")
    return tr("Quits when {what}.", what=what)


def failed_text(names: list[str]) -> str:
    """Return which sessions could not be terminated."""
    joined = ", ".join(names)
    return tr("{names} could not be terminated and may still cost money.", names=joined)
