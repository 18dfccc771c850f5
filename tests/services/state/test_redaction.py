"""What the service tells is redacted before it is kept, whichever field it stands in."""

from pathlib import Path

import pytest

from enigma_panel.core.observation import Kind, Observation
from tests.services.live.bench import Bench, with_bench

SECRET = 'zebra-47 "crossing"'
AS_JSON = 'zebra-47 \\"crossing\\"'
"""As it stands in an agent's answer that is a structure."""


@pytest.mark.parametrize("said", [SECRET, AS_JSON])
def test_a_result_without_what_was_sent(tmp_path: Path, said: str) -> None:
    async def check(bench: Bench) -> None:
        session, task = await bench.open(listens=False)
        bench.store.remember_secret(session, SECRET)
        told = Observation(kind=Kind.COMPLETED, text=f"typed {said}, was let in")
        await bench.store.record(session, task, told)
        assert bench.task(task).result == "typed [redacted], was let in"

    with_bench(tmp_path, check)


def test_a_failure_without_what_was_sent(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        session, task = await bench.open(listens=False)
        bench.store.remember_secret(session, SECRET)
        words, code = f"refused {SECRET}", f"BAD_LOGIN {SECRET}"
        await bench.store.record(
            session, task, Observation(kind=Kind.FAILED, text=words, code=code)
        )
        failed = bench.task(task)
        assert (failed.error, failed.code) == ("refused [redacted]", "BAD_LOGIN [redacted]")

    with_bench(tmp_path, check)
