"""What a poll that finds nothing proves: alone nothing, four times over 15 s an end."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import NotConnectedError, Reply, SessionGoneError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.types import Answer, AnswerOutcome
from enigma_panel.store.ledger.intents import Outcome
from tests.kit.clock import NOW
from tests.kit.fakes import FakeHealth
from tests.services.live.bench import Bench, with_bench

S, P, K = TaskStatus, Phase, Kind
NOT_CONNECTED = NotConnectedError("refused")
OTHERS = Observation(kind=K.COMPLETED, text="r", task_id="of nobody")
Told = Kind | Observation | Exception


class Polled:
    """A session with a task that is polled.

    answers: the next ones; `rest` comes when they are used up. found: ids of tasks that are at work
    whatever is said of others. asked: seconds at which polls came in.
    """

    def __init__(self, bench: Bench, *answers: Told, rest: Told = K.ACTIVE) -> None:
        self.bench = bench
        self.answers = list(answers)
        self.rest = rest
        self.found: set[str] = set()
        self.asked: list[float] = []
        bench.account.client = self
        self.restart()
        self.session = self.key = 0

    def restart(self) -> None:
        """Another run, over the same records."""
        self.scope, health = TaskScope(), FakeHealth()
        context = replace(self.bench.context, scope=self.scope, health=health)  # type: ignore[arg-type]
        self.poller = Poller(context, self.bench.starts, self.bench.channels)

    async def poll(self, _session_id: str, task_id: str) -> Observation:
        self.asked.append((self.bench.clock.now_ms() - NOW) / 1000)
        await asyncio.sleep(0.01)
        if task_id in self.found:
            return Observation(kind=K.ACTIVE)
        answer = self.answers.pop(0) if self.answers else self.rest
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Observation):
            return answer
        return Observation(kind=answer, text="r" if answer is K.COMPLETED else None)

    async def send_answer(self, *_: object) -> Observation:
        raise SessionGoneError(Reply(status=404), nothing_happened=True)

    async def begin(self, *, listens: bool = False) -> None:
        """The service names the task; from now on it is polled."""
        self.session, self.key = await self.bench.open(listens=listens)
        assert not self.poller.is_polling
        accepted = Observation(kind=K.ACCEPTED, task_id="t")
        await self.bench.reply(self.bench.intent, Outcome.KNOWN, accepted)
        assert self.poller.is_polling

    @property
    def looks(self) -> list[float]:
        """Seconds from the first poll to each of them, rounded down."""
        return [float(int(at - self.asked[0])) for at in self.asked]

    @property
    def state(self) -> tuple[Phase, TaskStatus, bool]:
        """Phase, status, and whether rows say that it is looked for again."""
        task = self.bench.task(self.key)
        return self.bench.phase(self.session), task.status, self.poller.is_missing(self.key)


LIVES = (P.OPEN, S.WORKING, False)
MISSING = (P.OPEN, S.WORKING, True)
ENDED = (P.CLOSED, S.LOST, False)
Check = Callable[[Polled], Awaitable[None]]


def polling(
    tmp_path: Path, check: Check, *answers: Told, rest: Told = K.ACTIVE, listens: bool = False
) -> None:
    async def run(bench: Bench) -> None:
        polled = Polled(bench, *answers, rest=rest)
        await polled.begin(listens=listens)
        await check(polled)
        await polled.scope.close()
        assert not polled.poller.is_polling

    with_bench(tmp_path, run)


@pytest.mark.parametrize("kind", [K.SESSION_GONE, K.TASK_GONE])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_fewer_than_four_in_a_row_end_nothing(tmp_path: Path, kind: Kind, times: int) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(0.5)
        assert polled.state == MISSING
        await asyncio.sleep(16)
        assert polled.state == LIVES
        polled.answers = [K.COMPLETED]
        await asyncio.sleep(3)
        assert polled.bench.task(polled.key).result == "r"

    polling(tmp_path, check, *[kind] * times)


def test_four_over_fifteen_seconds_prove_the_end(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(14)
        assert polled.state == MISSING
        await asyncio.sleep(3)
        assert polled.state == ENDED
        assert polled.looks == [0, 2, 5, 15]
        await asyncio.sleep(60)
        assert len(polled.asked) == 4

    polling(tmp_path, check, rest=K.SESSION_GONE)


def test_a_task_that_is_not_found_ends_alone(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(17)
        assert polled.state == (P.OPEN, S.LOST, False)

    polling(tmp_path, check, rest=K.TASK_GONE)


def test_a_report_between_them_starts_over(tmp_path: Path) -> None:
    gone = K.SESSION_GONE

    async def check(polled: Polled) -> None:
        await asyncio.sleep(30)
        assert polled.state == MISSING
        await asyncio.sleep(10)
        assert polled.state == ENDED

    polling(tmp_path, check, gone, gone, gone, K.ACTIVE, rest=gone)


@pytest.mark.parametrize("times", [1, 3])
def test_an_answer_about_another_task_starts_over(tmp_path: Path, times: int) -> None:
    """It is not used, or the third time in doubt, and is no "not found" either."""

    async def check(polled: Polled) -> None:
        await asyncio.sleep(30)
        assert polled.bench.phase(polled.session) is P.OPEN
        await asyncio.sleep(20)
        assert polled.bench.phase(polled.session) is P.CLOSED

    gone = K.SESSION_GONE
    polling(tmp_path, check, gone, gone, gone, *[OTHERS] * times, rest=gone)


def test_the_other_not_found_starts_over(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(29)
        assert polled.state == MISSING
        await asyncio.sleep(4)
        assert polled.state == (P.OPEN, S.LOST, False)

    polling(tmp_path, check, *[K.SESSION_GONE] * 3, rest=K.TASK_GONE)


def test_what_comes_before_its_turn_counts_as_none(tmp_path: Path) -> None:
    """Commands and answers have it asked for at once."""

    async def check(polled: Polled) -> None:
        for _ in range(20):
            await asyncio.sleep(0.2)
            polled.poller.wake(polled.session)
        assert polled.state == MISSING
        await asyncio.sleep(10)
        assert polled.state == MISSING
        await asyncio.sleep(3)
        assert polled.state == ENDED

    polling(tmp_path, check, rest=K.SESSION_GONE)


def test_errors_between_them_neither_count_nor_start_over(tmp_path: Path) -> None:
    gone, no = K.SESSION_GONE, NOT_CONNECTED

    async def check(polled: Polled) -> None:
        await asyncio.sleep(14)
        assert polled.state == MISSING
        await asyncio.sleep(16)
        assert polled.state == ENDED

    polling(tmp_path, check, gone, no, gone, no, no, gone, no, rest=gone)


@pytest.mark.parametrize(("kind", "is_sign"), [(K.AGENT, True), (K.FAILED, False)])
def test_a_live_channel_that_tells_of_work_starts_it_over(
    tmp_path: Path, kind: Kind, *, is_sign: bool
) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(11)
        assert polled.state == MISSING
        await polled.bench.hear(kind, "it thinks")
        await asyncio.sleep(8)
        assert polled.state == (MISSING if is_sign else ENDED)
        await asyncio.sleep(18)
        assert polled.state == ENDED

    polling(tmp_path, check, rest=K.SESSION_GONE, listens=True)


def test_a_call_that_the_service_took_starts_it_over(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(11)
        polled.poller.note_delivered(polled.session)
        await asyncio.sleep(14)
        assert polled.state == MISSING
        await asyncio.sleep(3)
        assert polled.state == ENDED

    polling(tmp_path, check, rest=K.SESSION_GONE)


def test_another_task_of_the_session_that_is_found_starts_it_over(tmp_path: Path) -> None:
    """One is done, and asked for its cost alone; the other one works."""

    async def check(polled: Polled) -> None:
        bench, polled.found = polled.bench, {"t2"}
        await asyncio.sleep(3)
        assert polled.poller.is_missing(polled.key)
        intent = await bench.add(polled.session)
        await bench.reply(intent, Outcome.KNOWN, Observation(kind=K.ACCEPTED, task_id="t2"))
        await asyncio.sleep(60)
        assert bench.phase(polled.session) is P.OPEN

    polling(tmp_path, check, K.COMPLETED, rest=K.SESSION_GONE)


def test_a_done_task_whose_cost_is_asked_for_tells_of_its_session(tmp_path: Path) -> None:
    """The time for asking after the cost is over before the last look."""

    async def check(polled: Polled) -> None:
        await asyncio.sleep(15)
        polled.rest = K.SESSION_GONE
        await asyncio.sleep(19)
        assert polled.state == (P.CLOSED, S.DONE, False)

    polling(tmp_path, check, rest=K.COMPLETED)


def test_a_done_task_that_is_cleaned_up_is_not_missing(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(30)
        assert polled.state == (P.OPEN, S.DONE, False)

    polling(tmp_path, check, K.COMPLETED, rest=K.TASK_GONE)


@pytest.mark.parametrize("assumed", [K.LIFETIME_OVER, K.TERMINATE_SENT])
def test_after_an_assumed_end_it_is_the_same(tmp_path: Path, assumed: Kind) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(1)
        await polled.bench.store.record(polled.session, polled.key, Observation(kind=assumed))
        polled.rest = K.SESSION_GONE
        await asyncio.sleep(12)
        assert polled.bench.phase(polled.session) not in {P.CLOSED, P.ENDED_BY_YOU}
        await asyncio.sleep(16)
        assert polled.bench.phase(polled.session) in {P.CLOSED, P.ENDED_BY_YOU}

    polling(tmp_path, check)


def test_a_task_that_ends_while_it_is_missing_is_cleaned_up(tmp_path: Path) -> None:
    """The channel told its end."""

    async def check(polled: Polled) -> None:
        await asyncio.sleep(1)
        done = Observation(kind=K.COMPLETED, text="r")
        await polled.bench.store.record(polled.session, polled.key, done)
        await asyncio.sleep(3)
        assert polled.state == (P.OPEN, S.DONE, False)

    polling(tmp_path, check, rest=K.TASK_GONE)


def test_without_a_key_it_stays_missing_and_nothing_is_asked(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(1)
        polled.bench.account.client = None
        await asyncio.sleep(60)
        assert polled.state == MISSING
        assert len(polled.asked) == 1
        polled.bench.account.use(polled)
        await asyncio.sleep(20)
        assert polled.state == ENDED

    polling(tmp_path, check, rest=K.SESSION_GONE)


def test_what_nobody_asks_for_any_more_is_not_missing(tmp_path: Path) -> None:
    """The channel told its end, and the reply that is held tells the rest."""

    async def check(polled: Polled) -> None:
        await asyncio.sleep(1)
        assert polled.state == MISSING
        polled.bench.held.add(polled.key)
        done = Observation(kind=K.COMPLETED, text="r")
        await polled.bench.store.record(polled.session, polled.key, done)
        await asyncio.sleep(3)
        assert polled.state == (P.OPEN, S.DONE, False)

    polling(tmp_path, check, rest=K.SESSION_GONE)


def test_another_run_begins_anew(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(12)
        await polled.scope.close()
        polled.restart()
        polled.bench.store.touch(polled.session, polled.key)
        await asyncio.sleep(14)
        assert polled.state == MISSING
        await asyncio.sleep(3)
        assert polled.state == ENDED

    polling(tmp_path, check, rest=K.SESSION_GONE)


# -- other calls that are told so ------------------------------------------------------------------


def test_told_to_another_call_it_is_looked_at_once(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        await asyncio.sleep(1)
        asked = len(polled.asked)
        await polled.poller.note_session_gone(polled.session)
        await asyncio.sleep(0.1)
        assert len(polled.asked) == asked + 1
        assert polled.state == LIVES

    polling(tmp_path, check)


def test_an_answer_that_is_told_so_was_not_delivered_and_has_it_looked_at(tmp_path: Path) -> None:
    async def check(polled: Polled) -> None:
        bench = polled.bench
        await asyncio.sleep(3)
        asked = len(polled.asked)
        answers = Answers(bench.context, polled.poller, bench.live, cast("Any", None))
        sending = answers.send(polled.key, Answer("Yes", AnswerVerb.RESUME), is_open=lambda: True)
        assert (await sending).outcome is AnswerOutcome.FAILED
        await asyncio.sleep(0.1)
        assert len(polled.asked) == asked + 1
        assert polled.state == (P.OPEN, S.ASKS, False)

    polling(tmp_path, check, rest=K.QUESTION)


async def test_without_a_task_to_ask_for_the_session_is_taken_for_closed(bench: Bench) -> None:
    polled = Polled(bench)
    session, key = await bench.open(listens=False)
    await polled.poller.note_session_gone(session)
    assert bench.phase(session) is P.OPEN  # the reply will name its task
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=K.UNKNOWN))
    await polled.poller.note_session_gone(session)
    assert (bench.phase(session), bench.task(key).status) == (P.CLOSED_ASSUMED, S.UNCONFIRMED)
