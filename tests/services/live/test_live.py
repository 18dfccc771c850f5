"""The live channel: connecting, losing it, and what it means for the rest."""

from pathlib import Path

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import DEFAULT_CAP_MS, RULES, Dialect
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.state.timeline import GAP, WRITE_AFTER_MS
from enigma_panel.services.types import LiveShare
from enigma_panel.store.ledger.intents import Outcome
from tests.conftest import LogWatch
from tests.kit.existing import existing
from tests.services.live.bench import BASE, Bench


async def test_the_library_is_loaded_once_and_only_for_a_session(bench: Bench) -> None:
    await bench.wait(5)
    assert bench.connectors_opened == 0
    await bench.open()
    await bench.open()
    assert bench.connectors_opened == 1
    assert bench.connector.asked == [(BASE, BASE)] * 2
    assert bench.live.share() == LiveShare(up=2, of=2)


async def test_without_an_address_or_a_key_nothing_listens(bench: Bench) -> None:
    await bench.open(socket_url=None)
    bench.account.use(None)
    await bench.open()
    assert (bench.connector.tries, bench.live.share()) == ([], LiveShare())
    bench.account.use(object())
    await bench.wait(1)
    assert bench.live.share() == LiveShare(up=1, of=1)


async def test_a_refused_channel_is_tried_again_ever_more_slowly(bench: Bench) -> None:
    bench.connector.fault = LiveFault.REFUSED
    await bench.open()
    assert bench.live.share() == LiveShare(up=0, of=1, fault=LiveFault.REFUSED)
    await bench.wait(280)
    gaps = [b - a for a, b in zip(bench.connector.tries, bench.connector.tries[1:], strict=False)]
    assert 0.5 <= gaps[0] <= 1.1
    assert all(gap <= 30.1 for gap in gaps)
    assert all(gap >= 14.9 for gap in gaps[6:])
    assert len(gaps) > 10
    bench.connector.fault = None
    bench.live.retry_now()
    await bench.wait(0.1)
    assert bench.live.share() == LiveShare(up=1, of=1)


async def test_an_address_elsewhere_is_never_asked_again(bench: Bench) -> None:
    bench.connector.fault = LiveFault.ADDRESS
    await bench.open()
    await bench.wait(280)
    assert len(bench.connector.tries) == 1
    assert bench.live.share().fault is LiveFault.ADDRESS


async def test_a_missing_library_is_looked_for_once(bench: Bench) -> None:
    async def none() -> None:
        bench.connectors_opened += 1
        raise LiveError(LiveFault.MISSING)

    from enigma_panel.api.protocols import LiveError

    bench.live._connector._open_connector = none  # type: ignore[assignment]
    await bench.open()
    await bench.open()
    await bench.wait(100)
    assert bench.connectors_opened == 1
    assert bench.live.share() == LiveShare(up=0, of=2, fault=LiveFault.MISSING)


async def test_sessions_that_open_at_once_load_one_library(bench: Bench) -> None:
    real = bench.live._connector._open_connector

    async def slow() -> object:
        await bench.wait(1)
        return await real()

    bench.live._connector._open_connector = slow  # type: ignore[assignment]
    for _ in range(3):
        await bench.open()
    await bench.wait(2)
    assert (bench.connectors_opened, bench.live.share().up) == (1, 3)


async def test_a_gap_is_asked_after_and_stands_in_the_time_line(bench: Bench) -> None:
    session, task = await bench.open()
    heard_ms = bench.clock.now_ms()
    await bench.hear(Kind.ACTION, "one")
    bench.woken.clear()
    await bench.connection.aclose()
    await bench.wait(0.01)
    assert bench.woken == [session]
    assert not bench.live.is_up(session)
    await bench.wait(3)
    assert bench.live.is_up(session)
    assert bench.woken == [session, session], "one poll at the loss, one after the gap"
    await bench.hear(Kind.ACTION, "two")
    lines = [(s.kind, s.text) for s in await bench.steps(task)]
    assert lines[-3:] == [("action", "one"), (GAP, str(heard_ms)), ("action", "two")]


async def test_a_channel_that_breaks_again_and_again_is_not_hammered(bench: Bench) -> None:
    await bench.open()
    for _ in range(200):
        await bench.wait(0.5)
        if bench.connector.connections:
            bench.connection.down.set()
    assert len(bench.connector.tries) < 15


async def test_the_channel_ends_with_its_session(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.hear(Kind.SESSION_ENDED, code="terminated")
    assert bench.phase(session) is Phase.CLOSED
    await bench.wait(60)
    assert bench.connection.down.is_set()
    assert len(bench.connector.tries) == 1
    assert bench.live.share() == LiveShare()


async def test_after_a_sleep_all_channels_are_opened_anew(bench: Bench) -> None:
    session, _ = await bench.open()
    bench.live.renew()
    await bench.wait(0.2)
    assert len(bench.connector.connections) == 2
    assert bench.live.is_up(session)


async def test_what_the_agent_does_now_is_one_line_that_changes_as_steps_are_written(
    bench: Bench,
) -> None:
    opened = [await bench.open() for _ in range(5)]
    shown: dict[int, list[str]] = {session: [] for session, _ in opened}
    bench.live.changed.connect(lambda key: shown[key].append(bench.live.doing(key)))
    for number in range(80):
        for connection in bench.connector.connections:
            connection.tell(_step(f"step {number}"))
        await bench.wait(0.05)
    await bench.wait(1)
    for session, task in opened:
        assert bench.task(task).status is TaskStatus.WORKING
        assert bench.live.doing(session) == "step 79"
        assert 2 <= len(shown[session]) <= 4_000 / WRITE_AFTER_MS + 1
        assert len(set(shown[session])) == len(shown[session])
    session, _ = opened[-1]
    await bench.connection.aclose()
    await bench.wait(0.1)
    assert bench.live.doing(session) == "", "nobody knows any more"
    await bench.wait(3)
    assert bench.live.is_up(session)
    assert bench.live.doing(session) == "", "until it tells"


async def test_after_a_stop_nobody_knows_what_the_agent_does(bench: Bench) -> None:
    session, task = await bench.open()
    await bench.hear(Kind.ACTION, "step 1")
    await bench.wait(2)
    assert bench.live.doing(session) == "step 1"
    sent = Observation(kind=COMMANDS[CommandVerb.STOP].sent)
    await bench.store.record(session, task, sent)
    assert bench.task(task).status is TaskStatus.WORKING
    assert bench.live.doing(session) == ""


async def test_the_next_task_does_not_show_the_last_line_of_the_one_before(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.hear(Kind.ACTION, "step 1")
    await bench.wait(1)
    assert bench.live.doing(session) == "step 1"
    done = Observation(kind=Kind.COMPLETED, text="r", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, done)
    await bench.add(session)
    assert bench.live.doing(session) == ""
    await bench.hear(Kind.ACTION, "step 1")
    await bench.wait(1)
    assert bench.live.doing(session) == "step 1"


async def test_all_that_the_agent_reports_is_kept_in_its_order(bench: Bench) -> None:
    _, task = await bench.open()
    for number in range(1_000):
        bench.connection.tell(_step(f"s{number}"))
    await bench.wait(2)
    await bench.hear(Kind.ACTION, "last")
    kept = [s.text for s in await bench.timeline.steps(task, 5_000) if s.kind == "action"]
    assert kept == [*(f"s{number}" for number in range(1_000)), "last"]


async def test_a_secret_that_the_agent_echoes_is_in_no_time_line(bench: Bench) -> None:
    session, task = await bench.open()
    bench.redactor.add_secret("hunter2-and-more")
    grown: list[object] = []
    bench.timeline.grown.connect(lambda _key, steps: grown.extend(steps))
    await bench.hear(Kind.AGENT, "typing hunter2-and-more now")
    await bench.wait(1)
    told = [s.text for s in await bench.steps(task)]
    assert "typing [redacted] now" in told
    assert "hunter2" not in repr(grown) + bench.live.doing(session)


def test_one_bad_event_does_not_end_the_listening(tmp_path: Path, log_watch: LogWatch) -> None:
    log_watch.allow("an event could not be taken")

    async def check(bench: Bench) -> None:
        _, task = await bench.open()
        bench.connection.tell(None)  # type: ignore[arg-type] # what no reader gives
        await bench.hear(Kind.ACTION, "one")
        assert (await bench.steps(task))[-1].text == "one"

    Bench.run(tmp_path, check)
    assert len(log_watch.lines) == 1


async def test_commands_go_to_the_channel_that_is_up(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.live.send_state(session, CommandVerb.STOP)
    assert bench.connection.sent == [CommandVerb.STOP]


def _step(text: str) -> Observation:
    return Observation(kind=Kind.ACTION, text=text)


def test_a_door_that_raises_what_it_should_not_is_not_hammered(
    tmp_path: Path, log_watch: LogWatch
) -> None:
    log_watch.allow("no live channel")

    async def check(bench: Bench) -> None:
        async def broken(*_args: object) -> None:
            bench.connector.tries.append(0.0)
            raise RuntimeError

        bench.connector.connect = broken  # type: ignore[assignment,method-assign]
        await bench.open()
        await bench.wait(10)
        assert 2 <= len(bench.connector.tries) <= 6
        assert bench.live.share().fault is LiveFault.PROTOCOL

    Bench.run(tmp_path, check)


async def test_a_channel_that_comes_up_after_the_end_is_taken_down(bench: Bench) -> None:
    session, _ = await bench.open(listens=False)
    await bench.wait(0.01)
    gone = Observation(kind=Kind.SESSION_GONE)
    await bench.store.record(session, None, gone)
    await bench.wait(30)
    assert all(one.down.is_set() for one in bench.connector.connections)
    assert not bench.live.is_up(session)


async def test_a_task_that_is_sent_keeps_a_session_open_that_no_duration_ends(bench: Bench) -> None:
    """Its reply may be held for 50 s: until then nothing shows that something happens there."""
    session_key, _ = await bench.open(dialect=Dialect.W2, listens=False)
    latest = bench.clock.now_ms() + DEFAULT_CAP_MS + RULES[Dialect.W2].idle_ms
    session = existing(bench.store.session(session_key))
    assert session.expires_ms == latest
    assert bench.ledger.sessions([session_key])[session_key] == session
