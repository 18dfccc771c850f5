"""Switch-offs in core and api: what a fact means, and what a refusal proves."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from enigma_panel.api.errors import InterruptedCallError
from enigma_panel.api.wire import error_responses, responses
from enigma_panel.core import models, reducer
from enigma_panel.core.models import Phase, SessionState, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.state.marks import EndMarks

Patches = list[tuple[Any, Any, Any]]


def final_records_change() -> Patches:
    """A late fact moves a task that has ended."""
    real = reducer.reduce_task

    def patched(session: Any, task: Any, observation: Any, now_ms: int, *, ending: Any = ()) -> Any:
        revived = replace(task, status=TaskStatus.WORKING) if task.is_final else task
        return real(session, revived, observation, now_ms, ending=ending)

    return [(reducer, "reduce_task", patched)]


def ended_sessions_come_back() -> Patches:
    """A late fact moves a session whose end is proven."""
    real = reducer.reduce_session

    def patched(
        session: Any, task: Any, observation: Any, now_ms: int, *, ending: bool = False
    ) -> Any:
        revived = replace(session, phase=Phase.OPEN) if session.is_final else session
        return real(revived, task, observation, now_ms, ending=ending)

    return [(reducer, "reduce_session", patched)]


def cost_falls() -> Patches:
    """The newest figure wins, although a cache may have told it."""

    def newer(old: Any, new: Any, *, final: bool) -> Any:
        return old if new is None else new

    return [(reducer, "_newer", newer)]


def stale_question_is_new() -> Patches:
    """A poll that still shows the question that was just answered asks it again."""
    return [(reducer, "_is_stale", lambda *_: False)]


def id_of_a_late_reply_is_dropped() -> Patches:
    """A reply that comes after a delivered Terminate is ignored, the id in it, too."""
    real = reducer.reduce_task

    def patched(session: Any, task: Any, observation: Any, now_ms: int, *, ending: Any = ()) -> Any:
        late = session.is_final and observation.kind in reducer.ALIVE_KINDS
        if late or reducer.is_echo(session, observation, now_ms):
            return task
        return real(session, task, observation, now_ms, ending=ending)

    return [(reducer, "reduce_task", patched)]


def interrupted_counts_as_refused() -> Patches:
    """A call that was cut off counts as one that did nothing."""
    return [(InterruptedCallError, "nothing_happened", True)]


def every_error_counts_as_refused() -> Patches:
    """Any error status counts as "nothing happened", and so does an answer that is no JSON."""

    def always(*_: Any) -> bool:
        return True

    return [(error_responses, "nothing_happened", always)]


def named_tasks_count_as_refused() -> Patches:
    """A reply without `success` is an error, although it names the task that it started."""
    real = responses.report

    def report(body: Any, kind: Any) -> Any:
        observation = real(body, kind)
        return replace(observation, task_id=None)

    return [(responses, "report", report)]


def a_stop_counts_from_its_reply_on() -> Patches:
    """What is seen before the reply to our own Stop is nobody's doing."""
    real = EndMarks.mark

    def mark(self: Any, session_key: int, verb: Any, owner: Any) -> None:
        if verb is not CommandVerb.STOP:
            real(self, session_key, verb, owner)

    return [(EndMarks, "mark", mark)]


def every_end_is_the_persons() -> Patches:
    """A session that the program closed was ended by the person."""
    return [(models, "_ended_by_us", lambda *_: SessionState.ENDED_BY_YOU)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "final records may change": final_records_change,
    "ended sessions come back": ended_sessions_come_back,
    "cost may fall": cost_falls,
    "stale question taken as new": stale_question_is_new,
    "id of a late reply dropped": id_of_a_late_reply_is_dropped,
    "interrupted call taken as refused": interrupted_counts_as_refused,
    "every error taken as refused": every_error_counts_as_refused,
    "task ids of replies not read": named_tasks_count_as_refused,
    "a stop counts from its reply on": a_stop_counts_from_its_reply_on,
    "every end is the person's": every_end_is_the_persons,
}
