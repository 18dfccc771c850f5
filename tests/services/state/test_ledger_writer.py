"""What happened reaches the ledger, in order, however often the disk refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest

from enigma_panel.runtime.event_loop import LedgerThread
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.store.ledger.errors import DiskFullError, InconsistentError, IntentSettledError
from tests.conftest import LogWatch
from tests.kit.ledgers import open_ledger


class Disk:
    """Writes names into a list, or refuses."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.error: Exception | None = None

    def put(self, name: str) -> Callable[[object], None]:
        def write(_ledger: object) -> None:
            if self.error is not None:
                raise self.error
            self.written.append(name)

        return write


@pytest.fixture
def writer(tmp_path: Path) -> LedgerWriter:
    ledger = open_ledger(tmp_path / "ledger")
    ledger.close()  # the writes of these tests go to a list
    return LedgerWriter(ledger, LedgerThread())


def full() -> DiskFullError:
    return DiskFullError(Path("ledger"), "full")


async def test_what_failed_is_written_first_later(writer: LedgerWriter) -> None:
    disk, told = Disk(), []
    writer.failed.connect(lambda _: told.append("failed"))
    writer.recovered.connect(lambda: told.append("recovered"))
    disk.error = full()
    await writer.write(disk.put("one"))
    await writer.write(disk.put("two"))
    assert writer.is_behind
    assert writer.is_failing
    with pytest.raises(DiskFullError):
        await writer.commit(disk.put("intent"))
    disk.error = None
    await writer.write(disk.put("three"))
    assert disk.written == ["one", "two", "three"], "the intent was refused, not kept"
    assert not writer.is_behind
    assert not writer.is_failing
    assert told == ["failed", "failed", "recovered"]


async def test_catching_up_needs_no_new_write(writer: LedgerWriter) -> None:
    disk = Disk()
    disk.error = full()
    await writer.write(disk.put("one"))
    disk.error = None
    await writer.catch_up()
    assert disk.written == ["one"]


async def test_a_commit_comes_after_what_happened_before_it_and_before_what_came_later() -> None:
    order: list[str] = []

    class AtOnce:
        async def run(self, call, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # any call
            return call(*args, **kwargs)

    writer = LedgerWriter(object(), AtOnce())  # type: ignore[arg-type]  # nothing asks the ledger
    writer._last = 1
    writer._unwritten.append((1, lambda: order.append("before")))
    writer._unwritten.append((2, lambda: order.append("after")))
    await writer.commit(lambda _: order.append("commit"))
    assert order == ["before", "commit"]


@pytest.mark.parametrize(
    "error", [IntentSettledError(Path("l"), 1), InconsistentError(Path("l"), "no such task")]
)
async def test_what_can_never_be_written_holds_up_nothing(
    writer: LedgerWriter, error: Exception, log_watch: LogWatch
) -> None:
    disk = Disk()
    disk.error = error
    log_watch.allow("ledger_writer")
    await writer.write(disk.put("one"))
    disk.error = None
    await writer.write(disk.put("two"))
    assert disk.written == ["two"]
