"""The desktop's notice names each question that is due, and none that is settled.

Whatever order things come in.

The program's own notifier and bus client, before a desktop that answers when it likes and starts
anew, in virtual time.
"""

import asyncio
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent

from enigma_panel.desktop import notifications
from enigma_panel.desktop.notifications import (
    BusNotifier,
    Closed,
    NotificationEvent,
    Refused,
    ServerChanged,
    Shown,
)
from enigma_panel.features.desktop_notices.question_notifier import AskedNews, QuestionNotifier
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.desktop_notifier import DesktopNotice
from enigma_panel.services.questions.urgency import LAST_MINUTE_MS, Urgency
from enigma_panel.services.types import OpenQuestion
from tests.kit.builders import a_question
from tests.kit.clock import VirtualClock, VirtualLoop, in_virtual_time
from tests.kit.fakes import FakeInbox, FakeSettings

LATE_MS = 1_000
"""So long after the end of a question its notice may stand."""
SOON_MS = 300
"""So soon it stands after the window knows of it, the desktop's own time aside."""


class Desktop:
    """What shows notices, as the desktops' specification has it.

    standing: by number. delay_s: so long each call and each answer is under way.
    """

    def __init__(self, loop: VirtualLoop, delay_s: float) -> None:
        self.loop = loop
        self.delay_s = delay_s
        self.standing: dict[int, DesktopNotice] = {}
        self.is_there = True
        self.calls = 0
        self.last = 0
        self.life = 0
        self.looks: Callable[[DesktopNotice], None] = lambda _notice: None
        self.bus = Bus(self)
        self._posted_s = 0.0

    def post(self, call: Callable[..., None], *arguments: object) -> None:
        """It arrives after all that was posted before."""
        self._posted_s = max(self._posted_s + 1e-6, self.loop.time() + self.delay_s)
        self.loop.call_at(self._posted_s, call, *arguments)

    def start_anew(self, away_s: float) -> None:
        """It ends, and with it what stands; another one comes."""
        self.standing.clear()
        self.is_there, self.last, self.life = False, 0, self.life + 1
        self.bus.tell(ServerChanged(is_there=False))
        self.loop.call_later(away_s, self._come, self.life)

    def _come(self, life: int) -> None:
        if life == self.life:  # else that one has ended, too
            self.is_there = True
            self.bus.tell(ServerChanged(is_there=True))

    def show(self, bus: "Bus", call: int, notice: DesktopNotice, replaces: int, life: int) -> None:
        if not self.is_there or life != self.life:
            bus.tell(Refused(call))
            return
        self.last += not replaces
        number = replaces or self.last
        self.standing[number] = notice
        bus.tell(Shown(call, number))

    def remove(self, bus: "Bus", number: int, life: int) -> None:
        if life == self.life and self.standing.pop(number, None) is not None:
            bus.tell(Closed(number))


class Bus:
    """The program's connection to it."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        self.events: list[NotificationEvent] = []
        self.is_open = True
        self.read_later: Callable[[], object] = lambda: None

    def notify(self, notice: DesktopNotice, replaces: int) -> int:
        desktop = self.desktop
        desktop.calls += 1
        desktop.looks(notice)
        desktop.post(desktop.show, self, desktop.calls, notice, replaces, desktop.life)
        return desktop.calls

    def remove(self, notification: int) -> None:
        desktop = self.desktop
        desktop.post(desktop.remove, self, notification, desktop.life)

    def tell(self, event: NotificationEvent) -> None:
        def arrive() -> None:
            self.events.append(event)
            if self.is_open:
                self.read_later()

        self.desktop.post(arrive)

    def fileno(self) -> int:
        return -1

    def read(self) -> list[NotificationEvent]:
        events, self.events = self.events, []
        return events

    def close(self) -> None:
        self.is_open = False


class Program:
    """One run over the questions that are open: what is between them and the desktop."""

    def __init__(self, order: "Order") -> None:
        self.scope = TaskScope()
        scope, clock = self.scope, order.clock
        inbox, settings = cast("Any", order.inbox), cast("Any", order.settings)
        self.bus = order.desktop.bus = Bus(order.desktop)
        self.urgency = Urgency(inbox, clock, scope)
        self.notifier = BusNotifier(lambda: self.bus, scope)
        self.asked = QuestionNotifier(
            cast("Any", SimpleNamespace(session=lambda key: SimpleNamespace(name=str(key)))),
            inbox,
            self.urgency,
            self.notifier,
            settings=settings,
            make_notice=_notice,
            redact=str,
            has_focus=lambda: order.has_focus,
            clock=clock,
        )
        order.inbox.changed.emit()  # a new run learns its questions

    async def close(self) -> None:
        await self.scope.close()
        for part in (self.asked, self.notifier, self.urgency):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _notice(news: AskedNews, _now_ms: int) -> DesktopNotice:
    """Its title names the questions."""
    names = " ".join(one.name for one in news.questions)
    return DesktopNotice(title=names, body="", action="", asks=True, is_urgent=news.is_urgent)


class Order:
    """Things that happen in some order, and what must hold all the time."""

    def __init__(self, loop: VirtualLoop, clock: VirtualClock, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = clock
        self.inbox = FakeInbox()
        self.settings = FakeSettings()
        self.desktop = Desktop(loop, self.rng.choice((0.0, 0.02, 0.2)))
        self.desktop.looks = self.tells_of_open_ones
        self.has_focus = False
        self.settled_ms: dict[str, int] = {}
        self.learnt: dict[int, int] = {}
        self.disturbed_ms = 0  # since when nothing but questions came and went
        self.told = 0
        loop.add_reader = self.add_reader  # type: ignore[method-assign]
        loop.remove_reader = lambda _fd: True  # type: ignore[method-assign,assignment]
        self.program = Program(self)

    def add_reader(self, _fd: Any, call: Callable[..., object], *_arguments: Any) -> None:
        self.program.bus.read_later = call

    # -- what happens ------------------------------------------------------------------------

    def disturb(self, for_ms: int = 0) -> None:
        self.disturbed_ms = max(self.disturbed_ms, self.clock.now_ms() + for_ms)

    async def raise_one(self) -> None:
        key, now = len(self.learnt) + 1, self.clock.now_ms()
        life_ms = self.rng.choice((45_000, 100_000, 230_000))
        self.learnt[key] = now
        question = a_question(key, "Which?", session_key=key)
        self.inbox.ask(replace(question, asked_ms=now, expires_ms=now + life_ms))
        asyncio.get_running_loop().call_later(life_ms / 1000, self.settle, key)

    async def settle_one(self) -> None:
        if self.inbox.open:
            self.settle(self.rng.choice(self.inbox.open).task_key)

    def settle(self, key: int) -> None:
        if str(key) not in self.settled_ms:
            self.settled_ms[str(key)] = self.clock.now_ms()
            self.inbox.close(key)

    async def turn_focus(self) -> None:
        self.disturb()
        self.has_focus = not self.has_focus
        self.program.asked.follow_focus()

    async def turn_quiet(self) -> None:
        self.disturb()
        urgency = self.program.urgency
        urgency.be_quiet(quiet=urgency.quiet_until_ms is None)

    async def start_desktop_anew(self) -> None:
        self.disturb(1_000)
        self.desktop.start_anew(self.rng.choice((0.0, 0.5)))

    async def start_program_anew(self) -> None:
        self.disturb(1_000)
        # One that is under way at the very end would stay.
        await asyncio.sleep(0.01 + 4 * self.desktop.delay_s)
        shown = self.program.notifier._notifications
        while any(one.call for one in shown.values()):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        await self.program.close()
        await asyncio.sleep(0.01 + 2 * self.desktop.delay_s)
        assert not self.desktop.standing, "a notice that nobody can open any more"
        self.program = Program(self)

    # -- what must hold ------------------------------------------------------------------------

    def tells_of_open_ones(self, notice: DesktopNotice) -> None:
        self.told += 1
        assert notice.title
        assert not self.settled_ms.keys() & notice.title.split(), "told of a settled question"

    def check(self) -> None:
        now = self.clock.now_ms()
        named = {name for notice in self.desktop.standing.values() for name in notice.title.split()}
        late = [name for name in named if now - self.settled_ms.get(name, now) > LATE_MS]
        assert not late, f"settled for long and told of still: {late}"
        for question in self.inbox.open:
            if self._is_due(question, now):
                assert str(question.task_key) in named, f"{question.task_key} stands nowhere"

    def _is_due(self, question: OpenQuestion, now: int) -> bool:
        """Whether nothing was in the way of its notice when it was learnt or urgent at last."""
        came = self.learnt[question.task_key]
        urgent = max(came, question.expires_ms - LAST_MINUTE_MS)
        soon = SOON_MS + 8_000 * self.desktop.delay_s
        is_quiet = self.program.urgency.quiet_until_ms is not None
        is_new = self.disturbed_ms < came and now - came > soon and not is_quiet
        is_last = self.disturbed_ms < urgent and now - urgent > soon
        return (is_new or is_last) and not self.has_focus

    async def play(self) -> None:
        happens = [self.raise_one] * 5 + [self.settle_one] * 4 + [self.turn_focus] * 2
        happens += [self.turn_quiet, self.start_desktop_anew, self.start_program_anew]
        for _ in range(25):
            await self.rng.choice(happens)()
            for _ in range(self.rng.choice((0, 1, 1, 3))):
                await asyncio.sleep(self.rng.choice((0.0, 0.1, 1.1, 9.0, 40.0)))
                self.check()
        for question in list(self.inbox.open):
            self.settle(question.task_key)
        await asyncio.sleep(LATE_MS / 1000)
        assert not self.desktop.standing
        await self.program.close()


async def _at_once(call: Callable[[], Any], **_limits: Any) -> Any:
    return call()


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(n, marks=pytest.mark.weekly) for n in range(500, 10_500, 1_000))]
)
def test_no_notice_tells_of_a_settled_question_in_whatever_order(
    first: int, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "blocking", _at_once)
    told = 0
    for seed in range(first, first + (1_000 if first else 500)):

        async def play(clock: VirtualClock, seed: int = seed) -> int:
            loop = cast("Any", asyncio.get_running_loop())
            order = Order(loop, clock, seed)
            try:
                await order.play()
            except AssertionError as error:
                raise AssertionError(f"order {seed}: {error}") from error
            return order.told

        told += in_virtual_time(play)
    assert told > 100


def test_what_nobody_took_is_shown_by_who_comes_next_and_once(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "blocking", _at_once)

    async def play(clock: VirtualClock) -> None:
        order = Order(cast("Any", asyncio.get_running_loop()), clock, 1)
        await order.raise_one()
        await asyncio.sleep(20)
        order.desktop.start_anew(away_s=5)
        await asyncio.sleep(1)
        await order.raise_one()
        await asyncio.sleep(3)
        assert not order.desktop.standing
        await asyncio.sleep(3)
        assert [set(n.title.split()) for n in order.desktop.standing.values()] == [{"1", "2"}]
        await order.program.close()

    in_virtual_time(play)
