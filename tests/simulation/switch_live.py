"""Switch-offs of the live channel: what an event is about, and what an emit proves."""

from collections.abc import Callable
from typing import Any

from enigma_panel.core import reducer
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.commands.commands import Commands, UnconfirmedPauses
from enigma_panel.services.commands.delivery import CommandSender, DroppedError
from enigma_panel.services.live import event_router
from enigma_panel.services.live.event_router import EventRouter, TaskEnds
from enigma_panel.services.live.live import Live
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger.intents import Outcome

Patches = list[tuple[Any, Any, Any]]


def old_polls_count() -> Patches:
    """A poll that was asked before the channel's question closes it."""
    return [(reducer, "_is_overtaken", lambda *_: False)]


def session_end_decides_the_task() -> Patches:
    """What the channel tells of a session's end ends its task, too, as cut off."""
    real = EventRouter._about_session

    async def about(self: Any, session: Any, task: Any, observation: Any) -> None:
        if observation.kind is Kind.SESSION_ENDED and task is not None:
            cut_off = Observation(kind=Kind.TERMINATED)
            await self._store.record(session.key, task.key, cut_off)
        await real(self, session, task, observation)

    return [(EventRouter, "_about_session", about)]


def errors_end_the_current_task() -> Patches:
    """An error event ends the session's current task, although it may be about another."""

    async def failed(self: Any, session: Any, task: Any, observation: Any) -> bool:
        if task is not None:
            await self._store.record(session.key, task.key, observation)
        return False

    return [(TaskEnds, "failed", failed)]


def results_go_to_the_current_task() -> Patches:
    """A result is the current task's, whatever its id is."""

    async def completed(self: Any, session: Any, task: Any, observation: Any) -> bool:
        if task is not None:
            await self._store.record(session.key, task.key, observation)
        return False

    return [(TaskEnds, "completed", completed)]


def results_are_left_to_polls() -> Patches:
    """A result that the channel tells is no more than a reason to ask."""

    async def completed(*_: Any) -> bool:
        return True

    return [(TaskEnds, "completed", completed)]


def questions_are_left_to_polls() -> Patches:
    """A question that the channel tells is no more than a reason to ask."""

    async def question(self: Any, session: Any, _task: Any, _seen: Any) -> None:
        self.poll_wanted.emit(session.key)

    return [(EventRouter, "_question", question)]


def unnamed_tasks_are_overlooked() -> Patches:
    """An event that names no task is the newest one's, although an unnamed one may be at work."""
    return [
        (event_router, "unnamed_live", lambda _: []),
        (event_router, "may_be_of_another", lambda *_: False),
    ]


def questions_are_left_to_the_channel() -> Patches:
    """A question that a poll tells is not shown."""
    real = SessionStore.record

    async def record(self: Any, session_key: int, task_key: int | None, seen: Any) -> None:
        if seen.kind is not Kind.QUESTION or seen.asked_ms is None:
            await real(self, session_key, task_key, seen)

    return [(SessionStore, "record", record)]


def steps_go_to_the_newest_task() -> Patches:
    """What an agent tells stands under the task that began last, of whichever session."""
    real = EventRouter._step

    async def step(self: Any, session: Any, task: Any, observation: Any) -> None:
        sent = [t for t in self._store.tasks() if t.sent_ms is not None and not t.is_final]
        newest = max(sent, key=lambda t: t.sent_ms, default=task)
        await real(self, session, newest, observation)

    return [(EventRouter, "_step", step)]


def a_gap_goes_unnoticed() -> Patches:
    """After a time without live news nobody asks what happened meanwhile."""
    return [(Live, "_ask_after_gap", lambda *_: None)]


def channels_are_kept_over_sleep() -> Patches:
    """A channel that looks open when the computer wakes up is left as it is."""
    return [(Live, "renew", lambda _: None)]


def lost_pauses_stay_lost() -> Patches:
    """A Pause that went into a dead channel is not sent again."""
    return [
        (UnconfirmedPauses, "lose", lambda *_: None),
        (UnconfirmedPauses, "doubt", lambda *_: None),
    ]


def pauses_sent_live_are_believed() -> Patches:
    """A Pause that was given to the channel counts as delivered."""
    return [(reducer, "_SENT_LIVE", {})]


def ends_sent_live_are_believed() -> Patches:
    """A Stop or Terminate that was given to the channel is not sent by REST any more."""
    real = CommandSender._emit

    async def emit(self: Any, command: Any) -> bool:
        taken = await real(self, command)
        if taken and command.rules.is_durable:
            raise DroppedError(Outcome.UNKNOWN)
        return taken

    return [(CommandSender, "_emit", emit)]


def stops_given_as_answers_are_believed() -> Patches:
    """A Stop that the channel took as an answer is not sent by REST any more."""

    async def stop_too(_self: Any, _intent: Any) -> None:
        """Nothing."""

    return [(Commands, "stop_too", stop_too)]


def answers_leave_the_stop() -> Patches:
    """A Stop that waits is sent although the person answered the question since."""

    async def take_stop_back(*_args: Any) -> None:
        """Nothing."""

    return [(Commands, "take_stop_back", take_stop_back)]


def answers_sent_live_are_sent_again() -> Patches:
    """An answer that was given to the channel goes by REST as well, at its turn."""
    real = Answers._emit

    async def emit(self: Any, *args: Any) -> None:
        await real(self, *args)

    return [(Answers, "_emit", emit)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "old poll closes a live question": old_polls_count,
    "end of a session decides its task": session_end_decides_the_task,
    "error event ends another task": errors_end_the_current_task,
    "result to the current task": results_go_to_the_current_task,
    "live result left to polls": results_are_left_to_polls,
    "live question left to polls": questions_are_left_to_polls,
    "unnamed tasks overlooked": unnamed_tasks_are_overlooked,
    "polled question not shown": questions_are_left_to_the_channel,
    "steps to the newest task": steps_go_to_the_newest_task,
    "no poll after a gap": a_gap_goes_unnoticed,
    "channels kept over sleep": channels_are_kept_over_sleep,
    "lost pause not repeated": lost_pauses_stay_lost,
    "pause sent live believed": pauses_sent_live_are_believed,
    "end sent live believed": ends_sent_live_are_believed,
    "stop as an answer believed": stops_given_as_answers_are_believed,
    "answer leaves the stop": answers_leave_the_stop,
    "answer sent live sent again": answers_sent_live_are_sent_again,
}
