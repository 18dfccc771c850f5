"""A window over a real ledger, with the feature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.features.costs.world import CostsWorld


@pytest.fixture
def world(no_window_left: None, tmp_path: Path) -> Iterator[CostsWorld]:
    world = CostsWorld(tmp_path)
    yield world
    world.close()
