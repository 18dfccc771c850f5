"""What the machine does to us: sleep, waking up, the unlocked screen; wired to the services."""

from enigma_panel.build import Parts
from enigma_panel.core.records import SessionState, StateVerb, shown_state
from enigma_panel.services.power import Power, SleepBus
from enigma_panel.services.views import NoticeKind
from enigma_panel.store.settings import TERMINATE_IDLE

_WAITING = frozenset({SessionState.IDLE, SessionState.PAUSED})


def make_power(parts: Parts) -> Power:
    """Watches the computer's sleep, and terminates idle sessions before it where that is wanted."""
    power = Power(
        open_bus=_open_bus,
        wants_hold=lambda: bool(_to_end(parts)),
        before_sleep=lambda: parts.services.fleet.command(_to_end(parts), StateVerb.TERMINATE),
        clock=parts.services.clock,
        scope=parts.scope,
    )
    power.woke.connect(lambda slept_ms: _wake(parts, slept_ms))
    return power


def _open_bus() -> SleepBus:
    from enigma_panel.logind import Logind  # noqa: PLC0415 - its D-Bus library is not for the start

    return Logind.open()


def _to_end(parts: Parts) -> list[int]:
    """Sessions that nobody works in, where they are not to stay open while the computer sleeps."""
    if parts.settings.value.before_sleep != TERMINATE_IDLE:
        return []
    fleet = parts.services.fleet
    sessions = (fleet.session(key) for key in fleet.terminable_keys())
    return [
        session.key
        for session in sessions
        if session is not None and shown_state(session, fleet.current_task(session)) in _WAITING
    ]


def _wake(parts: Parts, slept_ms: int) -> None:
    """What is shown is of before: ask for everything, and say how long it was."""
    parts.assembly.poller.wake_all()
    parts.services.vitals.ask_now()
    if slept_ms:
        seconds = slept_ms // 1000
        parts.assembly.announcer.say(NoticeKind.WENT_TO_SLEEP, None, None, None, seconds=seconds)
