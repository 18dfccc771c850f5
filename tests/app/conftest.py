"""No test leaves a program running, even if it fails."""

from collections.abc import Iterator

import pytest

from tests.app.program import Driven


@pytest.fixture(autouse=True)
def no_program_left() -> Iterator[None]:
    """What a failed test has not ended would be taken for a fault of a later one."""
    yield
    for program in list(Driven.running):
        program.kill()
