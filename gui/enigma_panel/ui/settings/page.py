"""What the pages of the settings have in common."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class SettingsPage(QWidget):
    """A page, or a part of one. grown: it may need more room than before."""

    grown = Signal()

    def refresh(self) -> None:
        """Show what holds now; called each time the dialog is shown."""
