"""When it is told that something is done: without focus, after 20 s, several as one."""

import asyncio
from collections.abc import Hashable, Iterator
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.features.desktop_notices.done_notifier import (
    NOTICE,
    DoneNews,
    DoneNotifier,
    Ended,
)
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.desktop_notifier import DesktopNotice, DesktopNotifier
from enigma_panel.services.state.session_store import SessionStore
from tests.kit.builders import a_task, new_session
from tests.kit.clock import NOW, VirtualClock

SECRET = "hunter2-hunter2"
S = TaskStatus


class Records(SessionStore):
    """The records alone, as a test sets them."""

    def __init__(self, redactor: Redactor) -> None:
        nothing = cast("Any", None)
        super().__init__(nothing, nothing, redactor, nothing)

    def put(self, *tasks: Task) -> None:
        self._remember([], tasks)
        self._emit(tasks)

    def name(self, key: int, site: str) -> None:
        session = new_session(key=key, site=site)
        self.records.put(session)
        self._emit([session])


class Told(DesktopNotifier):
    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, str]] = []
        self.stands = False
        self.withdrawn = 0

    def show(self, key: Hashable, notice: DesktopNotice) -> None:
        assert key == NOTICE
        assert not notice.asks
        self.shown.append((notice.title, notice.body))
        self.stands = True

    def withdraw(self, key: Hashable) -> None:
        assert key == NOTICE
        self.withdrawn += self.stands
        self.stands = False


class Scene:
    """A notice over records; time is virtual."""

    def __init__(self, clock: VirtualClock, *before: Task) -> None:
        self.clock = clock
        self.redactor = Redactor()
        self.records = Records(self.redactor)
        self.records.put(*before)
        self.told = Told()
        self.scope = TaskScope()
        self.has_focus = False
        self.is_wanted = True
        self.news: list[DoneNews] = []
        self.opened: list[tuple[int, str]] = []
        self.notice = DoneNotifier(
            self.records,
            self.told,
            make_notice=self._make_notice,
            redact=self.redactor.redact,
            has_focus=lambda: self.has_focus,
            is_wanted=lambda: self.is_wanted,
            clock=clock,
            scope=self.scope,
        )
        self.notice.opened.connect(self._note_opened)

    def _note_opened(self, key: int, token: str) -> None:
        self.opened.append((key, token))

    def _make_notice(self, news: DoneNews) -> DesktopNotice:
        self.news.append(news)
        title = f"{len(news.results)} ended"
        body = f"{news.left} left {news.results[0].name}"
        return DesktopNotice(title=title, body=body, action="Show")

    def begin(self, *keys: int) -> None:
        self.records.put(*(a_secret(key, self.clock.now_ms()) for key in keys))

    def end(self, *keys: int, status: TaskStatus = S.DONE, **fields: Any) -> None:
        for key in keys:
            task = self.records.task(key)
            assert task is not None
            now = self.clock.now_ms()
            ended = {"status": status, "ended_ms": now, "is_new": True, **fields}
            self.records.put(replace(task, **ended))

    def see(self, *keys: int) -> None:
        for key in keys:
            task = self.records.task(key)
            assert task is not None
            self.records.put(replace(task, is_new=False))

    def focus(self) -> None:
        self.has_focus = True
        self.notice.follow_focus()

    def leave(self) -> None:
        self.has_focus = False
        self.notice.follow_focus()

    async def run(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def a_secret(key: int, now_ms: int = NOW, **fields: Any) -> Task:
    """A task at work whose text is a secret, begun at that time."""
    begun = {"since_ms": now_ms, "created_ms": now_ms, "sent_ms": now_ms}
    return a_task(key, text=f"The password is {SECRET}", **begun | fields)


@pytest.fixture
def scene(clock: VirtualClock) -> Iterator[Scene]:
    scene = Scene(clock)
    yield scene
    clock.run(scene.scope.close())


async def test_one_is_told_ten_seconds_after_its_end(scene: Scene) -> None:
    scene.begin(1)
    scene.records.name(1, "shop 1")
    await scene.run(41)
    scene.end(1, usage=Usage(cost=Decimal("0.02")), result=SECRET)
    await scene.run(9.9)
    assert scene.told.shown == []
    await scene.run(0.2)
    assert scene.told.shown == [("1 ended", "0 left shop 1")]
    one = Ended(name="shop 1", failed=False, took_ms=41_000, cost=Decimal("0.02"))
    assert scene.news == [DoneNews(results=(one,), left=0)]
    await scene.run(100)
    assert len(scene.told.shown) == 1
    assert scene.told.stands


async def test_figures_that_come_late_are_told(scene: Scene) -> None:
    scene.begin(1)
    await scene.run(30)
    scene.end(1)
    await scene.run(5)
    task = scene.records.task(1)
    assert task is not None
    scene.records.put(replace(task, usage=Usage(cost=Decimal("0.07"))))
    await scene.run(6)
    assert [one.cost for one in scene.news[0].results] == [Decimal("0.07")]


@pytest.mark.parametrize(("took_s", "is_told"), [(3, False), (20, False), (20.001, True)])
async def test_only_who_took_long_is_told(scene: Scene, took_s: float, is_told: bool) -> None:
    scene.begin(1)
    await scene.run(took_s)
    scene.end(1)
    await scene.run(30)
    assert bool(scene.told.shown) is is_told


async def test_time_in_queue_is_no_work_unless_nothing_was_sent(scene: Scene) -> None:
    long_ago = NOW - 100_000
    scene.records.put(a_secret(1, long_ago, status=S.QUEUED, sent_ms=None))
    scene.records.put(a_secret(2, long_ago, status=S.QUEUED, sent_ms=None))
    scene.records.put(a_secret(2, long_ago, sent_ms=NOW))
    await scene.run(10)
    scene.end(2)
    await scene.run(30)
    assert scene.told.shown == []
    scene.end(1, status=S.FAILED)  # the service did not accept it
    await scene.run(11)
    assert [one.failed for one in scene.news[0].results] == [True]


@pytest.mark.parametrize("status", [S.STOPPED, S.LOST])
async def test_what_the_person_ended_or_nobody_knows_is_no_news(
    scene: Scene, status: TaskStatus
) -> None:
    scene.begin(1)
    await scene.run(60)
    scene.end(1, status=status)
    await scene.run(60)
    assert scene.told.shown == []


async def test_a_result_that_comes_after_its_task_counted_as_lost_is_told(scene: Scene) -> None:
    scene.begin(1, 2)
    await scene.run(30)
    scene.end(1, 2, status=S.LOST)
    await scene.run(5)
    scene.end(1)
    await scene.run(30)
    assert scene.told.shown == [("1 ended", "0 left ")], "nobody waits for a lost one"


async def test_what_ended_in_an_earlier_run_is_no_news(clock: VirtualClock) -> None:
    old = a_secret(1, NOW - 90_000, status=S.DONE, ended_ms=NOW - 10_000, is_new=True)
    scene = Scene(clock, old, a_secret(2, NOW - 5_000))
    scene.records.put(old)  # told again, for whatever reason
    scene.records.put(replace(old, key=7))  # fetched from the ledger later
    await scene.run(60)
    assert scene.told.shown == []
    await scene.run(30)
    scene.end(2)  # it was at work when that run ended
    await scene.run(11)
    assert len(scene.news[0].results) == 1
    await scene.scope.close()


async def test_nothing_is_told_to_somebody_who_looks(scene: Scene) -> None:
    scene.begin(1, 2)
    await scene.run(30)
    scene.focus()
    scene.end(1)
    await scene.run(20)
    assert scene.told.shown == []
    scene.leave()
    await scene.run(20)
    assert scene.told.shown == []  # nor later: it was there to be seen
    scene.end(2)
    await scene.run(11)
    assert [len(news.results) for news in scene.news] == [1]


async def test_who_looked_and_left_within_the_ten_seconds_knows_it(scene: Scene) -> None:
    scene.begin(1, 2)
    await scene.run(30)
    scene.end(1)
    await scene.run(3)
    scene.focus()
    scene.leave()
    await scene.run(2)
    scene.end(2)
    await scene.run(9.9)
    assert scene.told.shown == []
    await scene.run(0.2)
    assert [len(news.results) for news in scene.news] == [1]


async def test_several_within_ten_seconds_are_one(scene: Scene) -> None:
    scene.begin(*range(1, 11))
    scene.records.put(a_secret(11, status=S.UNCONFIRMED))  # nobody knows whether it ever ends
    await scene.run(30)
    for key in (1, 2, 3):
        scene.end(key)
        await scene.run(3)
    scene.end(4)
    scene.end(5, status=S.FAILED)
    await scene.run(5)
    (news,) = scene.news
    assert [one.failed for one in news.results] == [False] * 4 + [True]
    assert news.left == 5


async def test_a_later_one_takes_its_place_and_counts_all_that_nobody_saw(scene: Scene) -> None:
    scene.begin(1, 2, 3)
    await scene.run(30)
    scene.end(1)
    await scene.run(15)
    scene.end(2)
    await scene.run(15)
    counts = [(len(news.results), news.left) for news in scene.news]
    assert counts == [(1, 2), (2, 1)]
    assert scene.told.withdrawn == 0


async def test_the_focus_takes_it_down_and_the_count_begins_anew(scene: Scene) -> None:
    scene.begin(1, 2, 3)
    await scene.run(30)
    scene.end(1, 2)
    await scene.run(11)
    scene.leave()  # the focus goes from one stranger to another
    assert scene.told.stands
    scene.focus()
    assert not scene.told.stands
    assert scene.records.task(1).is_new  # only its row's selection changes that
    scene.leave()
    scene.end(3)
    await scene.run(11)
    assert [len(news.results) for news in scene.news] == [2, 1]


async def test_results_that_were_seen_meanwhile_are_not_told(scene: Scene) -> None:
    scene.begin(1, 2)
    await scene.run(30)
    scene.end(1, 2)
    scene.see(1)
    await scene.run(11)
    assert [len(news.results) for news in scene.news] == [1]
    scene.see(2)
    assert not scene.told.stands
    scene.begin(3)
    await scene.run(30)
    scene.end(3)
    scene.see(3)
    await scene.run(30)
    assert len(scene.told.shown) == 1


async def test_whoever_wants_none_gets_none(scene: Scene) -> None:
    scene.is_wanted = False
    scene.begin(1, 2)
    await scene.run(30)
    scene.end(1)
    await scene.run(20)
    scene.is_wanted = True
    scene.end(2)
    await scene.run(20)
    assert [len(news.results) for news in scene.news] == [1]


async def test_no_secret_is_told(scene: Scene) -> None:
    scene.redactor.add_secret(SECRET)
    scene.begin(1)
    scene.records.name(1, f"with {SECRET}")
    await scene.run(30)
    scene.end(1, result=SECRET, error=SECRET)
    await scene.run(11)
    assert scene.told.shown == [("1 ended", "0 left with [redacted]")]


async def test_a_click_opens_the_newest_that_is_still_new(scene: Scene) -> None:
    scene.told.clicked.emit(NOTICE, "")  # nothing is there
    scene.begin(1, 2, 3)
    await scene.run(30)
    scene.end(3, 1, 2)
    await scene.run(11)
    scene.told.clicked.emit(NOTICE, "token")
    scene.see(3)
    scene.told.clicked.emit(NOTICE, "")
    scene.focus()  # the desktop may bring us to the front before it tells of the click
    scene.told.clicked.emit(NOTICE, "")
    scene.see(1, 2)
    scene.told.clicked.emit(NOTICE, "")
    scene.told.clicked.emit((3, 1), "")  # of a question
    assert scene.opened == [(3, "token"), (2, ""), (2, ""), (3, "")]


async def test_a_thousand_at_once_are_one(scene: Scene) -> None:
    keys = range(1, 1001)
    scene.begin(*keys)
    await scene.run(30)
    scene.end(*keys)
    assert scene.scope.names() == ["done notice"]
    await scene.run(11)
    assert [len(news.results) for news in scene.news] == [1000]
    scene.see(*keys)
    assert scene.told.withdrawn == 1


async def test_leaving_tells_nothing_more(scene: Scene) -> None:
    scene.begin(1, 2)
    await scene.run(30)
    scene.end(1)
    await scene.scope.close()
    scene.end(2)
    await scene.run(30)
    assert scene.told.shown == []
