"""A service that opens no browser without a text, and where a task's address is told."""

import asyncio
from pathlib import Path

import pytest

from enigma_panel.api.errors import ApiError, RejectedError, Reply
from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import MISSING_PROMPT, MISSING_TASK_DETAILS, Kind, Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.types import NoticeKind, PauseReason, WaitReason
from enigma_panel.store.settings import Settings
from tests.kit.existing import existing
from tests.kit.ledgers import open_ledger
from tests.kit.wait import until
from tests.services.queue.bench import QueueBench, Service, on_queue

URL = "https://shop.example/hubs"
TEXT, BLANK = f"Open {URL}.", "Open a blank page."


def refused(message: str | None, code: str | None = None, status: int = 400) -> ApiError:
    reply = Reply(status=status, code=code, message=message)
    return RejectedError(reply, nothing_happened=True)


NAMED = refused("taskDetails is required", MISSING_TASK_DETAILS)
BUSY = refused("A task is already running", "TASK_ALREADY_RUNNING", 409)


class Insists(Service):
    """Opens no browser without a text."""

    async def start_session(self, spec, text=""):  # type: ignore[no-untyped-def]
        if not text:
            self.refuses_start.insert(0, NAMED)
        return await super().start_session(spec, text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keep"


def intents(path: Path) -> list[tuple[str, str]]:
    """The text of each start-session that was written down, and its outcome."""
    sql = "SELECT used, outcome FROM intents WHERE kind = 'start_session' ORDER BY key"
    with open_ledger(path) as ledger:
        return ledger.connection.execute(sql).fetchall()


def test_it_is_tried_once_more_with_a_text_and_remembered(folder: Path) -> None:
    async def test(bench: QueueBench) -> None:
        first = await bench.start(url=URL)
        await bench.until_taken()
        await bench.start()
        await bench.until_taken(2)
        assert bench.service.texts == ["", TEXT, BLANK]
        assert bench.task(first).error is None
        assert bench.queue.pause_reason is PauseReason.NONE

    async def next_run(bench: QueueBench) -> None:
        await bench.recover()
        await bench.start()
        await bench.until_taken(3)
        assert bench.service.texts[3:] == [BLANK]

    service = Insists()
    on_queue(folder, test, service)
    assert intents(folder / "ledger.sqlite") == [("", "refused"), (TEXT, "known"), (BLANK, "known")]
    on_queue(folder, next_run, service)


@pytest.mark.parametrize("message", ["Invalid parameters", None, "taskDetails: must not be empty"])
async def test_a_refusal_that_names_no_field_may_be_about_the_text(
    bench: QueueBench, message: str | None
) -> None:
    bench.service.refuses_start = [refused(message, "INVALID_PARAMS")]
    await bench.start()
    await bench.until_taken()
    assert bench.service.texts == ["", BLANK]


@pytest.mark.parametrize(
    ("first", "second", "texts"),
    [
        (NAMED, NAMED, ["", BLANK]),
        (refused("Bad"), refused("Worse", "INVALID_PARAMS"), ["", BLANK]),
        (refused("startingUrl must be https", "INVALID_PARAMS"), None, [""]),
    ],
)
async def test_what_it_refuses_all_the_same_has_failed(
    bench: QueueBench, first: ApiError, second: ApiError | None, texts: list[str]
) -> None:
    last = second or first
    assert isinstance(last, RejectedError)
    bench.service.refuses_start = [error for error in (first, second) if error is not None]
    key = await bench.start()
    await asyncio.sleep(60)
    task = bench.task(key)
    assert (task.status, task.error) == (TaskStatus.FAILED, last.reply.message)
    assert task.code != MISSING_TASK_DETAILS  # which would advise another dialect
    assert (bench.service.texts, bench.said) == (texts, [NoticeKind.START_REFUSED])
    assert bench.queue.pause_reason is PauseReason.NONE
    await bench.start()
    await bench.until_taken()
    assert bench.service.texts == [*texts, ""]


async def test_one_that_speaks_of_another_dialect_gets_no_text(bench: QueueBench) -> None:
    bench.service.refuses_start = [refused("Missing task.prompt", MISSING_PROMPT)]
    await bench.start()
    await until(lambda: bench.queue.pause_reason is PauseReason.DIALECT)
    assert bench.service.texts == [""]


async def test_webrun_gets_none(bench: QueueBench) -> None:
    bench.bench.account.choose_dialect(Dialect.W2)
    bench.service.refuses_start = [NAMED]
    await bench.start()
    await until(lambda: bench.queue.pause_reason is PauseReason.DIALECT)
    assert bench.service.texts == [""]


async def test_refused_for_now_the_text_stays(bench: QueueBench) -> None:
    bench.service.refuses_start = [NAMED, refused("Full", None, 503)]
    await bench.start()
    await bench.until_taken()
    assert bench.service.texts == ["", BLANK, BLANK]


def test_a_browser_that_works_on_its_text_is_waited_for(folder: Path) -> None:
    """At most 30 s lie between two tries."""

    async def test(bench: QueueBench) -> None:
        bench.settings.value = Settings(browsers_at_once=1)
        bench.service.refuses = [BUSY] * 15
        key = await bench.start()
        await bench.until_waits(key, lambda entry: entry.why is WaitReason.BUSY)
        for n in (8, 15):
            await bench.until_waits(key, lambda entry, n=n: entry.attempt == n)  # type: ignore[misc]
        entry = existing(bench.queue.entry(key))
        assert entry.due_ms is not None
        assert 29_000 < entry.due_ms - bench.bench.clock.now_ms() <= 30_000
        await bench.until_taken()
        assert bench.service.opened == ["s1"]
        assert bench.service.asked == ["s1"] * 16
        assert bench.task(key).error is None

    on_queue(folder, test, Insists())


def test_one_that_runs_out_over_that_takes_no_task(folder: Path) -> None:
    """The task gets another browser, and no third one within ten minutes."""

    async def test(bench: QueueBench) -> None:
        bench.service.refuses = [BUSY] * 100
        key = await bench.start()
        for n in (1, 2):
            await until(lambda n=n: bench.service.asked.count(f"s{n}") > 5, 300)  # type: ignore[misc]
            await asyncio.sleep(1)  # it waits for its next try
            ended = Observation(kind=Kind.SESSION_ENDED, code="expired")
            await bench.store.record(bench.session_of(key).key, None, ended)
            for _ in range(2):  # for two reasons in one turn of the loop
                bench.queue._scheduler.schedule()
        await until(lambda: bench.queue.pause_reason is PauseReason.UNTAKEN)
        await asyncio.sleep(600)
        assert bench.service.opened == ["s1", "s2"]
        assert (bench.task(key).status, bench.task(key).error) == (TaskStatus.QUEUED, None)

    on_queue(folder, test, Insists())


async def test_a_newtask_has_the_address_only_in_a_browser_of_others(bench: QueueBench) -> None:
    bench.service.refuses = [refused("Full", None, 503)]  # the same for a second try
    first = await bench.start(url=URL)
    await bench.until_taken()
    done = Observation(kind=Kind.COMPLETED, text="42", task_id=bench.task(first).service_id)
    await bench.store.record(bench.session_of(first).key, first, done)
    await bench.start(where=bench.session_of(first), url=URL)
    await bench.until_taken(2)
    assert bench.service.urls == [None, None, URL]


async def test_webrun_has_it_in_each(bench: QueueBench) -> None:
    bench.bench.account.choose_dialect(Dialect.W1)
    await bench.start(url=URL)
    await bench.until_taken()
    assert bench.service.urls == [URL]
