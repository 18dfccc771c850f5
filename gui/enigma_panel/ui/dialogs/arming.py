"""When the actions of a question may act: pure, with the clock as an argument.

A dialog that pops up must not take the click or the key that was meant for something else. So its
actions do nothing until it stood still before the person's eyes for a moment.
"""

from collections.abc import Callable

QUIET_MS = 700
"""How long everything has to stand still before actions act."""

MONEY_QUIET_MS = 1_000
"""The same where the question is about money."""

CAP_MS = 5_000
"""A window that never comes to rest is armed after this long all the same."""

SLEPT_MS = 3_000
"""Beats come once a second; a gap this long means that the machine or the program slept."""


class Arming:
    """Counts the time since the last disturbance. Times come from `now_ms`, in milliseconds."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._quiet_ms = QUIET_MS
        self._begun_ms: int | None = None
        self._disturbed_ms = 0
        self._beat_ms = 0

    def begin(self, quiet_ms: int = QUIET_MS) -> None:
        """It was shown, or another question stands in it: everything counts from now."""
        now = self._now_ms()
        self._quiet_ms = quiet_ms
        self._begun_ms = self._disturbed_ms = self._beat_ms = now

    def disturb(self) -> None:
        """It was raised, focused, moved or resized, or a button of it changed."""
        if self._begun_ms is None:
            return
        now = self._now_ms()
        if now - self._disturbed_ms >= self._quiet_ms:
            self._begun_ms = now  # it had come to rest: the five seconds count anew
        self._disturbed_ms = self._beat_ms = now

    def end(self) -> None:
        """It is hidden: nothing acts until it begins again."""
        self._begun_ms = None

    def beat(self) -> None:
        """Called about once a second while it is visible; a missed beat counts as being shown."""
        if self._begun_ms is not None and self._slept():
            self.begin(self._quiet_ms)
        self._beat_ms = self._now_ms()

    def is_armed(self) -> bool:
        """Whether an action acts now."""
        return self._begun_ms is not None and not self._slept() and self.left_ms() == 0

    def left_ms(self) -> int:
        """Milliseconds until actions act, 0 when they do; meaningless while hidden."""
        if self._begun_ms is None:
            return self._quiet_ms
        due = min(self._disturbed_ms + self._quiet_ms, self._begun_ms + CAP_MS)
        return max(0, due - self._now_ms())

    def _slept(self) -> bool:
        return self._now_ms() - self._beat_ms > SLEPT_MS
