"""One call for many triggers."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

DELAY_MS = 250
"""Delay of a debounce that has no reason for another one."""


class Debounce(QTimer):
    """One call for all triggers in a delay; `start` puts off what is due, `trigger` does not."""

    def __init__(
        self, parent: QObject, call: Callable[[], object], delay_ms: int = DELAY_MS
    ) -> None:
        super().__init__(parent, singleShot=True, interval=delay_ms)
        self.timeout.connect(call)

    def trigger(self, *_of_signal: object) -> None:
        """Have the call made after the delay. Takes any signal."""
        if not self.isActive():
            self.start()
