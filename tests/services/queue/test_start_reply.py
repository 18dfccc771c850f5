"""A reply to a start that names another session or task of ours tells nothing of that start."""

from collections.abc import Callable
from typing import Any

from enigma_panel.api.errors import ApiError, ProtocolError
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.queue.start_reply import own_reply, unknown_outcome
from enigma_panel.services.types import NoticeKind
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from tests.conftest import Simulator
from tests.kit.builders import new_session, new_task
from tests.kit.existing import existing
from tests.kit.rows import check_rows
from tests.kit.wait import until
from tests.services.conftest import Running
from tests.services.live.bench import Bench
from tests.services.queue.test_unknown_outcomes import MESSAGES, applied, faults, listen

FIRST = "sid000000001"
"""The session that is there already; its task is t1."""

NEW_TASK_ROWS = [
    # session named, task named, what becomes of the reply
    (None, "new", "used"),
    ("own", "new", "used"),
    ("own", None, "used"),
    (FIRST, "new", "unknown"),
    (FIRST, "t1", "unknown"),
    (None, "t1", "unknown"),
    ("own", "t1", "unknown"),
    ("nobody", "new", "used"),
    ("nobody", "t1", "unknown"),
]
START_ROWS = [
    ("new session", None, "used"),
    ("new session", "new", "used"),
    (FIRST, None, "unknown"),
    (FIRST, "new", "unknown"),
    ("new session", "t1", "unknown"),
]


async def _one_there(bench: Bench) -> None:
    await bench.open(listens=False)
    named = Observation(kind=Kind.ACCEPTED, task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, named)


def _outcome(bench: Bench, intent: Any, reply: Observation) -> str:
    try:
        own_reply(bench.store, intent, reply)
    except ProtocolError as error:
        if error.session_id != reply.session_id:
            return "forgotten"  # it may be open, and has to be ended
        return "refused" if error.nothing_happened else "unknown"
    return "used"


async def test_ids_in_a_reply_to_new_task(bench: Bench) -> None:
    await _one_there(bench)
    session, _ = await bench.open(listens=False)
    own = f"sid{session:09}"

    def row(session_id: str | None, task_id: str | None, wanted: str) -> None:
        named = own if session_id == "own" else session_id
        reply = Observation(kind=Kind.COMPLETED, session_id=named, task_id=task_id)
        found = _outcome(bench, bench.intent, reply)
        assert found == wanted, found

    check_rows(NEW_TASK_ROWS, row)


async def test_ids_in_a_reply_that_opens_a_session(bench: Bench) -> None:
    await _one_there(bench)
    intent = await bench.store.intend(IntentKind.RUN_TASK, new_session(), new_task())

    def row(session_id: str, task_id: str | None, wanted: str) -> None:
        reply = Observation(kind=Kind.COMPLETED, session_id=session_id, task_id=task_id)
        found = _outcome(bench, intent, reply)
        assert found == wanted, found

    check_rows(START_ROWS, row)


async def test_an_error_names_the_session_that_is_to_be_ended_but_never_another_one(
    bench: Bench,
) -> None:
    await _one_there(bench)
    intent = await bench.store.intend(IntentKind.START_SESSION, new_session(), new_task())
    for named, kept in ((FIRST, None), ("a new one", "a new one"), (None, None)):
        error = ApiError()
        error.session_id = named
        assert unknown_outcome(bench.store, intent, error).session_id == kept


async def test_a_task_whose_reply_the_channel_was_quicker_than_has_its_own_name(
    bench: Bench,
) -> None:
    await bench.open()
    await bench.hear(Kind.COMPLETED, "done", task_id="t1")
    reply = Observation(kind=Kind.COMPLETED, text="done", task_id="t1")
    assert own_reply(bench.store, bench.intent, reply) is reply


# -- with the simulator process --------------------------------------------------------------------


async def test_no_two_sessions_ever_have_one_id(
    simulator: Callable[..., Simulator], running: Running
) -> None:
    """Else a Terminate of the one would end the other."""
    url = simulator("--speed", "4", "--faults").url
    async with running(url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        first = await sessions.start(TaskSpec(text="Research the history of typewriters"))
        await until(lambda: existing(sessions.task(first)).status is TaskStatus.WORKING)
        session_id = existing(
            sessions.session(existing(sessions.task(first)).session_key)
        ).service_id
        body = {"success": True, "sessionId": session_id, "expiresIn": 300_000}
        faults(url, {"path": "/start/start-session", "kind": "status:200", "body": body})
        second = await sessions.start(TaskSpec(text="Search for ribbons"))
        await until(lambda: said)
        assert [notice.kind for notice in said] == [NoticeKind.START_UNCONFIRMED]
        session = existing(sessions.session(existing(sessions.task(second)).session_key))
        assert (session.phase, session.service_id) == (Phase.UNCONFIRMED, None)
        assert not sessions.can(session.key, CommandVerb.TERMINATE)
        assert applied(url)["newTask"] == 1


async def test_a_new_task_that_is_answered_for_another_one_is_unconfirmed(
    simulator: Callable[..., Simulator], running: Running
) -> None:
    url = simulator("--speed", "20", "--faults", "--live", "off").url
    async with running(url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        first = await sessions.start(TaskSpec(text="Research the history of typewriters"))
        await until(lambda: existing(sessions.task(first)).service_id)
        one = existing(sessions.task(first))
        session_id = existing(sessions.session(one.session_key)).service_id
        body = {
            "success": True,
            "sessionId": session_id,
            "taskId": one.service_id,
            "result": {"type": "task_completed", "data": {"message": "of the first"}},
        }
        fault = {"path": MESSAGES, "kind": "status:200", "body": body, "action": "newTask"}
        faults(url, fault)
        second = await sessions.start(TaskSpec(text="Search for ribbons"))
        await until(lambda: said)
        two = existing(sessions.task(second))
        assert (two.status, two.service_id, two.result) == (TaskStatus.UNCONFIRMED, None, None)
        assert sessions.can(two.session_key, CommandVerb.TERMINATE)
