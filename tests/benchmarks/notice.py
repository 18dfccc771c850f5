"""How soon the desktop is told of a question, and how soon it takes that down again."""

import asyncio
import time

import pytest
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from enigma_panel.desktop.dbus import DesktopNotifications
from enigma_panel.desktop.notifications import BusNotifier
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.desktop_notifier import DesktopNotice
from tests.benchmarks.figures import Figure, percentile
from tests.desktop.notice_desk import ADDRESS, NAME, Desk

RUNS, QUICK_RUNS = 60, 3
SHOWN_BAR_S, GONE_BAR_S = 0.3, 1.0
SERVER = DBusAddress("/org/freedesktop/Notifications", bus_name=NAME, interface=NAME)
TEXTS = DesktopNotice(
    title="shop.example 2 has a question", body="3:50 left", action="Show question"
)


def notice(*, quick: bool) -> list[Figure]:
    """From the notifier until a stand-in for the desktop on a bus of its own has it.

    The floor is the same call without the notifier.
    """
    runs = QUICK_RUNS if quick else RUNS
    desk = Desk()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(ADDRESS, desk.address)
            desk.with_shower()
            with open_dbus_connection("SESSION") as bus:
                floors = [asyncio.run(_bare(desk, bus)) for _ in range(runs)]
            shown, gone = asyncio.run(_notify(desk, runs))
    finally:
        desk.stop()
    return [
        _figure("shown", SHOWN_BAR_S, shown, floors),
        _figure("gone", GONE_BAR_S, gone, floors),
    ]


async def _bare(desk: Desk, bus: DBusConnection) -> float:
    body = ("", 0, "", TEXTS.title, TEXTS.body, [], {}, -1)
    began = time.monotonic()
    bus.send(new_method_call(SERVER, "Notify", "susssasa{sv}i", body))
    await desk.notice()
    return time.monotonic() - began


async def _notify(desk: Desk, runs: int) -> tuple[list[float], list[float]]:
    scope = TaskScope()
    notifier = BusNotifier(DesktopNotifications, scope)
    shown, gone = [], []
    for key in range(runs):
        began = time.monotonic()
        notifier.show(key, TEXTS)
        number = (await desk.notice())["notice"]
        shown.append(time.monotonic() - began)
        began = time.monotonic()
        notifier.withdraw(key)
        assert await desk.hear() == f"close {number}"
        gone.append(time.monotonic() - began)
    await scope.close()
    return shown, gone


def _figure(name: str, bar_s: float, values: list[float], floors: list[float]) -> Figure:
    return Figure(
        name=f"notice.{name}",
        unit="s",
        value=percentile(values, 95),
        floor=percentile(floors, 95),
        bar=bar_s,
        is_ratio=False,
        note=f"p95 of {len(values)}, longest {max(values):.3f} s",
        samples={"program": values, "floor": floors},
    )
