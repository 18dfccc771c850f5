"""A ledger that was copied to another computer sends nothing of what was queued there."""

import asyncio
import shutil
from pathlib import Path

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services import recovery
from enigma_panel.services.types import NoticeKind, PauseReason
from enigma_panel.store.settings import Settings
from tests.kit.wait import until
from tests.services.commands.bench import rejected
from tests.services.queue.bench import QueueBench, Service, on_queue

HERE, THERE, UNKNOWN = b"id of this one", b"id of the other one", b""


class Moved:
    """A program that was ended in the middle, and its folder, copied."""

    def __init__(self, tmp_path: Path, first_id: bytes = HERE) -> None:
        self.service = Service()
        self.here, self.there = tmp_path / "here", tmp_path / "there"
        self.keys: list[int] = []

        async def use(bench: QueueBench) -> None:
            await bench.recover(first_id)
            bench.settings.value = Settings(browsers_at_once=1)
            first = await bench.start()
            await until(lambda: bench.task(first).service_id is not None)
            session = bench.session_of(first)
            self.keys = [first, await bench.start(where=session), await bench.start()]
            self.service.keeps_open = [rejected(503)] * 9
            bench.bench.give(session.key, CommandVerb.TERMINATE)
            await until(lambda: bench.bench.state_intents() == [("terminate", None)])

        on_queue(self.here, use, self.service)
        self.service.keeps_open = []
        shutil.copytree(self.here, self.there)

    def calls(self) -> tuple[int, int, set[str]]:
        """How often a task was sent and a browser opened, and those that are open."""
        return len(self.service.asked), len(self.service.opened), set(self.service.open)


@pytest.fixture
def moved(tmp_path: Path) -> Moved:
    return Moved(tmp_path)


def test_nothing_queued_is_sent_and_what_is_open_can_be_worked_with(moved: Moved) -> None:
    async def test(bench: QueueBench) -> None:
        recovered = await bench.recover(THERE)
        asked = moved.calls()
        await asyncio.sleep(60)
        bench.queue.go_on()
        await asyncio.sleep(60)
        first, *waiting = map(bench.task, moved.keys)
        assert moved.calls() == asked == (1, 1, {"s1"})
        assert (first.status, first.service_id) == (TaskStatus.WORKING, "t1")
        assert bench.session_of(first.key).phase is Phase.OPEN
        assert recovered.sessions == (first.session_key,)
        assert {(task.status, task.code) for task in waiting} == {(TaskStatus.STOPPED, "FROM_COPY")}
        assert bench.queue.entries() == []
        assert bench.bench.commands.all_pending() == []
        assert bench.said == [NoticeKind.MOVED_HERE]
        await bench.start(waiting[1].spec.text)
        await bench.until_taken(2)
        bench.bench.give(first.session_key, CommandVerb.TERMINATE)
        await until(lambda: "s1" not in moved.service.open)

    on_queue(moved.there, test, moved.service)


@pytest.mark.parametrize("id_now", [HERE, UNKNOWN])
def test_where_no_other_computer_is_known_all_is_as_after_any_restart(
    moved: Moved, id_now: bytes
) -> None:
    async def test(bench: QueueBench) -> None:
        await bench.recover(id_now)
        assert bench.queue.pause_reason is PauseReason.RESTARTED
        await until(lambda: not moved.service.open, 300)  # the Terminate is sent
        assert {bench.task(key).status for key in moved.keys[1:]} == {TaskStatus.QUEUED}
        assert bench.said == []

    on_queue(moved.there, test, moved.service)


def test_a_run_later_it_is_a_ledger_of_that_computer(moved: Moved) -> None:
    key = 0

    async def first(bench: QueueBench) -> None:
        nonlocal key
        await bench.recover(THERE)
        bench.queue.set_leaving(True)
        key = await bench.start()

    async def second(bench: QueueBench) -> None:
        await bench.recover(THERE)
        assert bench.task(key).status is TaskStatus.QUEUED
        assert bench.said == []

    async def back(bench: QueueBench) -> None:
        """The folder is copied back: what was queued there meanwhile is not started here."""
        await bench.recover(HERE)
        assert bench.task(key).status is TaskStatus.STOPPED

    for run in (first, second, back):
        on_queue(moved.there, run, moved.service)


def test_the_first_start_that_knows_the_computer_notes_it(tmp_path: Path) -> None:
    moved = Moved(tmp_path, UNKNOWN)

    async def claim(bench: QueueBench) -> None:
        await bench.recover(HERE)
        assert bench.said == []
        assert {bench.task(key).status for key in moved.keys[1:]} == {TaskStatus.QUEUED}

    async def there(bench: QueueBench) -> None:
        await bench.recover(THERE)
        assert bench.said == [NoticeKind.MOVED_HERE]

    on_queue(moved.there, claim, moved.service)
    on_queue(moved.there, there, moved.service)


def test_after_a_kill_in_the_middle_the_next_start_takes_the_queue_out(
    moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        """The process ends here."""

    async def kill(_store: object) -> None:
        raise KilledError

    async def killed(bench: QueueBench) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(recovery, "_drop_old_queue", kill)
            with pytest.raises(KilledError):
                await bench.recover(THERE)

    async def again(bench: QueueBench) -> None:
        await bench.recover(THERE)
        assert {bench.task(key).status for key in moved.keys[1:]} == {TaskStatus.STOPPED}
        assert bench.bench.commands.all_pending() == []
        assert bench.said == [NoticeKind.MOVED_HERE]

    on_queue(moved.there, killed, moved.service)
    on_queue(moved.there, again, moved.service)
