"""The ledger moves to another computer: exported by one program, imported by another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.program import Driven
from tests.conftest import Simulator

pytestmark = [pytest.mark.process, pytest.mark.weekly]
WORKS, WAITS = "Research typewriters", "Search for MX Keys at amazon.com"


def status(program: Driven, text: str) -> str:
    """Of the task with this text."""
    rows = program.tell("state")["Tasks"]
    return next((" ".join(row) for row in rows if text in " ".join(row)), "")


def test_what_works_goes_on_there_and_what_waited_is_not_started(
    simulator: Callable[..., Simulator], tmp_path: Path
) -> None:
    url = simulator("--speed", "6", "--places", "1").url
    file = tmp_path / "enigma.ledger"
    here = Driven(url, tmp_path / "here")
    here.tell(f"start-kept {WORKS}")
    here.until(lambda _: "working" in status(here, WORKS))
    here.tell(f"start {WAITS}")
    here.until(lambda _: "queued" in status(here, WAITS))
    assert here.tell(f"export-ledger {file}") == "ok"
    here.until(lambda _: "the ledger was exported" in status(here, WAITS))
    here.kill()
    there = Driven(url, tmp_path / "there")
    assert there.tell(f"import-ledger {file}") == "ok"
    assert there._end() == (0, "")
    there = Driven(url, tmp_path / "there")
    there.until(lambda _: "done" in status(there, WORKS))
    assert "not started" in status(there, WAITS)
    assert there.quit() == (0, "")
