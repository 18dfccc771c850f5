"""Caps in the real window, against a service that raises each task's cost with each poll."""

import json
from collections.abc import Callable
from pathlib import Path

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


def test_at_the_cap_of_the_day_nothing_starts_over_a_kill_until_it_is_raised(
    simulator: Start, tmp_path: Path
) -> None:
    url = simulator(*RISING).url
    first = _program(url, tmp_path, cap_per_day="0.08")
    first.tell(LONG)
    first.until(lambda s: any("Daily cap reached" in one for one in first.tell("notices")))
    first.tell(LONG)
    first.until(lambda s: _rows(s, "Daily cap reached"))
    first.kill()
    second = Driven(url, tmp_path)
    second.until(lambda s: _rows(s, "Daily cap reached"))
    assert _applied(url)["start-session"] == 1
    held = "Daily cap reached"  # a press counts once the button has stood there for a moment
    second.until(lambda s: not _rows(s, held) or not second.tell("press Raise to $0.16"))
    second.until(lambda _: _applied(url)["start-session"] == 2 or not second.tell("press Go on"))
    assert second.quit() == (0, "")
