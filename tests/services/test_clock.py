"""The program's clock, with the computer's clocks moved by hand."""

import asyncio

import pytest
from hypothesis import given, strategies as st

from enigma_panel.services.clock import BOOT_NS, SleepMeter, SystemClock

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


@pytest.mark.skipif(BOOT_NS is None, reason="there is no clock that counts through sleep")
def test_on_this_system_sleep_is_measured() -> None:
    assert SleepMeter().slept_ms() == 0
    assert abs(SystemClock().now_ms() - SystemClock().now_ms()) < 1_000
