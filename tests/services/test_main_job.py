"""The verbs against the simulator process: what a click does, up to the ledger."""

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import (
    Limits,
    OutputType,
    Phase,
    SessionState,
    TaskSpec,
    TaskStatus,
    shown_state,
)
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import AnswerOutcome, NoticeKind
from tests.conftest import Simulator, each_live_mode, up_and_weekly_each
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import Running

Start = Callable[..., Simulator]
FILES = {Dialect.W1: [], Dialect.W2: ["report.pdf", "figures.csv"]}
"""What comes with the result of a download."""
SCHEMA = '{"type": "object", "required": ["pages"], "properties": {"pages": {"type": "number"}}}'


@each_live_mode
async def test_a_task_runs_to_its_result_and_closes_its_session(
    simulator: Start, running: Running, live_mode: str
) -> None:
    async with running(simulator("--speed", "20").url) as parts:
        sessions, health, left = parts.services.sessions, parts.services.health, list[object]()
        health.left_changed.connect(lambda: left.append(health.left))
        key = await sessions.start(TaskSpec(text="Search for MX Keys at amazon.com"))
        await until(lambda: existing(sessions.task(key)).status is TaskStatus.STARTING)
        await until(lambda: existing(sessions.task(key)).is_final)
        await until(lambda: existing(sessions.task(key)).cost is not None)
        task = existing(sessions.task(key))
        assert task.status is TaskStatus.DONE
        assert left[-1] == health.left
        assert task.result
        assert isinstance(task.cost, Decimal)
        assert task.cost > 0
        assert task.is_new
        session = existing(sessions.session(task.session_key))
        assert session.name == "amazon.com 1"
        # The channel may tell of the session's end; a reply only makes it likely.
        proven = set() if live_mode == "refuse" else {Phase.CLOSED}
        assert session.phase in {Phase.CLOSED_ASSUMED, *proven}
        assert health.balance is not None
        assert health.left == health.balance - task.cost
        stored = None
        async with asyncio.timeout(60):
            while stored != sessions.task(key):  # figures are gathered and written once a second
                await parts.services.store.flush()
                stored = await parts.services.store.read(lambda ledger: ledger.tasks([key])[key])
        assert existing(stored).result == task.result


@up_and_weekly_each
async def test_pause_resume_stop_terminate(simulator: Start, running: Running) -> None:
    async with running(simulator("--speed", "4").url) as parts:
        sessions = parts.services.sessions
        spec = TaskSpec(text="Research the history of typewriters", close_after=False)
        key = await sessions.start(spec)

        def state() -> SessionState:
            session = existing(sessions.session(existing(sessions.task(key)).session_key))
            return shown_state(session, sessions.current_task(session))

        session_key = existing(sessions.task(key)).session_key
        await until(lambda: sessions.can(session_key, CommandVerb.PAUSE))
        await sessions.command([session_key], CommandVerb.PAUSE)
        assert state() is SessionState.PAUSED
        assert sessions.can(session_key, CommandVerb.RESUME)
        await sessions.command([session_key], CommandVerb.RESUME)
        assert state() in {SessionState.WORKING, SessionState.STARTING}
        await until(lambda: sessions.can(session_key, CommandVerb.STOP))
        await sessions.command([session_key], CommandVerb.STOP)
        await until(lambda: existing(sessions.task(key)).status is TaskStatus.STOPPED)
        assert state() is SessionState.IDLE
        following = await sessions.start(
            TaskSpec(text="Search for ribbons", close_after=False), where=session_key
        )
        assert existing(sessions.task(following)).session_key == session_key
        await until(lambda: existing(sessions.task(following)).service_id is not None)
        await sessions.command([session_key], CommandVerb.TERMINATE)
        assert existing(sessions.session(session_key)).phase in {
            Phase.CLOSED_ASSUMED,
            Phase.ENDED_BY_YOU,
        }
        await until(lambda: existing(sessions.task(following)).is_final)
        assert not sessions.can(session_key, CommandVerb.PAUSE)


@up_and_weekly_each
async def test_a_question_is_answered_once(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        key = await sessions.start(TaskSpec(text="Log in to shop.example and read my orders"))
        await until(inbox.questions)
        question = inbox.questions()[0]
        assert "credential" in question.text
        text = "Username: maria, Password: zebra-47-crossing"
        result = await inbox.answer(question, text, AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.DELIVERED
        again = await inbox.answer(question, text, AnswerVerb.RESUME)
        assert again.outcome is AnswerOutcome.GONE
        await until(lambda: existing(sessions.task(key)).is_final)
        assert existing(sessions.task(key)).status is TaskStatus.DONE
        folder = parts.ledger.path.parent
        for file in folder.rglob("*"):
            assert b"zebra-47" not in file.read_bytes()


@pytest.mark.parametrize("dialect", [Dialect.W1, Dialect.W2])
async def test_the_whole_job_in_the_dialects_of_webrun(
    simulator: Start, running: Running, dialect: Dialect
) -> None:
    sim = simulator("--speed", "20", "--dialect", dialect)
    async with running(sim.url, dialect=dialect) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        limits = Limits(max_duration_ms=200_000)
        spec = TaskSpec(text="Log in to shop.example", limits=limits, close_after=False)
        key = await sessions.start(spec)
        await until(inbox.questions)
        text = "Username: maria, Password: zebra-47-crossing"
        result = await inbox.answer(inbox.questions()[0], text, AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.DELIVERED
        await until(lambda: existing(sessions.task(key)).is_final)
        assert existing(sessions.task(key)).status is TaskStatus.DONE
        session_key = existing(sessions.task(key)).session_key
        spec = replace(spec, text="Download the report", starting_url="https://shop.example")
        spec = replace(spec, output_type=OutputType.JSON, output_schema=SCHEMA)
        following = await sessions.start(spec, where=session_key)
        await until(lambda: existing(sessions.task(following)).is_final)
        task = existing(sessions.task(following))
        assert task.status is TaskStatus.DONE
        assert task.cost is not None
        assert [file.name for file in task.files] == FILES[dialect]
        assert [*json.loads(task.result or "")] == ["pages"]
        await sessions.command([session_key], CommandVerb.TERMINATE)
        await until(lambda: existing(sessions.session(session_key)).is_ended)
        assert existing(sessions.session(session_key)).dialect is dialect


@up_and_weekly_each
async def test_a_failed_task_closes_the_session_that_was_to_close_after_it(
    simulator: Start, running: Running
) -> None:
    async with running(simulator("--speed", "20").url) as parts:
        sessions = parts.services.sessions
        said: list[NoticeKind] = []
        sessions.said.connect(lambda notice: said.append(notice.kind))
        key = await sessions.start(TaskSpec(text="Open the unreachable page of example.com"))
        await until(lambda: existing(sessions.task(key)).is_final)
        assert existing(sessions.task(key)).status is TaskStatus.FAILED
        assert existing(sessions.task(key)).code == "NAVIGATION_TIMEOUT"
        await until(
            lambda: existing(sessions.session(existing(sessions.task(key)).session_key)).is_ended
        )
        await until(lambda: NoticeKind.CLOSED_FOR_FAILED_TASK in said)


async def test_a_ledger_that_takes_no_more_is_said_while_a_browser_works(
    simulator: Start, running: Running
) -> None:
    async with running(simulator("--speed", "20").url) as parts:
        sessions, writer, said = parts.services.sessions, parts.services.writer, list[NoticeKind]()
        sessions.said.connect(lambda notice: said.append(notice.kind))
        key = await sessions.start(TaskSpec(text="Search for MX Keys at amazon.com"))
        await until(lambda: existing(sessions.task(key)).service_id is not None)
        await writer.read(lambda ledger: ledger._db.rows("PRAGMA query_only = ON"))
        await until(lambda: NoticeKind.LEDGER_FAILED in said)
        await writer.read(lambda ledger: ledger._db.rows("PRAGMA query_only = OFF"))
        await until(lambda: existing(sessions.task(key)).is_final and not writer.is_behind)
