"""Saved logins over a fake keychain."""

import pytest

from tests.features.saved_logins.world import LoginsWorld


@pytest.fixture
def world(no_window_left: None) -> LoginsWorld:
    """What the feature stands on, as fakes."""
    return LoginsWorld()
