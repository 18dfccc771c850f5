"""The code of a task does the task, in each dialect, and holds no key and no id."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from enigma_panel.core.models import BrowserOptions, Limits, OutputType, Proxy, TaskSpec
from enigma_panel.core.service_rules import RULES, Dialect
from enigma_panel.core.validation import without_unsupported
from enigma_panel.features.copy_as.code import curl_code, python_code
from enigma_panel.simulator.settings import DEMO_KEY
from tests.conftest import Simulator

pytestmark = pytest.mark.process
Start = Callable[..., Simulator]
TEXT = "Search for “it's $HOME” at shop.example \\ `id`\nand say what it's worth"
SPEC = TaskSpec(
    text=TEXT,
    starting_url="https://shop.example/?a=1&b='2'",
    limits=Limits(max_duration_ms=200_000, max_input_tokens=90_000, avoid_domains=("a.example",)),
    browser=BrowserOptions(proxy=Proxy.SERVICE, proxy_country="at"),
    output_type=OutputType.JSON,
    output_schema='{"type": "object", "properties": {"price": {"type": "null"}}}',
    login="maria",
)
COMMANDS = {curl_code: ["bash", "-c"], python_code: [sys.executable, "-c"]}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("make", COMMANDS)
def test_it_does_the_task(simulator: Start, dialect: Dialect, make: Callable[..., str]) -> None:
    program = COMMANDS[make]
    if shutil.which(program[0]) is None or (make is curl_code and shutil.which("curl") is None):
        pytest.skip(f"not installed: {program[0]} or curl")
    sim = simulator("--speed", "20", "--faults", "--dialect", dialect)
    spec = without_unsupported(SPEC, RULES[dialect])
    code = make(sim.url, dialect, spec)
    assert DEMO_KEY not in code
    assert "maria" not in code
    assert {"200000", "90000"} <= set(re.findall(r"\d+", code))
    done = subprocess.run(
        [*program, code],
        env=os.environ | {"ENIGMA_API_KEY": DEMO_KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "task_completed" in done.stdout
    state = httpx.get(f"{sim.url}/_sim/state", trust_env=False).json()
    assert state["applied"] == {"run-task": 1}
