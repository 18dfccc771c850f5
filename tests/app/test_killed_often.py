"""kill -9 at random moments, again and again: nothing is lost and nothing is started twice."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.killed_often import SIMULATOR, check_last_start, play
from tests.conftest import Simulator, each_live_mode

pytestmark = [pytest.mark.process, pytest.mark.weekly, each_live_mode]
TIMES = 6


def test_killed_at_random_moments(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    seed = random.randrange(2**31)
    print("seed", seed)  # python -m tests.app.killed_often --times 6 --seed …
    url = simulator(*SIMULATOR).url
    played = play(TIMES, seed, url, tmp_path / "folder")
    assert played.kills == TIMES
    assert played.starts >= TIMES / 3, "the kills met too little work"
    check_last_start(url, tmp_path / "folder")
