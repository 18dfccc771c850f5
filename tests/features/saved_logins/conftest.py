"""Saved logins over a fake keychain."""

import pytest

from tests.features.saved_logins.world import LoginsWorld


@pytest.fixture
def world(no_window_left: None) -> LoginsWorld:
    return LoginsWorld()
