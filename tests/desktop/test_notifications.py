"""The desktop's notices, shown by a stand-in on a private bus."""

import asyncio
import gc
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jeepney", reason="the desktop's bus is on Linux")

from enigma_panel.desktop import notifications
from enigma_panel.desktop.dbus import DesktopNotifications
from enigma_panel.desktop.notifications import BusError, BusNotifier, ServerChanged, make_notifier
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from tests.desktop.notice_desk import ADDRESS, Desk, needs_bus
from tests.kit.wait import until

pytestmark = pytest.mark.process

KEY = "done"
HELD_UP_S = 10.0
"""Less than several calls take that each wait for an answer in vain."""


@pytest.fixture(autouse=True)
def no_real_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "unix:path=/nowhere/bus")


@pytest.fixture
def desks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """desks() makes a bus that is the session's from then on."""
    made: list[Desk] = []

    def make(*, by_bus: bool = False) -> Desk:
        made.append(Desk(by_bus=by_bus))
        monkeypatch.setenv(ADDRESS, made[-1].address)
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    return desks().with_shower()


def _open() -> DesktopNotifications:
    return DesktopNotifications()


def a_notice(title: str, body: str = "", **fields: Any) -> DesktopNotice:
    return DesktopNotice(title=title, body=body, action="Show result", **fields)


def _flood(bus: DesktopNotifications) -> None:
    for _ in range(10_000):
        bus.notify(a_notice("x" * 300, "y" * 300), 1)


class Scene:
    def __init__(self, open_bus: Callable[[], DesktopNotifications] = _open) -> None:
        self.scope = TaskScope()
        self.notifier = BusNotifier(open_bus, self.scope)
        self.clicks: list[str] = []
        self.notifier.clicked.connect(lambda _key, token: self.clicks.append(token))
        self.clicked: list[str] = []
        self.notifier.clicked.connect(lambda key, _token: self.clicked.append(key))

    async def show(self, title: str, body: str = "", key: str = KEY, **fields: Any) -> None:
        """Returns when the bus is open, or given up."""
        self.notifier.show(key, a_notice(title, body, **fields))
        await until(lambda: self.is_connected or self.scope.names() == [])

    async def is_shown(self, desk: Desk, title: str) -> dict[str, Any]:
        """Show it and wait until it has its number; what the desktop was told."""
        await self.show(title)
        told = await desk.notice()
        await until(lambda: self.number != 0)
        return told

    def withdraw(self, key: str = KEY) -> None:
        self.notifier.withdraw(key)

    @property
    def is_busy(self) -> bool:
        return any(one.call is not None for one in self.notifier._notifications.values())

    @property
    def number(self) -> int:
        """Of what is shown now, 0 for nothing."""
        one = self.notifier._notifications.get(KEY)
        return one.number if one is not None else 0

    @property
    def is_connected(self) -> bool:
        return self.notifier._bus is not None


@asynccontextmanager
async def notifying(open_bus: Callable[[], DesktopNotifications] = _open) -> AsyncIterator[Scene]:
    scene = Scene(open_bus)
    try:
        yield scene
    finally:
        await scene.scope.close()
        assert not scene.is_connected


@needs_bus
async def test_what_arrives(desk: Desk) -> None:
    async with notifying() as scene:
        assert not scene.is_connected  # nobody is asked before there is something to say
        await scene.show("Done: amazon.com 3", "Cost $0.0214, took 0:41.")
        assert await desk.notice() == {
            "app": "Enigma Control Panel",
            "replaces": 0,
            "icon": "enigma-control-panel",
            "title": "Done: amazon.com 3",
            "body": "Cost $0.0214, took 0:41.",
            "actions": ["default", "Show result"],
            "hints": {
                "desktop-entry": ["s", "io.github.enigma_control_panel.enigma_panel"],
                "urgency": ["y", 1],
                "category": ["s", "x-enigma.task.ended"],
                "suppress-sound": ["b", True],
            },
            "expires": -1,
            "notice": 1,
        }


@needs_bus
async def test_a_question_may_be_heard_and_goes_with_its_session(desk: Desk) -> None:
    async with notifying() as scene:
        await scene.show("1", asks=True, is_heard=True, lasts_ms=161_000)
        told = await desk.notice()
        assert told["expires"] == 161_000
        assert told["hints"] == {
            "desktop-entry": ["s", "io.github.enigma_control_panel.enigma_panel"],
            "urgency": ["y", 1],
            "category": ["s", "x-enigma.question.asked"],
        }
        for lasts_ms, expires in ((None, 0), (-5, 1), (10**12, 2**31 - 1)):
            await scene.show(f"{lasts_ms}", asks=True, lasts_ms=lasts_ms)
            assert (await desk.notice())["expires"] == expires


@needs_bus
async def test_a_last_minute_is_critical_and_has_a_sound(desk: Desk) -> None:
    async with notifying() as scene:
        await scene.show("1", asks=True, is_urgent=True, is_heard=True)
        hints = (await desk.notice())["hints"]
        assert (hints["urgency"], hints["sound-name"]) == (["y", 2], ["s", "message-new-instant"])
        assert "suppress-sound" not in hints


@needs_bus
async def test_each_stands_in_its_own_place(desk: Desk) -> None:
    async with notifying() as scene:
        for key in ("a", "b", "c"):
            await scene.show(key, key=key)
        told = [await desk.notice() for _ in "abc"]
        assert [(one["title"], one["replaces"]) for one in told] == [("a", 0), ("b", 0), ("c", 0)]
        await until(lambda: len(scene.notifier._keys) == 3)
        desk.do("click 2")
        await until(lambda: scene.clicked == ["b"])
        scene.withdraw("b")
        assert await desk.hear() == "close 2"
        assert await desk.is_quiet()
        desk.do("hang")
        await scene.show("a again", key="a")
        scene.withdraw("c")  # waits for nobody's answer but its own
        desk.do("awake")
        assert (await desk.notice())["replaces"] == 1
        assert await desk.hear() == "close 3"
    assert await desk.hear() == "close 1"


@needs_bus
async def test_who_ends_while_it_hangs_owes_no_answer_any_more(desk: Desk) -> None:
    async with notifying() as scene:
        desk.do("hang")
        await scene.show("1")
        await until(lambda: scene.is_busy)
        desk.end_shower()
        await until(lambda: not scene.is_busy)
        desk.with_shower()
        assert (await desk.notice())["title"] == "1"


@needs_bus
async def test_a_body_is_no_markup_and_nothing_breaks_the_bus(desk: Desk) -> None:
    async with notifying() as scene:
        title = "a <b>\x00&\ud83d \u202eevil\n\x1b[31m" + "x" * 400
        await scene.show(title, '<a href="http://x.example">1 & 2</a>\x07')
        told = await desk.notice()
        assert told["title"].startswith("a <b> & evil [31mxxx")
        assert len(told["title"]) <= 300
        assert told["body"] == '&lt;a href="http://x.example"&gt;1 &amp; 2&lt;/a&gt;'


@needs_bus
async def test_a_click_comes_back_with_its_token(desk: Desk) -> None:
    async with notifying() as scene:
        await scene.show("1")
        await desk.notice()
        desk.do("click 7")  # another program's
        desk.do("other 1")  # nothing that we offered
        for token in (" gnome-shell_TIME12", "", " " + "x" * 201, " schön"):
            desk.do(f"click 1{token}")
        await until(lambda: len(scene.clicks) == 4)
        assert scene.clicks == ["gnome-shell_TIME12", "", "", ""], "a token of another form is none"


@needs_bus
async def test_it_is_taken_down_once_and_the_next_is_a_new_one(desk: Desk) -> None:
    async with notifying() as scene:
        await scene.is_shown(desk, "1")
        scene.withdraw()
        scene.withdraw()
        assert await desk.hear() == "close 1"
        assert await desk.is_quiet()
        desk.do("click 1")  # it was on its way when the notice went
        await until(lambda: scene.clicks)
        await scene.show("2")
        assert (await desk.notice())["replaces"] == 0


@needs_bus
async def test_what_was_dismissed_does_not_come_back(desk: Desk) -> None:
    async with notifying() as scene:
        await scene.show("1")
        await desk.notice()
        desk.do("dismiss 99")  # another program's
        await asyncio.sleep(0.2)
        await scene.show("still")
        assert (await desk.notice())["replaces"] == 1
        desk.do("dismiss 1")
        await until(lambda: scene.number == 0)
        assert await desk.is_quiet()
        await scene.show("2")
        assert (await desk.notice())["replaces"] == 0


@needs_bus
async def test_a_shower_that_hangs_gets_one_call_and_keeps_nobody_waiting(desk: Desk) -> None:
    async with notifying() as scene:
        desk.do("hang")
        async with asyncio.timeout(HELD_UP_S):
            for n in range(50):
                await scene.show(f"{n}")
        desk.do("awake")
        titles = [(await desk.notice())["title"], (await desk.notice())["title"]]
        assert titles == ["0", "49"]  # the last one in place of the first
        assert await desk.is_quiet()


@needs_bus
async def test_what_was_withdrawn_while_it_hung_is_taken_down(desk: Desk) -> None:
    async with notifying() as scene:
        desk.do("hang")
        await scene.show("1")
        await until(lambda: scene.is_busy)
        scene.withdraw()
        desk.do("awake")
        assert (await desk.notice())["title"] == "1"
        assert await desk.hear() == "close 1"


@needs_bus
@pytest.mark.parametrize("how", ["refuse", "nonsense"])
async def test_a_refused_notice_is_not_sent_again(desk: Desk, how: str) -> None:
    async with notifying() as scene:
        desk.do(how)
        await scene.show("1")
        await until(lambda: not scene.is_busy)
        desk.do("show")
        assert await desk.is_quiet()
        await scene.show("2")
        assert (await desk.notice())["title"] == "2"


@needs_bus
async def test_after_a_restart_of_the_shower_what_is_wanted_is_shown_anew(desk: Desk) -> None:
    async with notifying() as scene:
        await scene.is_shown(desk, "1")
        await scene.show("2", "", "other")
        await desk.notice()
        await until(lambda: len(scene.notifier._keys) == 2)
        desk.do("dismiss 2")
        await until(lambda: "other" not in scene.notifier._notifications)
        desk.do("restart")
        again = await desk.notice()
        assert (again["title"], again["replaces"], again["notice"]) == ("1", 0, 1)
        assert await desk.is_quiet()  # what was dismissed is gone for good
        desk.do("click 2")
        desk.do("click 1")
        await until(lambda: scene.clicked)
        assert scene.clicked == [KEY]
        scene.withdraw()
        assert await desk.hear() == "close 1"


@needs_bus
async def test_nobody_who_shows_notices(desk: Desk) -> None:
    desk.end_shower()
    async with notifying() as scene:
        await scene.show("1")
        assert scene.is_connected
        await until(lambda: not scene.is_busy)
        scene.withdraw()
        desk.with_shower()  # it came later
        await scene.show("2")
        assert (await desk.notice())["title"] == "2"


@needs_bus
async def test_the_bus_may_start_who_shows_it(desks: Callable[..., Desk]) -> None:
    desk = desks(by_bus=True)
    async with notifying() as scene:
        await scene.show("1")
        await until(lambda: scene.number != 0)
    await until(lambda: "close 1" in desk.told_in.read_text())
    told = desk.told_in.read_text().splitlines()
    assert [line.split()[0] for line in told] == ["ready", "notify", "close"]


@needs_bus
async def test_another_program_cannot_click(desk: Desk) -> None:
    from jeepney import HeaderFields, new_signal
    from jeepney.io.blocking import open_dbus_connection

    from enigma_panel.desktop.dbus import SERVER

    async with notifying() as scene:
        await scene.is_shown(desk, "1")
        us = scene.notifier._bus._connection.unique_name
        with open_dbus_connection(desk.address) as foreign:
            for name, body in (("ActionInvoked", (1, "default")), ("NotificationClosed", (1, 2))):
                form = "us" if name == "ActionInvoked" else "uu"
                false = new_signal(SERVER, name, form, body)
                false.header.fields[HeaderFields.destination] = us
                foreign.send(false)
            await asyncio.sleep(0.3)
        assert scene.clicks == []
        assert scene.number == 1
        desk.do("click 1")
        await until(lambda: scene.clicks)


@needs_bus
async def test_a_bus_that_goes_away_and_another_that_comes(
    desk: Desk, desks: Callable[..., Desk]
) -> None:
    async with notifying() as scene:
        await scene.is_shown(desk, "1")
        desk.end_bus()
        await until(lambda: not scene.is_connected)
        scene.withdraw()
        await scene.show("2")
        assert not scene.is_connected
        other = desks().with_shower()
        await scene.show("3")
        told = await other.notice()
        assert (told["title"], told["replaces"]) == ("3", 0)
        await until(lambda: scene.number != 0)
    assert await other.hear() == "close 1"


@needs_bus
async def test_a_bus_that_stands_still_keeps_nobody_waiting(desk: Desk) -> None:
    """It takes what its buffer holds; then the connection is given up."""
    async with notifying() as scene:
        await scene.is_shown(desk, "1")
        bus = scene.notifier._bus
        desk.daemon.send_signal(signal.SIGSTOP)
        with pytest.raises(BusError):
            _flood(bus)
        await scene.show("2")
        await until(lambda: not scene.is_connected)
        desk.daemon.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("address", [None, "", "nonsense", "unix:path=/nowhere/bus", "tcp:host=x"])
async def test_without_a_bus_nothing_is_said(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if address is None:
        monkeypatch.delenv(ADDRESS)
    else:
        monkeypatch.setenv(ADDRESS, address)
    with pytest.raises(BusError):
        _open()
    async with notifying() as scene:
        scene.withdraw()
        await scene.show("1")
        scene.withdraw()
        assert not scene.is_connected


async def test_a_bus_that_never_answers_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "OPEN_S", 0.2)
    asked: list[int] = []
    ends = threading.Event()

    def hang() -> DesktopNotifications:
        asked.append(1)
        ends.wait(2 * HELD_UP_S)
        raise BusError

    async with notifying(hang) as scene:
        async with asyncio.timeout(HELD_UP_S):
            for n in range(5):
                await scene.show(f"{n}")
        assert asked == [1]
    ends.set()


async def test_a_mute_listener_in_the_place_of_the_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)  # a socket's path is short by law
    path = f"/proc/self/fd/{folder}/mute"
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(path)
        mute.listen(1)
        monkeypatch.setenv(ADDRESS, f"unix:path={path}")
        async with notifying() as scene:
            async with asyncio.timeout(HELD_UP_S):
                await scene.show("1")
            assert not scene.is_connected
    os.close(folder)
    gc.collect()


class Early:
    """A bus whose news came while it was opened: nothing makes it readable any more."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.early: list[notifications.NotificationEvent] = [notifications.Shown(1, 5)]
        self.removed: list[int] = []

    def fileno(self) -> int:
        return self.ours.fileno()

    def read(self) -> list[notifications.NotificationEvent]:
        news, self.early = self.early, []
        return news

    def notify(self, notice: DesktopNotice, replaces: int) -> int:
        return 1

    def remove(self, notification: int) -> None:
        self.removed.append(notification)

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


async def test_what_was_told_while_the_bus_was_opened_is_read() -> None:
    bus = Early()
    async with notifying(lambda: bus) as scene:
        await scene.show("1")
        assert bus.early == []
        assert scene.is_connected
        assert bus.removed == [5], "nobody of this run asked for it"


@needs_bus
async def test_nothing_is_opened_while_the_program_leaves(desk: Desk) -> None:
    scene = Scene()
    await scene.scope.close()
    await scene.show("1")
    assert not scene.is_connected
    assert await desk.is_quiet()


@needs_bus
async def test_whether_anybody_shows_notices_is_known(desk: Desk) -> None:
    async with notifying() as scene:
        changes: list[bool] = []
        notifier = scene.notifier
        notifier.missing_changed.connect(lambda: changes.append(notifier.is_missing))
        assert not notifier.is_missing
        await scene.show("1")
        await desk.notice()
        notifier._handle(ServerChanged(is_there=False))
        assert changes == [True]
        notifier._handle(ServerChanged(is_there=True))
        assert changes == [True, False]
        desk.end_bus()
        await until(lambda: notifier.is_missing)


async def test_elsewhere_than_on_linux_no_bus_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert type(make_notifier(TaskScope())) is DesktopNotifier
