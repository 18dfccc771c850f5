"""Whatever comes, in whatever order: a click acts on the row that was aimed at, or nothing happens.

Random events of the services and of the person, against a pointer that rests, moves and clicks,
over the real window.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.services.types import Diff, PauseReason, Recovered
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.table import SessionsTable
from enigma_panel.ui.widgets.pointer_hold import ACT_MS, AIM_MS, ARM_MS, PointerHold
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.person import leave

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
EVENTS = 16
ON_PUSH, WEEKLY, PART = 50, 10_000, 500
MOST_OPEN = 14
LAST = 5
CALM = 3
"""Turns of the loop without a change: what a part asks its own parent for comes with the next, and
what the parent asks of the window with the one after."""
STATUSES = (TaskStatus.WORKING, TaskStatus.PAUSED, TaskStatus.DONE, TaskStatus.STARTING)
Seen = dict[tuple[str, int], tuple[int, int]]


class Hand:
    """A window, what happens to it, and what a person sees of it."""

    def __init__(self, window: MainWindow, services: Any, qapp: QApplication) -> None:
        self.window, self.services, self.qapp = window, services, qapp
        self.sessions: SessionsTable = window.selection.sessions
        self.tables: dict[str, KeyedTable] = {
            "sessions": self.sessions,
            "tasks": window.selection.tasks,
        }
        self.rng = random.Random(0)
        self.over: KeyedTable | None = None
        self.point = QPoint()
        self.aimed_ms = self.acted_ms = -(10**9)
        self.moved_ms: dict[tuple[str, int], int] = {}
        self.places: Seen = {}
        self.last_key = 0
        self.trail: list[str] = []
        self.counted = self.refused = self.held = 0
        self.rows: list[int] = []

    # -- a stream ----------------------------------------------------------------------------------

    def play(self, seed: int) -> None:
        """Another window full of rows, and what happens to it."""
        self.rng = random.Random(seed)
        self.trail = [f"seed {seed}"]
        self._begin()
        ours = (self.ask, self.settle, self.end, self.open)
        more = (self.start, self.line, self.cost, self.tick, self.finish)
        hand = (self.move, self.move, self.click, self.click, self.click, self.scroll, self.leave)
        rare = (self.resize, self.key, self.deactivate)
        for _ in range(EVENTS):
            self.wait(self.rng.choice((0, 10, 120, 300, 450, 700, 1_100, 5_000, 31_000)))
            kind = self.rng.random()
            if kind < 0.5:
                self.by_us(self.rng.choice(ours + more))
            else:
                self.by_hand(self.rng.choice(hand if kind < 0.9 else rare))

    def _begin(self) -> None:
        self.leave()
        self.window.hold.end()
        world = self.services
        world.sessions.sessions.clear()
        world.sessions.tasks.clear()
        world.inbox.open.clear()
        world.queue.waiting.clear()
        for _ in range(self.rng.randint(1, 8)):
            self._add()
        self._tell_all()
        self.sessions.verticalScrollBar().setValue(0)
        self._settle()
        self.moved_ms.clear()
        self._note(self._look())
        self.wait(ARM_MS)

    def by_us(self, event: Callable[[], None]) -> None:
        """Nothing that is aimed at moves; else what moves is noted with its time."""
        before, under, columns = self._look(), self._under(), self._columns()
        is_held = self._is_held()
        self.trail.append(f"{event.__name__}{' while held' * is_held}")
        event()
        self._settle()
        self._note(before)
        if is_held and under is not None:
            self.held += 1
            assert self._look().get(under) == before[under], "it was moved away from the pointer"
            assert self._under() == under, "something else stands under the pointer"
            assert self._columns() == columns, "the columns were moved below the pointer"

    def by_hand(self, event: Callable[[], None]) -> None:
        """What the person moves has always stood where it is."""
        self.trail.append(event.__name__)
        event()
        self._settle()
        self.places = self._look()

    def wait(self, ms: int) -> None:
        """Time goes by; what waited for the pointer may come."""
        self.trail.append(f"+{ms}")
        while ms > 0:
            step = min(ms, 250)
            ms -= step
            self.services.clock.now += step
            was_held = self.window.hold.is_held
            before = self._look() if was_held else {}
            self.window.hold.refresh()  # as its timer does
            if was_held and not self.window.hold.is_held:
                self._settle()
                self._note(before)

    def _settle(self) -> None:
        before, calm = self._look(), 0
        while calm < CALM:
            self.qapp.processEvents()
            after = self._look()
            before, calm = after, calm + 1 if after == before else 0

    def _note(self, before: Seen) -> None:
        now = self.services.clock.now
        self.places = self._look()
        for key in before | self.places:  # also what is out of view now: it was moved, too
            if before.get(key) != self.places.get(key):
                self.moved_ms[key] = now
        if self.rows != self.sessions.rows.keys():
            self.rows = list(self.sessions.rows.keys())

    # -- what is seen ------------------------------------------------------------------------------

    def _look(self) -> Seen:
        """Where the rows in view stand in the window: the corner of the verbs, in Tasks of Took."""
        seen: Seen = {}
        for name, table in self.tables.items():
            origin = table.viewport().mapTo(self.window, QPoint())
            left = origin.x() + table.columnViewportPosition(LAST)
            for row in table.visible_rows():
                key = table.rows.key_at(row)
                assert key is not None
                seen[name, key] = (left, origin.y() + table.rowViewportPosition(row))
        return seen

    def _under(self) -> tuple[str, int] | None:
        """The row below the pointer, which stands still in the window."""
        if self.over is None:
            return None
        local = self.over.viewport().mapFrom(self.window, self.point)
        if not self.over.viewport().rect().contains(local):
            return None
        key = self.over.rows.key_at(self.over.rowAt(local.y()))
        name = next(name for name, table in self.tables.items() if table is self.over)
        return None if key is None else (name, key)

    def _columns(self) -> tuple[int, ...]:
        """How wide they are in the table below the pointer."""
        if self.over is None:
            return ()
        header = self.over.horizontalHeader()
        return tuple(map(header.sectionSize, range(header.count())))

    def _is_held(self) -> bool:
        now: int = self.services.clock.now
        return now - self.aimed_ms < AIM_MS or now - self.acted_ms < ACT_MS

    # -- the services ------------------------------------------------------------------------------

    def _add(self, **facts: Any) -> None:
        self.last_key += 1
        status = self.rng.choice(STATUSES)
        left_s = self.rng.randint(20, 290)
        ended = {"ended_ms": NOW} if status is TaskStatus.DONE else {}
        self.services.sessions.add(
            self.last_key, status=status, left_s=left_s, tell=False, **ended | facts
        )

    def _tell_all(self) -> None:
        keys = frozenset(self.services.sessions.sessions)
        self.services.sessions.changed.emit(Diff(sessions=keys, tasks=keys, new_tasks=tuple(keys)))
        self.services.queue.changed.emit()
        self.services.inbox.changed.emit()

    def _pick(self) -> int:
        keys: list[int] = list(self.services.sessions.sessions)
        return self.rng.choice(keys)

    def ask(self) -> None:
        key = self._pick()
        self.services.sessions.change_task(key, status=TaskStatus.ASKS, question="Which one?")
        self.services.inbox.ask(a_question(key, "Which one? " * self.rng.randint(1, 20)))

    def settle(self) -> None:
        for question in self.services.inbox.questions():
            self.services.inbox.close(question.task_key)
            if question.task_key in self.services.sessions.tasks:
                self.services.sessions.change_task(question.task_key, status=TaskStatus.WORKING)

    def end(self) -> None:
        ended = self.services.clock.now - self.rng.choice((0, 40_000))
        self.services.sessions.change_session(self._pick(), phase=Phase.CLOSED, ended_ms=ended)

    def finish(self) -> None:
        done = {"status": TaskStatus.DONE, "result": "x" * self.rng.randint(0, 200)}
        self.services.sessions.change_task(self._pick(), ended_ms=self.services.clock.now, **done)

    def open(self) -> None:
        if len(self.services.sessions.sessions) < MOST_OPEN:
            self._add()
            key = self.last_key
            one = frozenset({key})
            self.services.sessions.changed.emit(Diff(sessions=one, tasks=one, new_tasks=(key,)))

    def cost(self) -> None:
        usage = Usage(cost=Decimal(10) ** self.rng.randint(0, 5))
        self.services.sessions.change_task(self._pick(), usage=usage)

    def start(self) -> None:
        """What was open before is marked."""
        self.window.show_recovered(Recovered(sessions=tuple(self.services.sessions.sessions)))

    def line(self) -> None:
        queue = self.services.queue
        queue.put(*self.rng.sample(list(self.services.sessions.tasks), 1), tell=False)
        queue.set(
            *(queue.waiting if self.rng.random() < 0.7 else ()),
            pause_reason=self.rng.choice((PauseReason.NONE, PauseReason.FUNDS)),
        )

    def tick(self) -> None:
        self.window._tick()

    # -- the person --------------------------------------------------------------------------------

    def move(self) -> None:
        """To a verb of some row of Sessions, or to a row of Tasks."""
        table = self.rng.choice((self.sessions, self.sessions, self.tables["tasks"]))
        if table is not self.over:
            self.leave()
        rows = table.visible_rows()
        if not rows:
            return
        row = self.rng.choice(rows)
        cell = table.visualRect(table.model().index(row, LAST if table is self.sessions else 1))
        local = QPoint(self.rng.randint(cell.left(), cell.right()), cell.center().y())
        if not table.viewport().rect().contains(local):
            return
        self.over, self.point = table, table.viewport().mapTo(self.window, local)
        at = table.viewport().mapToGlobal(local)
        no_keys = Qt.KeyboardModifier.NoModifier
        moved = QMouseEvent(QEvent.Type.MouseMove, QPointF(local), QPointF(at), NONE, NONE, no_keys)
        QApplication.sendEvent(table.viewport(), moved)
        self.aimed_ms = self.services.clock.now

    def leave(self) -> None:
        """What waited comes, which is not the person's doing."""
        before = self._look()
        if self.over is not None:
            leave(self.over)
        self.over = None
        self.aimed_ms = -(10**9)
        self._settle()
        self._note(before)

    def click(self) -> None:
        """It acts on what stood under the pointer for 0.7 s; where that can be done, it does."""
        if self.over is not self.sessions:
            self.move()
        under, calls = self._under(), self.services.sessions.calls
        if self.over is not self.sessions or under is None:
            return
        local = self.sessions.viewport().mapFrom(self.window, self.point)
        aimed = self.sessions._row_verb(local)
        calls.clear()
        QTest.mouseClick(self.sessions.viewport(), LEFT, pos=local)
        self.aimed_ms = self.acted_ms = self.services.clock.now
        if aimed is None or aimed.verb is None:
            assert calls == []
            return
        wanted = [("command", (under[1],), aimed.verb)]
        stood = self.services.clock.now - self.moved_ms.get(under, -(10**9))
        can = self.services.sessions.can(under[1], aimed.verb)
        if stood < ARM_MS or not can:
            self.refused += 1
            assert calls == [], f"it had stood there for {stood} ms"
        else:  # what Qt lays out a moment later, by a timer of its own, arms the table anew
            assert [call[:3] for call in calls] in ([], wanted)
            self.counted += bool(calls)

    def scroll(self) -> None:
        bar = self.sessions.verticalScrollBar()
        bar.setValue(self.rng.randint(0, bar.maximum()))

    def key(self) -> None:
        QTest.keyClick(self.sessions, self.rng.choice((Qt.Key.Key_Down, Qt.Key.Key_Up)))
        self.acted_ms = self.services.clock.now

    def resize(self) -> None:
        """The card takes more or fewer rows a moment later, which is not the person's doing."""
        self.leave()
        self.window.resize(self.rng.randint(900, 1_300), self.rng.randint(560, 800))
        self._settle()
        self.wait(ARM_MS)

    def deactivate(self) -> None:
        self.leave()
        before = self._look()
        self.acted_ms = -(10**9)
        QApplication.sendEvent(self.window, QEvent(QEvent.Type.WindowDeactivate))
        self._settle()
        self._note(before)


@pytest.fixture
def hand(window: MainWindow, services: Any, qapp: QApplication) -> Hand:
    window.activateWindow()
    qapp.processEvents()
    window.setUpdatesEnabled(False)  # nobody looks at it, and painting takes most of the time
    return Hand(window, services, qapp)


def play(hand: Hand, seeds: range) -> None:
    for seed in seeds:
        try:
            hand.play(seed)
        except AssertionError as error:
            error.add_note(" ".join(hand.trail))
            raise


def test_a_click_acts_on_the_row_that_was_aimed_at_or_nothing_happens(hand: Hand) -> None:
    play(hand, range(ON_PUSH))
    assert min(hand.counted, hand.refused, hand.held) > ON_PUSH / 4


def test_what_was_red_once_holds(hand: Hand) -> None:
    """The line's bar had the height of a narrower window until something else was laid out."""
    play(hand, range(8543, 8545))


@pytest.mark.weekly
@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 1_000 + WEEKLY, PART))
def test_so_it_is_in_10_000_streams(hand: Hand, first: int) -> None:
    play(hand, range(first, first + PART))


def _never_held(hand: Hand, *parts: Any) -> None:
    for part in parts:
        part._hold = PointerHold(hand.services.clock.now_ms, hand.window)


SWITCHED_OFF: dict[str, Callable[[Hand, pytest.MonkeyPatch], None]] = {
    "ended rows of Sessions": lambda hand, _: _never_held(hand, hand.window.selection.session_rows),
    "rows of Tasks": lambda hand, _: _never_held(hand, hand.window.selection.task_rows),
    "0.7 s": lambda _, patch: patch.setattr("enigma_panel.ui.sessions.table.ARM_MS", 0),
}


@pytest.mark.weekly
@pytest.mark.parametrize("what", SWITCHED_OFF)
def test_without_one_of_the_holds_it_is_not_so(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    SWITCHED_OFF[what](hand, monkeypatch)
    with pytest.raises(AssertionError):
        play(hand, range(2_000))
