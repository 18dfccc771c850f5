"""What the list of steps shows."""

from typing import Any

from enigma_panel.ui.steps.list import StepsList


def texts(view: Any) -> list[str]:
    """The texts of a model's rows, from top to bottom."""
    return [step.text for step in view.steps()]


def rows_seen(view: StepsList) -> range:
    header = view.verticalHeader()
    first = header.visualIndexAt(0)
    if header.sectionViewportPosition(first) < 0:
        first += 1
    last = header.visualIndexAt(view.viewport().height() - 1)
    return range(first, (last if last >= 0 else view.steps.rowCount() - 1) + 1)
