"""What a screen reader hears unasked, and how often, over the real bus."""

from pathlib import Path

import pytest

pytest.importorskip("jeepney", reason="the accessibility bus is on Linux")

from tests.app.accessibility.bus import Bus, until
from tests.app.accessibility.stage import ON_THE_BUS, Stage
from tests.desktop.notice_desk import Lines

CHILD = "tests.app.accessibility.child_window"
POLITE, ASSERTIVE = 1, 2
HEARD = [
    (ASSERTIVE, "shop.example 1 asks for a password or code"),
    (POLITE, "Done: shop.example 2"),
    (POLITE, "Failed: shop.example 3"),
    (POLITE, "“Task 4” was not started."),
    (POLITE, "Stop did not reach shop.example 5."),
    (POLITE, "The balance is used up. Tasks stay queued."),
    (ASSERTIVE, "Service not reachable"),
    (POLITE, "Service reachable again"),
    (POLITE, "10 tasks ended"),
]

pytestmark = [*ON_THE_BUS, pytest.mark.weekly]


def test_each_thing_is_said_once(tmp_path: Path) -> None:
    start = tmp_path / "start"
    with Stage() as stage, Bus(stage.session_bus) as bus:
        child = stage.start_child(CHILD, str(start))
        until("the window is on the bus", bus.programs)
        start.touch()
        lines = Lines(child)
        # Events come in while something is asked.
        until("it is over", lambda: bus.programs() and lines.next(0.005) == "over")
        until("all is said", lambda: bus.programs() and len(bus.announced) >= len(HEARD))
        assert bus.announced == HEARD
