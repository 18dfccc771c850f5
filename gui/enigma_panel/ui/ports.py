"""What the main window asks of the dialogs: they are opened from here and built elsewhere."""

from collections.abc import Sequence
from typing import Protocol

from enigma_panel.core.models import TaskSpec


class Dialogs(Protocol):
    """All of them are modeless and return at once."""

    def open_new_task(self, session_key: int | None, prefill: TaskSpec | None) -> None:
        """New task, in that open session or in a new one, with what is to stand in its fields."""
        ...

    def open_question(self, task_key: int | None) -> None:
        """The question of that task, or the one with the least time left."""
        ...

    def open_settings(self) -> None:
        """Settings."""
        ...

    def open_key(self) -> None:
        """API key."""
        ...

    def confirm_terminate_all(self, session_keys: Sequence[int]) -> None:
        """Ask whether these sessions are to be terminated, and do it."""
        ...

    def leave_demo(self) -> None:
        """Go from the demo service to the person's own account."""
        ...
