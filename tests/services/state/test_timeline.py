"""Lines of a task's time line: how many are kept."""

from pathlib import Path

import pytest

from enigma_panel.core.observation import Kind
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


def test_the_limit_is_ten_thousand() -> None:
    assert timeline.MOST_STEPS == 10_000
