"""Which scene a task's text starts.

The first row of ``SCENES`` whose words occur in the text wins, whatever their case; a text that
fits none plays ``anything``. Rows that end badly stand first, so that "log in to a page that
crashes" crashes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from enigma_panel.sim import plots, plots_asking, plots_failing
from enigma_panel.sim.beats import Script, ScriptWriter


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row: the words that start it, what it shows, and its usual length.

    ``seconds`` is the range for all ``steps`` together, in service seconds without any waiting
    for the person.
    """

    name: str
    words: tuple[str, ...]
    shows: str
    script: Callable[[ScriptWriter], Script]
    steps: int
    seconds: tuple[float, float] = (14.0, 30.0)

    def fits(self, text: str) -> bool:
        """Tell whether one of the words stands in the text, as a word of its own or a stem."""
        return any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in self.words)

    def play(self, text: str, url: str | None, rng: random.Random) -> Script:
        """Begin the scene; ``rng`` decides its lengths, names and numbers."""
        pace = rng.uniform(*self.seconds) / self.steps
        return self.script(ScriptWriter(text, url, rng, pace))


SCENES: tuple[Scenario, ...] = (
    Scenario("page crash", ("crash",), "fails with PAGE_CRASH",
          plots_failing.page_crash, 3),
    Scenario("page not loading", ("unreachable", "times out", "time out", "timeout"),
          "fails with NAVIGATION_TIMEOUT", plots_failing.unreachable, 5, (32.0, 38.0)),
    Scenario("missing element", ("missing button", "missing element", "missing field"),
          "fails with ELEMENT_NOT_FOUND", plots_failing.missing_element, 4),
    Scenario("lost browser", ("lost browser", "lose the browser", "unstable", "orphan"),
          "the browser is away for 15 s", plots_failing.lost_browser, 4),
    Scenario("browser gone", ("never comes back", "lost for good"),
          "the browser stays away until the session's end", plots_failing.browser_gone, 2),
    Scenario("captcha", ("captcha",), "asks to solve a CAPTCHA", plots_asking.captcha, 5),
    Scenario("two questions", ("two questions", "book a flight", "book the flight"),
          "asks for a choice, then for a code", plots_asking.flight, 7),
    Scenario("login", ("log in", "login", "log me in", "sign in", "sign me in"),
          "asks for credentials; a password with “wrong” in it is refused",
          plots_asking.login, 5),
    Scenario("choice", ("choose", "which product", "let me pick"),
          "asks which of three products to take", plots_asking.choice, 5),
    Scenario("shopping", ("buy", "purchase", "place an order", "order a", "checkout", "check out"),
          "asks before it buys for $49.99", plots_asking.shopping, 7),
    Scenario("cart", ("to cart", "to the cart", "to my cart"), "fills the cart, asks nothing",
          plots.cart, 5),
    Scenario("extract", ("extract", "scrape", "dashboard"), "returns a small table",
          plots.extract, 5),
    Scenario("research", ("research", "in depth", "report on"), "takes more than 60 s",
          plots.research, 19, (90.0, 110.0)),
    Scenario("search", ("search", "find", "look up", "google"), "finds something",
          plots.search, 7),
)  # fmt: skip
"""All scenes with trigger words, in the order in which they are tried."""

ANYTHING = Scenario("anything", (), "plays for every other text", plots.anything, 6)
OPENING = Scenario("opening", (), "a new session's own task", plots.opening, 2, (4.0, 7.0))


def scenario_for(text: str) -> Scenario:
    """Find the scene for a task's text."""
    return next((scene for scene in SCENES if scene.fits(text)), ANYTHING)


def help_table() -> str:
    """List the scenes for ``--help``: name, words, what it shows."""
    rows = [f"  {scene.name}: {', '.join(scene.words)} – {scene.shows}" for scene in SCENES]
    return "words in a task's text that choose its scene:\n" + "\n".join(rows)
