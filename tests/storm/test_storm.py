"""A short storm: nothing is lost, started twice, answered twice, or shown as what it is not."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("jeepney", reason="the accessibility bus is on Linux")

from tests.app.accessibility.stage import ON_THE_BUS
from tests.conftest import Simulator, each_live_mode
from tests.storm.run import SIMULATOR, play

pytestmark = [*ON_THE_BUS, pytest.mark.weekly, each_live_mode]
KILLS = 3


def test_killed_at_random_moments_under_faults(
    simulator: Callable[..., Simulator], tmp_path: Path
) -> None:
    seed = random.randrange(2**31)
    print("seed", seed)  # python -m tests.storm --kills 3 --seed …
    books = play(KILLS, seed, simulator(*SIMULATOR).url, tmp_path / "folder")
    assert books.kills == KILLS
    assert books.starts >= KILLS / 3, "the kills met too little work"
