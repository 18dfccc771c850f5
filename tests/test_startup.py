"""The ticks of the whole program: each second, in standby every ten."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from enigma_panel import startup
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.state.standby import STANDBY_TICK_MS, TICK_MS
from tests.kit.clock import gaps
from tests.kit.world import World


async def test_what_is_looked_at_each_second_is_not_in_standby(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, at, slept = World(), list[int](), list[int]()

    async def keep_house() -> None:
        at.append(world.clock.now)

    watch = SimpleNamespace(tick=lambda: slept.append(world.clock.now))
    monkeypatch.setattr(startup, "SleepWatch", lambda _services: watch)
    nothing = SimpleNamespace(tick=lambda: None)
    services = SimpleNamespace(
        clock=world.clock,
        standby=world.standby,
        housekeeping=SimpleNamespace(tick=keep_house),
        live=nothing,
        deletions=nothing,
    )
    parts, none = cast("Any", SimpleNamespace(services=services)), cast("Any", None)
    program = startup.Startup(parts, none, none, keeps_copy=False)
    scope = TaskScope()
    scope.spawn("ticks", program._ticks())
    await world.clock.advance(5 * TICK_MS)
    assert gaps(at) == gaps(slept) == [TICK_MS] * 5
    world.standby.on = True
    await world.clock.advance(TICK_MS)
    at.clear()
    await world.clock.advance(3 * STANDBY_TICK_MS)
    assert gaps(at) == [STANDBY_TICK_MS] * 2
    at.clear()
    world.standby.note_change()
    await world.clock.advance(3 * TICK_MS)
    assert gaps(at) == [TICK_MS] * 3, "at once, and each second from now on"
    await scope.close()
