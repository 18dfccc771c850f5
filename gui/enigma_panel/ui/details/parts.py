"""What Details is made of, and what features add to it."""

from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Task

FOCUS_EDGE = 2
"""Room that a text to read has around it for its sign of focus; the text begins where all do."""


class DetailsPanel(QWidget):
    """A part of Details about one task. It hides itself where it has nothing to show."""

    def show_task(self, task: Task | None) -> None:
        """Show what belongs to this task."""
        raise NotImplementedError
