"""A screen reader that reads while the window changes its size: what it has counted may be gone."""

import pytest

pytest.importorskip("jeepney", reason="the accessibility bus is on Linux")

from jeepney import DBusErrorResponse

from tests.app.accessibility.bus import PROGRAM_GONE, Bus, Node, Role, until
from tests.app.accessibility.stage import ON_THE_BUS, Stage

CHILD = "tests.app.accessibility.child_resizing"
MORE = 5
ROUNDS = 150

pytestmark = ON_THE_BUS


@pytest.mark.weekly
def test_the_program_lives() -> None:
    most = dict[str, int]()
    with Stage() as stage, Bus(stage.session_bus) as bus:
        stage.start_child(CHILD)
        until("the window is on the bus", lambda: bus.programs() and bus.programs()[0].children())
        for _ in range(ROUNDS):
            read(bus.programs()[0], most)


def read(node: Node, most: dict[str, int]) -> None:
    """Read all below it, and ask each for all children that it ever had and for some more."""
    try:
        n_children, is_table = node.child_count(), node.role == Role.TABLE
        most[node.path] = max(n_children, most.get(node.path, 0))
        first = n_children if is_table else 0  # not each cell
        for child in map(node.child, range(first, most[node.path] + MORE)):
            if child is not None and not is_table:
                read(child, most)
    except DBusErrorResponse as error:
        if error.name in PROGRAM_GONE:
            raise  # else it went while it was being read
