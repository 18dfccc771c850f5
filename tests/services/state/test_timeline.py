"""Lines of a task's time line: how many are kept."""

from pathlib import Path

import pytest

from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.state import timeline
from enigma_panel.services.state.timeline import TRIM_EVERY
from tests.services.live.bench import Bench, with_bench


def test_of_what_the_agent_told_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "MOST_STEPS", 20)

    async def check(bench: Bench) -> None:
        _, task = await bench.open(listens=False)
        for n in range(TRIM_EVERY):
            bench.timeline.note(task, Kind.ACTION.value, f"step {n}")
        await bench.timeline.flush()
        kept = [step.text for step in await bench.steps(task) if step.kind == Kind.ACTION.value]
        assert kept == [f"step {n}" for n in range(TRIM_EVERY - 20, TRIM_EVERY)]

    with_bench(tmp_path, check)


@pytest.mark.parametrize(
    ("code", "text", "line"),
    [
        ("INVALID_PARAMS", "no task", "INVALID_PARAMS: no task"),
        ("PAGE_CRASH", None, "PAGE_CRASH"),
        ("HTTP_400", "no task", "no task"),
        ("LEDGER_FAILED", None, ""),
    ],
)
async def test_a_failure_stands_there_with_the_services_own_code(
    bench: Bench, code: str, text: str | None, line: str
) -> None:
    session, task = await bench.open(listens=False)
    await bench.store.record(session, task, Observation(kind=Kind.FAILED, code=code, text=text))
    assert [s.text for s in await bench.steps(task) if s.kind == Kind.FAILED.value] == [line]


def test_the_limit_is_ten_thousand() -> None:
    assert timeline.MOST_STEPS == 10_000
