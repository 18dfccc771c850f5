"""Caps in the real window, against a service that raises each task's cost with each poll."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.app.program import Driven
from tests.conftest import Simulator, up_and_weekly_each

pytestmark = [pytest.mark.process, up_and_weekly_each]
Start = Callable[..., Simulator]
RISING = ("--speed", "3", "--faults", "--cost-per-poll", "0.02")
LONG = "start Research typewriters at museum.example"
"""A task that works for half a minute."""
AT_CAP = "Stopped at your cap"


def _program(url: str, folder: Path, **caps: str) -> Driven:
    (folder / "config").mkdir()
    (folder / "config" / "settings.json").write_text(json.dumps(caps))
    return Driven(url, folder)


def _rows(state: dict[str, list[list[str]]], words: str) -> list[list[str]]:
    return [row for row in state["Tasks"] if any(words in cell for cell in row)]


def _applied(url: str) -> dict[str, int]:
    state = httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()
    return dict(state["applied"])


def test_each_task_is_stopped_within_two_polls_of_its_cap(simulator: Start, tmp_path: Path) -> None:
    url = simulator(*RISING).url
    program = _program(url, tmp_path, cap_per_task="0.10")
    for _ in range(2):
        program.tell(LONG)
    state = program.until(lambda s: len(_rows(s, AT_CAP)) == 2)
    told = [cell for row in _rows(state, AT_CAP) for cell in row if AT_CAP in cell]
    costs = [float(text.split("$")[1].split()[0]) for text in told]
    assert all(text.endswith(" of $0.10") for text in told)
    assert all(0.10 <= cost <= 0.14 for cost in costs)
    assert _applied(url)["state:stop"] == 2
    assert program.quit() == (0, "")


def test_at_the_cap_of_the_day_nothing_starts_over_a_kill_until_it_is_raised(
    simulator: Start, tmp_path: Path
) -> None:
    url = simulator(*RISING).url
    first = _program(url, tmp_path, cap_per_day="0.06")
    first.tell(LONG)
    first.until(lambda s: any("Daily cap reached" in one for one in first.tell("notices")))
    first.tell(LONG)
    first.until(lambda s: _rows(s, "Daily cap reached"))
    first.kill()
    second = Driven(url, tmp_path)
    second.until(lambda s: _rows(s, "Daily cap reached"))
    assert _applied(url)["start-session"] == 1
    held = "Daily cap reached"  # a press counts once the button has stood there for a moment
    second.until(lambda s: not _rows(s, held) or not second.tell("press Raise to $1.00"))
    second.until(lambda _: _applied(url)["start-session"] == 2 or not second.tell("press Go on"))
    assert second.quit() == (0, "")


def test_where_no_cost_is_reported_nothing_is_stopped(simulator: Start, tmp_path: Path) -> None:
    url = simulator(*RISING).url
    body = {"success": True, "status": "active", "pending": True}
    silent: dict[str, Any] = {"path": "/task/*", "kind": "status:200", "times": 0, "body": body}
    httpx.post(f"{url}/_sim/faults", json=[silent], trust_env=False, verify=False)
    program = _program(url, tmp_path, cap_per_task="0.01", cap_per_day="0.01")
    program.tell(LONG)
    program.until(lambda s: _polls(url) >= 5)
    program.tell(LONG)
    program.until(lambda s: _applied(url)["start-session"] == 2)
    assert "state:stop" not in _applied(url)
    assert program.quit() == (0, "")


def _polls(url: str) -> int:
    state = httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()
    return int(state["arrived"].get("poll", 0))
