"""What is not needed at the start is not loaded then.

The live channel's libraries come with the first session.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.program import Driven
from tests.conftest import Simulator

pytestmark = pytest.mark.process
NAMES = "aiohttp engineio socketio"


def test_they_are_loaded_when_first_needed(
    simulator: Callable[..., Simulator], tmp_path: Path
) -> None:
    program = Driven(simulator("--speed", "6").url, tmp_path)
    assert program.tell(f"loaded {NAMES}") == []
    program.until(lambda _: program.tell("loaded enigma_panel.api.client"))
    assert program.tell(f"loaded {NAMES}") == []
    program.tell("start-kept Research typewriters")
    program.until(lambda _: program.tell(f"loaded {NAMES}") == NAMES.split())
    assert program.quit() == (0, "")
