"""By how much a day's cap is passed, in virtual time, where it ends what runs.

Tasks cost $0.02 a minute from the moment at which the service has them. All run, the newest perhaps
unnamed, as the cap is set to what has been reported and one second more. The floor is what they
spend in one interval of polls, what nobody has reported of them before, and what they spend while
the Terminates wait for a service that takes ten calls a minute.
"""

import asyncio
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.core.service_rules import POLL_MS
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.store.settings import TERMINATE_RUNNING
from tests.benchmarks.figures import Figure
from tests.kit.wait import until
from tests.services.commands.bench import Bench, on_bench
from tests.services.queue.bench import Service
from tests.services.test_caps import CapBench

EACH = Decimal("0.02") / 60
"""Dollars a second and task."""
HELD_S = (0.3, 50.0)
SESSIONS = (10, 50)
CALLS, PERIOD_S = 10, 60.0
BAR = 1.25
LONG_S = 3_600


class Meter(Service):
    """A service that knows what each task spends, and holds the reply that names it."""

    def __init__(self, held_s: float) -> None:
        super().__init__()
        self.held_s = held_s
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        self.began[session_id] = _now()
        self.took.append(session_id)
        await asyncio.sleep(self.held_s)
        return Observation(kind=Kind.ACCEPTED, task_id=f"t-{session_id}")

    async def poll(self, session_id: str, _task_id: str) -> Observation:
        return Observation(kind=Kind.ACTIVE, usage=Usage(cost=self.spent(session_id)))

    async def send_state(self, session_id: str, verb: CommandVerb) -> Observation:
        self.ended.setdefault(session_id, _now())
        return await super().send_state(session_id, verb)

    def spent(self, session_id: str) -> Decimal:
        until_s = self.ended.get(session_id, _now())
        return EACH * Decimal(str(round(until_s - self.began[session_id], 3)))


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _overshoot(one: Bench, meter: Meter, sessions: int) -> tuple[Decimal, Decimal, int]:
    """Dollars above the cap, the floor of that, and how many tasks were not named."""
    bench = CapBench(one, meter)
    live: Any = one.live
    poller = Poller(one.context, one.starts, live)
    bench.settings.change(browsers_at_once=sessions)
    for _ in range(sessions):
        await bench.start()
    await until(lambda: len(meter.took) == sessions, LONG_S)
    await asyncio.sleep(POLL_MS / 1000)
    assert poller.is_polling
    unnamed = [task for task in bench.store.tasks() if task.service_id is None]
    cap = bench.caps.spent() + EACH * sessions
    true = sum(map(meter.spent, meter.began), Decimal(0))
    floor = true - bench.caps.spent() + _waits(sorted(meter.began.values()), _now(), sessions)
    bench.settings.change(cap_per_day=cap, at_cap=TERMINATE_RUNNING)
    await until(lambda: not meter.open, LONG_S)
    return sum(map(meter.spent, meter.began), Decimal(0)) - cap, floor, len(unnamed)


def _waits(sent: list[float], now: float, sessions: int) -> Decimal:
    """What all spend in one interval and until each Terminate has its turn."""
    calls, waited = list(sent), 0.0
    for _ in range(sessions):
        at = max(now, calls[-CALLS] + PERIOD_S if len(calls) >= CALLS else now)
        calls.append(at)
        waited += at - now + POLL_MS / 1000
    return EACH * Decimal(str(round(waited, 3)))


def overshoot(*, quick: bool) -> list[Figure]:
    """Ten and fifty sessions, replies held shortly and as long as the service does."""
    counts = SESSIONS[:1] if quick else SESSIONS
    return [_figure(sessions, held_s) for sessions in counts for held_s in HELD_S]


def _figure(sessions: int, held_s: float) -> Figure:
    meter = Meter(held_s)
    with tempfile.TemporaryDirectory() as folder:
        found: list[tuple[Decimal, Decimal, int]] = []

        async def measure(bench: Bench) -> None:
            found.append(await _overshoot(bench, meter, sessions))

        on_bench(Path(folder), measure)
    ((value, floor, unnamed),) = found
    return Figure(
        name=f"overshoot.{sessions}_{'short' if held_s < 1 else 'held'}",
        unit="$",
        value=float(value),
        floor=float(floor),
        bar=BAR,
        note=f"replies held {held_s:g} s, {unnamed} tasks not named; virtual time",
    )
