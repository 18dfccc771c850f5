"""What an agent's script is made of, and the writer that makes its steps and texts.

A script is a generator: it yields its items, and is sent the answer to each ``Ask``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator
from typing import TypeAlias

from msgspec import Struct

_DOMAIN = re.compile(r"\b((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?![\w@])", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“']([^\"”']{2,80})[\"”']")
_ABOUT = re.compile(
    r"\b(?:search(?:\s+\w+)?\s+for|search\s+\w+\s+about|look\s+up|research|find|report\s+on|about"
    r"|buy|purchase|order|choose|for)\s+(?:an?\s+|the\s+)?(.{2,80}?)"
    r"(?=\s+(?:and|then|on|at|from|under|with|in)\s|[.,;:!?\n]|$)",
    re.IGNORECASE,
)

_SIZE = re.compile(r"\b(\d{1,4})\s?([KMG])B\b", re.IGNORECASE)
_UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}
_READ = 2000
"""Characters of a text that are read: enough to know what it is about."""


class Step(Struct, frozen=True):
    """One action of the agent: ``seconds`` of service time and the tokens it uses up.

    ``lost`` marks a time in which the browser is gone and the agent can do nothing.
    """

    seconds: float
    action: str
    target: str
    note: str
    tokens_in: int
    tokens_out: int
    lost: bool = False


class Ask(Struct, frozen=True):
    """The agent needs the person: the question as it goes over the wire."""

    question: str


class File(Struct, frozen=True):
    """A file that comes with a result; ``size`` is in bytes."""

    name: str
    size: int


class Done(Struct, frozen=True):
    """The task is complete; ``message`` is its result text.

    ``files`` are told where the dialect has them.
    """

    message: str
    files: tuple[File, ...] = ()


class Fail(Struct, frozen=True):
    """The task has failed; ``code`` is one of the documented codes or ``None``."""

    error: str
    code: str | None = None


ScriptItem: TypeAlias = Step | Ask | Done | Fail
Script: TypeAlias = Generator[ScriptItem, str, None]


class ScriptWriter:
    """What a script is written from: the task's text and URL, the random source, the pace.

    ``pace`` is the mean length of a step in service seconds.
    """

    def __init__(self, text: str, url: str | None, rng: random.Random, pace: float) -> None:
        self.text = text[:_READ]
        self.rng = rng
        self._url = url
        self._pace = pace

    def step(self, action: str, target: str, note: str, weight: float = 1.0) -> Step:
        """Make a step of about ``weight`` times the usual length."""
        seconds = round(self._pace * weight * self.rng.uniform(0.75, 1.25), 2)
        tokens_in = self.rng.randint(1100, 2900)
        return Step(seconds, action, target, note, tokens_in, self.rng.randint(140, 520))

    def lose(self, seconds: float) -> Step:
        """Make a time of ``seconds`` in which the browser is gone."""
        return Step(seconds, "wait", "browser", "The browser is gone, waiting for it", 0, 0, True)

    @property
    def named_site(self) -> str:
        """The site that the person named; "" for none."""
        found = _DOMAIN.search(self.text) or _DOMAIN.search(self._url or "")
        return found.group(1).lower() if found else ""

    def site(self, *invented: str) -> str:
        """Name the site of the task: one the person named, else one of the invented ones."""
        return self.named_site or self.rng.choice(invented)

    def topic(self, otherwise: str) -> str:
        """Name what the task is about, at most 80 characters."""
        found = _QUOTED.search(self.text) or _ABOUT.search(self.text)
        return found.group(1).strip() if found else otherwise

    def size(self, otherwise: int) -> int:
        """Read a size in bytes from the text, such as 5 MB."""
        found = _SIZE.search(self.text)
        return int(found[1]) * _UNITS[found[2].upper()] if found else otherwise

    def pick(self, *choices: str) -> str:
        """Choose one of several texts."""
        return self.rng.choice(choices)

    def price(self, low: int, high: int) -> str:
        """Invent a price between two whole dollars, such as ``$34.90``."""
        return f"${self.rng.randint(low, high)}.{self.rng.choice(('00', '49', '90', '99'))}"

    def digits(self, count: int) -> str:
        """Invent a number of ``count`` digits that does not start with zero."""
        return str(self.rng.randint(10 ** (count - 1), 10**count - 1))
