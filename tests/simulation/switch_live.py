"""Switch-offs of the live channel: what an event is about, and what an emit proves."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from enigma_panel.core import attribution
from enigma_panel.core.attribution import EVENTS, Do, Known, Meant, Rows
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.commands.delivery import CommandSender, DroppedError
from enigma_panel.services.live.event_router import EventRouter
from enigma_panel.services.live.live import Live
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger.intents import Outcome
from enigma_panel.store.ledger.ledger import Ledger

Patches = list[tuple[Any, Any, Any]]


def _but_always(kind: Kind, do: Do) -> Patches:
    """The table says this of every event of that kind that is of a task of the session's."""
    drops = {Known.OF_OTHER, Known.ENDED, Known.OVER}
    kept: Rows[Do] = [row for row in EVENTS[kind] if row[0] in drops]
    return [(EVENTS, kind, (*kept, (Known.NOTHING, do)))]


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
    return _but_always(Kind.FAILED, Do.RECORD)


def results_go_to_the_current_task() -> Patches:
    def newest(session: Any, tasks: Any, _task_id: Any) -> Meant:
        return Meant(attribution.newest_task(session, tasks))

    async def record(self: Any, task: Any, observation: Any) -> None:
        await self._store.record(task.session_key, task.key, observation)

    return [
        *_but_always(Kind.COMPLETED, Do.RECORD),
        (attribution, "_of_result", newest),
        (EventRouter, "_record", record),
    ]


def results_are_left_to_polls() -> Patches:
    """A result that the channel tells is no more than a reason to ask."""
    return _but_always(Kind.COMPLETED, Do.POLL)


def questions_are_left_to_polls() -> Patches:
    """A question that the channel tells is no more than a reason to ask."""
    return _but_always(Kind.QUESTION, Do.POLL)


def questions_are_left_to_the_channel() -> Patches:
    real = SessionStore.record

    async def record(self: Any, session_key: int, task_key: int | None, seen: Any) -> None:
        if seen.kind is not Kind.QUESTION or seen.asked_ms is None:
            await real(self, session_key, task_key, seen)

    return [(SessionStore, "record", record)]


def steps_go_to_the_newest_task() -> Patches:
    """What an agent tells stands under the task that began last, of whichever session."""
    real = EventRouter._situation

    def situation(self: Any, session: Any, observation: Any) -> Any:
        at = real(self, session, observation)
        if observation.kind not in STEP_KINDS:
            return at
        sent = [t for t in self._store.tasks() if t.sent_ms is not None and not t.is_final]
        newest = max(sent, key=lambda t: t.sent_ms, default=at.meant.task)
        return replace(at, meant=replace(at.meant, task=newest))

    return [(EventRouter, "_situation", situation)]


def a_gap_goes_unnoticed() -> Patches:
    """After a time without live news nobody asks what happened meanwhile."""
    return [(Live, "_ask_after_gap", lambda *_: None)]


def channels_are_kept_over_sleep() -> Patches:
    """A channel that looks open when the computer wakes up is left as it is."""
    return [(Live, "renew", lambda _: None)]


def ends_sent_live_are_believed() -> Patches:
    """A Stop or Terminate that was given to the channel is not sent by REST any more."""
    real = CommandSender._emit

    async def emit(self: Any, command: Any) -> None:
        before = command.reach
        await real(self, command)
        if command.reach is not before:
            raise DroppedError(Outcome.UNKNOWN)

    return [(CommandSender, "_emit", emit)]


def answers_leave_the_stop() -> Patches:
    """A Stop that waits is sent although the person answered the question since."""

    async def take_stop_back(*_args: Any) -> None:
        """Nothing."""

    return [(Commands, "take_stop_back", take_stop_back)]


def unsure_stops_are_forgotten() -> Patches:
    """What a Stop of the last run may have ended has failed by itself."""
    return [(Ledger, "unsure_stops", lambda *_: {})]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "end of a session decides its task": session_end_decides_the_task,
    "error event ends another task": errors_end_the_current_task,
    "result to the current task": results_go_to_the_current_task,
    "live result left to polls": results_are_left_to_polls,
    "live question left to polls": questions_are_left_to_polls,
    "polled question not shown": questions_are_left_to_the_channel,
    "steps to the newest task": steps_go_to_the_newest_task,
    "no poll after a gap": a_gap_goes_unnoticed,
    "channels kept over sleep": channels_are_kept_over_sleep,
    "end sent live believed": ends_sent_live_are_believed,
    "answer leaves the stop": answers_leave_the_stop,
    "unsure stops of the last run forgotten": unsure_stops_are_forgotten,
}
