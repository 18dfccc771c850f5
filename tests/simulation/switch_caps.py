"""Switch-offs of the caps on what a task and a day cost."""

from collections.abc import Callable
from typing import Any

from enigma_panel.services.caps import Caps
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import DayCap
from enigma_panel.services.state.day_costs import DayCosts
from enigma_panel.services.state.session_store import SessionStore

Patches = list[tuple[Any, Any, Any]]
GRACE_MS = 3_000


def a_cap_stops_no_task() -> Patches:
    return [(Caps, "_look_at", lambda *_: None)]


def a_task_is_stopped_again() -> Patches:
    """That a task was stopped at its cap is not noted: a Stop that was refused is sent again."""
    return [(SessionStore, "note_cap", lambda *_: None)]


def a_cap_can_be_taken_back() -> Patches:
    """What a cap ends waits for three seconds, as what a person ends."""
    real = Caps.__init__

    def init(self: Any, *args: Any) -> None:
        real(self, *args)
        self._sessions = _Slow(self._sessions)

    return [(Caps, "__init__", init)]


class _Slow:
    def __init__(self, sessions: Any) -> None:
        self._sessions = sessions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sessions, name)

    def command(self, keys: Any, verb: Any) -> Any:
        return self._sessions.command(keys, verb, grace_ms=GRACE_MS)


def an_answer_takes_it_back() -> Patches:
    """Nothing tells a Stop that a cap has given from one of the person."""
    return [(Commands, "_is_of_cap", lambda *_: False)]


def the_day_holds_nothing() -> Patches:
    return [(DayCap, "is_reached", lambda _: False)]


def earlier_runs_cost_nothing() -> Patches:
    """What was spent before a restart is not counted."""
    begin, note = DayCosts.begin, DayCosts.note

    def begins(self: Any, day: Any, *_: Any) -> None:
        begin(self, day, {})

    def notes(self: Any, task: Any, before: Any) -> bool:
        return before is not None and note(self, task, before)

    return [(DayCosts, "begin", begins), (DayCosts, "note", notes)]


def caps_end_with_the_process() -> Patches:
    async def flush(_: Any) -> None:
        return None

    return [(SettingsBook, "flush", flush)]


def what_runs_goes_on() -> Patches:
    """At the cap of the day nothing is ended, although that is wanted."""
    return [(Caps, "terminate_running", lambda _: None)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "a cap stops no task": a_cap_stops_no_task,
    "a task is stopped again at its cap": a_task_is_stopped_again,
    "what a cap ends can be taken back": a_cap_can_be_taken_back,
    "a cap's Stop is the person's": an_answer_takes_it_back,
    "the cap of the day holds nothing": the_day_holds_nothing,
    "the cost of earlier runs forgotten": earlier_runs_cost_nothing,
    "caps end with the process": caps_end_with_the_process,
    "what runs goes on at the cap": what_runs_goes_on,
}
