"""A measured figure beside its floor, and the table of them."""

import math
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table.

    floor: the same of something that cannot do less, measured in the same run; None where the bar
    is a number of its own (then is_ratio is False). spare: as an alternative to `bar` × floor, the
    floor and so much more meet the bar, too.
    """

    name: str
    unit: str
    value: float
    floor: float | None = None
    bar: float
    spare: float = 0.0
    is_ratio: bool = True
    note: str = ""
    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def is_met(self) -> bool:
        if not self.is_ratio:
            return self.value <= self.bar
        floor = self.floor or 0.0
        return self.value <= max(self.bar * floor, floor + self.spare)

    @property
    def bar_text(self) -> str:
        if not self.is_ratio:
            return f"{self.bar:g} {self.unit}"
        more = f" or + {self.spare:g} {self.unit}" if self.spare else ""
        return f"{self.bar:g} ×{more}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "is_met": self.is_met}

    def cells(self) -> list[str]:
        floor = "–" if self.floor is None else f"{self.floor:.3g} {self.unit}"
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = "met" if self.is_met else "NOT MET"
        return [self.name, f"{self.value:.3g} {self.unit}", floor, ratio, self.bar_text, verdict]


HEADINGS = ["figure", "value", "floor", "ratio", "bar", ""]


def table(figures: Sequence[Figure]) -> str:
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    lines += [f"{figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    import PySide6

    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in load],
        "python": platform.python_version(),
        "pyside6": PySide6.__version__,
        "qt_platform": "offscreen",
        "executable": sys.implementation.name,
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


median = statistics.median
