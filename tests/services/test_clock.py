"""The program's clock, with the computer's clocks moved by hand."""

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from enigma_panel.services.clock import BOOT_NS, SleepMeter, SystemClock, local_day

SECOND = 1_000_000_000
WALL = 1_700_000_000 * SECOND
HOUR = 3_600


class Computer:
    """Its three clocks, in nanoseconds."""

    def __init__(self) -> None:
        self.awake = 50 * SECOND
        self.boot = 70 * SECOND
        self.wall = WALL

    def work(self, seconds: float) -> None:
        self.awake += int(seconds * SECOND)
        self.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        self.boot += int(seconds * SECOND)
        self.wall += int(seconds * SECOND)

    def set_clock(self, by_seconds: float) -> None:
        self.wall += int(by_seconds * SECOND)

    def clock(self, *, boot: bool) -> SystemClock:
        boot_ns = (lambda: self.boot) if boot else None
        return SystemClock(lambda: self.awake, boot_ns, lambda: self.wall)

    def meter(self, *, boot: bool) -> SleepMeter:
        boot_ns = (lambda: self.boot) if boot else None
        return SleepMeter(lambda: self.awake, boot_ns, lambda: self.wall)


def _since_start(clock: SystemClock) -> float:
    return (clock.now_ms() - WALL // 1_000_000) / 1_000


@pytest.mark.parametrize("boot", [True, False])
def test_counts_on_through_sleep(boot: bool) -> None:
    computer = Computer()
    clock, meter = computer.clock(boot=boot), computer.meter(boot=boot)
    computer.work(10)
    assert _since_start(clock) == 10
    computer.sleep(8 * HOUR)
    assert _since_start(clock) == 10 + 8 * HOUR
    assert meter.slept_ms() == 8 * HOUR * 1_000
    computer.work(5)
    computer.sleep(HOUR)
    assert _since_start(clock) == 15 + 9 * HOUR
    assert meter.slept_ms() == 9 * HOUR * 1_000


@pytest.mark.parametrize("boot", [True, False])
def test_a_clock_set_back_changes_nothing(boot: bool) -> None:
    computer = Computer()
    clock, meter = computer.clock(boot=boot), computer.meter(boot=boot)
    computer.work(10)
    clock.now_ms()
    computer.set_clock(-2 * HOUR)
    computer.work(10)
    assert _since_start(clock) == 20
    assert meter.slept_ms() == 0
    computer.sleep(600)  # it is noticed all the same afterwards
    assert _since_start(clock) == 620
    assert meter.slept_ms() == 600_000


def test_a_clock_set_ahead_counts_as_sleep_only_where_no_clock_knows_better() -> None:
    computer = Computer()
    knows, guesses = computer.clock(boot=True), computer.clock(boot=False)
    computer.set_clock(HOUR)
    assert _since_start(knows) == 0
    assert _since_start(guesses) == HOUR


def test_a_clock_that_is_corrected_bit_by_bit_is_no_sleep() -> None:
    computer = Computer()
    clock, meter = computer.clock(boot=False), computer.meter(boot=False)
    for _ in range(1_000):
        computer.work(1)
        computer.set_clock(0.01)
        clock.now_ms()
        meter.slept_ms()
    assert _since_start(clock) == 1_000
    assert meter.slept_ms() == 0


def test_a_pause_between_two_reads_is_no_sleep() -> None:
    """The process was stopped just after it had read one clock."""
    computer = Computer()
    pauses = [5.0]

    def wall_ns() -> int:
        if pauses:
            computer.work(pauses.pop())
        return computer.wall

    meter = SleepMeter(lambda: computer.awake, None, wall_ns)
    pauses.append(9.0)
    assert meter.slept_ms() == 0
    computer.work(1)
    assert meter.slept_ms() == 0


@pytest.mark.parametrize("boot", [True, False])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["work", "sleep", "set_clock"]),
            st.floats(min_value=-1e6, max_value=1e6, allow_nan=False),
        ),
        max_size=30,
    )
)
def test_never_runs_backwards_whatever_happens(boot: bool, events: list[tuple[str, float]]) -> None:
    computer = Computer()
    clock = computer.clock(boot=boot)
    latest = clock.now_ms()
    for name, seconds in events:
        getattr(computer, name)(seconds if name == "set_clock" else abs(seconds))
        now = clock.now_ms()
        assert now >= latest
        latest = now


async def test_a_wait_looks_at_the_clock_again_before_long() -> None:
    """Timers stand still while the computer sleeps; what became due meanwhile must not wait on."""
    computer = Computer()
    clock = computer.clock(boot=True)
    due = clock.now_ms() + 3_600_000
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        computer.sleep(HOUR)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        await clock.sleep_until(due)
    assert naps == [5.0]


async def test_a_timer_that_fires_early_is_set_only_once_more() -> None:
    """An idle program would wake up half a dozen times where Qt's timer fires 5 % early."""
    computer = Computer()
    clock = computer.clock(boot=True)
    due = clock.now_ms() + 4_000
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        computer.sleep(int(seconds * 1_000) * 0.95 / 1_000)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        await clock.sleep_until(due)
    assert (len(naps), clock.now_ms() - due < 20) == (2, True)


@pytest.mark.skipif(BOOT_NS is None, reason="there is no clock that counts through sleep")
def test_on_this_system_sleep_is_measured() -> None:
    assert SleepMeter().slept_ms() == 0
    assert abs(SystemClock().now_ms() - SystemClock().now_ms()) < 1_000


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The person lives there. A rule in POSIX's words: that of a real place may change any day."""
    if sys.platform == "win32":
        pytest.skip("the zone of a process is that of the system there")
    with monkeypatch.context() as there:
        there.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


CHANGES_AT_NIGHT = "CET-1CEST,M3.5.0,M10.5.0/3"
CHANGES_AT_MIDNIGHT = "CST5CDT,M3.2.0/0,M11.1.0/1"
CHANGES_HALF_AN_HOUR = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"


@pytest.mark.parametrize(
    ("zone", "noon", "hours"),
    [
        (CHANGES_AT_NIGHT, "2026-03-29 12:00", 23),
        (CHANGES_AT_NIGHT, "2026-10-25 12:00", 25),
        (CHANGES_AT_NIGHT, "2026-11-27 12:00", 24),
        (CHANGES_AT_MIDNIGHT, "2026-03-08 12:00", 23),
        (CHANGES_AT_MIDNIGHT, "2026-11-01 12:00", 25),
        ("<+0545>-5:45", "2026-11-27 12:00", 24),
        (CHANGES_HALF_AN_HOUR, "2026-04-05 12:00", 24.5),
    ],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_a_day_is_as_long_as_it_is(noon: str, hours: float) -> None:
    when = datetime.fromisoformat(noon)
    begin, end = local_day(int(when.timestamp() * 1000))
    assert end - begin == hours * HOUR * 1_000
    for moment, day in ((begin - 1, -1), (begin, 0), (end - 1, 0), (end, 1)):
        date = datetime.fromtimestamp(moment / 1000, UTC).astimezone().date()
        assert (date - when.date()).days == day
    assert local_day(begin) == local_day(end - 1) == (begin, end)
    assert local_day(end)[0] == end
