"""Texts for one task in full: how it is and for how long, and what went wrong with it."""

from collections.abc import Sequence

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import AT_CAP, UNSENT
from enigma_panel.ui.i18n import Translations, sentence
from enigma_panel.ui.text.cells import TAKEN_BACK, result_cell
from enigma_panel.ui.text.dialects import wanted_dialect_name
from enigma_panel.ui.text.errors import Call, ErrorContext, ErrorText, explain_code, explain_lost
from enigma_panel.ui.text.problems import NoticeAction
from enigma_panel.ui.text.questions import missed_text
from enigma_panel.ui.text.states import (
    StateText,
    at_most,
    countdown,
    duration,
    known_until_ms,
    local_moment,
    local_time,
    second_of,
    task_status_text,
)

tr = Translations("Details")


def task_summary(task: Task, session: Session | None, now_ms: int) -> str:
    """Return the state: 'Done · 14:31 · took 0:31'."""
    word = task_status_text(task, session)
    if task.ended_ms is None:
        until_ms = known_until_ms(task, session) or second_of(now_ms)
        is_queued = task.status is TaskStatus.QUEUED  # anew with each refused try
        lasted = duration(until_ms - (task.created_ms if is_queued else task.since_ms))
        return " · ".join([StateText(word, lasted).text, *filter(None, [word.note])])
    ended = local_moment(task.ended_ms, now_ms)
    if task.code in UNSENT:
        return f"{word.word} · {ended}"
    took = at_most(duration(task.ended_ms - (task.sent_ms or task.created_ms)), task)
    ended = at_most(ended, task)
    return f"{word.word} · {ended} · " + tr("took {time}", time=took)


def trouble_text(
    session: Session | None, task: Task, now_ms: int, ways: Sequence[NoticeAction] = ()
) -> ErrorText | None:
    """Return what went wrong and what to do, None while nothing did."""
    context = error_context(session, task, now_ms, ways)
    match task.status:
        case TaskStatus.FAILED | TaskStatus.LOST if task.question_missed:
            return _missed(task, context)
        case TaskStatus.FAILED:
            return explain_code(task.code, task.error, context)
        case TaskStatus.UNCONFIRMED if known_until_ms(task, session) is not None:
            return ErrorText(
                tr("Its session has ended."), tr("How the task ended is not known yet.")
            )
        case TaskStatus.UNCONFIRMED:
            return explain_lost(context)
        case TaskStatus.LOST:
            what = tr("The service no longer knows this task.")
            if task.service_id is None:
                what = tr("The reply was lost.")
            return ErrorText(what, tr("It may have finished, but its result is gone."))
        case TaskStatus.STOPPED if task.code == TAKEN_BACK:
            return ErrorText(tr("Removed from the queue."), tr("It was not started."))
        case TaskStatus.STOPPED if task.code not in {None, AT_CAP} and task.stop_sent_ms is None:
            return explain_code(task.code, task.error, context)
        case TaskStatus.STOPPED:
            return ErrorText(sentence(result_cell(task, session).text))
        case _:
            return None


def _missed(task: Task, context: ErrorContext) -> ErrorText:
    """Return the words for a missed question, then the service's: the one caused the other."""
    what = sentence(missed_text(task))
    own = explain_code(task.code, task.error, context).what if task.error else ""
    return ErrorText(f"{what} {own}".rstrip(), todo=tr("Run it again."))


def error_context(
    session: Session | None, task: Task, now_ms: int, ways: Sequence[NoticeAction]
) -> ErrorContext:
    """Return what the words about this task may mention."""
    is_open = session is not None and not session.is_ended
    ends = session.expires_ms if session is not None else None
    named = session is not None and session.service_id is not None
    call = Call.NEW_TASK if named else Call.START
    if task.status is TaskStatus.FAILED and task.was_taken:
        call = Call.OTHER  # something was started
    return ErrorContext(
        call=call,
        task=task.spec.text,
        session=session.name if session is not None else "",
        cost=task.cost,
        left=countdown(ends, now_ms) if is_open and ends is not None else "",
        ends_at=local_time(ends) if ends is not None else "",
        has_page=NoticeAction.ACCOUNT_PAGE in ways,
        stays_open=NoticeAction.ASK_RESULT in ways,
        is_closed=session is not None and session.was_over_by(now_ms),
        dialect=wanted_dialect_name(session, task),
    )
