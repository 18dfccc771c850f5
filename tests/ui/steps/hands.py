"""Steps by the hundred, and what a person does with a list of them."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.details.panel import Details
from enigma_panel.ui.steps.list import StepsList
from tests.kit.doubles import NOW

SECOND = 1_000
LIMIT_S = 20


def a_step(n: int, text: str = "", kind: str = "action", *, key: int = 0) -> Step:
    """The n-th step of a task, a second after the one before."""
    return Step(key=key, task_key=1, at_ms=NOW + n * SECOND, kind=kind, text=text or f"step {n}")


def steps(start: int, end: int, *, keyed: bool = False) -> list[Step]:
    """A run of steps, as news, or as they come from the ledger."""
    return [a_step(n, key=n + 1 if keyed else 0) for n in range(start, end)]


def texts(view: Any) -> list[str]:
    """The texts of a model's rows, from top to bottom."""
    return [step.text for step in view.steps()]


def settle(qapp: QApplication, is_done: Callable[[], object] = lambda: True) -> None:
    """Let timers run: at least once round, and until it is done."""
    until = monotonic() + LIMIT_S
    while monotonic() < until:
        qapp.processEvents()
        if is_done():
            return
    raise AssertionError("it does not come to rest")


def settled(details: Details, qapp: QApplication) -> Details:
    """Details with all its steps read."""
    settle(qapp, lambda: not details._loader.is_reading)
    return details


def rows_seen(view: StepsList) -> range:
    """The rows that can be seen, from the first that is seen in full."""
    header = view.verticalHeader()
    first = header.visualIndexAt(0)
    if header.sectionViewportPosition(first) < 0:
        first += 1
    last = header.visualIndexAt(view.viewport().height() - 1)
    return range(first, (last if last >= 0 else view.steps.rowCount() - 1) + 1)


def move_over(view: StepsList, row: int) -> None:
    """The pointer moves over a row."""
    point = QPointF(view.visualRect(view.steps.index(row, 0)).center())
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        view.viewport().mapToGlobal(point),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), event)
