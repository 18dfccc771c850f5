"""Switch-offs of the live channel: what an event is about, and what an emit proves."""

from collections.abc import Callable
from typing import Any

from enigma_panel.core.attribution import unnamed_live
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.commands.delivery import CommandSender, DroppedError
from enigma_panel.services.live.event_router import EventRouter
from enigma_panel.services.live.live import Live
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger.intents import Outcome
from enigma_panel.store.ledger.ledger import Ledger

Patches = list[tuple[Any, Any, Any]]


async def _nothing(*_args: Any) -> None:
    """Nothing."""


def session_end_decides_the_task() -> Patches:
    """What the channel tells of a session's end ends its task, too, as cut off."""
    real = EventRouter._about_session

    async def about(self: Any, session: Any, observation: Any) -> None:
        task = self._store.current_task(session)
        if observation.kind is Kind.SESSION_ENDED and task is not None:
            cut_off = Observation(kind=Kind.TERMINATED)
            await self._store.record(session.key, task.key, cut_off)
        await real(self, session, observation)

    return [(EventRouter, "_about_session", about)]


def errors_end_the_current_task() -> Patches:
    """An error event ends the session's current task, although it may be about another."""
    real = EventRouter.handle

    async def handle(self: Any, session_key: int, observation: Observation) -> None:
        session = self._store.session(session_key)
        task = self._store.current_task(session) if session is not None else None
        if observation.kind is Kind.FAILED and task is not None and task.may_be_at_work:
            await self._store.record(session_key, task.key, observation)
        await real(self, session_key, observation)

    return [(EventRouter, "handle", handle)]


def names_go_to_the_first_task() -> Patches:
    """The id of a result names the task that was sent first, although another may have it."""

    async def take_name(self: Any, session: Any, task_id: str | None) -> None:
        unnamed = unnamed_live(self._store.tasks_of(session.key))
        if unnamed and task_id is not None:
            accepted = Observation(kind=Kind.ACCEPTED, task_id=task_id)
            await self._store.record(session.key, unnamed[0].key, accepted)

    return [(EventRouter, "_take_name", take_name)]


def names_are_not_taken() -> Patches:
    """A start whose reply was lost is not found by the id of its result."""
    return [(EventRouter, "_take_name", _nothing)]


def questions_are_left_to_polls() -> Patches:
    """A question that the channel tells is no more than a reason to ask."""
    return [(EventRouter, "_take_question", _nothing)]


def events_wake_no_poll() -> Patches:
    """A named task is asked for when it is its turn, whatever the channel tells."""
    real = EventRouter.handle

    async def handle(self: Any, session_key: int, observation: Observation) -> None:
        self.blockSignals(True)
        await real(self, session_key, observation)
        self.blockSignals(False)

    return [(EventRouter, "handle", handle)]


def questions_are_left_to_the_channel() -> Patches:
    real = SessionStore.record

    async def record(self: Any, session_key: int, task_key: int | None, seen: Any) -> None:
        if seen.kind is not Kind.QUESTION or seen.asked_ms is None:
            await real(self, session_key, task_key, seen)

    return [(SessionStore, "record", record)]


def steps_go_to_the_newest_task() -> Patches:
    """What an agent tells stands under the task that began last, of whichever session."""

    async def take_step(self: Any, _session: Any, observation: Any) -> None:
        sent = [t for t in self._store.tasks() if t.sent_ms is not None and not t.is_final]
        newest = max(sent, key=lambda t: t.sent_ms, default=None)
        if newest is not None:
            self._timeline.note(newest.key, observation.kind.value, observation.text or "")

    return [(EventRouter, "_take_step", take_step)]


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
    return [(Commands, "take_stop_back", _nothing)]


def unsure_stops_are_forgotten() -> Patches:
    """What a Stop of the last run may have ended has failed by itself."""
    return [(Ledger, "unsure_stops", lambda *_: {})]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "end of a session decides its task": session_end_decides_the_task,
    "error event ends another task": errors_end_the_current_task,
    "result names the first task": names_go_to_the_first_task,
    "result names no task": names_are_not_taken,
    "live question left to polls": questions_are_left_to_polls,
    "events wake no poll": events_wake_no_poll,
    "polled question not shown": questions_are_left_to_the_channel,
    "steps to the newest task": steps_go_to_the_newest_task,
    "no poll after a gap": a_gap_goes_unnoticed,
    "channels kept over sleep": channels_are_kept_over_sleep,
    "end sent live believed": ends_sent_live_are_believed,
    "answer leaves the stop": answers_leave_the_stop,
    "unsure stops of the last run forgotten": unsure_stops_are_forgotten,
}
