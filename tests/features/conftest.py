"""Features over the same fakes as the windows of the engine."""

from tests.ui.conftest import (
    dialogs,
    large_font,
    light,
    no_button_stays_pressed,
    no_rest_for_a_busy_machine,
    no_window_left,
    running,
    services,
    window,
    world,
)

__all__ = [
    "dialogs",
    "large_font",
    "light",
    "no_button_stays_pressed",
    "no_rest_for_a_busy_machine",
    "no_window_left",
    "running",
    "services",
    "window",
    "world",
]
