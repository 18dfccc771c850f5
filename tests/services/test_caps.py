"""Caps over a real ledger in virtual time: what is stopped, what is held, and what is not."""

import asyncio
import random
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.core.models import Phase, SessionState, TaskStatus, shown_state
from enigma_panel.core.money import sum_money
from enigma_panel.core.observation import AT_CAP, Kind, Observation, Usage
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.caps import Caps
from enigma_panel.services.clock import local_day
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.types import NoticeKind, PauseReason, WaitReason
from enigma_panel.store.ledger.intents import Intent
from enigma_panel.store.ledger.task_reader import TaskReader
from enigma_panel.store.settings import HOLD, TERMINATE_RUNNING, Settings
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.commands.bench import Bench, rejected
from tests.services.queue.bench import QueueBench, Service
from tests.store.helpers import spent_on

STOP, TERMINATE = CommandVerb.STOP, CommandVerb.TERMINATE
CAP, DAY = Decimal("0.25"), Decimal(1)
STREAMS, WEEKLY = 100, 50
"""Random streams of one block, and how many blocks are played weekly."""


class CapBench(QueueBench):
    """The queue and the caps."""

    def __init__(self, bench: Bench, service: Service) -> None:
        super().__init__(bench, service)
        sessions = Sessions(bench.context, bench.starts, bench.commands, self.queue, self.poller)
        self.caps = Caps(bench.context, self.settings, self.day_cap, sessions, self.queue)

    async def run(self, n: int = 1, *, close_after: bool = False) -> list[int]:
        """So many tasks at work, each in a browser of its own."""
        keys = [await self.start(close_after=close_after) for _ in range(n)]
        await until(lambda: all(self.task(key).status is TaskStatus.WORKING for key in keys), 90)
        return keys

    async def tell(self, key: int, *costs: str, kind: Kind = Kind.ACTIVE, **facts: str) -> None:
        """The service reports these costs of a task, one poll after the other."""
        for cost in costs:
            usage = Usage(cost=Decimal(cost) if cost else None)
            fact = Observation(kind=kind, usage=usage, code=facts.get("code"), text="x")
            await self.store.record(self.task(key).session_key, key, fact)
            await asyncio.sleep(2)

    async def take_back(self, key: int) -> None:
        """An answer, and a click on Undo; neither takes anything back."""
        session = self.session_of(key)
        await self.commands.take_stop_back(session.key, key)
        assert not self.commands.undo(session.key)
        assert self.commands.is_stopping(session.key)

    @property
    def verbs(self) -> list[CommandVerb]:
        return [verb for _, verb in self.service.commands]

    def why(self, key: int) -> WaitReason | None:
        entry = self.queue.entry(key)
        return entry.why if entry is not None else None


# -- a task


async def test_a_task_is_stopped_once_at_its_cap_and_keeps_the_reason(bench: CapBench) -> None:
    bench.settings.change(cap_per_task=CAP)
    key, other = await bench.run(2)
    await bench.tell(other, "0.02")
    await bench.tell(key, "0.10", "0.24")
    assert bench.verbs == []
    await bench.tell(key, "0.26", "0.28", "0.30")
    assert bench.service.commands == [("s1", STOP)]
    await bench.tell(key, "0.31", kind=Kind.FAILED, code="X")
    await bench.store.flush()
    (kept,) = bench.bench.ledger.tasks([key]).values()
    assert (kept.status, kept.code, kept.error) == (TaskStatus.STOPPED, AT_CAP, "$0.25")


@pytest.mark.parametrize("costs", [("-1", "-0.30"), ("1e30",), ("", ""), ("0.20", "0.10", "0.24")])
async def test_what_cannot_be_a_cost_or_falls_stops_nothing(
    bench: CapBench, costs: Iterable[str]
) -> None:
    bench.settings.change(cap_per_task=CAP, cap_per_day=DAY, at_cap=TERMINATE_RUNNING)
    (key,) = await bench.run()
    await bench.tell(key, *costs)
    assert (bench.verbs, bench.said) == ([], [])
    assert bench.caps.uncounted() == (bench.task(key).counted_cost is None)
    await bench.tell(key, "", kind=Kind.QUESTION)
    assert bench.caps.uncounted() == 1, "no cost is reported while it asks"


@pytest.mark.parametrize("costs", [("0.02", "2.53"), ("11",), ("-1", "0.02", "90")])
async def test_a_first_figure_or_one_after_a_gap_stops_however_much_it_is(
    bench: CapBench, costs: Iterable[str]
) -> None:
    bench.settings.change(cap_per_task=CAP)
    (key,) = await bench.run()
    await bench.tell(key, *costs)
    assert (bench.verbs, bench.task(key).code) == ([STOP], AT_CAP)


async def test_a_figure_that_makes_no_sense_does_not_stay(bench: CapBench) -> None:
    bench.settings.change(cap_per_task=CAP)
    (key,) = await bench.run()
    await bench.tell(key, "0.02", "1e30", "0.04")
    assert (bench.verbs, bench.caps.spent()) == ([], Decimal("0.04"))
    await bench.tell(key, "-5", "0.26")
    assert bench.verbs == [STOP]


def test_after_a_kill_the_first_report_past_the_cap_stops_the_task(tmp_path: Path) -> None:
    service = Service()

    async def first(bench: CapBench) -> None:
        (key,) = await bench.run()
        await bench.tell(key, "0.02")
        await bench.store.flush()

    async def second(bench: CapBench) -> None:
        bench.settings.value = Settings(cap_per_task=CAP, cap_per_day=DAY, at_cap=TERMINATE_RUNNING)
        await bench.recover()
        (task,) = bench.store.tasks()
        await bench.tell(task.key, "0.68", "0.70")
        assert bench.verbs == [STOP]
        await bench.tell(task.key, "11")
        await until(lambda: bench.verbs == [STOP, TERMINATE])
        assert bench.queue.pause_reason is PauseReason.CAP

    for life in (first, second):
        Bench.run(tmp_path, lambda bench: life(CapBench(bench, service)))  # noqa: B023 - run at once


async def test_neither_an_answer_nor_an_undo_takes_back_what_a_cap_ends(bench: CapBench) -> None:
    """While its call waits, for the minute or after a 429, and behind the person's Terminate."""
    bench.settings.change(cap_per_task=CAP)
    for wait in ("minute", "429"):
        (key,) = await bench.run()
        session = bench.session_of(key)
        if wait == "minute":
            bench.bench.use_up(COMMANDS[STOP].rank)
        else:
            bench.service.refuses_state = [rejected(429, wait=20)]
        await bench.tell(key, "0.26")
        await bench.tell(key, "", kind=Kind.QUESTION)
        pending = existing(bench.commands.pending(session.key))
        assert (pending.verb, pending.at_cap, pending.can_undo) == (STOP, True, False)
        await bench.take_back(key)
        bench.bench.give(session.key, TERMINATE, grace_ms=3_000)
        await asyncio.sleep(1)
        await bench.commands.take_stop_back(session.key, key)
        assert bench.commands.undo(session.key)  # that is the person's
        await until(lambda: bench.task(key).stop_sent_ms is not None, 90)  # noqa: B023 - awaited


def test_after_a_kill_an_answer_does_not_take_it_back_either(tmp_path: Path) -> None:
    service = Service()

    async def first(bench: CapBench) -> None:
        bench.settings.change(cap_per_task=CAP)
        (key,) = await bench.run()
        bench.bench.account.client = None
        await bench.tell(key, "0.26")
        await bench.tell(key, "", kind=Kind.QUESTION)

    async def second(bench: CapBench) -> None:
        await bench.recover()
        (task,) = bench.store.tasks()
        await bench.take_back(task.key)
        await until(lambda: bench.verbs == [STOP], 90)

    for life in (first, second):
        Bench.run(tmp_path, lambda bench: life(CapBench(bench, service)))  # noqa: B023 - run at once


async def test_a_stop_without_effect_is_said_or_followed_by_a_terminate(bench: CapBench) -> None:
    bench.settings.change(cap_per_task=CAP)
    (key,) = await bench.run()
    await bench.tell(key, "0.26", "0.28")
    assert bench.said == []
    await bench.tell(key, "0.28", "0.30", "0.32")
    assert (bench.verbs, bench.said) == ([STOP], [NoticeKind.STOP_IN_VAIN])
    assert bench.bench.said[0][3] == {"cost": "$0.30", "cap": "$0.25"}
    bench.settings.change(at_cap=TERMINATE_RUNNING)
    (other,) = await bench.run()
    await bench.tell(other, "0.26", "0.28", "0.30", "0.32")
    assert bench.service.commands[1:] == [("s2", STOP), ("s2", TERMINATE)]


async def test_the_cap_ends_what_the_stop_of_the_person_did_not(bench: CapBench) -> None:
    (key,) = await bench.run()
    await bench.bench.commands.give(bench.task(key).session_key, STOP)
    bench.settings.change(cap_per_task=CAP, at_cap=TERMINATE_RUNNING)
    await bench.tell(key, "0.26", "0.28", "0.30", "0.32")
    await bench.tell(key, "0.32", kind=Kind.TERMINATED)
    ended = bench.task(key)
    assert bench.verbs[-1] is TERMINATE
    assert (ended.code, ended.error) == (AT_CAP, "$0.25")
    assert shown_state(bench.session_of(key), ended) is SessionState.CLOSED


async def test_where_the_browser_closes_after_its_task_terminate_alone_is_sent(
    bench: CapBench,
) -> None:
    bench.settings.change(cap_per_task=CAP)
    for queued, verb in ((False, TERMINATE), (True, STOP)):
        (key,) = await bench.run(close_after=True)
        if queued:
            await bench.start(where=bench.session_of(key))
        await bench.tell(key, "0.26", "0.28")
        assert bench.verbs[-1] is verb
    assert len(bench.verbs) == 2
    (first, *_) = bench.store.tasks()
    await bench.tell(first.key, "0.27", kind=Kind.TERMINATED)
    ended = bench.task(first.key)
    assert (ended.status, ended.code, ended.error) == (TaskStatus.STOPPED, AT_CAP, "$0.25")
    assert shown_state(bench.session_of(first.key), ended) is SessionState.CLOSED
    assert bench.said == []


async def test_a_browser_that_stays_open_behind_a_stopped_task_is_said(bench: CapBench) -> None:
    bench.settings.change(cap_per_task=CAP)
    (key,) = await bench.run()
    await bench.tell(key, "0.26")
    await bench.tell(key, "0.26", kind=Kind.FAILED)
    assert bench.said == [NoticeKind.STOPPED_AT_CAP]
    steps = await bench.store._timeline.steps(key, 9)
    assert (Kind.STOPPED, AT_CAP) in {(step.kind, step.text) for step in steps}


async def test_a_cap_below_what_was_spent_acts_at_once(bench: CapBench) -> None:
    (key,) = await bench.run()
    await bench.tell(key, "0.20", "0.40")
    bench.settings.change(cap_per_task=CAP)
    await asyncio.sleep(1)
    assert bench.verbs == [STOP]


async def test_a_refused_stop_is_said_and_not_repeated_until_another_cap(
    bench: CapBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(session_id: str, verb: CommandVerb) -> Observation:
        bench.service.commands.append((session_id, verb))
        raise rejected(400)

    monkeypatch.setattr(bench.service, "send_state", refuse)
    bench.settings.change(cap_per_task=CAP)
    (key,) = await bench.run()
    await bench.tell(key, "0.26", "0.27")
    assert (bench.verbs, bench.said) == ([STOP], [NoticeKind.COMMAND_FAILED])
    await bench.store.flush()
    (kept,) = bench.bench.ledger.tasks([key]).values()
    assert kept.code == AT_CAP
    bench.settings.change(cap_per_task=DAY)
    await bench.tell(key, "0.99", "1.00", "1.01")
    assert bench.verbs == [STOP, STOP]


async def test_a_stop_without_a_connection_is_kept_and_sent_later(bench: CapBench) -> None:
    bench.settings.change(cap_per_task=CAP)
    (key,) = await bench.run()
    bench.bench.account.client = None
    await bench.tell(key, "0.26")
    assert bench.bench.kept(bench.session_of(key).key)
    assert bench.bench.state_intents() == [("stop", None)]
    bench.bench.account.use(bench.service)
    await until(lambda: bench.verbs == [STOP], 90)


def test_a_new_run_stops_a_task_at_its_cap_as_soon_as_it_has_a_key(tmp_path: Path) -> None:
    service = Service()

    async def first(bench: CapBench) -> None:
        (key,) = await bench.run()
        await bench.tell(key, "1", "2")
        await bench.store.flush()

    async def second(bench: CapBench) -> None:
        bench.settings.value = Settings(cap_per_task=CAP)
        await bench.recover()
        bench.bench.account.use(bench.service)
        await until(lambda: bench.verbs == [STOP])

    for life in (first, second):
        Bench.run(tmp_path, lambda bench: life(CapBench(bench, service)))  # noqa: B023 - run at once


# -- a day


async def test_at_the_cap_of_the_day_nothing_starts_until_it_is_raised(bench: CapBench) -> None:
    bench.settings.change(cap_per_day=DAY)
    (key,) = await bench.run()
    await bench.tell(key, "0.79", "0.809385", "0.90")
    assert bench.said == [NoticeKind.CAP_NEAR]
    assert bench.bench.said[0][3] == {"cap": "$1.00"}
    await bench.tell(key, "1.00")
    bench.service.begun = lambda: pytest.fail("a start after the cap")
    planned, there = await bench.start(), await bench.start(where=bench.session_of(key))
    await asyncio.sleep(60)
    assert bench.verbs == []
    assert (bench.why(planned), bench.why(there)) == (WaitReason.CAP, WaitReason.CAP)
    assert bench.queue.pause_reason is PauseReason.CAP
    assert bench.caps.raised() == 2
    bench.service.begun = lambda: None
    bench.caps.raise_day()
    await until(lambda: bench.task(planned).status is TaskStatus.WORKING, 90)
    assert bench.why(there) is WaitReason.BUSY


async def test_what_a_cap_held_before_any_cost_was_reported_starts_at_once(bench: CapBench) -> None:
    """As in the run after a restart."""
    bench.settings.value = Settings(cap_per_day=Decimal(0))  # there from the start, unannounced
    waiting = await bench.start()
    await asyncio.sleep(1)
    assert bench.why(waiting) is WaitReason.CAP
    bench.settings.change(cap_per_day=DAY)
    await until(lambda: bench.task(waiting).status is TaskStatus.WORKING, 20)


async def test_a_start_that_is_about_to_be_sent_is_looked_at_once_more(
    bench: CapBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = await bench.run()
    await bench.tell(key, "0.10", kind=Kind.COMPLETED)
    bench.service.begun = lambda: pytest.fail("a start after the cap")
    real = bench.store.intend

    async def intend(*args: Any, **more: Any) -> Intent:
        intent = await real(*args, **more)
        bench.settings.change(cap_per_day=Decimal("0.10"))
        return intent

    monkeypatch.setattr(bench.store, "intend", intend)
    for where in (None, bench.session_of(key)):
        late = await bench.start(where=where)
        await asyncio.sleep(3)
        assert bench.why(late) is WaitReason.CAP
        await bench.queue.remove([late])
        bench.settings.change(cap_per_day=None)


async def test_a_start_that_was_ended_as_the_cap_was_reached_is_not_tried_again(
    bench: CapBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = await bench.run()
    await bench.tell(key, "0.10", kind=Kind.COMPLETED)
    real, session = bench.store.intend, bench.session_of(key)

    async def intend(*args: Any, **more: Any) -> Intent:
        intent = await real(*args, **more)
        bench.settings.change(cap_per_day=Decimal("0.10"))
        monkeypatch.undo()
        bench.bench.scope.spawn("stop", bench.commands.give(session.key, STOP))
        await asyncio.sleep(0.01)
        return intent

    monkeypatch.setattr(bench.store, "intend", intend)
    late = await bench.start(where=session)
    await asyncio.sleep(3)
    assert (bench.task(late).status, bench.service.took) == (TaskStatus.STOPPED, ["s1"])


async def test_it_stays_reached_where_a_last_figure_is_less_and_ends_at_midnight(
    bench: CapBench,
) -> None:
    bench.settings.change(cap_per_day=DAY)
    (key,) = await bench.run()
    await bench.tell(key, "1.00")
    await bench.tell(key, "", kind=Kind.COMPLETED)
    assert bench.caps.spent() == 0
    waiting = await bench.start()
    await asyncio.sleep(60)
    assert bench.why(waiting) is WaitReason.CAP
    _, midnight = local_day(bench.bench.clock.now_ms())
    await bench.bench.clock.sleep_until(midnight)
    await until(lambda: bench.task(waiting).status is TaskStatus.WORKING, 90)


async def test_what_runs_is_ended_where_that_is_wanted_once(bench: CapBench) -> None:
    bench.settings.change(cap_per_day=DAY, at_cap=TERMINATE_RUNNING)
    first, second, idle = await bench.run(3)
    await bench.tell(idle, "0.10", kind=Kind.COMPLETED)
    await bench.tell(second, "0.10", kind=Kind.QUESTION)
    await bench.tell(first, "0.79", "0.81")
    await until(lambda: not bench.service.open)
    assert sorted(bench.service.commands) == [(f"s{n}", TERMINATE) for n in (1, 2, 3)]
    await bench.tell(first, "0.81", kind=Kind.TERMINATED)
    await bench.store.flush()
    kept = bench.bench.ledger.tasks([first, idle])
    assert (kept[first].status, kept[first].code) == (TaskStatus.STOPPED, AT_CAP)
    assert (kept[first].error, kept[idle].code) == (None, None)


async def test_a_refused_terminate_at_the_cap_is_not_sent_with_every_report(
    bench: CapBench,
) -> None:
    bench.settings.change(cap_per_day=DAY, at_cap=TERMINATE_RUNNING)
    (key,) = await bench.run()
    bench.service.keeps_open = [rejected(400), rejected(400)]
    await bench.tell(key, "1.00", "1.02", "1.04")
    assert (bench.verbs, bench.said) == ([TERMINATE], [NoticeKind.COMMAND_FAILED])


async def test_a_cap_that_is_lowered_again_ends_nothing_that_has_started(bench: CapBench) -> None:
    bench.settings.change(cap_per_day=DAY)
    (key,) = await bench.run()
    await bench.tell(key, "1.00")
    bench.settings.change(at_cap=TERMINATE_RUNNING, cap_per_day=DAY)
    await until(lambda: not bench.service.open)
    bench.caps.raise_day()
    raised = existing(bench.settings.value.cap_per_day)
    (late,) = await bench.run()
    bench.settings.change(cap_per_day=raised + 1)
    bench.caps.lower_again(DAY, raised)
    assert bench.settings.value.cap_per_day == raised + 1, "the person has set another one"
    bench.settings.change(cap_per_day=raised)
    bench.caps.lower_again(DAY, raised)
    await bench.tell(late, "0.02", "0.04")
    assert (len(bench.service.open), bench.caps.is_reached()) == (1, True)
    waiting = await bench.start()
    await until(lambda: bench.why(waiting) is WaitReason.CAP)


async def test_raise_doubles_the_cap_or_names_what_cost_most(bench: CapBench) -> None:
    bench.settings.change(cap_per_day=DAY)
    first, second = await bench.run(2)
    await bench.tell(first, "0.60")
    await bench.tell(second, "0.40")
    assert bench.caps.raised() == 2 * DAY
    await bench.tell(second, "1.40")
    dearest = bench.caps.dearest()
    assert (bench.caps.raised(), dearest and dearest.key) == (None, second)
    bench.caps.raise_day()
    assert bench.settings.value.cap_per_day == DAY


async def test_a_cap_of_the_day_that_cannot_be_read_ends_nothing(bench: CapBench) -> None:
    bench.settings.change(at_cap=TERMINATE_RUNNING)
    (key,) = await bench.run()
    bench.settings.change(cap_per_day=Decimal(0))
    await bench.tell(key, "0.02")
    assert (bench.verbs, bench.queue.pause_reason) == ([], PauseReason.CAP)


async def test_a_browser_that_opens_as_the_cap_is_reached_is_closed_and_its_task_waits(
    bench: CapBench,
) -> None:
    bench.settings.change(cap_per_day=DAY, at_cap=TERMINATE_RUNNING)
    (key,) = await bench.run()
    late = await bench.start()
    await until(lambda: len(bench.service.opened) == 2)
    await bench.tell(key, "1.00")
    await until(lambda: not bench.service.open and bench.session_of(late).phase is Phase.PLANNED)
    assert (bench.service.took, bench.why(late)) == (["s1"], WaitReason.CAP)
    bench.caps.raise_day()
    await until(lambda: bench.task(late).status is TaskStatus.WORKING, 90)


async def test_a_browser_whose_task_was_refused_for_now_is_closed_and_its_task_waits(
    bench: CapBench,
) -> None:
    bench.settings.change(cap_per_day=DAY, at_cap=TERMINATE_RUNNING)
    (key,) = await bench.run()
    bench.service.refuses = [rejected(429, wait=30.0)]
    late = await bench.start()
    await until(lambda: not bench.service.refuses)
    await asyncio.sleep(0.2)
    await bench.tell(key, "1.00")
    await until(lambda: not bench.service.open)
    await until(lambda: bench.why(late) is WaitReason.CAP, 90)
    assert bench.session_of(late).phase is Phase.PLANNED


async def test_a_refused_task_is_not_tried_again_at_the_cap_and_its_call_is_free(
    bench: CapBench,
) -> None:
    bench.settings.change(cap_per_day=DAY)
    (key,) = await bench.run()
    bench.service.refuses = [rejected(429, wait=30.0)]
    late = await bench.start()
    await until(lambda: not bench.service.refuses)
    await bench.tell(key, "1.00")
    await until(lambda: bench.session_of(late).phase is Phase.PLANNED, 60)
    assert (bench.service.took, bench.why(late)) == (["s1"], WaitReason.CAP)
    await asyncio.sleep(120)
    room = bench.bench.rate_limiter.room((Endpoint.SEND_MESSAGE, Rank.TERMINATE))
    assert room == 10


async def test_a_browser_that_cannot_be_closed_at_the_cap_is_told_so_once(bench: CapBench) -> None:
    bench.settings.change(cap_per_day=DAY)
    (key,) = await bench.run()
    bench.service.refuses = [rejected(429, wait=5.0)]
    bench.service.keeps_open = [rejected(400)] * 1000
    late = await bench.start()
    await until(lambda: not bench.service.refuses)
    await bench.tell(key, "1.00")
    await asyncio.sleep(120)
    session = existing(bench.session_of(late).service_id)
    assert bench.service.commands.count((session, CommandVerb.TERMINATE)) == 1
    assert bench.why(late) is WaitReason.CAP


def test_a_new_run_finds_it_reached_before_a_last_figure_is_less(tmp_path: Path) -> None:
    service = Service()

    async def first(bench: CapBench) -> None:
        (key,) = await bench.run()
        await bench.tell(key, "1.00")
        await bench.store.flush()

    async def second(bench: CapBench) -> None:
        bench.settings.value = Settings(cap_per_day=DAY)
        await bench.recover()
        (task,) = bench.store.tasks()
        await bench.tell(task.key, "", kind=Kind.COMPLETED)
        assert (bench.caps.spent(), bench.caps.is_reached()) == (0, True)

    for life in (first, second):
        Bench.run(tmp_path, lambda bench: life(CapBench(bench, service)))  # noqa: B023 - run at once


# -- any stream


class Stream:
    """Costs, clicks and kills as they come; the oracle knows the records and the clock alone."""

    def __init__(self, seed: int, service: Service) -> None:
        self.rng = random.Random(seed)
        self.service = service
        self.reached_ms: int | None = None
        self.wrong: list[str] = []
        self.may_stop: set[str | None] = set()

    async def live(self, bench: CapBench) -> None:
        """One life, from the ledger to the kill."""
        rng, now_ms = self.rng, bench.bench.clock.now_ms
        bench.settings.change(
            cap_per_day=DAY,
            cap_per_task=rng.choice((None, CAP)),
            at_cap=rng.choice((HOLD, TERMINATE_RUNNING)),
            browsers_at_once=3,
        )
        self.reached_ms = None
        self.service.begun = lambda: self._begun(now_ms())
        bench.store.costs_changed.connect(lambda key: self._look(bench, key))
        await bench.recover()
        for task in bench.store.tasks():
            self._look(bench, task.key)
        bench.queue.go_on()
        for _ in range(rng.randint(5, 25)):
            await self._happen(bench)
            await asyncio.sleep(rng.choice((0.0, 0.02, 0.06, 0.2, 3.0)))
        stopped = {session_id for session_id, verb in self.service.commands if verb is STOP}
        self.wrong += [f"stop in {session_id}" for session_id in stopped - self.may_stop]
        await bench.store.flush()
        await until(lambda: told(bench) == bench.caps.spent())  # a write may be on its way

    async def _happen(self, bench: CapBench) -> None:
        rng, what = self.rng, self.rng.random()
        live = [task for task in bench.store.tasks() if task.is_at_work and task.service_id]
        if what < 0.3 or not live:
            there = [s for s in bench.store.sessions() if s.phase is Phase.OPEN]
            await bench.start(where=rng.choice([None, None, *there]))
        elif what < 0.34 and self.reached_ms is not None:
            self.reached_ms = None
            bench.caps.raise_day()
        else:
            task = rng.choice(live)
            rise = Decimal(rng.choice(("0.02", "0.05", "0.3", "-0.1", "-9", "90")))
            cost = rng.choice((None, *[(task.counted_cost or Decimal(0)) + rise] * 9))
            kind = rng.choice((*[Kind.ACTIVE] * 4, Kind.QUESTION, Kind.COMPLETED, Kind.FAILED))
            fact = Observation(kind=kind, usage=Usage(cost=cost), text="x")
            await bench.store.record(task.session_key, task.key, fact)

    def _look(self, bench: CapBench, key: int) -> None:
        cap, task = bench.settings.value.cap_per_day or Decimal(0), bench.task(key)
        if self.reached_ms is None and sum_money(_costs(bench)) >= cap:
            self.reached_ms = bench.bench.clock.now_ms()
        cost = task.counted_cost or Decimal(0)
        if cost >= CAP:
            self.may_stop.add(bench.session_of(key).service_id)

    def _begun(self, now_ms: int) -> None:
        if self.reached_ms is not None and now_ms > self.reached_ms:
            self.wrong.append(f"a start {now_ms - self.reached_ms} ms after the cap")


def _costs(bench: CapBench) -> list[Decimal]:
    return [task.counted_cost for task in bench.store.tasks() if task.counted_cost is not None]


def told(bench: CapBench) -> Decimal:
    """What the ledger calls the day's cost."""
    day = local_day(bench.bench.clock.now_ms())
    reader = TaskReader(bench.bench.ledger.path)
    try:
        return spent_on(reader, *day).cost
    finally:
        reader.close()


@pytest.mark.weekly  # the rules that the streams mix have a test each
@pytest.mark.parametrize("block", range(WEEKLY))
def test_nothing_starts_after_a_reached_cap_in_any_stream(block: int, tmp_path: Path) -> None:
    for seed in range(block * STREAMS, (block + 1) * STREAMS):
        folder, service = tmp_path / str(seed), Service()
        stream = Stream(seed, service)
        for _ in range(stream.rng.randint(1, 3)):
            Bench.run(folder, lambda bench: stream.live(CapBench(bench, service)))  # noqa: B023 - run at once
        assert stream.wrong == [], f"seed {seed}"
