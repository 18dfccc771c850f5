"""The fakes of the engine with those of the feature."""

import pytest

from tests.features.deletion.fakes import DeletionWorld


@pytest.fixture
def world(no_window_left: None) -> DeletionWorld:
    return DeletionWorld()
