"""Twenty seconds of the load: that it runs, and that nothing stays behind."""

import sys

import pytest

from soak import Load, complaints, line, soak

LOAD = Load(seconds=14.0, sessions=8, warm_s=6.0, speed=10.0)
MEMORY_BAR_MB = 15.0
"""In so short a time much is still done for the first time; the long run has the real bound."""


@pytest.mark.process
@pytest.mark.weekly
@pytest.mark.skipif(sys.platform != "linux", reason="memory and descriptors are read from /proc")
def test_nothing_is_left_behind() -> None:
    seen = soak(LOAD)
    print(line(LOAD, seen))
    assert complaints(seen, MEMORY_BAR_MB) == []


SEEN = {
    "memory_mb": [100.0, 104.9],
    "descriptors": [30, 33],
    "left": [],
    "warnings": [],
    "stderr": [],
    "tasks": 3,
    "answers": 1,
    "commands": 1,
    "statuses": {},
}


@pytest.mark.parametrize(
    ("changed", "count"),
    [
        ({}, 0),
        ({"memory_mb": [100.0, 105.0]}, 1),
        ({"descriptors": [30, 34]}, 1),
        ({"left": ["poll 3"]}, 1),
        ({"warnings": ["a", "b"]}, 2),
        ({"stderr": ["Traceback"]}, 1),
        ({"answers": 0}, 1),
    ],
)
def test_what_is_complained_of(changed: dict[str, object], count: int) -> None:
    assert len(complaints({**SEEN, **changed})) == count
