"""The data folder is copied to another computer."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.program import Driven
from tests.conftest import Simulator

pytestmark = [pytest.mark.process, pytest.mark.weekly]
WORKS, WAITS = "Research typewriters", "Search for MX Keys at amazon.com"


def status(program: Driven, text: str) -> str:
    rows = program.tell("state")["Tasks"]
    return next((" ".join(row) for row in rows if text in " ".join(row)), "")


def test_what_works_goes_on_there_and_what_was_queued_is_not_started(
    simulator: Callable[..., Simulator], tmp_path: Path
) -> None:
    url = simulator("--speed", "6", "--places", "1").url

    def begin(name: str) -> Driven:
        environment = {**os.environ, "DRIVEN_ON_MACHINE": name}
        return Driven(url, tmp_path / name, environment=environment)

    here = begin("here")
    here.tell(f"start-kept {WORKS}")
    here.until(lambda _: "Running" in status(here, WORKS))
    here.tell(f"start {WAITS}")
    here.until(lambda _: "Queued" in status(here, WAITS))
    assert here.quit() == (0, "")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    there = begin("there")
    there.until(lambda _: "Done" in status(there, WORKS))
    assert "May have run since this history was copied" in status(there, WAITS)
    said = "This history comes from another computer. Nothing queued was sent."
    assert said in there.tell("notices")
    assert there.quit() == (0, "")
    here = begin("here")
    here.until(lambda _: "Queued" in status(here, WAITS))
    assert said not in here.tell("notices")
    assert here.quit() == (0, "")
