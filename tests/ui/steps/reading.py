"""What the model of steps shows."""

from typing import Any


def texts(view: Any) -> list[str]:
    """The texts of a model's rows, from top to bottom."""
    return [step.text for step in view.steps()]
