"""Every fault on every call: see matrix.md for what is expected, one row a cell."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from enigma_panel.core.service_rules import Dialect
from tests.matrix import table
from tests.matrix.faults import CALLS, FAULTS
from tests.matrix.play import Lanes, call_named, lanes, play


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    with lanes(tmp_path_factory.mktemp("matrix")) as found:
        yield found


# A call that is cancelled in the middle of a TLS handshake leaves its socket to the collector:
# httpcore's start_tls closes it for an Exception, not for a cancellation (httpcore 1.0.9,
# _backends/anyio.py).
UNCLOSED = "ignore:Exception ignored in.*(_SelectorTransport|socket.socket)"


ON_A_PUSH = [(dialect, "newTask", "dropped after") for dialect in Dialect]
"""What runs twice if a lost reply is not heeded."""
WEEKLY = [(dialect, call.name, "") for dialect in Dialect for call in CALLS]


@pytest.mark.process
@pytest.mark.filterwarnings(f"{UNCLOSED}:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")
@pytest.mark.parametrize(
    ("dialect", "name", "words"),
    [*ON_A_PUSH, *(pytest.param(*cells, marks=pytest.mark.weekly) for cells in WEEKLY)],
)
async def test_faults(dialect: Dialect, name: str, words: str, on: Lanes, tmp_path: Path) -> None:
    """The table holds in every dialect; words: of the faults that are played."""
    faults = [fault for fault in FAULTS if words in fault.name]
    seen = await play(on, call_named(name), tmp_path, faults, dialect)
    found = table.differences(table.read(), seen)
    assert not found, "\n".join(found)
    assert len(seen) == len(faults)


def test_the_table_has_every_cell() -> None:
    assert list(table.read()) == table.names()


@pytest.mark.parametrize("call", ["start-session", "newTask", "run-task", "guardrail:resume"])
def test_nothing_that_costs_is_expected_twice(call: str) -> None:
    rows = [row for name, row in table.read().items() if name[0] == call]
    assert {row.effect for row in rows} | {row.then_effect for row in rows} <= {"0", "1"}
    unknown = [row for row in rows if row.task == "unconfirmed" or "may have arrived" in row.says]
    assert len(unknown) >= 6
    assert {(row.sent, row.then_sent) for row in unknown} == {("1", "1")}
