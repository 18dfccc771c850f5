"""A short storm: nothing is lost, started twice, answered twice, or shown as what it is not."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("jeepney", reason="the accessibility bus is on Linux")

from enigma_panel.core.service_rules import Dialect
from tests.app.accessibility.stage import ON_THE_BUS
from tests.conftest import LIVE_MODES, Simulator
from tests.storm.run import SIMULATOR, play

pytestmark = [*ON_THE_BUS, pytest.mark.weekly]
KILLS = 3


@pytest.mark.parametrize(("live_mode", "dialect"), list(zip(LIVE_MODES, Dialect, strict=True)))
def test_killed_at_random_moments_under_faults(
    simulator: Callable[..., Simulator], tmp_path: Path, dialect: Dialect
) -> None:
    """Each dialect and each mode of the live channel once; all together by command."""
    seed = random.randrange(2**31)
    print("seed", seed)  # python -m tests.storm --kills 3 --seed … --dialect …
    url = simulator(*SIMULATOR, "--dialect", dialect).url
    books = play(KILLS, seed, url, tmp_path / "folder", dialect)
    assert books.kills == KILLS
    assert books.starts >= KILLS / 3, "the kills met too little work"
