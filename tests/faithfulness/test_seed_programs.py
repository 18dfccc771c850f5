"""The documentation page's own five programs run against the simulator, under Node."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faithfulness import programs
from tests.faithfulness.programs import Page
from tests.simulator.process import Running, running

PAGE = os.environ.get("ENIGMA_DOC_PAGE", "")
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not PAGE, reason="ENIGMA_DOC_PAGE names no text of the REST page"),
    pytest.mark.skipif(NODE is None, reason="Node is not installed"),
]

SPEED = "20"
"""So fast that a hold takes 2.5 s, and so slow that a session outlives several 2 s polls."""

LOGIN_CALLER = """
const found = await loginAndExtractData("https://members.example",
  { username: "ada", password: "open sesame" });
console.log("Extracted:", found.data.message);
"""
RETRY_CALLER = """
const outcome = await executeTaskWithRetry("Search for lighthouses", "enig_demo");
console.log(outcome.status, outcome.result.data.message);
"""


@pytest.fixture(scope="module")
def page() -> Page:
    """Read the page; a name that leads nowhere is a mistake, not a reason to skip."""
    return Page(Path(PAGE).read_text(encoding="utf-8"))


def run_program(program: str, sim: Running, folder: Path) -> str:
    """Run a program under Node; give what it printed, after the checks that hold for all."""
    file = folder / "program.mjs"
    file.write_text(programs.made_runnable(program, sim.url, "enig_demo"), encoding="utf-8")
    assert programs.DOCUMENTED_BASE not in file.read_text(encoding="utf-8")
    done = subprocess.run(
        [str(NODE), str(file)], check=False, capture_output=True, timeout=60, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "undefined" not in done.stdout + done.stderr
    return done.stdout


def test_1_polling_inline(page: Page, tmp_path: Path) -> None:
    with running("--speed", SPEED, "--faults") as sim:
        out = run_program(programs.polling(page), sim, tmp_path)
        assert "GET /task/*" not in sim.get("/_sim/state")["calls"]
    assert "Cost: $0." in out


def test_1_polling_where_the_reply_is_pending(page: Page, tmp_path: Path) -> None:
    program = programs.polling(page)
    usage = page.usage_after("runTask")
    longer = program.replace(usage, usage.replace('runTask("', 'runTask("Research: '))
    with running("--speed", SPEED, "--faults") as sim:
        out = run_program(longer, sim, tmp_path)
        assert sim.get("/_sim/state")["calls"]["GET /task/*"] >= 1
    assert "Report on" in out
    assert "Cost: $0." in out


def test_2_example_simple_task(page: Page, tmp_path: Path) -> None:
    program = programs.example(page, "searchGoogle", "/start/run-task")
    with running("--speed", SPEED) as sim:
        assert "Anthropic Claude" in run_program(program, sim, tmp_path)


def test_3_example_several_steps(page: Page, tmp_path: Path) -> None:
    program = programs.example(page, "amazonProductResearch", "terminateOnCompletion: true")
    with running("--speed", SPEED, "--faults") as sim:
        out = run_program(program, sim, tmp_path)
        (session,) = sim.get("/_sim/state")["sessions"]
    assert "Search results:" in out
    assert "cartStatus:" in out
    assert session["state"] == "completed", "the last task closes the session"


def test_4_example_guardrails(page: Page, tmp_path: Path) -> None:
    program = programs.guardrails(page, LOGIN_CALLER)
    with running("--speed", SPEED, "--faults") as sim:
        out = run_program(program, sim, tmp_path)
        state = sim.get("/_sim/state")
    assert "Guardrail: I need login credentials to proceed" in out
    assert "Extracted: " in out
    assert state["applied"]["answers-taken"] == 1
    assert "sesame" not in out


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (None, ""),
        ({"path": "/start/run-task", "kind": "503"}, "Attempt 1: No instances available"),
        ({"path": "/start/run-task", "kind": "refuse-before"}, ""),
    ],
    ids=["at once", "after 503", "after a cut connection"],
)
def test_5_retrying(page: Page, tmp_path: Path, fault: dict[str, object] | None, said: str) -> None:
    with running("--speed", SPEED, "--faults") as sim:
        if fault:
            sim.faults(fault)
        out = run_program(programs.retrying(page, RETRY_CALLER), sim, tmp_path)
    assert said in out
    assert "complete " in out


@pytest.mark.parametrize(
    "take",
    [
        lambda page: page.function("noSuchFunction"),
        lambda page: programs.example(page, "runTask"),
        lambda page: programs.expect(page.text, "words that are not there"),
    ],
)
def test_a_page_of_another_kind_is_noticed(page: Page, take: Callable[[Page], object]) -> None:
    with pytest.raises(programs.NotAsExpectedError):
        take(page)
