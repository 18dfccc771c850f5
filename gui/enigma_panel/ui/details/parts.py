"""What Details is made of, and what features add to it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from enigma_panel.core.models import Task


class DetailsPanel(QWidget):
    """A part of Details about one task. It hides itself where it has nothing to show."""

    def show_task(self, task: Task | None) -> None:
        """Show what belongs to this task."""
        raise NotImplementedError


class ResultViewer(DetailsPanel):
    """A view that shows results in another form, above their text or in its place.

    switch: a button that turns to the text and back. copy_as: a button beside *Copy result*.
    changed: `replaces_text` may be different now.
    """

    changed = Signal()
    switch: QPushButton
    copy_as: QWidget

    @property
    def replaces_text(self) -> bool:
        """Whether the text is not shown now."""
        raise NotImplementedError
