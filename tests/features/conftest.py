"""Features over the same fakes as the windows of the engine."""

from tests.services.conftest import bench, clock, running
from tests.ui.conftest import (
    dialogs,
    large_font,
    light,
    no_button_stays_pressed,
    no_window_left,
    queue_is_shown_at_once,
    services,
    window,
    world,
)

__all__ = [
    "bench",
    "clock",
    "dialogs",
    "large_font",
    "light",
    "no_button_stays_pressed",
    "no_window_left",
    "queue_is_shown_at_once",
    "running",
    "services",
    "window",
    "world",
]
