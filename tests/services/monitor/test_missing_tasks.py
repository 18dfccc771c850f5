"""What a poll that finds nothing proves: alone nothing, four times over 15 s an end."""

import asyncio
from collections.abc import Iterator
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
from tests.kit.clock import NOW, VirtualClock
from tests.kit.existing import existing
from tests.kit.fakes import FakeHealth
from tests.services.live.bench import Bench

S, P, K = TaskStatus, Phase, Kind
NOT_CONNECTED = NotConnectedError("refused")
OTHERS = Observation(kind=K.COMPLETED, text="r", task_id="of another")
Told = Kind | Observation | Exception


class Polled:
    """A session with a task that is polled."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.answers: list[Told] = []
        self.rest: Told = K.ACTIVE
        self.found: set[str] = set()
        self.asked: list[float] = []
        bench.account.client = cast("Any", self)
        self.restart()
        self.session = self.key = 0

    def restart(self) -> None:
        """Another run, over the same records."""
        self.scope, health = TaskScope(), FakeHealth()
        context = replace(self.bench.context, scope=self.scope, health=health)
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

    async def begin(self, *answers: Told, rest: Told = K.ACTIVE, listens: bool = False) -> None:
        """The service names the task; from now on it is polled, and answers so."""
        self.answers, self.rest = list(answers), rest
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


@pytest.fixture
def polled(tmp_path: Path, clock: VirtualClock) -> Iterator[Polled]:
    with Bench.opened(tmp_path, clock) as bench:
        polled = Polled(bench)
        yield polled
        clock.run(polled.scope.close())
        assert not polled.poller.is_polling


@pytest.mark.parametrize("kind", [K.SESSION_GONE, K.TASK_GONE])
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_fewer_than_four_in_a_row_end_nothing(polled: Polled, kind: Kind, times: int) -> None:
    await polled.begin(*[kind] * times)
    await asyncio.sleep(0.5)
    assert polled.state == MISSING
    await asyncio.sleep(16)
    assert polled.state == LIVES
    polled.answers = [K.COMPLETED]
    await asyncio.sleep(3)
    assert polled.bench.task(polled.key).result == "r"


async def test_four_over_fifteen_seconds_prove_the_end(polled: Polled) -> None:
    await polled.begin(rest=K.SESSION_GONE)
    await asyncio.sleep(14)
    assert polled.state == MISSING
    await asyncio.sleep(3)
    assert polled.state == ENDED
    assert polled.looks == [0, 2, 5, 15]
    await asyncio.sleep(60)
    assert len(polled.asked) == 4


async def test_a_lost_task_that_is_named_after_its_end_is_asked_for_once(polled: Polled) -> None:
    polled.answers, polled.rest = [], K.COMPLETED
    polled.session, polled.key = await polled.bench.open()
    await polled.bench.store.record(polled.session, polled.key, Observation(kind=K.SESSION_GONE))
    assert polled.bench.task(polled.key).status is S.LOST
    accepted = Observation(kind=K.ACCEPTED, task_id="t")
    await polled.bench.reply(polled.bench.intent, Outcome.KNOWN, accepted)
    await asyncio.sleep(1)
    assert (polled.bench.task(polled.key).result, polled.looks) == ("r", [0])


async def test_a_task_that_is_not_found_ends_alone(polled: Polled) -> None:
    await polled.begin(rest=K.TASK_GONE)
    await asyncio.sleep(17)
    assert polled.state == (P.OPEN, S.LOST, False)


async def test_one_that_an_answer_finds_is_polled_at_once(polled: Polled) -> None:
    gone = K.SESSION_GONE
    await polled.begin(gone, gone, gone)
    await asyncio.sleep(6)
    await polled.poller.poll_now(polled.key)
    await asyncio.sleep(1)
    assert polled.looks == [0, 2, 5, 6, 6]


async def test_a_report_between_them_starts_over(polled: Polled) -> None:
    gone = K.SESSION_GONE
    await polled.begin(gone, gone, gone, K.ACTIVE, rest=gone)
    await asyncio.sleep(30)
    assert polled.state == MISSING
    await asyncio.sleep(10)
    assert polled.state == ENDED


@pytest.mark.parametrize("times", [1, 3])
async def test_an_answer_about_another_task_starts_over(polled: Polled, times: int) -> None:
    """It is not used, and is no "not found" either."""
    gone = K.SESSION_GONE
    await polled.begin(gone, gone, gone, *[OTHERS] * times, rest=gone)
    bench, polled.found = polled.bench, {"of another"}
    await bench.open(listens=False)
    other = Observation(kind=K.ACCEPTED, task_id="of another")
    await bench.reply(bench.intent, Outcome.KNOWN, other)
    await asyncio.sleep(30)
    assert polled.bench.phase(polled.session) is P.OPEN
    await asyncio.sleep(20)
    assert polled.bench.phase(polled.session) is P.CLOSED


async def test_the_other_not_found_starts_over(polled: Polled) -> None:
    await polled.begin(*[K.SESSION_GONE] * 3, rest=K.TASK_GONE)
    await asyncio.sleep(29)
    assert polled.state == MISSING
    await asyncio.sleep(4)
    assert polled.state == (P.OPEN, S.LOST, False)


async def test_what_comes_before_its_turn_counts_as_none(polled: Polled) -> None:
    """Commands and answers have it asked for at once."""
    await polled.begin(rest=K.SESSION_GONE)
    for _ in range(20):
        await asyncio.sleep(0.2)
        polled.poller.wake(polled.session)
    assert polled.state == MISSING
    await asyncio.sleep(10)
    assert polled.state == MISSING
    await asyncio.sleep(3)
    assert polled.state == ENDED


async def test_errors_between_them_neither_count_nor_start_over(polled: Polled) -> None:
    gone, no = K.SESSION_GONE, NOT_CONNECTED
    await polled.begin(gone, no, gone, no, no, gone, no, rest=gone)
    await asyncio.sleep(14)
    assert polled.state == MISSING
    await asyncio.sleep(16)
    assert polled.state == ENDED


@pytest.mark.parametrize(("kind", "is_sign"), [(K.AGENT, True), (K.FAILED, False)])
async def test_a_live_channel_that_tells_of_work_starts_it_over(
    polled: Polled, kind: Kind, is_sign: bool
) -> None:
    await polled.begin(rest=K.SESSION_GONE, listens=True)
    await asyncio.sleep(11)
    assert polled.state == MISSING
    await polled.bench.hear(kind, "it thinks")
    await asyncio.sleep(8)
    assert polled.state == (MISSING if is_sign else ENDED)
    await asyncio.sleep(18)
    assert polled.state == ENDED


async def test_a_call_that_the_service_took_starts_it_over(polled: Polled) -> None:
    await polled.begin(rest=K.SESSION_GONE)
    await asyncio.sleep(11)
    polled.poller.note_delivered(polled.session)
    await asyncio.sleep(14)
    assert polled.state == MISSING
    await asyncio.sleep(3)
    assert polled.state == ENDED


async def test_another_task_of_the_session_that_is_found_starts_it_over(polled: Polled) -> None:
    """One is done, and asked for its cost alone; the other one works."""
    await polled.begin(K.COMPLETED, rest=K.SESSION_GONE)
    bench, polled.found = polled.bench, {"t2"}
    await asyncio.sleep(3)
    assert polled.poller.is_missing(polled.key)
    intent = await bench.add(polled.session)
    await bench.reply(intent, Outcome.KNOWN, Observation(kind=K.ACCEPTED, task_id="t2"))
    await asyncio.sleep(60)
    assert bench.phase(polled.session) is P.OPEN


async def test_a_done_task_whose_cost_is_asked_for_tells_of_its_session(polled: Polled) -> None:
    """The time for asking after the cost is over before the last look."""
    await polled.begin(rest=K.COMPLETED)
    await asyncio.sleep(15)
    polled.rest = K.SESSION_GONE
    await asyncio.sleep(19)
    assert polled.state == (P.CLOSED, S.DONE, False)


async def test_a_done_task_that_is_cleaned_up_is_not_missing(polled: Polled) -> None:
    await polled.begin(K.COMPLETED, rest=K.TASK_GONE)
    await asyncio.sleep(30)
    assert polled.state == (P.OPEN, S.DONE, False)


@pytest.mark.parametrize("assumed", [K.LIFETIME_OVER, K.TERMINATE_SENT])
async def test_after_an_assumed_end_it_is_the_same(polled: Polled, assumed: Kind) -> None:
    await polled.begin()
    await asyncio.sleep(1)
    await polled.bench.store.record(polled.session, polled.key, Observation(kind=assumed))
    polled.rest = K.SESSION_GONE
    await asyncio.sleep(12)
    assert polled.bench.phase(polled.session) not in {P.CLOSED, P.ENDED_BY_YOU}
    await asyncio.sleep(16)
    assert polled.bench.phase(polled.session) in {P.CLOSED, P.ENDED_BY_YOU}


async def test_a_task_that_ends_while_it_is_missing_is_cleaned_up(polled: Polled) -> None:
    """The channel told its end."""
    await polled.begin(rest=K.TASK_GONE)
    await asyncio.sleep(1)
    done = Observation(kind=K.COMPLETED, text="r")
    await polled.bench.store.record(polled.session, polled.key, done)
    await asyncio.sleep(3)
    assert polled.state == (P.OPEN, S.DONE, False)


async def test_without_a_key_it_stays_missing_and_nothing_is_asked(polled: Polled) -> None:
    await polled.begin(rest=K.SESSION_GONE)
    await asyncio.sleep(1)
    polled.bench.account.client = None
    await asyncio.sleep(60)
    assert polled.state == MISSING
    assert len(polled.asked) == 1
    polled.bench.account.use(polled)
    await asyncio.sleep(20)
    assert polled.state == ENDED


async def test_another_run_begins_anew(polled: Polled) -> None:
    await polled.begin(rest=K.SESSION_GONE)
    await asyncio.sleep(12)
    await polled.scope.close()
    polled.restart()
    polled.bench.store.touch(polled.session, polled.key)
    await asyncio.sleep(14)
    assert polled.state == MISSING
    await asyncio.sleep(3)
    assert polled.state == ENDED


@pytest.mark.parametrize("was_seen", [False, True])
async def test_what_ended_while_the_program_was_closed_is_not_said_to_end_now(
    polled: Polled, was_seen: bool
) -> None:
    await polled.begin()
    await asyncio.sleep(5)
    await polled.scope.close()
    await asyncio.sleep(600)
    polled.restart()
    polled.bench.store.touch(polled.session, polled.key)
    if was_seen:  # it ended later, under the program's eyes
        await asyncio.sleep(5)
    polled.rest = K.FAILED
    await asyncio.sleep(5)
    task = existing(polled.bench.store.task(polled.key))
    assert (task.status, task.is_end_unseen) == (S.FAILED, not was_seen)


# -- other calls that are told so ------------------------------------------------------------------


async def test_told_to_another_call_it_is_looked_at_once(polled: Polled) -> None:
    await polled.begin()
    await asyncio.sleep(1)
    asked = len(polled.asked)
    await polled.poller.note_session_gone(polled.session)
    await asyncio.sleep(0.1)
    assert len(polled.asked) == asked + 1
    assert polled.state == LIVES


async def test_an_answer_that_is_told_so_was_not_delivered_and_has_it_looked_at(
    polled: Polled,
) -> None:
    await polled.begin(rest=K.QUESTION)
    bench = polled.bench
    await asyncio.sleep(3)
    asked = len(polled.asked)
    answers = Answers(bench.context, polled.poller)
    sending = answers.send(polled.key, Answer("Yes", AnswerVerb.RESUME), is_open=lambda: True)
    assert (await sending).outcome is AnswerOutcome.FAILED
    await asyncio.sleep(0.1)
    assert len(polled.asked) == asked + 1
    assert polled.state == (P.OPEN, S.ASKS, False)


async def test_without_a_task_to_ask_for_the_session_is_taken_for_closed(bench: Bench) -> None:
    polled = Polled(bench)
    session, key = await bench.open(listens=False)
    await polled.poller.note_session_gone(session)
    assert bench.phase(session) is P.OPEN  # the reply will name its task
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=K.UNKNOWN))
    await polled.poller.note_session_gone(session)
    assert (bench.phase(session), bench.task(key).status) == (P.CLOSED_ASSUMED, S.UNCONFIRMED)


async def test_a_session_whose_channel_is_up_is_not_taken_for_closed(bench: Bench) -> None:
    polled = Polled(bench)
    session, _ = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=K.UNKNOWN))
    await bench.hear(K.ACTION, "clicks")
    await polled.poller.note_session_gone(session)
    assert bench.phase(session) is P.OPEN
