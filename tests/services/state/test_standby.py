"""Standby: when nothing has to be looked at each second, and what ends it."""

from typing import Any

import pytest

from enigma_panel.core.models import Phase
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.standby import LINGER_MS, STANDBY_TICK_MS, TICK_MS, Standby
from tests.kit.builders import new_session
from tests.kit.clock import HandClock
from tests.kit.fakes import FakeWriter


class Scene:
    """A store, what watches it, and how often standby ended."""

    def __init__(self) -> None:
        self.clock, self.writer = HandClock(), FakeWriter()
        parts: Any = self.writer, self.clock, None, None
        self.store = SessionStore(*parts)
        self.standby = Standby(self.store, parts[0], self.clock)
        self.n_ended = 0
        self.standby.ended.connect(self._count)

    def hold(self, phase: Phase) -> None:
        """One session is in memory, of which nothing was told yet."""
        self.store._remember([new_session(key=1, phase=phase)], [])

    def _count(self) -> None:
        self.n_ended += 1


def test_it_begins_a_minute_after_the_last_change() -> None:
    scene = Scene()
    scene.clock.pass_ms(LINGER_MS - 1)
    assert scene.standby.interval_ms() == TICK_MS
    scene.store.notify()
    scene.clock.pass_ms(LINGER_MS - 1)
    assert not scene.standby.is_on()
    scene.clock.pass_ms(1)
    assert scene.standby.is_on()
    assert scene.standby.interval_ms() == STANDBY_TICK_MS
    assert scene.n_ended == 0


def test_any_change_ends_it_at_once() -> None:
    scene = Scene()
    scene.clock.pass_ms(LINGER_MS)
    assert scene.standby.is_on()
    scene.store.notify()
    scene.store.notify()
    assert scene.n_ended == 1
    assert scene.standby.interval_ms() == TICK_MS


@pytest.mark.parametrize("phase", list(Phase))
def test_there_is_none_while_a_session_is_or_may_be_open(phase: Phase) -> None:
    """A planned one, too: its task is queued."""
    scene = Scene()
    scene.hold(phase)
    scene.clock.pass_ms(10 * LINGER_MS)
    assert scene.standby.is_on() is new_session(phase=phase).is_ended


def test_there_is_none_while_something_is_unwritten() -> None:
    scene = Scene()
    scene.writer.is_locked = True
    scene.clock.pass_ms(LINGER_MS)
    assert not scene.standby.is_on()
    scene.writer.is_locked = False
    scene.clock.pass_ms(LINGER_MS)
    assert scene.standby.is_on()
