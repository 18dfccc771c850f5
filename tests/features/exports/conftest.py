"""The fakes of the engine with those of the feature."""

import pytest

from tests.features.exports.fakes import ExportWorld


@pytest.fixture
def world(no_window_left: None) -> ExportWorld:
    return ExportWorld()
