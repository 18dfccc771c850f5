"""Which service a seed meets, and the tasks that its person thinks of."""

import random
from decimal import Decimal

from msgspec.structs import replace

from enigma_panel.core.models import Limits, TaskSpec
from enigma_panel.core.service_rules import RULES, Dialect
from enigma_panel.simulator.settings import Settings

_TEXTS = (
    "search for headphones",
    "buy a kettle",
    "log in and read the inbox",
    "book a flight",
    "choose a laptop",
    "extract the table",
    "a page that crashes",
    "a lost browser",
    "solve the captcha",
    "research the market",
    "research the suppliers in depth",
    "report on the weather",
    "put a lamp to the cart",
    "look at the missing button",
)


def draw_settings(rng: random.Random, dialect: Dialect) -> Settings:
    settings = Settings(
        dialect=dialect.value,
        speed=rng.choice((1.0, 1.0, 2.0, 4.0)),
        states=rng.choice(("documented", "rich")),
        question_in_hold=rng.choice(("early", "late")),
        rate_limit="shared" if rng.random() < 0.1 else "per-endpoint",
        balance=Decimal("0.02") if rng.random() < 0.05 else Decimal("12.50"),
        places=rng.choice((1, 2, 3, 5, 5, 5, 8)),
        instances=rng.choice((None, None, None, 2, 4)),
    )
    if not RULES[dialect].opens_page:
        return settings
    busy = rng.choice((*[None] * 10, "queues", "refuses"))
    return replace(settings, needs_text=True, busy=busy) if busy is not None else settings


def url_of(mark: int) -> str | None:
    """The address at which the task with that mark is to start, where browsers need a text."""
    return f"https://site-{mark}.example/" if mark % 2 else None


def draw_spec(rng: random.Random, mark: int, settings: Settings) -> TaskSpec:
    """A task; its longest duration carries its mark (see calls.py)."""
    seconds = rng.choice((25, 60, 120, 240, 299))
    return TaskSpec(
        text=f"{rng.choice(_TEXTS)} {mark}",
        starting_url=url_of(mark) if settings.needs_text else None,
        limits=Limits(max_duration_ms=seconds * 1000 + mark),
        close_after=rng.random() < 0.6,
    )
