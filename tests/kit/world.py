"""All fakes together, as the services that a window stands on; time moves when the test says so."""

import asyncio
from types import SimpleNamespace
from typing import cast

from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.container import Services
from tests.kit.clock import HandClock
from tests.kit.fakes import (
    FakeAccount,
    FakeCaps,
    FakeHealth,
    FakeInbox,
    FakeLive,
    FakeQueue,
    FakeSessions,
    FakeSettings,
    FakeSpending,
    FakeStandby,
    FakeTaskSearch,
    FakeTimeline,
    FakeWriter,
    HandUrgency,
)


class World:
    """The fakes by name, and `services`: the record of them that windows and dialogs get.

    scope: what runs their coroutines; FakeScope for tests without a loop.
    """

    def __init__(self, scope: TaskScope | None = None, *, demo: bool = False) -> None:
        self.clock = HandClock()
        self.sessions = FakeSessions()
        self.task_search = FakeTaskSearch(self.sessions)
        self.inbox = FakeInbox()
        self.queue = FakeQueue(self.sessions)
        self.health = FakeHealth()
        self.account = FakeAccount()
        self.settings = FakeSettings()
        self.spending = FakeSpending()
        self.caps = FakeCaps()
        self.standby = FakeStandby()
        self.live = FakeLive()
        self.writer = FakeWriter()
        self.timeline = FakeTimeline()
        self.scope = scope or TaskScope()
        self.urgency = HandUrgency(self.inbox, self.clock, self.scope)
        record = SimpleNamespace(**vars(self), demo=demo, keep_folder="/home/maria/enigma-panel")
        self.services = cast("Services", record)

    async def settle(self) -> None:
        """Let everything run that was started."""
        for _ in range(20):
            await asyncio.sleep(0)
            if not self.scope.names():
                break
        await asyncio.sleep(0.01)
