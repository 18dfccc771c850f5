"""What a start makes of what the run before it left: calls of the minute, a copy in use."""

import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.secrets.redaction import MARK
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services import recovery
from enigma_panel.services.clock import SystemClock
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger import origin
from enigma_panel.store.ledger.backup import use_copy
from enigma_panel.store.ledger.intents import IntentKind
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import folders_below
from tests.kit.builders import a_session, a_task, new_session, new_task
from tests.kit.existing import existing
from tests.kit.ledgers import put
from tests.services.conftest import Running
from tests.store.helpers import copy_ledger

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where `running` will find the ledger."""
    folders = folders_below(tmp_path / "data")
    folders.prepare()
    return folders.ledger


async def test_the_calls_of_the_run_before_count(path: Path, running: Running) -> None:
    """The service counts ten a minute, whichever run made them."""
    now = SystemClock().now_ms()
    with Ledger.open(path)[0] as ledger:
        for _ in range(9):
            ledger.open_intent(IntentKind.START_SESSION, new_session(), new_task(), now)
    async with running(NOBODY) as parts:
        rate_limiter = parts.services.rate_limiter
        assert rate_limiter.try_acquire(Endpoint.START_SESSION, Rank.START) is not None
        assert rate_limiter.try_acquire(Endpoint.START_SESSION, Rank.START) is None


async def test_nothing_of_a_copy_is_sent_again(
    path: Path, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was queued when it was made may have run since; what was to end, ended."""
    empty, was_copy = recovery._drop_old_queue, []

    async def look(store: SessionStore) -> None:
        was_copy.append(await store.read(origin.is_copy))
        await empty(store)

    monkeypatch.setattr(recovery, "_drop_old_queue", look)
    planned = new_session(phase=Phase.PLANNED)
    with Ledger.open(path)[0] as ledger:
        _, queued = ledger.plan([(planned, new_task(status=TaskStatus.QUEUED))])[0]
        begun = ledger.open_intent(IntentKind.START_SESSION, new_session(), new_task(), 1)
        shop, task = a_session(7, current_task=7), a_task(7, session_key=7)
        put(ledger, shop, task)
        ledger.open_intent(IntentKind.STATE, shop, task, 1, verb=CommandVerb.TERMINATE)
        copy_ledger(ledger, 1)
    use_copy(path)
    async with running(NOBODY) as parts:
        assert was_copy == [True]  # a kill before the queue is empty leaves a copy
        sessions = parts.services.sessions
        taken = existing(sessions.task(queued.key))
        assert (taken.status, taken.code) == (TaskStatus.STOPPED, "FROM_COPY")
        assert parts.services.queue.entries() == []
        assert sessions.all_pending() == []
        assert begun.task is not None
        start = existing(sessions.task(begun.task.key))
        assert start.status is TaskStatus.UNCONFIRMED


async def test_what_a_killed_run_left_open_is_settled(path: Path, running: Running) -> None:
    with Ledger.open(path)[0] as ledger:
        asked = a_task(1, status=TaskStatus.ASKS, question="Which?", question_n=1, asked_ms=1)
        unsent = a_task(2, status=TaskStatus.STARTING, service_id=None, sent_ms=None)
        added = a_task(3, status=TaskStatus.STARTING, service_id=None)
        ended = replace(unsent, key=4, session_key=4)
        for task in (asked, unsent, added):
            put(ledger, a_session(task.key, current_task=task.key), task)
        over = a_session(4, current_task=4, phase=Phase.CLOSED_ASSUMED, terminate_sent_ms=1)
        put(ledger, over, ended)
        session = a_session(1, current_task=1)
        ledger.open_intent(IntentKind.ANSWER, session, asked, 1, verb=AnswerVerb.RESUME)
        ledger.open_intent(IntentKind.NEW_TASK, a_session(3, current_task=3), added, 1)
    async with running(NOBODY) as parts:
        (question,) = parts.services.inbox.questions()
        assert (question.task_key, question.maybe_answered) == (1, True)
        assert [entry.task_key for entry in parts.services.queue.entries()] == [2]
        stopped = existing(parts.services.sessions.task(4))
        assert (stopped.status, stopped.code) == (TaskStatus.STOPPED, "TERMINATED_BEFORE_TASK")
        start = existing(parts.services.sessions.task(3))
        assert start.status is TaskStatus.UNCONFIRMED
        assert await parts.services.store.read(lambda ledger: ledger.unsettled()) == []


async def test_of_a_browser_of_an_earlier_run_nothing_that_is_called_a_password_is_kept(
    path: Path, running: Running
) -> None:
    """Nobody knows any more what was sent to it. What is opened by this run keeps all."""
    told = "Log in with password: zebra-47-crossing"
    planned = new_session(phase=Phase.PLANNED)
    with Ledger.open(path)[0] as ledger:
        put(ledger, a_session(7, current_task=3), a_task(3, session_key=7))
        fresh, queued = ledger.plan([(planned, new_task(status=TaskStatus.QUEUED))])[0]
    async with running(NOBODY) as parts:
        store = parts.services.store
        for session, task in ((7, 3), (fresh.key, queued.key)):
            await store.record(session, task, Observation(kind=Kind.REFUSED, text=told))
        logging.getLogger("enigma_panel").info("the agent told: %s", told)
        kept = await store.read(lambda ledger: ledger.tasks([3, queued.key]))
        assert kept[3].error == f"Log in with password: {MARK}"
        assert kept[queued.key].error == told
    log = (path.parent / "panel.log").read_text()
    assert told not in log
    assert f"the agent told: Log in with password: {MARK}" in log
