"""What a person asks of sessions, and what is kept of it."""

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import BrowserOptions, TaskSpec, TaskStatus
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.sessions import FETCHED_AT_ONCE, MARKED_AT_ONCE, _can
from enigma_panel.services.types import PendingCommand, WaitReason
from tests.kit.builders import new_task
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import Running


async def test_a_tasks_own_text_stays_as_it_was_written(running: Running) -> None:
    """Also what looks like a key, and what was sent as a secret: the agent would not get it."""
    text = "Log in with enig_a-key-of-mine and zebra-47-crossing"
    async with running("http://127.0.0.1:9") as parts:
        services = parts.services
        services.store.redaction.remember(1, "zebra-47-crossing")
        services.queue.set_leaving(True)  # nothing is sent
        key = await services.sessions.start(TaskSpec(text=text))
        stored = await services.store.read(lambda ledger: ledger.tasks([key])[key])
        assert stored.spec.text == text
        assert await services.sessions.recent_texts() == [text]


async def test_a_task_for_an_open_browser_keeps_what_that_was_opened_with(running: Running) -> None:
    """Run again, or in a new session, it gets a browser like that one."""
    options = BrowserOptions(policy_id="pol_1")
    async with running("http://127.0.0.1:9") as parts:
        services = parts.services
        services.queue.set_leaving(True)  # nothing is sent
        first = await services.sessions.start(TaskSpec(text="Look", browser=options))
        where = existing(services.sessions.task(first)).session_key
        key = await services.sessions.start(TaskSpec(text="Look on"), where=where)
        assert existing(services.sessions.task(key)).spec == TaskSpec(
            text="Look on", browser=options
        )


async def test_one_call_closes_its_session_whatever_was_chosen(running: Running) -> None:
    async with running("http://127.0.0.1:9") as parts:
        services = parts.services
        services.queue.set_leaving(True)  # nothing is sent
        spec = TaskSpec(text="Look", close_after=False)
        task = existing(services.sessions.task(await services.sessions.start(spec, one_call=True)))
        assert task.spec.close_after
        assert existing(services.sessions.session(task.session_key)).close_after


async def test_many_old_records_are_read_some_at_a_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is to be sent waits for no more than some of them."""
    async with running("http://127.0.0.1:9") as parts:
        sizes: list[int] = []

        async def fetch(keys: list[int]) -> None:
            sizes.append(len(keys))

        monkeypatch.setattr(parts.services.store, "fetch", fetch)
        for key in range(1_000, 1_120):
            assert parts.services.sessions.task(key) is None
        await until(lambda: sum(sizes) == 120)
        assert max(sizes) == FETCHED_AT_ONCE


async def test_many_results_are_marked_some_at_a_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running("http://127.0.0.1:9") as parts:
        sizes: list[int] = []
        news: list[object] = []

        async def mark_seen(keys: list[int]) -> int:
            sizes.append(len(keys))
            return 1

        monkeypatch.setattr(parts.services.store, "mark_seen", mark_seen)
        sessions = parts.services.sessions
        sessions.changed.connect(news.append)
        assert await sessions.mark_many_seen(range(3 * MARKED_AT_ONCE)) == 3
        assert sizes == [MARKED_AT_ONCE] * 3
        assert len(news) == 1  # once: to show it takes longer than to do it


@pytest.mark.parametrize("waiting", list(CommandVerb))
def test_only_what_ends_a_cost_takes_the_place_of_a_command_that_it_does_not_reverse(
    monkeypatch: pytest.MonkeyPatch, waiting: CommandVerb
) -> None:
    verb, task = CommandVerb.PAUSE, new_task(status=TaskStatus.WORKING)
    pending = PendingCommand(session_key=1, verb=waiting, why=WaitReason.TURN, made_ms=NOW)
    assert _can(task, verb, pending) is (waiting is CommandVerb.RESUME)
    monkeypatch.setitem(COMMANDS, verb, replace(COMMANDS[verb], reverses=None))
    assert not _can(task, verb, pending)
    assert _can(task, CommandVerb.STOP, pending) is (waiting is not CommandVerb.STOP)
    assert _can(task, verb, None)
