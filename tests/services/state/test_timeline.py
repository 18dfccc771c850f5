"""Lines of a task's time line."""

import pytest

from enigma_panel.core.observation import Kind, Observation
from tests.services.live.bench import Bench


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
