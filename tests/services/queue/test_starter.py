"""Starts over a real ledger in virtual time: what becomes of a browser that is of no use."""

import asyncio
from pathlib import Path
from typing import Any, cast

from enigma_panel.api.errors import ApiError, RejectedError, Reply
from enigma_panel.core.models import Phase, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.monitor.housekeeping import CLOSE_AGAIN_MS, Housekeeping
from enigma_panel.services.queue.starter import Attempt, FirstTaskSender, Starter
from enigma_panel.services.types import NoticeKind
from enigma_panel.store.ledger.intents import IntentKind
from tests.kit.builders import BASE_URL, new_session, new_task
from tests.services.commands.bench import Bench, on_bench, rejected

KEY = "0123456789abcdef"
T = CommandVerb.TERMINATE


class Starts:
    """A task in line and what starts it; the client answers as `opens` and `takes` say.

    kept: the kinds of the open intents in the ledger at the moment of each call.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.opens: ApiError | None = None
        self.takes: list[ApiError] = []
        self.kept: list[list[IntentKind]] = []
        bench.account.key_fingerprint = KEY
        bench.client.start_session = self._start_session  # type: ignore[attr-defined]  # as below
        bench.client.new_task = self._new_task  # type: ignore[attr-defined]  # commands need none
        self.starter = Starter(bench.context, bench.starts, bench.commands)
        self.sender = FirstTaskSender(bench.context, self.starter, bench.starts, bench.commands)
        live = cast("Any", bench.live)
        self.housekeeping = Housekeeping(bench.context, bench.starts, live, bench.commands)

    async def put_in_line(self) -> int:
        """A task for a session of its own that is to stay open after it."""
        planned = new_session(base_url=BASE_URL, key_fingerprint=KEY, phase=Phase.PLANNED)
        task = new_task(spec=TaskSpec(text="Search", close_after=False), status=TaskStatus.QUEUED)
        return (await self.bench.store.plan([(planned, task)]))[0]

    def attempt(self, task_key: int) -> Attempt:
        limiter = self.bench.rate_limiter
        first = limiter.try_acquire(Endpoint.START_SESSION, Rank.START)
        message = limiter.try_acquire(Endpoint.SEND_MESSAGE, Rank.NEW_TASK)
        return Attempt(task_key=task_key, keeps=lambda *_: False, first=first, message=message)

    async def open_and_send(self, task_key: int) -> None:
        """As the queue does it."""
        attempt = self.attempt(task_key)
        assert await self.starter.open(attempt) is None
        await self.sender.send(attempt, self._next_pass, lambda *_: None)

    async def live_on(self, ms: int) -> None:
        """Seconds go by, as they do for the program."""
        for _ in range(ms // 1_000):
            await self.housekeeping.tick()
            await asyncio.sleep(1)

    def task(self, key: int) -> Task:
        task = self.bench.store.task(key)
        assert task is not None
        return task

    async def _start_session(self, *, max_duration_ms: int | None) -> Observation:
        self._note_kept()
        if self.opens is not None:
            raise self.opens
        return Observation(kind=Kind.OPENED, session_id="s1", expires_in_ms=300_000)

    async def _new_task(self, _session_id: str, _spec: TaskSpec) -> Observation:
        self._note_kept()
        await asyncio.sleep(0.05)
        if self.takes:
            raise self.takes.pop(0)
        return Observation(kind=Kind.ACCEPTED, task_id="t1")

    def _note_kept(self) -> None:
        self.kept.append([intent.kind for intent in self.bench.ledger.unsettled()])

    async def _next_pass(self) -> Any:
        return await self.bench.rate_limiter.turn(Endpoint.SEND_MESSAGE, Rank.NEW_TASK)


def test_a_start_is_in_the_ledger_before_it_is_sent(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        starts = Starts(bench)
        await starts.open_and_send(await starts.put_in_line())
        assert starts.kept == [[IntentKind.START_SESSION], [IntentKind.NEW_TASK]]

    on_bench(tmp_path, check)


def test_a_start_of_unknown_fate_whose_error_names_it_can_be_ended(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        starts = Starts(bench)
        starts.opens = RejectedError(Reply(status=500), nothing_happened=False)
        starts.opens.session_id = "s1"
        key = await starts.put_in_line()
        assert await starts.starter.open(starts.attempt(key)) is None
        session_key = starts.task(key).session_key
        assert bench.phase(session_key) is Phase.UNCONFIRMED
        assert [kind for kind, *_ in bench.said] == [NoticeKind.START_UNCONFIRMED]
        await bench.give(session_key, T)
        assert [call[1:] for call in bench.client.sent] == [("s1", T)]
        assert bench.phase(session_key) is Phase.CLOSED_ASSUMED

    on_bench(tmp_path, check)


def test_an_unused_session_whose_terminate_failed_is_closed_later(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        starts = Starts(bench)
        starts.takes = [rejected(400)]
        bench.client.script = [rejected(400)]
        key = await starts.put_in_line()
        await starts.open_and_send(key)
        session_key = starts.task(key).session_key
        await asyncio.sleep(1)
        assert starts.task(key).status is TaskStatus.FAILED
        assert bench.client.verbs == [T]
        assert bench.phase(session_key) is Phase.OPEN, "it was refused for good"
        await starts.live_on(CLOSE_AGAIN_MS + 1_000)
        assert bench.client.verbs == [T, T]
        assert bench.phase(session_key) is Phase.CLOSED_ASSUMED

    on_bench(tmp_path, check)


def test_an_idle_session_whose_terminate_failed_is_closed_later(tmp_path: Path) -> None:
    """Its task was taken back between two tries."""

    async def check(bench: Bench) -> None:
        starts = Starts(bench)
        starts.takes = [rejected(503)]
        bench.client.script = [rejected(400)]
        key = await starts.put_in_line()
        sending = bench.scope.spawn("send", starts.open_and_send(key))
        assert sending is not None
        await asyncio.sleep(0.5)
        taken_back = Observation(kind=Kind.TAKEN_BACK, code="TAKEN_BACK")
        await bench.store.record_all([starts.task(key)], taken_back)
        await sending
        session_key = starts.task(key).session_key
        assert (starts.task(key).status, bench.phase(session_key)) == (
            TaskStatus.STOPPED,
            Phase.OPEN,
        )
        starts.sender.close_idle(session_key)
        await asyncio.sleep(1)
        assert bench.client.verbs == [T]
        assert bench.phase(session_key) is Phase.OPEN, "it was refused for good"
        await starts.live_on(CLOSE_AGAIN_MS + 1_000)
        assert bench.client.verbs == [T, T]
        assert bench.phase(session_key) is Phase.CLOSED_ASSUMED

    on_bench(tmp_path, check)
