"""What Details is made of, and what features add to it."""

from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Task


class DetailsPanel(QWidget):
    """A part of Details about one task. It hides itself where it has nothing to show."""

    def show_task(self, task: Task | None) -> None:
        """Show what belongs to this task."""
        raise NotImplementedError
