"""The settings of a simulated service, its prices, and its fixed periods."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from enigma_panel.simulator.socket_faults import UP, Mode

DEMO_KEY = "enig_demo"
LONG_POLL_SECONDS = 50.0
"""How long run-task and newTask wait for the task's end before they reply, in service seconds."""
SESSION_MS = 300_000
"""Longest and default maxDuration, in service milliseconds."""
KEPT_SECONDS = 600.0
"""How long the tasks of an ended session can still be polled, in service seconds."""
RATE_LIMIT = 10
RATE_PERIOD = 60.0
"""Length of the sliding rate window in real seconds; ``speed`` never touches it."""

PRICE_INPUT = Decimal("0.60") / 1_000_000
PRICE_OUTPUT = Decimal("2.70") / 1_000_000
PRICE_COMPUTE_MS = Decimal("0.02") / 60_000
"""US dollars for one input token, one output token and one browser millisecond."""


class Settings(Struct, frozen=True):
    """The choices of one simulated service.

    ``speed`` is service seconds per real second; ``dialect`` is what it speaks, of ``DIALECTS``;
    ``balance`` is in US dollars; ``places`` is the number of sessions a user may have open;
    ``calls_per_minute`` departs from the documented 10 only for measurements with many sessions;
    ``instances`` is the number of browsers that exist (``None``: always enough); ``live`` and
    ``live_reordering`` are how the live channel behaves. ``needs_text``: start-session is refused
    without a text, and the agent may ask or fail over that; ``busy``: what becomes of a newTask
    while another is at work; ``cost_per_poll``: what each poll adds to its task's cost, in place
    of tokens and time.
    """

    speed: float = 1.0
    dialect: str = "E"
    states: Literal["documented", "rich"] = "documented"
    question_in_hold: Literal["early", "late"] = "late"
    rate_limit: Literal["per-endpoint", "shared"] = "per-endpoint"
    balance: Decimal = Decimal("12.50")
    places: int = 5
    calls_per_minute: int = RATE_LIMIT
    instances: int | None = None
    live: Mode = UP
    live_reordering: frozenset[str] = frozenset()
    needs_text: bool = False
    busy: Literal["queues", "refuses"] = "queues"
    cost_per_poll: Decimal | None = None

    @property
    def instance_count(self) -> int:
        """Number of browsers in the pool."""
        return self.places + 3 if self.instances is None else self.instances
