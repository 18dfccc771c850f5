"""The place in New task for a choice that a feature adds."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import TaskSpec


class TaskPart(QWidget):
    """A field below *Starting URL*. label: its words on the left.

    It is asked to follow the tasks before it completes one of them.
    """

    label = ""

    def is_offered(self) -> bool:
        """Whether there is anything to choose, whatever the tasks are."""
        raise NotImplementedError

    def follow(self, specs: Sequence[TaskSpec]) -> None:
        """Show what can be chosen for these tasks."""
        raise NotImplementedError

    def complete(self, spec: TaskSpec) -> TaskSpec:
        """The task with what is chosen."""
        raise NotImplementedError

    def fill(self, spec: TaskSpec) -> None:
        """Choose what an earlier task had; nothing for one without a text."""
        raise NotImplementedError
