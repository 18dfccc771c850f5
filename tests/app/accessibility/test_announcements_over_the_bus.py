"""What a screen reader hears unasked, how soon and how often, over the real bus."""

import time
from pathlib import Path

import pytest

pytest.importorskip("jeepney", reason="the accessibility bus is on Linux")

from tests.app.accessibility.bus import Bus, until
from tests.app.accessibility.stage import ON_THE_BUS, Stage
from tests.desktop.notice_desk import Lines

CHILD = "tests.app.accessibility.child_window"
SOON_S = 1.0
LIMIT_S = 60.0
POLITE, ASSERTIVE = 1, 2
HEARD = {
    "question": (ASSERTIVE, "shop.example 1 asks for a password or code"),
    "done": (POLITE, "Done: shop.example 2"),
    "failed": (POLITE, "Failed: shop.example 3"),
    "refused": (POLITE, "Refused: shop.example 4"),
    "command": (POLITE, "Stop failed: shop.example 5"),
    "funds": (POLITE, "Tasks wait: the account cannot pay"),
    "lost": (ASSERTIVE, "No connection to the service"),
    "back": (POLITE, "The connection is back"),
    "ten": (POLITE, "10 tasks ended"),
}
TOGETHER = "ten"
"""Said when the second is over in which others may follow."""

pytestmark = ON_THE_BUS


def test_each_thing_is_said_once_and_soon(tmp_path: Path) -> None:
    start = tmp_path / "start"
    with Stage() as stage, Bus(stage.session_bus) as bus:
        child = stage.start_child(CHILD, str(start))
        until("the window is on the bus", bus.programs)
        start.touch()
        said: list[tuple[float, int, str]] = []
        happened: dict[str, float] = {}
        lines = Lines(child)
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            bus.programs()  # events come in while something is asked
            said += [(time.monotonic(), *one) for one in bus.announced[len(said) :]]
            name, _, at = lines.next(0.005).partition(" ")
            if name == "over":
                break
            if name:
                happened[name] = float(at)
        assert [(politeness, text) for _, politeness, text in said] == list(HEARD.values())
        late = {
            name: at - happened[name]
            for name, (at, _, _) in zip(HEARD, said, strict=True)
            if name != TOGETHER and at - happened[name] > SOON_S
        }
        assert late == {}
        assert not any("Maria" in text for _, _, text in said)
