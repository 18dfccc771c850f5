"""A task that is refused for now is not failed: it gets another browser, or waits for its own."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.api.errors import ApiError, NotConnectedError
from enigma_panel.core.models import BrowserOptions, OutputType, Phase, Proxy, TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import KeyCheck, NoticeKind, PauseReason, WaitReason
from tests.kit.builders import new_session, new_task
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.commands.bench import gone, rejected
from tests.services.queue.bench import QueueBench, Service, on_queue

LIMITED, FULL = rejected(429, wait=7.0), rejected(503)
PLACES = rejected(429, code="SESSION_LIMIT_REACHED")
BUSY = rejected(409, code="TASK_ALREADY_RUNNING")
BROKE, NO = rejected(402), rejected(400)
NO_KEY, FORBIDDEN = rejected(401), rejected(403)
AWAY = NotConnectedError("refused")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keep"


# -- in a browser of its own ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusals", [[FULL], [PLACES], [AWAY, AWAY, LIMITED, LIMITED, LIMITED, LIMITED, FULL]]
)
async def test_a_task_that_its_new_browser_refuses_gets_another_one(
    bench: QueueBench, refusals: list[ApiError]
) -> None:
    bench.service.refuses = list(refusals)
    key = await bench.start()
    position = bench.task(key).queue_position
    await bench.until_taken()
    assert bench.service.asked == ["s1"] * len(refusals) + ["s2"]
    assert (bench.service.most_open, bench.service.open) == (1, {"s2"})
    await until(lambda: bench.task(key).status is TaskStatus.WORKING)
    assert bench.task(key).queue_position == position
    assert NoticeKind.CLOSED_FOR_WAITING_TASK in bench.said
    assert NoticeKind.START_REFUSED not in bench.said
    assert bench.queue.entries() == []


@pytest.mark.parametrize("close_after", [True, False])
async def test_the_other_browser_closes_as_the_task_says(
    bench: QueueBench, close_after: bool
) -> None:
    bench.service.refuses = [FULL] * 2
    key = await bench.start(close_after=close_after)
    first = bench.task(key).session_key
    await until(lambda: bench.task(key).session_key != first, 300)
    assert bench.session_of(key).close_after is close_after


async def test_tries_without_a_free_browser_make_one_line_in_its_steps(bench: QueueBench) -> None:
    bench.service.refuses_start = [FULL] * 20
    bench.service.refuses = [LIMITED]
    key = await bench.start()
    await until(lambda: bench.task(key).status is TaskStatus.WORKING, 900)
    steps = await bench.store.read(lambda ledger: ledger.steps(key, 100))
    kinds = [step.kind for step in steps]
    assert kinds == ["back_in_queue", "opened", "back_in_queue", "accepted"]


async def test_it_keeps_its_place_before_those_that_came_later(bench: QueueBench) -> None:
    bench.service.refuses = [FULL] * 2
    first = await bench.start("first")
    await until(lambda: bench.service.refuses == [], 300)
    later = await bench.start("later")
    await until(lambda: bench.queue.pause_reason is PauseReason.UNTAKEN, 300)
    await until(lambda: bench.session_of(first).is_planned, 60)
    assert [entry.task_key for entry in bench.queue.entries()] == [first, later]


@pytest.mark.parametrize(
    "refusals",
    [
        pytest.param([BUSY] * 3, id="it may be at work on this very task"),
        pytest.param([NO], id="another browser would refuse it, too"),
    ],
)
async def test_what_another_browser_must_or_need_not_be_asked_fails(
    bench: QueueBench, refusals: list[ApiError]
) -> None:
    bench.service.refuses = list(refusals)
    key = await bench.start()
    await until(lambda: bench.service.opened and not bench.service.open, 300)
    assert bench.task(key).status is TaskStatus.FAILED
    assert bench.said == [NoticeKind.START_REFUSED]
    assert bench.service.asked == ["s1"] * len(refusals)


@pytest.mark.parametrize(("refusal", "next_one"), [(LIMITED, ["s1", "s2"]), (BUSY, ["s1"])])
async def test_with_a_browser_that_runs_out_it_goes_on_elsewhere_unless_it_may_be_at_work(
    bench: QueueBench, refusal: ApiError, next_one: list[str]
) -> None:
    bench.service.refuses = [refusal]
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.attempt == 1)
    ended = Observation(kind=Kind.SESSION_ENDED, code="expired")
    await bench.store.record(bench.session_of(key).key, None, ended)
    await asyncio.sleep(60)
    assert bench.service.opened == next_one


async def test_what_the_channel_told_of_is_at_work_whatever_the_reply_says(
    bench: QueueBench,
) -> None:
    bench.service.refuses = [FULL] * 3
    key = await bench.start()
    await until(lambda: bench.service.opened and bench.session_of(key).service_id)
    told = Observation(kind=Kind.ACTIVE, task_id="t1")
    await bench.store.record(bench.session_of(key).key, key, told)
    await asyncio.sleep(60)
    assert bench.service.asked == ["s1"]
    assert bench.task(key).status is TaskStatus.WORKING
    assert bench.service.open == {"s1"}


async def test_the_second_time_within_ten_minutes_the_queue_pauses_until_go_on(
    bench: QueueBench,
) -> None:
    bench.service.refuses = [FULL] * 2
    key = await bench.start()
    await until(lambda: bench.queue.pause_reason is PauseReason.UNTAKEN, 300)
    await until(lambda: bench.session_of(key).is_planned, 60)
    await asyncio.sleep(300)
    assert bench.service.opened == ["s1", "s2"]
    assert (bench.service.most_open, bench.service.open) == (1, set())
    entry = existing(bench.queue.entry(key))
    assert entry.why is WaitReason.STOPPED
    bench.queue.go_on()
    assert bench.queue.pause_reason is PauseReason.NONE
    await bench.until_taken()
    assert bench.service.asked[-1] == "s3"


async def test_402_closes_the_browser_before_funds_can_open_another(bench: QueueBench) -> None:
    bench.service.refuses = [BROKE]
    bench.service.keeps_open = [rejected(500)] * 3
    key = await bench.start()
    await until(lambda: bench.queue.pause_reason is PauseReason.FUNDS)
    assert bench.queue.pause_error is BROKE
    bench.queue.funds_added()
    await bench.until_taken()
    assert (bench.service.most_open, bench.service.opened) == (1, ["s1", "s2"])
    assert NoticeKind.CLOSED_FOR_WAITING_TASK in bench.said
    assert bench.task(key).session_key == bench.session_of(key).key


def accept_the_key(bench: QueueBench) -> None:
    """The service takes the key again, and was asked."""
    account = bench.bench.account
    account.last_check = KeyCheck.ACCEPTED
    account.use(bench.service)


async def test_a_refused_key_closes_the_browser_before_another_is_opened(bench: QueueBench) -> None:
    bench.service.refuses = [NO_KEY]
    bench.service.keeps_open = [NO_KEY] * 2
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    assert bench.queue.pause_reason is PauseReason.KEY
    await asyncio.sleep(60)
    accept_the_key(bench)
    await asyncio.sleep(60)
    assert (bench.service.opened, bench.service.took) == (["s1"], [])
    accept_the_key(bench)
    await bench.until_taken()
    assert (bench.service.most_open, bench.service.asked) == (1, ["s1", "s2"])
    assert bench.said == [NoticeKind.CLOSED_FOR_WAITING_TASK]


async def test_with_another_key_it_waits_until_the_time_of_its_browser_is_up(
    bench: QueueBench,
) -> None:
    bench.service.refuses = [NO_KEY]
    bench.service.keeps_open = [NO_KEY]
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    await asyncio.sleep(1)
    bench.bench.account.key_fingerprint = "another"
    accept_the_key(bench)
    await asyncio.sleep(60)
    assert bench.service.opened == ["s1"]
    session = bench.session_of(key)
    bench.service.open.discard("s1")
    await bench.store.record(session.key, None, Observation(kind=Kind.LIFETIME_OVER))
    await bench.until_taken()
    assert bench.service.opened == ["s1", "s2"]
    assert bench.commands.is_ending(session.key), "should its key come back"


async def test_the_refusal_of_a_key_that_is_no_longer_in_use_stops_nobody(
    bench: QueueBench,
) -> None:
    bench.service.refuses = [NO_KEY]
    key = await bench.start()
    await until(lambda: bench.task(key).sent_ms)
    bench.bench.account.key_fingerprint = "another"
    bench.bench.account.use(bench.service.copy())
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    assert bench.queue.pause_reason is PauseReason.NONE


# -- a browser that cannot be closed, or shall stay -----------------------------------------------


@pytest.mark.parametrize("error", [rejected(500), rejected(503), AWAY])
async def test_no_other_browser_is_opened_before_the_old_one_is_closed(
    bench: QueueBench, error: ApiError
) -> None:
    bench.service.refuses = [FULL]
    bench.service.keeps_open = [error] * 1000
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    await asyncio.sleep(120)
    entry = existing(bench.queue.entry(key))
    assert entry.why is WaitReason.CLOSING
    assert bench.service.opened == ["s1"]
    assert bench.commands.is_ending(bench.session_of(key).key)
    bench.service.keeps_open.clear()
    await bench.until_taken()
    assert (bench.service.most_open, bench.service.asked[-1]) == (1, "s2")


async def test_where_the_service_will_not_close_it_the_next_try_waits(bench: QueueBench) -> None:
    bench.service.refuses = [FULL] * 1000
    bench.service.keeps_open = [rejected(400)] * 1000
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.NO_BROWSER)
    await asyncio.sleep(120)
    assert len(bench.service.asked) <= 5
    bench.service.refuses.clear()
    await bench.until_taken()
    assert bench.service.opened == ["s1"]


async def test_taken_out_of_the_queue_meanwhile_it_gets_none(bench: QueueBench) -> None:
    bench.service.refuses = [FULL]
    bench.service.keeps_open = [AWAY] * 3
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    await bench.queue.remove([key])
    await until(lambda: not bench.service.open, 300)
    await asyncio.sleep(60)
    assert bench.service.opened == ["s1"]
    assert bench.task(key).code == "TAKEN_BACK"
    assert bench.queue.entries() == []


async def test_where_the_terminate_is_taken_back_it_waits_in_the_browser_that_stays(
    bench: QueueBench,
) -> None:
    bench.service.refuses = [FULL]
    bench.service.keeps_open = [AWAY] * 1000
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    await asyncio.sleep(0.2)
    assert bench.commands.undo(bench.session_of(key).key)
    await bench.until_taken()
    assert bench.service.asked == ["s1"] * 2
    assert bench.service.opened == ["s1"]


# -- in a browser that others have used -----------------------------------------------------------


async def in_open_session(bench: QueueBench, refusals: list[ApiError]) -> int:
    """A task for the session of one that is done, refused so; its key."""
    before = await bench.start("the one before")
    await until(lambda: bench.task(before).status is TaskStatus.WORKING)
    session = bench.session_of(before)
    done = Observation(kind=Kind.COMPLETED, text="42")
    await bench.store.record(session.key, before, done)
    bench.service.refuses = list(refusals)
    return await bench.start("the next one", where=bench.session_of(before))


@pytest.mark.parametrize("error", [FULL, LIMITED, PLACES, BUSY])
async def test_a_task_for_an_open_session_waits_for_that_session(
    bench: QueueBench, error: ApiError
) -> None:
    key = await in_open_session(bench, [error] * 8)
    await bench.until_waits(key, lambda entry: entry.attempt == 3)
    entry = existing(bench.queue.entry(key))
    assert entry.due_ms is not None, "it is tried again"
    await bench.until_taken(2)
    assert bench.service.opened == ["s1"], "nothing was closed, no other was opened"
    assert bench.service.asked == ["s1"] * 10
    assert bench.said == []


async def test_refusals_of_an_open_session_come_at_the_times_of_retries(bench: QueueBench) -> None:
    """PLACES is what nothing else slows down."""
    await in_open_session(bench, [PLACES] * 1000)
    await asyncio.sleep(1)
    assert len(bench.service.asked) == 2, "one try, and two seconds of rest"
    await asyncio.sleep(60)
    assert len(bench.service.asked) <= 13


async def test_it_can_be_taken_back_and_ends_with_nobody_s_session(bench: QueueBench) -> None:
    key = await in_open_session(bench, [FULL] * 1000)
    await bench.until_waits(key, lambda entry: entry.attempt == 2)
    await bench.queue.remove([key])
    assert bench.task(key).code == "TAKEN_BACK"
    assert bench.service.open == {"s1"}


async def test_where_that_session_ends_the_person_decides(bench: QueueBench) -> None:
    key = await in_open_session(bench, [FULL] * 2)
    await bench.until_waits(key, lambda entry: entry.attempt == 2)
    await bench.commands.give(bench.session_of(key).key, CommandVerb.TERMINATE)
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.SESSION_ENDED)
    await bench.queue.run_in_new_session(key)
    await bench.until_taken(2)
    assert bench.service.asked[-1] == "s2"


async def until_ended(bench: QueueBench, key: int, kind: Kind) -> None:
    """Its session has ended as far as is known here, and it waits for the person."""
    await bench.until_waits(key, lambda entry: entry.attempt == 2)
    await bench.store.record(bench.session_of(key).key, None, Observation(kind=kind))
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.SESSION_ENDED)


@pytest.mark.parametrize("kind", [Kind.LIFETIME_OVER, Kind.SESSION_DOUBTED])
async def test_one_whose_end_is_but_assumed_is_closed_before_another_is_opened(
    bench: QueueBench, kind: Kind
) -> None:
    """Our clock, say, was set between two runs."""
    key = await in_open_session(bench, [FULL] * 2)
    bench.service.keeps_open = [AWAY] * 3
    await until_ended(bench, key, kind)
    bench.bench.scope.spawn("click", bench.queue.run_in_new_session(key))
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    await bench.until_taken(2)
    assert (bench.service.most_open, bench.service.open) == (1, {"s2"})


async def test_one_in_which_another_task_may_be_at_work_is_left_to_that(bench: QueueBench) -> None:
    before = await bench.start("the one before")
    await until(lambda: bench.task(before).status is TaskStatus.WORKING)
    session = bench.session_of(before)
    key = await bench.start("the next one", where=session)
    await bench.store.record(session.key, None, Observation(kind=Kind.LIFETIME_OVER))
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.SESSION_ENDED)
    await bench.queue.run_in_new_session(key)
    await bench.until_taken(2)
    assert bench.service.open == {"s1", "s2"}
    assert bench.task(before).status is TaskStatus.WORKING


async def test_closing_a_browser_between_two_tries_takes_no_task_along(bench: QueueBench) -> None:
    bench.service.refuses = [LIMITED]
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.attempt)
    await bench.queue.run_in_new_session(key)
    await bench.until_taken()
    assert (bench.service.most_open, bench.service.open) == (1, {"s2"})


async def test_where_that_terminate_is_taken_back_no_other_is_opened(bench: QueueBench) -> None:
    key = await in_open_session(bench, [FULL] * 2)
    bench.service.keeps_open = [AWAY] * 1000
    await until_ended(bench, key, Kind.LIFETIME_OVER)
    bench.bench.scope.spawn("click", bench.queue.run_in_new_session(key))
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
    await asyncio.sleep(1)
    assert bench.commands.undo(bench.session_of(key).key)
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.SESSION_ENDED)
    assert bench.service.opened == ["s1"]


@pytest.mark.parametrize("fails", [[], [AWAY] * 3])
async def test_one_that_is_said_not_to_be_there_is_terminated(
    bench: QueueBench, fails: list[ApiError]
) -> None:
    """One wrong answer, and nothing there can be asked for: it would cost money unseen."""
    key = await in_open_session(bench, [gone()])
    bench.service.keeps_open = list(fails)
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.SESSION_ENDED)
    assert bench.service.open == set()
    await bench.queue.run_in_new_session(key)
    await bench.until_taken(2)
    assert bench.service.most_open == 1


# -- after a restart ------------------------------------------------------------------------------


def after_a_restart(
    folder: Path, refusals: list[ApiError], test: Callable[[QueueBench, int], Awaitable[None]]
) -> None:
    """test(bench, task key): a browser was opened, its task refused once, and the program ended."""
    service = Service()

    async def first_life(bench: QueueBench) -> None:
        bench.service.refuses = [LIMITED]
        key = await bench.start()
        await bench.until_waits(key, lambda entry: entry.attempt == 1)

    async def next_life(bench: QueueBench) -> None:
        await asyncio.sleep(60)
        await bench.recover()
        (task,) = bench.store.tasks()
        bench.service.refuses = list(refusals)
        await test(bench, task.key)

    on_queue(folder, first_life, service)
    on_queue(folder, next_life, service)


@pytest.mark.parametrize("error", [FORBIDDEN, NO, gone()])
def test_a_browser_of_the_last_run_whose_only_task_fails_is_closed(
    folder: Path, error: ApiError
) -> None:
    async def test(bench: QueueBench, key: int) -> None:
        bench.queue.go_on()
        await until(lambda: not bench.service.open, 60)
        assert bench.task(key).status is TaskStatus.FAILED
        assert bench.service.opened == ["s1"]
        assert bench.said == [NoticeKind.START_REFUSED]

    after_a_restart(folder, [error], test)


def test_one_that_refuses_its_task_again_is_changed_for_another(folder: Path) -> None:
    async def test(bench: QueueBench, _key: int) -> None:
        bench.queue.go_on()
        await bench.until_taken()
        assert bench.service.asked == ["s1"] * 2 + ["s2"]
        assert bench.service.most_open == 1

    after_a_restart(folder, [FULL], test)


def test_one_whose_only_task_is_taken_out_of_the_queue_is_closed(folder: Path) -> None:
    async def test(bench: QueueBench, key: int) -> None:
        second = await bench.start("behind it", where=bench.session_of(key))
        await bench.queue.remove([key])
        await asyncio.sleep(1)
        assert bench.service.open == {"s1"}, "another one waits for it"
        await bench.queue.remove([second])

        await until(lambda: not bench.service.open, 15)
        assert bench.service.took == []

    after_a_restart(folder, [LIMITED] * 3, test)


class SpecsOnly(Service):
    def __init__(self) -> None:
        super().__init__()
        self.specs: list[TaskSpec] = []

    async def start_session(self, spec: TaskSpec, text: str = "") -> Observation:
        self.specs.append(spec)
        return await super().start_session(spec, text)

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        self.specs.append(spec)
        return await super().new_task(session_id, spec)


def test_a_task_is_asked_for_as_it_was_queued_in_each_browser_and_after_a_restart(
    folder: Path,
) -> None:
    service = SpecsOnly()
    spec = TaskSpec(
        text="Look",
        browser=BrowserOptions(environment_id="e", proxy=Proxy.SOCKS, proxy_address="p.example:1"),
        output_type=OutputType.CSV,
        output_schema='["name"]',
    )

    async def first_life(bench: QueueBench) -> None:
        bench.bench.account.choose_dialect(Dialect.W2)
        service.refuses_start = [FULL]
        session = new_session(phase=Phase.PLANNED)
        (key,) = await bench.queue.add([(session, new_task(session_key=session.key, spec=spec))])
        await bench.until_waits(key, lambda entry: entry.attempt == 1)

    async def next_life(bench: QueueBench) -> None:
        bench.bench.account.choose_dialect(Dialect.W2)
        await bench.recover()
        service.refuses = [FULL]
        bench.queue.go_on()
        await bench.until_taken()
        assert len(service.opened) == 2
        assert service.specs == [spec] * 5

    on_queue(folder, first_life, service)
    on_queue(folder, next_life, service)


# -- killed at any moment -------------------------------------------------------------------------


class Moments:
    """Copies of the ledger and of the service at each write and each call of one life."""

    def __init__(self, folder: Path, service: Service, target: Path) -> None:
        self._folder = folder
        self._service = service
        self._target = target
        self.all: list[tuple[Path, Service]] = []

    def watch(self, bench: QueueBench) -> None:
        real = bench.bench.executor.run

        async def run(call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            result = await real(call, *args, **kwargs)
            self._keep()
            return result

        bench.bench.executor.run = run  # type: ignore[method-assign]  # as the writer finds it
        self._service.touched = self._keep

    def _keep(self) -> None:
        copy = self._target / str(len(self.all))
        shutil.copytree(self._folder, copy, ignore=shutil.ignore_patterns("*-shm"))
        self.all.append((copy, self._service.copy()))


@pytest.mark.parametrize("refusals", [[FULL], [NO_KEY]])
def test_killed_at_any_moment_it_is_never_open_twice_and_taken_at_most_once(
    folder: Path, tmp_path: Path, refusals: list[ApiError]
) -> None:
    service = Service()
    service.refuses = list(refusals)
    (copies := tmp_path / "copies").mkdir()
    moments = Moments(folder, service, copies)

    async def first_life(bench: QueueBench) -> None:
        moments.watch(bench)
        await bench.start()
        await asyncio.sleep(5)
        accept_the_key(bench)
        await bench.until_taken()
        await asyncio.sleep(5)

    on_queue(folder, first_life, service)
    assert len(moments.all) > 20
    ends = {_next_life(*moment) for moment in moments.all}
    assert {"taken in s1", "taken in s2", "nobody knows"} <= ends


def _next_life(folder: Path, service: Service) -> str:
    ends: list[str] = []
    service.refuses.clear()

    async def test(bench: QueueBench) -> None:
        await asyncio.sleep(60)
        recovered = await bench.recover()
        known = {session.service_id for session in bench.store.sessions()}
        tasks = bench.store.tasks()
        if not tasks:
            ends.append("not there yet")
            return
        key = tasks[0].key
        is_unclear = bench.task(key).status is TaskStatus.UNCONFIRMED
        assert is_unclear or service.open <= known, "no browser is lost"
        session = bench.session_of(key)
        if session.phase is Phase.OPEN and bench.task(key).status is TaskStatus.QUEUED:
            assert recovered.sessions == (session.key,)
            assert recovered.tasks == frozenset()
        asked = len(service.asked)
        await asyncio.sleep(60)
        assert len(service.asked) == asked, "nothing is sent before the person says so"
        bench.queue.go_on()
        await asyncio.sleep(60)
        entry = bench.queue.entry(key)
        if entry is not None:
            assert entry.why is WaitReason.SESSION_ENDED
            await bench.queue.run_in_new_session(key)
            await asyncio.sleep(60)
        ends.append(_end(bench, key))

    on_queue(folder, test, service)
    assert service.most_open <= 1
    assert len(service.took) <= 1
    assert len(service.open) <= 1
    return ends[0]


def _end(bench: QueueBench, key: int) -> str:
    task = bench.task(key)
    if task.status is TaskStatus.UNCONFIRMED:
        return "nobody knows"
    assert task.status is TaskStatus.WORKING
    assert bench.service.took == [bench.session_of(key).service_id]
    return f"taken in {bench.service.took[0]}"


def test_killed_at_any_moment_the_browser_of_a_task_that_failed_is_closed(
    folder: Path, tmp_path: Path
) -> None:
    service = Service()
    service.refuses = [NO]
    (copies := tmp_path / "copies").mkdir()
    moments = Moments(folder, service, copies)
    left_open: list[set[str]] = []

    async def first_life(bench: QueueBench) -> None:
        moments.watch(bench)
        key = await bench.start()
        await until(lambda: bench.task(key).status is TaskStatus.FAILED and not service.open)

    async def next_life(bench: QueueBench) -> None:
        await bench.recover()
        await asyncio.sleep(15)
        if any(task.status is TaskStatus.FAILED for task in bench.store.tasks()):
            left_open.append(bench.service.open)

    on_queue(folder, first_life, service)
    for moment in moments.all:
        on_queue(moment[0], next_life, moment[1])
    assert len(left_open) > 1
    assert not any(left_open)


def test_a_terminate_of_the_last_run_keeps_its_task_back_and_the_row_says_so(folder: Path) -> None:
    service = Service()
    service.refuses = [FULL]
    service.keeps_open = [AWAY] * 1000

    async def first_life(bench: QueueBench) -> None:
        key = await bench.start()
        await bench.until_waits(key, lambda entry: entry.why is WaitReason.CLOSING)
        await asyncio.sleep(1)

    async def next_life(bench: QueueBench) -> None:
        await asyncio.sleep(60)
        await bench.recover()
        bench.queue.go_on()
        await asyncio.sleep(60)
        (task,) = bench.store.tasks()
        entry = existing(bench.queue.entry(task.key))
        assert entry.why is WaitReason.CLOSING
        assert (service.asked, service.opened) == (["s1"], ["s1"])
        service.keeps_open.clear()
        await bench.until_waits(task.key, lambda entry: entry.why is WaitReason.SESSION_ENDED)

    on_queue(folder, first_life, service)
    on_queue(folder, next_life, service)
