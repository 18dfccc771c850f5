"""The reducer: `reduce` takes one observation into a session and its task; it is pure."""

from collections.abc import Collection
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from enigma_panel.core.attribution import SETTLE_MS, STALE_QUESTION_MS
from enigma_panel.core.models import Phase, Session, Task
from enigma_panel.core.money import is_sane
from enigma_panel.core.observation import AT_CAP, Kind, Observation, Usage
from enigma_panel.core.service_rules import RULES
from enigma_panel.core.statuses import FINAL_STATUSES, TaskStatus
from enigma_panel.core.transitions import LIVE, OF_TASK, SESSION_TRANSITIONS, TASK_TRANSITIONS
from enigma_panel.core.verbs import ANSWERS, COMMANDS, CommandVerb

TERMINATE_GRACE_MS = 15_000
"""How long a delivered Terminate is believed although polls still report work, in ms."""

MAX_LIFE_MS = 3_600_000
"""The longest life of a session that any page of the service names, in ms (api.md §2): an hour."""

LIMIT_SLACK_MS = 5_000
"""How close to the expected end an end counts as the session's time limit, in ms."""

N = TypeVar("N", int, Decimal)
P = Phase
S = TaskStatus
ALIVE_KINDS = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.PAUSED, Kind.QUESTION, Kind.ACCEPTED})
ACTIVITY = (
    ALIVE_KINDS
    | frozenset({Kind.OPENED, Kind.COMPLETED, Kind.FAILED, Kind.STOPPED, Kind.RECONNECTED})
    | {rules.sent for rules in (*COMMANDS.values(), *ANSWERS.values())} - {Kind.TERMINATE_SENT}
)
"""Kinds that show, or are, something that happens in a session."""

END_KINDS = frozenset({Kind.TERMINATED, Kind.SESSION_GONE})

_REASONS = {
    "expired": P.ENDED_BY_LIMIT,
    "instance_lost": P.FAILED,
    "completed": P.CLOSED,
    "terminateoncompletion": P.CLOSED,
}
"""Reasons of end_session that leave no doubt; "terminated" may be us or somebody else."""

_BY_PERSON = frozenset({Kind.TAKEN_BACK, Kind.DISMISSED})
_MISSED = frozenset({S.FAILED, S.LOST})
ANSWERS_SENT = frozenset({Kind.ANSWER_UNCONFIRMED, *(rules.sent for rules in ANSWERS.values())})
"""Facts about an answer that was sent, whether it arrived or not."""
_REPORTS = {Kind.COMPLETED: S.DONE, Kind.FAILED: S.FAILED}
_BEFORE_NAMES = frozenset({Kind.REFUSED, Kind.UNKNOWN, Kind.BACK_IN_QUEUE})

_WENT_WITH = {S.UNCONFIRMED: P.CLOSED_ASSUMED, S.QUEUED: P.DROPPED}
"""The phase of a session that the person dismissed or removed, by what its task was."""


def reduce(
    session: Session,
    task: Task | None,
    observation: Observation,
    now_ms: int,
    *,
    ending: Collection[CommandVerb] = (),
) -> tuple[Session, Task | None]:
    """Take one fact into a session and (where it is about one) a task of it; pure.

    ending: which of Stop and Terminate are on their way to this session: their effect may be seen
    before their own reply is.

    A fact about a task that is not the session's current one changes that task alone, unless it is
    the proof that the session ended.
    """
    new_task = None
    if task is not None:
        new_task = reduce_task(session, task, observation, now_ms, ending=ending)
    if (
        task is not None
        and task.is_final
        and observation.kind in OF_TASK
        and not _is_found(task, observation)
    ):
        return session, new_task
    current = task is None or session.current_task in {None, task.key}
    if not current and observation.kind not in END_KINDS:
        return session, new_task
    terminating = CommandVerb.TERMINATE in ending
    return reduce_session(session, new_task, observation, now_ms, ending=terminating), new_task


def reduce_session(
    session: Session,
    task: Task | None,
    observation: Observation,
    now_ms: int,
    *,
    ending: bool = False,
) -> Session:
    """Take one fact into a session; returns the same object where nothing changes."""
    if observation.kind is Kind.RESTORED:
        return _restored_session(session, task, now_ms)
    if session.is_final or is_echo(session, observation, now_ms):
        return session
    result = _next_session(session, task, observation, now_ms, ending=ending)
    return session if result == session else result


def _restored_session(session: Session, task: Task | None, now_ms: int) -> Session:
    """The session planned or waited for again with its task, unless it was asked to end."""
    went = _WENT_WITH.get(task.status) if task is not None else None
    if session.phase is not went or session.terminate_sent_ms is not None:
        return session
    return _in_phase(session, SESSION_TRANSITIONS[Kind.RESTORED][session.phase], now_ms)


def _next_session(
    session: Session, task: Task | None, observation: Observation, now_ms: int, *, ending: bool
) -> Session:
    session = _with_ids(session, observation, now_ms)
    taken_on = task is not None and (task.service_id is not None or observation.kind in OF_TASK)
    if task is not None and taken_on:
        # Each newTask says it anew: one that failed closes nothing after the next.
        session = replace(session, close_after=task.spec.close_after)
    phase = SESSION_TRANSITIONS.get(observation.kind, {}).get(session.phase, session.phase)
    if phase is P.OPEN and _proves_no_return(session, observation, now_ms):
        phase = session.phase
    if phase is P.CLOSED:
        phase = _REASONS.get(_reason(observation)) or _proven_end(session, now_ms, ending=ending)
    if observation.kind is Kind.COMPLETED and _closes_after(session, task):
        phase = P.CLOSED_ASSUMED
    idle_end_ms = now_ms + RULES[session.dialect].idle_ms
    if session.phase is P.EXPIRED_ASSUMED and phase is P.OPEN:
        # It outlived its assumed end. If it is not polled it needs another end, or stays for ever.
        is_polled = task is not None and task.service_id is not None
        session = replace(session, expires_ms=None if is_polled else idle_end_ms)
    if observation.kind is Kind.OUTLIVED:
        session = replace(session, expires_ms=idle_end_ms)
    if observation.kind is Kind.TERMINATE_SENT:
        session = replace(session, terminate_sent_ms=now_ms)
    elif phase is P.OPEN and observation.kind in ALIVE_KINDS:
        session = replace(session, terminate_sent_ms=None)
    session = _in_phase(session, phase, now_ms)
    if observation.kind in ACTIVITY:
        session = kept_open(session, task, now_ms)
    return replace(session, lost_until_ms=_lost_until(session, task, observation, now_ms))


def kept_open(session: Session, task: Task | None, now_ms: int) -> Session:
    """The session with a later end: something happened there, and no maximum duration ends it."""
    if RULES[session.dialect].caps_session or session.is_ended:
        return session
    return replace(session, expires_ms=_idle_end_ms(session, task, now_ms))


def _idle_end_ms(session: Session, task: Task | None, now_ms: int) -> int | None:
    """When a session that lives as long as something happens ends (epoch ms), None if past."""
    rules = RULES[session.dialect]
    if task is None or task.is_final or task.sent_ms is None:
        return now_ms + rules.idle_ms
    if task.status in {S.ASKS, S.PAUSED}:  # no page says that waiting is no activity (api.md §2)
        ends_ms = task.since_ms + rules.idle_ms
        return ends_ms if ends_ms > now_ms else None
    cap_ms = task.spec.limits.max_duration_ms
    return max(now_ms + rules.idle_ms, rules.latest_end_ms(task.sent_ms, cap_ms))


def _proves_no_return(session: Session, observation: Observation, now_ms: int) -> bool:
    """Whether a sign of life says nothing against a lost browser.

    No page says what a poll shows meanwhile (api.md §11.4).
    """
    waits = session.lost_until_ms is not None and now_ms < session.lost_until_ms
    lost = session.phase is P.CONNECTION_LOST and waits
    return lost and observation.kind in {Kind.ACTIVE, Kind.QUEUED}


def _reason(observation: Observation) -> str:
    return (observation.code or "").lower() if observation.kind is Kind.SESSION_ENDED else ""


def _lost_until(
    session: Session, task: Task | None, observation: Observation, now_ms: int
) -> int | None:
    is_unheard = observation.kind is Kind.LIVE_LOST and task is None
    if session.phase is not P.CONNECTION_LOST or is_unheard:
        return None
    if (
        observation.kind is Kind.ORPHANED
        and observation.grace_ms is not None
        and session.lost_until_ms is None
    ):
        return now_ms + observation.grace_ms
    return session.lost_until_ms


def _in_phase(session: Session, phase: Phase, now_ms: int) -> Session:
    if phase is session.phase:
        return session
    session = replace(session, phase=phase, since_ms=now_ms)
    return replace(session, ended_ms=now_ms if session.is_ended else None)


def _closes_after(session: Session, task: Task | None) -> bool:
    return session.close_after and task is not None and task.status is TaskStatus.DONE


def _proven_end(session: Session, now_ms: int, *, ending: bool) -> Phase:
    is_in_time = session.phase is not P.EXPIRED_ASSUMED
    if (ending and is_in_time) or session.terminate_sent_ms is not None:
        return P.ENDED_BY_YOU
    if session.expires_ms is not None and now_ms >= session.expires_ms - LIMIT_SLACK_MS:
        return P.ENDED_BY_LIMIT
    return P.CLOSED


def _with_ids(session: Session, observation: Observation, now_ms: int) -> Session:
    if observation.session_id is None or session.service_id is not None:
        return session
    # Its life counts from when we asked: the browser may have been ours since then.
    life = observation.expires_in_ms
    return replace(
        session,
        service_id=observation.session_id,
        opened_ms=now_ms,
        balance=observation.balance,
        expires_ms=(
            session.expires_ms if life is None else session.created_ms + min(life, MAX_LIFE_MS)
        ),
        socket_url=observation.socket_url,
        web_view_url=observation.web_view_url,
        webrtc_url=observation.webrtc_url,
    )


def is_echo(session: Session, observation: Observation, now_ms: int) -> bool:
    """True for a sign of life so soon after a delivered Terminate that it proves nothing."""
    sent = session.terminate_sent_ms
    return (
        observation.kind in ALIVE_KINDS and sent is not None and now_ms - sent < TERMINATE_GRACE_MS
    )


def reduce_task(
    session: Session,
    task: Task,
    observation: Observation,
    now_ms: int,
    *,
    ending: Collection[CommandVerb] = (),
) -> Task:
    """Take one fact into a task; returns the same object where nothing changes."""
    after = _next_task(session, task, observation, now_ms, ending=ending)
    return _with_missed(task, _with_wait(task, after, now_ms))


def _with_missed(before: Task, after: Task) -> Task:
    """Mark a question as missed if nobody answered it before its task failed or was lost."""
    was_open = before.open_since_ms is not None and not after.answer_unconfirmed
    missed = after.status in _MISSED and (was_open or after.question_missed)
    return after if missed is after.question_missed else replace(after, question_missed=missed)


def _with_wait(before: Task, after: Task, now_ms: int) -> Task:
    """Add the time for which a question was open once it is settled, by a lost answer, too."""
    was, since = before.open_since_ms, after.open_since_ms
    if was == since or after.waited_ms is None:
        return after
    waited_ms = after.waited_ms + (max(0, now_ms - was) if was is not None else 0)
    return replace(after, waited_ms=max(0, waited_ms))


def _next_task(
    session: Session,
    task: Task,
    observation: Observation,
    now_ms: int,
    *,
    ending: Collection[CommandVerb],
) -> Task:
    if observation.kind is Kind.RESTORED:
        return _restored_task(session, task, now_ms)
    if task.is_final and not _is_found(task, observation):
        task = _with_late_answer(_with_late_name(task, observation), observation)
        return _with_late_figures(task, observation)
    proves_nothing = _is_stale(task, observation, now_ms) or is_echo(session, observation, now_ms)
    proves_nothing |= session.is_final and observation.kind in ALIVE_KINDS
    if proves_nothing or _is_overtaken(task, observation):
        return _named(task, observation)  # it says nothing but the name
    is_stopped = CommandVerb.STOP in ending or task.stop_sent_ms is not None
    asked_to_end = is_stopped or bool(ending) or session.terminate_sent_ms is not None
    asked_to_end |= session.phase is P.ENDED_BY_YOU
    status = _next_status(task, observation, asked_to_end=asked_to_end)
    before = task
    task = _with_facts(task, observation, now_ms, final=status in FINAL_STATUSES)
    if _REPORTS.get(observation.kind) is status and observation.usage.cost is None:
        # The last poll's cost is less than the final one, which is asked for.
        task = replace(task, usage=replace(task.usage, cost=None))
    if before.code == AT_CAP and status in FINAL_STATUSES:
        task = _ended_at_cap(before, task, status)
    if status is task.status:
        return before if task == before else task
    since, ended = _times(task, observation, now_ms, final=status in FINAL_STATUSES)
    by_person = observation.kind in _BY_PERSON or (asked_to_end and status is S.STOPPED)
    is_news = ended is not None and not by_person
    if is_stopped and status is S.STOPPED and observation.kind not in END_KINDS:
        # The effect of our Stop is seen before its own reply, or in its place.
        task = replace(task, stop_sent_ms=task.stop_sent_ms or now_ms)
    return replace(task, status=status, since_ms=since, ended_ms=ended, is_new=is_news)


def _times(
    task: Task, observation: Observation, now_ms: int, *, final: bool
) -> tuple[int, int | None]:
    """When its new status began and when it ended. Where nobody looked meanwhile it ended when the
    service says or, if that says nothing, at any time since its last status began."""
    if not final:
        return now_ms, None
    if observation.is_late and observation.ended_ms is None:
        return min(task.since_ms, now_ms), now_ms
    ended_ms = observation.ended_ms if observation.is_late else None
    at_least = max(ended_ms or now_ms, task.sent_ms or 0)
    return now_ms, min(at_least, now_ms)


def _ended_at_cap(before: Task, task: Task, status: TaskStatus) -> Task:
    """A task that was given a Stop at its cap: where that ended it, the cap stays the reason."""
    if status is S.STOPPED:
        return replace(task, error=before.error, code=AT_CAP)
    return replace(task, error=None, code=None) if task.code == AT_CAP else task


def _restored_task(session: Session, task: Task, now_ms: int) -> Task:
    """The task as before the person dismissed or removed it; what is known otherwise stays."""
    if task.status is S.LOST:
        only_by_us = not session.is_final and session.terminate_sent_ms is None
    else:
        only_by_us = task.code == "TAKEN_BACK"
    moves = TASK_TRANSITIONS[Kind.RESTORED] if only_by_us else {}
    if task.status not in moves:
        return task
    back = replace(task, status=moves[task.status], since_ms=now_ms, ended_ms=None, is_new=False)
    return replace(back, error=None, code=None) if back.status is S.QUEUED else back


def _is_found(task: Task, observation: Observation) -> bool:
    """Whether a report says more than the final status: lost, or a Stop of ours."""
    may_be_done = task.status is S.STOPPED and observation.kind is Kind.COMPLETED
    is_known = task.status is S.LOST and observation.kind in _REPORTS
    return (may_be_done or is_known) and task.sent_ms is not None


def _with_late_answer(task: Task, observation: Observation) -> Task:
    """Take an answer that was on its way when the task ended: then nobody missed the question."""
    is_late = task.question_missed and observation.kind in ANSWERS_SENT
    return replace(task, question_missed=False) if is_late else task


def _with_late_name(task: Task, observation: Observation) -> Task:
    """Take a name that comes after the end, which the channel or a Terminate told first."""
    return _named(task, observation) if observation.kind in OF_TASK | END_KINDS else task


def _with_late_figures(task: Task, observation: Observation) -> Task:
    """Fill in figures and files never given: a later poll may bring them (api.md §1.5)."""
    cut_off = observation.kind is Kind.TERMINATED and task.status is not S.DONE
    if _REPORTS.get(observation.kind) is not task.status and not cut_off:
        return task
    usage = merge_usage(observation.usage, task.usage, final=True)
    late = replace(task, usage=usage, files=task.files or observation.files)
    return task if late == task else late


def _next_status(task: Task, observation: Observation, *, asked_to_end: bool) -> TaskStatus:
    status = TASK_TRANSITIONS.get(observation.kind, {}).get(task.status, task.status)
    known = task.service_id is not None or task.question_n > 0
    if observation.kind in _BEFORE_NAMES and known:
        return task.status  # the service has reported on it since
    if asked_to_end and status in {S.FAILED, S.LOST} and observation.kind is not Kind.REFUSED:
        return S.STOPPED
    if observation.kind is Kind.TERMINATED and not asked_to_end:
        return S.FAILED if task.status in LIVE else task.status
    return status


def _named(task: Task, observation: Observation) -> Task:
    if task.service_id is not None or observation.task_id is None:
        return task
    return replace(task, service_id=observation.task_id)


def _is_stale(task: Task, observation: Observation, now_ms: int) -> bool:
    """True for a poll that still shows the question that was answered a moment ago, or for the
    channel's copy of that."""
    repeats_ms = SETTLE_MS if observation.asked_ms is None else STALE_QUESTION_MS
    return (
        observation.kind is Kind.QUESTION
        and task.answered_ms is not None
        and observation.text == task.question
        and task.answered_ms <= now_ms  # else the clock was set back
        and (observation.asked_ms or now_ms) < task.answered_ms + repeats_ms
    )


def _is_overtaken(task: Task, observation: Observation) -> bool:
    """True for a poll that was sent before the channel brought the question that is open now.

    A question without an id came by the channel; a poll that still shows work is older than it.
    """
    if observation.asked_ms is None or task.asked_ms is None:
        return False
    if observation.kind is Kind.QUESTION:
        return observation.asked_ms < task.asked_ms and observation.text != task.question
    at_work = observation.kind in {Kind.ACTIVE, Kind.QUEUED}
    return at_work and task.status is S.ASKS and observation.asked_ms < task.asked_ms + SETTLE_MS


def _with_facts(task: Task, observation: Observation, now_ms: int, *, final: bool) -> Task:
    task = replace(
        _named(task, observation), usage=merge_usage(task.usage, observation.usage, final=final)
    )
    match observation.kind:
        case Kind.QUESTION:
            return _with_question(task, observation, now_ms)
        case Kind.COMPLETED:
            return replace(
                task,
                result=observation.text if observation.text is not None else "",
                files=observation.files,
            )
        case Kind.FAILED | Kind.REFUSED | Kind.TERMINATED | Kind.STOPPED | Kind.TAKEN_BACK:
            return replace(task, error=observation.text, code=observation.code)
        case Kind.ACTIVE:
            return replace(task, answered_ms=None, pause_confirmed=False)
        case Kind.PAUSED:
            return replace(task, pause_confirmed=True)
        case kind if kind in ANSWERS_SENT:
            return _with_answer(task, kind, now_ms)
        case Kind.STOP_SENT:
            asked = now_ms if task.status is S.ASKS else task.answered_ms
            return replace(task, stop_sent_ms=now_ms, answered_ms=asked)
        case _:
            return task


def _with_answer(task: Task, kind: Kind, now_ms: int) -> Task:
    """Record an answer. One whose reply was lost settles no question."""
    if kind is Kind.ANSWER_UNCONFIRMED:
        return replace(task, answer_unconfirmed=True)
    stop_sent_ms = now_ms if kind is Kind.ANSWER_STOP_SENT else task.stop_sent_ms
    return replace(task, answered_ms=now_ms, answer_unconfirmed=False, stop_sent_ms=stop_sent_ms)


def _with_question(task: Task, observation: Observation, now_ms: int) -> Task:
    text = observation.text or ""
    if task.status is S.ASKS and text == task.question:
        return task
    return replace(
        task,
        question=text,
        question_n=task.question_n + 1,
        asked_ms=now_ms,
        answered_ms=None,
        answer_unconfirmed=False,
        asked_again=text == task.question and task.answered_ms is not None,
    )


def merge_usage(old: Usage, new: Usage, *, final: bool) -> Usage:
    """Merge figures; newer ones count, but none falls before the end, except a nonsensical cost."""
    was_sane = old.cost is None or is_sane(old.cost)
    return Usage(
        cost=_newer(old.cost, new.cost, final=final or not was_sane),
        tokens_in=_newer(old.tokens_in, new.tokens_in, final=final),
        tokens_out=_newer(old.tokens_out, new.tokens_out, final=final),
        tokens_total=_newer(old.tokens_total, new.tokens_total, final=final),
        compute_s=_newer(old.compute_s, new.compute_s, final=final),
        took_s=_newer(old.took_s, new.took_s, final=final),
    )


def _newer(old: N | None, new: N | None, *, final: bool) -> N | None:
    if new is None:
        return old
    if old is None or final:
        return new
    return max(old, new)
