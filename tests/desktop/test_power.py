"""Sleep and the screen's lock, told by a stand-in for logind on a private bus."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from enigma_panel.desktop import power
from enigma_panel.desktop.power import BusError, Power
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import SleepMeter, SystemClock
from tests.conftest import LogWatch
from tests.kit.wait import until

pytestmark = pytest.mark.process
CHILD = Path(__file__).with_name("child_logind.py")
SECOND = 1_000_000_000
needs_bus = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

HEAR_S = 60.0


class Bus:
    def __init__(self, folder: Path) -> None:
        daemon = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        self.daemon = subprocess.Popen(
            [*daemon, f"--address=unix:path={folder}/bus"], stdout=subprocess.PIPE, text=True
        )
        assert self.daemon.stdout is not None
        self.address = self.daemon.stdout.readline().strip()
        self.logind = subprocess.Popen(
            [sys.executable, str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address},
        )
        assert self.hear() == "ready"

    def notify(self, line: str) -> None:
        assert self.logind.stdin is not None
        self.logind.stdin.write(f"{line}\n")
        self.logind.stdin.flush()

    def hear(self) -> str:
        """The next line of the stand-in, "" where none comes.

        Blocks: call it in a thread while the loop has to run.
        """
        assert self.logind.stdout is not None
        limit = threading.Timer(HEAR_S, self.logind.kill)  # else a thread would wait for ever
        limit.start()
        try:
            return self.logind.stdout.readline().strip()
        finally:
            limit.cancel()

    def stop(self) -> None:
        for process in (self.logind, self.daemon):
            process.terminate()
            process.wait(10)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    # Below /tmp: the path of a socket is short by law, a test's own folder is not.
    with tempfile.TemporaryDirectory() as folder:
        one = Bus(Path(folder))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", one.address)
        yield one
        one.stop()


class Scene:
    def __init__(self) -> None:
        self.wants_inhibit = False
        self.ended: list[float] = []
        self.takes_s = 0.0
        self.woke: list[int] = []
        self.unlocked: list[bool] = []
        self.boot = self.awake = 0
        self.scope = TaskScope()
        self.power = Power(
            open_bus=_open,
            wants_inhibit=lambda: self.wants_inhibit,
            before_sleep=self._end_idle,
            clock=SystemClock(),
            scope=self.scope,
            meter=SleepMeter(lambda: self.awake, lambda: self.boot),
        )
        self.power.woke.connect(self.woke.append)
        self.power.unlocked.connect(lambda: self.unlocked.append(True))

    def sleep(self, seconds: float) -> None:
        self.boot += int(seconds * SECOND)

    async def _end_idle(self) -> None:
        await asyncio.sleep(self.takes_s)
        self.ended.append(time.monotonic())


def _open() -> "object":
    from enigma_panel.desktop.dbus import Logind

    return Logind()


@asynccontextmanager
async def power_runs() -> AsyncIterator[Scene]:
    scene = Scene()
    scene.scope.spawn("power", scene.power.run())
    try:
        yield scene
    finally:
        await scene.scope.close()
        assert not scene.power.inhibits_sleep
        assert not scene.power.is_available


def test_a_gap_between_the_clocks_is_sleep() -> None:
    scene = Scene()
    scene.awake += SECOND
    scene.boot += SECOND
    scene.power.tick()
    assert scene.woke == []
    scene.sleep(1.5)
    scene.power.tick()
    assert scene.woke == []
    scene.sleep(600)
    scene.power.tick()
    scene.power.tick()
    assert scene.woke == [600_000]


async def test_without_a_bus_nothing_is_said_and_sleep_is_noticed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(BusError):
        _open()
    async with power_runs() as scene:
        scene.wants_inhibit = True
        await asyncio.sleep(0.3)
        scene.power.tick()
        assert not scene.power.is_available
        scene.sleep(60)
        scene.power.tick()
        assert scene.woke == [60_000]


@needs_bus
async def test_a_bus_without_logind_is_no_logind(bus: Bus) -> None:
    bus.logind.terminate()
    bus.logind.wait(10)
    with pytest.raises(BusError):
        _open()


@needs_bus
async def test_sleep_is_held_up_only_while_there_is_something_to_end(bus: Bus) -> None:
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        scene.power.tick()
        await asyncio.sleep(0.2)
        assert not scene.power.inhibits_sleep
        scene.wants_inhibit = True
        scene.power.tick()
        scene.power.tick()  # once is enough
        await until(lambda: scene.power.inhibits_sleep)
        assert await asyncio.to_thread(bus.hear) == "inhibit sleep Enigma Control Panel delay"
        scene.power.tick()
        scene.wants_inhibit = False
        scene.power.tick()
        assert await asyncio.to_thread(bus.hear) == "released"


@needs_bus
async def test_idle_sessions_are_ended_and_then_the_computer_may_sleep(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "BEFORE_SLEEP_S", 2 * HEAR_S)  # it does not wait for that
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        scene.wants_inhibit, scene.takes_s = True, 0.4
        scene.power.tick()
        assert (await asyncio.to_thread(bus.hear)).startswith("inhibit")
        await until(lambda: scene.power.inhibits_sleep)
        bus.notify("sleep")
        assert await asyncio.to_thread(bus.hear) == "released"
        assert len(scene.ended) == 1
        scene.power.tick()  # not taken again before it slept
        await asyncio.sleep(0.2)
        assert not scene.power.inhibits_sleep
        scene.sleep(3_600)
        bus.notify("wake")
        await until(lambda: scene.woke)
        scene.power.tick()
        assert scene.woke == [3_600_000]
        assert (await asyncio.to_thread(bus.hear)).startswith("inhibit")


@needs_bus
async def test_sleep_waits_no_longer_than_four_seconds(
    bus: Bus, log_watch: LogWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert power.BEFORE_SLEEP_S == 4.0
    monkeypatch.setattr(power, "BEFORE_SLEEP_S", 0.3)
    log_watch.allow("before all idle sessions")
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        scene.wants_inhibit, scene.takes_s = True, 50.0
        scene.power.tick()
        assert (await asyncio.to_thread(bus.hear)).startswith("inhibit")
        await until(lambda: scene.power.inhibits_sleep)
        bus.notify("sleep")
        assert await asyncio.to_thread(bus.hear) == "released"
        assert scene.ended == []


@needs_bus
async def test_a_sleep_that_nobody_prepared_for_ends_nothing(bus: Bus) -> None:
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        bus.notify("sleep")
        bus.notify("wake")
        await until(lambda: scene.woke)
        assert scene.woke == [0]
        assert scene.ended == []


@needs_bus
async def test_sleep_that_was_noticed_is_not_told_twice(bus: Bus) -> None:
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        bus.notify("sleep")
        await until(lambda: scene.power._is_going_to_sleep)
        scene.sleep(60)
        scene.power.tick()
        bus.notify("wake")
        bus.notify("unlock")
        await until(lambda: scene.unlocked)
        assert scene.woke == [60_000]


@needs_bus
@pytest.mark.parametrize("how", ["unlock", "hint 0"])
async def test_the_unlocked_screen_is_told_and_the_locked_one_is_not(bus: Bus, how: str) -> None:
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        bus.notify("lock")
        bus.notify("hint 1")
        bus.notify("sleep")
        await until(lambda: scene.power._is_going_to_sleep)
        assert scene.unlocked == []
        bus.notify(how)
        await until(lambda: scene.unlocked)


@needs_bus
async def test_another_program_cannot_speak_for_logind(bus: Bus) -> None:
    """A signal can be sent to one listener alone, past every rule of the listener's."""
    from jeepney import DBusAddress, HeaderFields, new_signal
    from jeepney.io.blocking import open_dbus_connection

    path, name = "/org/freedesktop/login1", "org.freedesktop.login1"
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        us = scene.power._bus._connection.unique_name
        with open_dbus_connection(bus.address) as foreign:
            manager = DBusAddress(path, interface=f"{name}.Manager")
            false = new_signal(manager, "PrepareForSleep", "b", (True,))
            false.header.fields[HeaderFields.destination] = us
            foreign.send(false)
            await asyncio.sleep(0.3)
        assert not scene.power._is_going_to_sleep
        bus.notify("sleep")
        await until(lambda: scene.power._is_going_to_sleep)


@needs_bus
async def test_an_inhibitor_that_is_refused_is_asked_for_again_later(
    bus: Bus, log_watch: LogWatch
) -> None:
    log_watch.allow("sleep cannot be delayed")
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        bus.notify("refuse")
        await asyncio.sleep(0.2)
        scene.wants_inhibit = True
        scene.power.tick()
        await until(lambda: log_watch.lines)
        for _ in range(5):
            scene.power.tick()
            await asyncio.sleep(0.05)
        assert len(log_watch.lines) == 1
        assert not scene.power.inhibits_sleep


@needs_bus
async def test_a_bus_that_goes_away_takes_the_inhibitor_with_it(bus: Bus) -> None:
    async with power_runs() as scene:
        await until(lambda: scene.power.is_available)
        scene.wants_inhibit = True
        scene.power.tick()
        await until(lambda: scene.power.inhibits_sleep)
        bus.daemon.terminate()
        await until(lambda: not scene.power.is_available)
        assert not scene.power.inhibits_sleep
        scene.power.tick()
        scene.sleep(60)
        scene.power.tick()
        assert scene.woke == [60_000]
